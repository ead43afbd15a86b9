import { type Project, said } from '../../run/index.ts';
import { labelOfModel } from '../models/find.ts';
import { choose } from './choose.ts';
import { nodeServed, servingFiles, shadowing } from './endpoints.ts';
import { judgeShadowed, type Told } from './judge.ts';

interface Telling {
  say(level: 'info' | 'warn', text: string): void;
}
/** By the project's clock: between two looks at what endpoints have seen. */
const every = { seconds: 30 };

interface Seen {
  readonly told: readonly Told[];
  /** What could not be looked at or done, in words, each once; it is tried again. */
  readonly troubles: readonly string[];
}

/** Judges what shadows have shown, and says to endpoints which version is to be seen beside their champion. What is broken of one model or endpoint keeps nothing from the others. */
export async function lookAtShadows(project: Project, signal?: AbortSignal): Promise<Seen> {
  const endpoints = shadowing(project);
  const told: Told[] = [];
  const troubles = new Set<string>();
  const attempt = async <Made>(work: () => Promise<Made>): Promise<Made | undefined> => {
    try {
      return await work();
    } catch (thrown) {
      troubles.add(`shadows: ${(said(thrown, project) as Error).message}`);
      return undefined;
    }
  };
  const files = endpoints.length === 0 ? undefined : await attempt(() => servingFiles(project, signal));
  if (!files) return { told, troubles: [...troubles] };
  for (const node of new Set(endpoints.map((endpoint) => nodeServed(project, endpoint))))
    await attempt(() => judgeShadowed(project, { node, files, tell: (one) => told.push(one) }));
  for (const endpoint of endpoints) {
    const { choice, isNew } = (await attempt(() => choose(project, endpoint, files))) ?? {};
    if (!isNew || !choice) continue;
    const label = labelOfModel(project, nodeServed(project, endpoint));
    const text = choice.version === undefined ? 'nothing shadows' : `${choice.version} of ${label} shadows`;
    told.push({ level: 'info', text: `endpoint ${endpoint.name}: ${text}: ${choice.reason}` });
  }
  return { told, troubles: [...troubles] };
}

/** Does so again and again, beside all that goes on. */
export class Shadows {
  readonly #project: Project;
  readonly #telling: Telling;
  #next: Temporal.Instant | undefined;
  #going: Promise<void> | undefined;
  #troubles: readonly string[] = [];

  constructor(project: Project, telling: Telling) {
    this.#project = project;
    this.#telling = telling;
  }

  /** Begins when it is time; resolves at once. */
  look(now: Temporal.Instant): void {
    if (this.#going || (this.#next && Temporal.Instant.compare(now, this.#next) < 0)) return;
    this.#next = now.add(every);
    this.#going = this.#look().finally(() => {
      this.#going = undefined;
    });
  }

  /** What does not answer is asked again, and said once. */
  async #look(): Promise<void> {
    const { told, troubles } = await lookAtShadows(this.#project);
    for (const { level, text } of told) this.#telling.say(level, text);
    for (const trouble of troubles) if (!this.#troubles.includes(trouble)) this.#telling.say('warn', trouble);
    this.#troubles = troubles;
  }

  async end(): Promise<void> {
    await this.#going;
  }
}
