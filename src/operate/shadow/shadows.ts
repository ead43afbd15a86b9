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
  /** What kept the rest from being looked at, in words; it is tried again. */
  readonly trouble?: string;
}

/** Judges what shadows have shown, and says to endpoints which version is to be seen beside their champion. A store that does not answer is left then. */
export async function lookAtShadows(project: Project, signal?: AbortSignal): Promise<Seen> {
  const endpoints = shadowing(project);
  const told: Told[] = [];
  if (endpoints.length === 0) return { told };
  try {
    const files = await servingFiles(project, signal);
    for (const node of new Set(endpoints.map((endpoint) => nodeServed(project, endpoint))))
      told.push(...(await judgeShadowed(project, node, files)));
    for (const endpoint of endpoints) {
      const { choice, isNew } = await choose(project, endpoint, files);
      if (!isNew || !choice) continue;
      const label = labelOfModel(project, nodeServed(project, endpoint));
      const text = choice.version === undefined ? 'nothing shadows' : `${choice.version} of ${label} shadows`;
      told.push({ level: 'info', text: `endpoint ${endpoint.name}: ${text}: ${choice.reason}` });
    }
    return { told };
  } catch (thrown) {
    return { told, trouble: `shadows: ${(said(thrown, project) as Error).message}` };
  }
}

/** Does so again and again, beside all that goes on. */
export class Shadows {
  readonly #project: Project;
  readonly #telling: Telling;
  #next: Temporal.Instant | undefined;
  #going: Promise<void> | undefined;
  #trouble: string | undefined;

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
    const { told, trouble } = await lookAtShadows(this.#project);
    for (const { level, text } of told) this.#telling.say(level, text);
    if (trouble !== undefined && trouble !== this.#trouble) this.#telling.say('warn', trouble);
    this.#trouble = trouble;
  }

  async end(): Promise<void> {
    await this.#going;
  }
}
