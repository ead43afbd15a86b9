import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { isEndless, stepsOf } from '../graph/index.ts';
import { placeOf } from '../plan/index.ts';
import type { Changes } from '../ports/index.ts';
import {
  type Captured,
  capturedBy,
  type Followed,
  followedIn,
  follows,
  modelsOf,
  type Project,
  streamOf,
} from '../run/index.ts';
import type { ChangesView } from './views.ts';

/** From here on people should look: seconds behind, and bytes that a database keeps for the reader. */
const worrying = Object.freeze({ seconds: 300, retained: 2 ** 30 });
/** A database that does not say how it is within so many milliseconds is not waited for. */
const longestAnswer = 5000;

/** How far each job that follows changes is from its database; of those that have landed something, as their database says it now. */
export async function changesOf(project: Project): Promise<readonly ChangesView[]> {
  const jobs = [...project.graph.jobs.values()].filter((job) => isEndless(job) && follows(job, project));
  const found = await Promise.all(jobs.map((job) => viewOf(job, project)));
  return found.filter((view) => view !== undefined);
}

/** What a job follows; nothing where it follows nothing. */
export async function capturedOf(job: Job, project: Project): Promise<Captured | undefined> {
  if (!follows(job, project)) return undefined;
  return capturedBy(await modelsOf(stepsOf(project.graph, job).steps, project), job.name, project);
}

async function viewOf(job: Job, project: Project): Promise<ChangesView | undefined> {
  const captured = await capturedOf(job, project);
  const landed = captured && (await landedOf(captured, project));
  if (!captured || !landed) return undefined;
  const going = followedIn(project).get(job.name);
  const base = {
    ...{ job: job.name, isGoing: going !== undefined },
    ...(landed.committedAt ? { committedAt: landed.committedAt.toString() } : {}),
    ...(going ? { rows: going.rows, rate: Math.round(going.rate) } : {}),
    ...(going?.trouble ? { trouble: going.trouble.message } : {}),
  };
  let changes: Changes | undefined;
  try {
    changes = await project.changes(captured);
    const figures = await withinTime(changes.figures());
    const { describe: database, name: slot } = changes;
    if (!figures) return { ...base, database, slot, warning: `its slot ${slot} is gone: what was not landed is lost` };
    const { written, retainedBytes, leftBytes, isLost } = figures;
    const position = going && going.position > landed.position ? going.position : landed.position;
    const lagBytes = written > position ? Number(written - position) : 0;
    const since = landed.committedAt?.until(project.clock.now()).total('seconds') ?? 0;
    const lagSeconds = lagBytes === 0 ? 0 : Math.max(0, since);
    const view = {
      ...base,
      database,
      slot,
      lagBytes,
      lagSeconds,
      retainedBytes,
      ...(leftBytes === undefined ? {} : { leftBytes }),
    };
    const warning = warningOf(view, isLost);
    return warning ? { ...view, warning } : view;
  } catch (error) {
    const warning = error instanceof EsteiraError ? error.message : String(error);
    return { ...base, warning, ...(changes ? { database: changes.describe, slot: changes.name } : {}) };
  } finally {
    await changes?.close();
  }
}

function warningOf(
  {
    slot,
    lagBytes,
    lagSeconds,
    retainedBytes,
    leftBytes,
  }: {
    readonly slot: string;
    readonly lagBytes: number;
    readonly lagSeconds: number;
    readonly retainedBytes: number;
    readonly leftBytes?: number;
  },
  isLost: boolean,
): string | undefined {
  if (isLost) return `the server has given up the slot ${slot}: what was not landed is lost`;
  if (leftBytes !== undefined && leftBytes < retainedBytes)
    return `the server keeps ${megabytes(leftBytes)} more of its log, and then gives the slot ${slot} up`;
  if (retainedBytes > worrying.retained)
    return `the server keeps ${megabytes(retainedBytes)} of its log for the slot ${slot}`;
  if (lagSeconds > worrying.seconds && lagBytes > 0) return `it is ${Math.round(lagSeconds / 60)} minutes behind`;
  return undefined;
}
const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

/** Up to where a job has landed; nothing where it has landed nothing yet. */
async function landedOf(
  captured: Captured,
  project: Project,
): Promise<{ readonly position: bigint; readonly committedAt?: Temporal.Instant } | undefined> {
  const { graph, warehouse } = project;
  const { watermarks } = await warehouse.position(captured.catalog);
  const places = captured.tables.flatMap(({ step }) => {
    const node = graph.nodes.get(step);
    return node ? [placeOf(node)] : [];
  });
  const marks = places.map(({ schema, table }) => watermarks.get(`${schema}.${table}`)?.get(streamOf(captured))?.upper);
  const there = marks.filter((mark) => mark !== undefined);
  if (there.length === 0) return undefined;
  const position = there.reduce((one, other) => (one < other ? one : other));
  const { clock } = await warehouse.landed(captured.catalog, '', places);
  const committedAt = Temporal.Instant.fromEpochNanoseconds(clock * 1000n);
  return { position, ...(clock > 0n ? { committedAt } : {}) };
}

async function withinTime<Result>(asked: Promise<Result>): Promise<Result> {
  const late = new AbortController();
  const limit = sleep(longestAnswer, undefined, { signal: late.signal, ref: false }).then(() => {
    throw new EsteiraError('SOURCE_UNREACHABLE', {
      what: 'The database of a source does not answer.',
      next: 'See whether it runs and can be reached from here.',
    });
  });
  limit.catch(() => {});
  try {
    return await Promise.race([asked, limit]);
  } finally {
    late.abort();
  }
}

/** Between two looks at how far it is, in milliseconds. */
const lookEvery = 50;

/** Waits until a job that goes on in this process has landed everything that is committed now. */
export async function awaitNow(
  followed: Followed,
  captured: Captured,
  project: Project,
  signal: AbortSignal,
): Promise<void> {
  const changes = await project.changes(captured);
  try {
    const figures = await changes.figures();
    if (!figures) return;
    if (figures.written > followed.awaited) followed.awaited = figures.written;
    while (followed.position < figures.written) {
      if (followed.trouble) throw followed.trouble;
      if (followedIn(project).get(captured.job) !== followed) return;
      await sleep(lookEvery, undefined, { signal });
    }
  } finally {
    await changes.close();
  }
}
