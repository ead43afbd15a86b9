import { randomUUID } from 'node:crypto';
import type { KeptFiles } from '../../ports/index.ts';
import { sealed, unsealed } from '../../registry/published-text.ts';
import { servingFolder } from '../store.ts';

/** Which version predicts beside the champion of an endpoint, as it stands in the serving store. */
export interface ShadowChoice {
  /** Absent: none. */
  readonly version?: string;
  /** What a person has named stays until a person takes it back; else it is the candidate that waits. */
  readonly chosen: 'by hand' | 'candidate';
  readonly by: string;
  readonly reason: string;
  /** ISO text in UTC. */
  readonly at: string;
}
export type FoundChoice =
  | { readonly is: 'none' }
  | { readonly is: 'broken'; readonly why: string }
  | { readonly is: 'whole'; readonly choice: ShadowChoice };

const pathOf = (endpoint: string): string => `${servingFolder(endpoint)}/shadow.json`;

function choiceIn(bytes: Uint8Array | undefined, endpoint: string): FoundChoice {
  if (!bytes) return { is: 'none' };
  try {
    const { format, endpoint: of, version, chosen, by, reason, at } = unsealed(bytes);
    if (format !== 1) throw new Error(`it has the format ${String(format)}, and this Esteira reads 1`);
    if (of !== endpoint) throw new Error(`it is of the endpoint ${String(of)}`);
    const said = { chosen, by, reason, at, ...(version === undefined ? {} : { version }) };
    for (const [name, value] of Object.entries(said))
      if (typeof value !== 'string') throw new Error(`it has no ${name}`);
    return { is: 'whole', choice: said as unknown as ShadowChoice };
  } catch (error) {
    return { is: 'broken', why: (error as Error).message };
  }
}

export const readChoice = async (store: Pick<KeptFiles, 'look'>, endpoint: string): Promise<FoundChoice> =>
  choiceIn((await store.look(pathOf(endpoint)))?.bytes, endpoint);

/** Puts what `next` makes of what is there in its place, whoever else does so meanwhile; nothing where that gives nothing. Gives what is there afterwards. */
export async function changeChoice(
  store: KeptFiles,
  endpoint: string,
  next: (before: FoundChoice) => ShadowChoice | undefined,
): Promise<FoundChoice> {
  const path = pathOf(endpoint);
  for (;;) {
    const there = await store.look(path);
    const before = choiceIn(there?.bytes, endpoint);
    const choice = next(before);
    if (!choice) return before;
    // No two contents are equal, so that a store knows each by its own mark.
    const bytes = sealed({ format: 1, endpoint, ...choice, nonce: randomUUID() });
    const isDone = there
      ? (await store.replace(path, { bytes, mark: there.mark })) === 'replaced'
      : (await store.keep(path, { bytes })) === 'kept';
    if (isDone) return { is: 'whole', choice };
  }
}
