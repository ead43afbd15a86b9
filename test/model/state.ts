// One step of a run on a store where each write is atomic for one table only, as Delta's are: what the model keeps of it.
import { hash } from 'node:crypto';

export type Verdict = 'valid' | 'invalid';
/** How one evaluation of the step's query judged each row that it read. */
export type Evaluation = readonly (readonly [row: number, verdict: Verdict])[];

/** What lands: the verdict of the second row differs from one evaluation to the next, and the third, which comes late, is newer than the first of its key. */
export const landing: readonly { readonly row: number; readonly key: string }[] = [
  { row: 1, key: 'A' },
  { row: 2, key: 'B' },
  { row: 3, key: 'A' },
];
export const unsteady = 2;
/** Each tick wants one run that succeeds. */
export const ticks = 2;

export interface Table {
  /** The greatest token that has written here. */
  readonly fence: number;
  readonly rows: readonly { readonly row: number; readonly run: number }[];
}
export interface Publication {
  readonly run: number;
  readonly lower: number;
  readonly upper: number;
  readonly valid: number;
  readonly invalid: number;
}
export interface Run {
  readonly tick: number;
  readonly state: 'running' | 'done' | 'cancelled';
  readonly mark: 'none' | 'publishing' | 'published';
  /** Fixed by the first attempt's intent. */
  readonly bounds?: readonly [lower: number, upper: number];
}
export type Place = 'target' | 'invalid' | 'publication';
export type Action =
  | `claim ${Place}`
  | 'look up'
  | 'intend'
  | 'stage'
  | 'mark'
  | 'write target'
  | 'write invalid'
  | 'publish'
  | 'say done first'
  | 'finish';

/** A process, as far as it has come; what it remembers is gone when it is killed. */
export interface Process {
  readonly next: Action | 'idle';
  readonly token: number;
  readonly run: number;
  readonly bounds: readonly [lower: number, upper: number];
  /** It completes a cancelled run that had begun to publish. */
  readonly rollsForward: boolean;
  /** It has looked at its lease, just before a write. */
  readonly looked: boolean;
  readonly evaluated?: Evaluation;
}
export const idle: Process = { next: 'idle', token: 0, run: -1, bounds: [0, 0], rollsForward: false, looked: false };

export interface World {
  readonly tokens: number;
  readonly lease: { readonly token: number; readonly holder: number };
  readonly runs: readonly Run[];
  /** How many rows have landed. */
  readonly arrived: number;
  readonly stages: readonly (Evaluation | undefined)[];
  readonly target: Table;
  readonly invalid: Table;
  readonly publication: { readonly fence: number; readonly list: readonly Publication[] };
  readonly processes: readonly Process[];
  readonly crashes: number;
  readonly takeovers: number;
  readonly cancels: number;
}
const empty: Table = { fence: 0, rows: [] };
export const beginning: World = {
  tokens: 0,
  lease: { token: 0, holder: -1 },
  runs: [],
  arrived: 2,
  stages: [],
  target: empty,
  invalid: empty,
  publication: { fence: 0, list: [] },
  processes: [idle, idle],
  crashes: 0,
  takeovers: 0,
  cancels: 0,
};

/** What is changed of the protocol; nothing in the order that was chosen. */
export interface Variant {
  readonly name: string;
  readonly mode: 'append' | 'merge';
  readonly order: readonly Action[];
  readonly claims: boolean;
  /** Where an older token is refused: by the table itself, by a look at the lease before each write, nowhere. */
  readonly fence: 'in the table' | 'looked at' | 'none';
  readonly stage: 'kept' | 'made anew' | 'none';
  /** Rows of the same batch are replaced, not added. */
  readonly byBatch: boolean;
  readonly rollsForward: boolean;
  /** Whether something was published is asked of the state, not of the warehouse. */
  readonly trustsState: boolean;
  readonly fixesBounds: boolean;
  readonly looksForCancel: boolean;
}

export const latestTick = (world: World): number => {
  for (let tick = 1; tick <= ticks; tick++)
    if (!world.runs.some((run) => run.tick === tick && run.state === 'done')) return tick;
  return 0;
};
export const isHalfPublished = (run: Run): boolean => run.state === 'cancelled' && run.mark === 'publishing';
/** Nothing is left to be done. */
export const isSettled = (world: World, { rollsForward }: Variant): boolean =>
  latestTick(world) === 0 && !(rollsForward && world.runs.some(isHalfPublished));
export const published = (world: World): number => Math.max(0, ...world.publication.list.map((one) => one.upper));

/** Worlds that differ in the names of tokens and processes only are one: tokens by their rank, processes sorted. */
export function nameOf(world: World): string {
  const { lease, target, invalid, publication, processes } = world;
  const all = [0, lease.token, target.fence, invalid.fence, publication.fence, ...processes.map((one) => one.token)];
  const ranks = [...new Set(all)].sort((one, other) => one - other);
  const rank = (token: number): number => ranks.indexOf(token);
  const own = processes.map((one, index) =>
    JSON.stringify([{ ...one, token: rank(one.token) }, index === lease.holder]),
  );
  const told = JSON.stringify([
    own.sort(),
    [lease.token, target.fence, invalid.fence, publication.fence].map(rank),
    lease.holder < 0,
    [world.arrived, world.crashes, world.takeovers, world.cancels],
    [world.runs, world.stages, target.rows, invalid.rows, publication.list],
  ]);
  // Millions of names are held at once: their hashes are.
  return hash('sha1', told, 'base64');
}
