// Every next thing that may happen: a row lands, somebody cancels, a process is killed, takes over, or does its next action.
import {
  type Action,
  beginning,
  type Evaluation,
  idle,
  isHalfPublished,
  isSettled,
  landing,
  latestTick,
  type Place,
  type Process,
  published,
  type Run,
  type Table,
  unsteady,
  type Variant,
  type Verdict,
  type World,
} from './state.ts';

/** How often what disturbs may happen in one history. */
export interface Limits {
  readonly crashes: number;
  readonly takeovers: number;
  readonly cancels: number;
}
export interface Move {
  readonly said: string;
  readonly world: World;
}
/** A process in its world; what it does gives the next worlds. */
interface Turn {
  readonly world: World;
  readonly variant: Variant;
  readonly at: number;
  readonly process: Process;
}

const replaced = <Item>(list: readonly Item[], at: number, item: Item): readonly Item[] =>
  Object.assign([...list], { [at]: item });
const withRun = (world: World, at: number, change: Partial<Run>): World => ({
  ...world,
  runs: replaced(world.runs, at, { ...(world.runs[at] as Run), ...change }),
});
const runOf = ({ world, process }: Turn): Run => world.runs[process.run] as Run;
const owns = ({ world, process }: Turn): boolean => world.lease.token === process.token;

function leaves({ world, at, process }: Turn): World {
  const lets = world.lease.holder === at && world.lease.token === process.token;
  return {
    ...world,
    processes: replaced(world.processes, at, idle),
    lease: lets ? { ...world.lease, holder: -1 } : world.lease,
  };
}
const sequence = ({ order, claims }: Variant): readonly Action[] => [
  ...(claims ? (['claim target', 'claim invalid', 'claim publication'] as const) : []),
  'look up',
  ...order,
  'finish',
];
function goesOn(turn: Turn, world: World, change: Partial<Process> = {}): World {
  const actions = sequence(turn.variant);
  const next = actions[actions.indexOf(turn.process.next as Action) + 1] as Action;
  return {
    ...world,
    processes: replaced(world.processes, turn.at, { ...turn.process, next, looked: false, ...change }),
  };
}

function evaluations([lower, upper]: readonly [number, number]): readonly Evaluation[] {
  const read = landing.filter(({ row }) => row > lower && row <= upper);
  const judged = (of: (row: number) => Verdict): Evaluation => read.map(({ row }) => [row, of(row)]);
  const steady = judged(() => 'valid');
  if (!read.some(({ row }) => row === unsteady)) return [steady];
  return [steady, judged((row) => (row === unsteady ? 'invalid' : 'valid'))];
}

const keyOf = (row: number): string => landing[row - 1]?.key ?? '';
function written(table: Table, { variant, process }: Turn, rows: readonly number[], isTarget: boolean): Table {
  const { run, token } = process;
  const fence = Math.max(table.fence, token);
  const own = rows.map((row) => ({ row, run }));
  const keys = rows.map(keyOf);
  const merges = isTarget && variant.mode === 'merge';
  const stay = table.rows.filter((one) =>
    merges ? !keys.includes(keyOf(one.row)) : !(variant.byBatch && one.run === run),
  );
  // Of rows of one key the last that is merged stays.
  const put = merges ? own.filter((one, index) => keys.lastIndexOf(keyOf(one.row)) === index) : own;
  return { fence, rows: [...stay, ...put].sort((one, other) => one.row - other.row || one.run - other.run) };
}

/** What the step writes from: the stage, or the query once more. */
function sourcesOf({ world, variant, process }: Turn, remembers: boolean): readonly (Evaluation | undefined)[] {
  if (variant.stage !== 'none') return [world.stages[process.run]];
  return remembers && process.evaluated ? [process.evaluated] : evaluations(process.bounds);
}

function writes(turn: Turn, place: Place): readonly World[] {
  const { world, variant, process } = turn;
  if (variant.fence === 'looked at' && !process.looked) {
    if (!owns(turn)) return [leaves(turn)];
    return [{ ...world, processes: replaced(world.processes, turn.at, { ...process, looked: true }) }];
  }
  return sourcesOf(turn, place === 'publication').map((rows) => {
    const refused = variant.fence === 'in the table' && process.token < world[place].fence;
    if (!rows || refused) return leaves(turn);
    const counted = (verdict: Verdict) => rows.filter((one) => one[1] === verdict).map(([row]) => row);
    if (place !== 'publication') {
      const table = written(world[place], turn, counted(place === 'target' ? 'valid' : 'invalid'), place === 'target');
      const { evaluated: _, ...bare } = process;
      const after = { ...turn, process: bare };
      return goesOn(after, { ...world, [place]: table }, variant.stage === 'none' ? { evaluated: rows } : {});
    }
    const { run, bounds, token } = process;
    const { list, fence } = world.publication;
    const [lower, upper] = bounds;
    const own = { run, lower, upper, valid: counted('valid').length, invalid: counted('invalid').length };
    const all = list.some((one) => one.run === run) ? list : [...list, own].sort((one, other) => one.run - other.run);
    return goesOn(turn, { ...world, publication: { fence: Math.max(fence, token), list: all } });
  });
}

function claims(turn: Turn, place: Place): World {
  const { world, process } = turn;
  if (process.token < world[place].fence) return leaves(turn);
  return goesOn(turn, { ...world, [place]: { ...world[place], fence: process.token } });
}

function looksUp(turn: Turn): World {
  const { world, variant, process, at } = turn;
  const found = variant.trustsState
    ? runOf(turn).mark === 'published'
    : world.publication.list.some((one) => one.run === process.run);
  if (!found) return goesOn(turn, world, { bounds: [published(world), world.arrived] });
  return { ...world, processes: replaced(world.processes, at, { ...process, next: 'finish' }) };
}

function intends(turn: Turn): World {
  const { world, variant, process } = turn;
  const run = runOf(turn);
  if (!owns(turn) || (run.state === 'cancelled' && !process.rollsForward)) return leaves(turn);
  const bounds = variant.fixesBounds && run.bounds ? run.bounds : process.bounds;
  return goesOn(turn, withRun(world, process.run, { bounds }), { bounds });
}

function stages(turn: Turn): readonly World[] {
  const { world, variant, process } = turn;
  const there = world.stages[process.run];
  if (variant.stage === 'none' || (there && variant.stage === 'kept')) return [goesOn(turn, world)];
  return evaluations(process.bounds).map((made) =>
    goesOn(turn, { ...world, stages: world.runs.map((_, run) => (run === process.run ? made : world.stages[run])) }),
  );
}

function marks(turn: Turn): World {
  const { world, variant, process } = turn;
  const run = runOf(turn);
  const cancelled = variant.looksForCancel && run.state === 'cancelled' && !process.rollsForward;
  if (!owns(turn) || cancelled) return leaves(turn);
  return goesOn(turn, run.mark === 'none' ? withRun(world, process.run, { mark: 'publishing' }) : world);
}

function finishes(turn: Turn): World {
  const { world, process } = turn;
  if (!owns(turn)) return leaves(turn);
  const { state } = runOf(turn);
  const told = withRun(world, process.run, { mark: 'published', state: state === 'running' ? 'done' : state });
  return leaves({ ...turn, world: told });
}

function acts(turn: Turn): readonly World[] {
  const { next } = turn.process;
  switch (next) {
    case 'claim target':
    case 'claim invalid':
    case 'claim publication':
      return [claims(turn, next.slice('claim '.length) as Place)];
    case 'look up':
      return [looksUp(turn)];
    case 'intend':
      return [intends(turn)];
    case 'stage':
      return stages(turn);
    case 'mark':
      return [marks(turn)];
    case 'say done first':
      return [owns(turn) ? goesOn(turn, withRun(turn.world, turn.process.run, { mark: 'published' })) : leaves(turn)];
    case 'write target':
      return writes(turn, 'target');
    case 'write invalid':
      return writes(turn, 'invalid');
    case 'publish':
      return writes(turn, 'publication');
    case 'finish':
      return [finishes(turn)];
    case 'idle':
      return [];
  }
}

/** Takes the lease, free or run out, and with it what is to be done: a half-published run first, then one that was killed, then the next tick's. */
function acquires({ world, variant, at }: Turn): World {
  const token = world.tokens + 1;
  const half = variant.rollsForward ? world.runs.findIndex(isHalfPublished) : -1;
  const unfinished = half >= 0 ? half : world.runs.findIndex((run) => run.state === 'running');
  const opened: Run = { tick: latestTick(world), state: 'running', mark: 'none' };
  const [next] = sequence(variant) as [Action];
  const run = unfinished >= 0 ? unfinished : world.runs.length;
  return {
    ...world,
    tokens: token,
    lease: { token, holder: at },
    takeovers: world.takeovers + Number(world.lease.holder >= 0),
    runs: unfinished >= 0 ? world.runs : [...world.runs, opened],
    processes: replaced(world.processes, at, { ...idle, next, token, run, rollsForward: half >= 0 }),
  };
}

function movesOf(turn: Turn, limits: Limits): readonly Move[] {
  const { world, variant, at, process } = turn;
  const who = `process ${at}`;
  const { holder } = world.lease;
  if (process.next === 'idle') {
    const free = holder < 0 || (holder !== at && world.takeovers < limits.takeovers);
    if (isSettled(world, variant) || !free) return [];
    return [{ said: `${who} ${holder < 0 ? 'takes the lease' : 'takes over'}`, world: acquires(turn) }];
  }
  const moves = acts(turn).map((after) => ({ said: `${who}: ${process.next}, run ${process.run}`, world: after }));
  if (world.crashes >= limits.crashes) return moves;
  const lease = holder === at ? { ...world.lease, holder: -1 } : world.lease;
  const killed = { ...world, lease, crashes: world.crashes + 1, processes: replaced(world.processes, at, idle) };
  return [{ said: `${who} is killed before: ${process.next}`, world: killed }, ...moves];
}

/** What nobody has to do: these alone are no way on. */
export const isOutside = ({ said }: Move): boolean => said === 'a row lands' || said === 'a run is cancelled';

export function moves(world: World, variant: Variant, limits: Limits): readonly Move[] {
  const found: Move[] = [];
  if (world.arrived < landing.length) found.push({ said: 'a row lands', world: { ...world, arrived: landing.length } });
  const running = world.runs.findIndex((run) => run.state === 'running');
  if (world.cancels < limits.cancels && running >= 0) {
    const token = world.tokens + 1;
    const after = withRun(world, running, { state: 'cancelled' });
    const cancelled = { ...after, cancels: world.cancels + 1, tokens: token, lease: { token, holder: -1 } };
    found.push({ said: 'a run is cancelled', world: cancelled });
  }
  for (const at of beginning.processes.keys()) {
    const process = world.processes[at] as Process;
    found.push(...movesOf({ world, variant, at, process }, limits));
  }
  return found;
}
