import type { KeptFiles, ModelVersion } from '../../ports/index.ts';
import type { LaterLimit } from '../../registry/about.ts';
import type { Project } from '../../run/index.ts';
import { readSeen, type SeenTally } from '../../serve/shadow/figure-files.ts';
import { figuresOf, type ShadowFigures, shown } from '../../serve/shadow/figures.ts';
import { aboutOf, type ModelNode } from '../models/find.ts';
import { servingFiles, shadowing } from './endpoints.ts';

/** How far a version is that waits for what its shadow shows. */
export interface Progress {
  /** Of the limit that lacks most: requests that tell of it, and those that it is to have. */
  readonly requests: number;
  readonly wanted: number;
  readonly figures?: ShadowFigures;
  readonly limits: readonly LaterLimit[];
  /** Enough is known, or more never will be. */
  readonly isKnown: boolean;
}

/** What the endpoints of a model have seen of a version beside a champion, together. */
export async function figuresBeside(
  project: Project,
  node: ModelNode,
  { version, champion, files }: { readonly version: string; readonly champion: string; readonly files: KeptFiles },
): Promise<ShadowFigures | undefined> {
  const all: SeenTally[] = [];
  for (const { name } of shadowing(project, node)) {
    const { champions } = await readSeen(files, { endpoint: name, version });
    all.push(...(champions.get(champion) ?? []));
  }
  return figuresOf(all);
}

export async function progressOf(
  project: Project,
  node: ModelNode,
  { version, files }: { readonly version: ModelVersion; readonly files: KeptFiles },
): Promise<Progress> {
  const limits = aboutOf(version)?.gate.later ?? [];
  const champion = (await project.state.models.champions()).get(node.id)?.version;
  const figures =
    champion === undefined
      ? undefined
      : await figuresBeside(project, node, { version: version.version, champion, files });
  const known = limits.map((limit) => ({
    requests: figures ? shown(figures, limit.shows).requests : 0,
    wanted: limit.requests,
  }));
  const [least = { requests: 0, wanted: 0 }] = known.toSorted(
    (one, other) => one.requests / one.wanted - other.requests / other.wanted,
  );
  const isKnown = known.every(({ requests, wanted }) => requests >= wanted) || (figures?.givenUp.length ?? 0) > 0;
  return { ...least, ...(figures ? { figures } : {}), limits, isKnown };
}

/** Why it is not judged yet, as the end of a sentence; empty where nothing is known. */
export async function progressText(project: Project, node: ModelNode, version: ModelVersion): Promise<string> {
  try {
    // Whoever asks how things stand does not wait for a store that is away.
    const files = await servingFiles(project, AbortSignal.timeout(patience));
    const { requests, wanted } = await progressOf(project, node, { version, files });
    return `${requests} of ${wanted} requests`;
  } catch (error) {
    return `nobody knows how much it has shown: ${(error as Error).message}`;
  }
}
const patience = 3000;
