import type { ModelVersion } from '../../ports/index.ts';
import type { VersionAbout } from '../../registry/about.ts';
import type { Project } from '../../run/index.ts';

type Of = Pick<Project, 'state'>;

/** Since when versions answer that are one champion to whoever judges them: one, and what goes on from it. */
export interface Life {
  readonly since: Temporal.Instant;
  /** The champion of now, and the one that the life began with. */
  readonly version: string;
  readonly first: string;
  /** All of them, the newest first. */
  readonly versions: readonly string[];
}

/** The version that one goes on from; nothing for one that was trained anew. */
function baseOf(version: ModelVersion | undefined): string | undefined {
  const { refined } = (version?.about ?? {}) as Partial<VersionAbout>;
  return refined && 'from' in refined ? refined.from : undefined;
}

/** A version, and those that it goes on from, the newest first: the last of them was trained anew. */
export async function chainOf({ state }: Of, model: string, version: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (let next: string | undefined = version; next !== undefined; ) {
    found.push(next);
    next = baseOf(await state.models.version(model, next));
  }
  return found;
}

/** Moves that are looked through for the beginning of a life. */
const most = 1000;

/**
 * The life of a champion: from the move that put a version in place which does not go on from the champion of then. What goes on from the champion has
 * its trees, and is judged with it; what comes back begins anew.
 */
export async function lifeOf({ state }: Of, model: string): Promise<Life | undefined> {
  const moves = await state.models.moves({ model, limit: most });
  const versions: string[] = [];
  for (const { from, to, at } of moves) {
    versions.push(to);
    if (from !== undefined && baseOf(await state.models.version(model, to)) === from) continue;
    return { since: at, version: versions[0] as string, first: to, versions };
  }
  return undefined;
}
