import { cpSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Looking } from '../run/support/compare.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';
import { dates, deliverDay } from './days.ts';
import { inProcess } from './kill.ts';
import type { Command } from './process.ts';
import { inconsistencies, State } from './state.ts';

export const catalog = 'desk';
/** Every named point of a run, in its order. */
export const points = [
  'opened',
  'claimed',
  'before-intent',
  'intent',
  'staged',
  'fenced',
  'candidate',
  'judged',
  'written',
  'checked',
  'before-commit',
  'committed',
  'published',
  'done',
  'before-finish',
] as const;
/** Met only by a run that goes on. */
export const pointsOfReturn = ['adopt'] as const;
/** Of commands that are no runs, of what is told and of databases that are followed, with tests of their own. */
export const pointsOfOthers = [
  ...['finished', 'notices-taken', 'notice-sent'],
  ...['snapshot', 'received', 'before-acknowledge', 'acknowledged'],
  ...['before-date', 'before-drop', 'date-built'],
  ...['backup-begun', 'backup-warehouse', 'backup-state', 'backup-manifest', 'backup-named'],
  ...['restore-decided', 'restore-cleared'],
  ...['version', 'learned', 'kept', 'registered', 'moved', 'shown', 'version-approved', 'champion-moved'],
  ...['taken-back', 'thawed', 'candidate-published', 'shadow-judged'],
  ...['version-published', 'move-published', 'latest-published'],
  ...['seen-fetched'],
  ...['delivery-begun', 'batch-sent', 'batch-kept', 'delivered', 'copied'],
  ...['proposed', 'taken', 'applied', 'lines-answered'],
  ...['rows-exported', 'rows-kept', 'rows-latest', 'former-rows-removed', 'values-published'],
];

/** What says which run, token or minute it was, and when a copied file was written. */
const ofTheProcess = ['run_id', 'token', 'refused_at', 'published_at', 'fingerprint'];
const views = ['desk.shown.load'];

export const work = (day: number): readonly Command[] => {
  const date = dates[day] as string;
  return [
    { name: 'sync', input: {}, now: `${date}T23:00:00Z` },
    { name: 'run', input: { job: 'desk_daily', date }, now: `${date}T23:30:00Z` },
  ];
};
export const commands = work(1);

export interface Worlds {
  /** One day is done, the files of the next are there. */
  readonly base: string;
  /** … and what is there when nothing disturbs its work. */
  readonly undisturbed: string;
}

export const copied = (from: string, name: string): string => {
  const folder = temporaryFolder(name);
  cpSync(from, folder, { recursive: true, verbatimSymlinks: true });
  return folder;
};

/** What the next command of a person does, in this process. */
export async function carryOut(folder: string, list: readonly Command[]): Promise<void> {
  const world = await World.open(folder);
  try {
    for (const { name, input, now } of list) {
      world.setClock(now);
      await world.do(name, input as never);
    }
  } finally {
    await world.close();
  }
}

/** With one step at a time the n-th point is always the same step's. */
export async function prepare({ parallel }: { readonly parallel: number }): Promise<Worlds> {
  const base = temporaryFolder('crash-base');
  const definitions = readFileSync(path.join(import.meta.dirname, 'definitions.ts'), 'utf8');
  writeProject(base, { catalog, definitions, parallel });
  deliverDay(base, 0);
  await carryOut(base, [{ name: 'setup', input: {}, now: `${dates[0]}T22:00:00Z` }, ...work(0)]);
  deliverDay(base, 1);
  const undisturbed = copied(base, 'crash-undisturbed');
  await carryOut(undisturbed, commands);
  return { base, undisturbed };
}

export interface Outcome {
  readonly stops: readonly string[];
  /** How many of the stops were reached. */
  readonly killed: number;
  /** What is other than without them; nothing is as it should be. */
  readonly differences: readonly string[];
}

/** One, when the command had ended, and was killed before it could say so: done again it would find nothing new, in a run of its own. */
function untold(folder: string, command: Command | undefined): number {
  if (command?.name !== 'sync') return 0;
  const state = new State(folder);
  const ended = state.rows(`select job, logical_time from run where state = 'succeeded'`);
  state.close();
  return Number(ended.some((run) => run['job'] === 'desk_sync' && run['logical_time'] === command.now));
}

/** The work of a day, killed at each of these points in turn, and then left to end. */
export async function kill(worlds: Worlds, stops: readonly string[]): Promise<Outcome> {
  const folder = copied(worlds.base, 'crash');
  let left = commands;
  let killed = 0;
  try {
    for (const stop of stops) {
      const { killedAt, error } = await inProcess(folder, left, stop);
      if (error !== undefined) return { stops, killed, differences: [`with ${stop}: ${error}`] };
      left = left.slice(killedAt === undefined ? left.length : killedAt + untold(folder, left[killedAt]));
      if (killedAt === undefined) break;
      killed += 1;
    }
    await carryOut(folder, left);
    return { stops, killed, differences: await compare(worlds.undisturbed, folder) };
  } catch (error) {
    return { stops, killed, differences: [`afterwards: ${error}`] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function compare(undisturbed: string, folder: string): Promise<readonly string[]> {
  const looking = await Looking.at({ undisturbed, killed: folder }, catalog);
  const [wanted, state] = [new State(undisturbed), new State(folder)];
  try {
    const found = [...(await looking.differences('undisturbed', 'killed', { without: ofTheProcess, own: true }))];
    const [one, other] = [wanted.asIntended(), state.asIntended()];
    found.push(...one.filter((row) => !other.includes(row)).map((row) => `state without ${row}`));
    found.push(...other.filter((row) => !one.includes(row)).map((row) => `state has ${row}`));
    found.push(...(await inconsistencies(state, { looking, name: 'killed', views })));
    return found;
  } finally {
    wanted.close();
    state.close();
    looking.close();
  }
}
