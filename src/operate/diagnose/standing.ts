import { statfs } from 'node:fs/promises';
import type { AnySource } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { allSteps } from '../../graph/index.ts';
import { changeText } from '../../plan/index.ts';
import {
  changedNext,
  changedText,
  filesOf,
  modelsOf,
  type Project,
  said,
  setupChanges,
  timetableFound,
} from '../../run/index.ts';
import { few, timeText } from '../alerts/words.ts';
import { nameOf } from '../names.ts';
import { counted } from '../numbers.ts';
import { disagreementOf } from '../reconcile.ts';
import type { Evidence, Found } from './evidence.ts';

/** What is wrong with the project itself, whatever its runs say. */
export async function standing(evidence: Evidence): Promise<readonly Found[]> {
  const { project } = evidence;
  return [
    ...(await setUp(evidence)),
    ...(await disagreeing(project)),
    ...(await noRoom(project)),
    ...(await notFollowed(evidence)),
    ...(await nobodyRan(evidence)),
    ...(await rewritten(evidence)),
  ];
}

async function setUp({ project, models }: Evidence): Promise<readonly Found[]> {
  const changes = [...(await setupChanges([...models.values()], project)).values()].flat();
  const visible = changes.filter(({ change }) => change !== 'register' && change !== 'insert');
  if (changes.length === 0) return [];
  const texts = visible.map(changeText);
  const isNew = (await project.state.runs({ limit: 1 })).length === 0;
  return [
    {
      cause: 'set-up',
      explainsAll: true,
      what: `The warehouse is not set up for the definitions as they are now: ${counted(visible.length || changes.length, 'change')} missing, such as ${texts[0] ?? changeText(changes[0] as (typeof changes)[number])}; until then runs are refused`,
      evidence: [few(texts, 5), ...(isNew ? ['nothing has run yet'] : [])],
      next: ['esteira plan says what each change means for the rows', 'esteira setup'],
    },
  ];
}

async function disagreeing(project: Project): Promise<readonly Found[]> {
  const { unknown, lost } = await disagreementOf(project);
  const going = await project.state.going(project.holder);
  if (going.length > 0 || unknown.length + lost.length === 0) return [];
  const what =
    unknown.length > 0
      ? `The state is older than the warehouse: ${counted(unknown.length, 'run')} published that it does not know`
      : `The warehouse is older than the state: it does not have what ${counted(lost.length, 'run')} published`;
  return [
    {
      cause: 'state',
      explainsAll: true,
      what: `${what}; one of the two was lost, or brought back from a copy`,
      evidence: [
        ...unknown.map(({ runId, job, date }) => `${runId} (${job} ${date})`),
        ...lost.map(({ runId }) => runId),
      ].slice(0, 5),
      next: ['esteira doctor --reconcile'],
    },
  ];
}

/** Below this nothing can be relied on. */
const least = 1e8;

async function noRoom({ folder }: Project): Promise<readonly Found[]> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= least) return [];
  return [
    {
      cause: 'disk',
      explainsAll: true,
      what: `The disk is full: ${(free / 1e6).toFixed(0)} MB are left where the project is`,
      evidence: [],
      next: ['esteira gc --dry-run', 'Make room, and run again.'],
    },
  ];
}

/** A database whose changes do not come through, whatever came before. */
async function notFollowed(evidence: Evidence): Promise<readonly Found[]> {
  return (await evidence.changes()).flatMap(({ job, warning, database, slot, trouble }): readonly Found[] =>
    warning === undefined
      ? []
      : [
          {
            cause: 'source',
            what: `The sync (${job}) does not get through: ${warning}`,
            evidence: [...(database ? [`${database}, slot ${slot}`] : []), ...(trouble ? [trouble] : [])],
            next: [`esteira sync --once ${job}`, 'esteira doctor'],
          },
        ],
  );
}

/** Whoever keeps schedules begins sooner than this. */
const patience = { hours: 1 };

/** Jobs with a schedule whose last due date nobody has run. */
async function nobodyRan({ project, now }: Evidence): Promise<readonly Found[]> {
  const { state, graph } = project;
  const found: Found[] = [];
  for (const job of graph.jobs.values()) {
    if (!job.triggers.some(({ on }) => on === 'cron')) continue;
    const { timetable } = await timetableFound(job, project);
    const { logicalTime, date } = timetable.tick({ now });
    const [newest] = await state.runs({ job: job.name, parts: true, limit: 1 });
    const [done] = await state.runs({ job: job.name, state: 'succeeded', limit: 1 });
    const isLate = Temporal.Instant.compare(logicalTime.add(patience), now) < 0;
    const isRun = newest && Temporal.PlainDate.compare(newest.date, date) >= 0;
    const [skipped] = await state.ticks.list({ job: job.name, state: 'skipped', limit: 1 });
    if (newest && (isRun || !isLate || newest.state === 'running' || newest.state === 'failed')) continue;
    const [other] = await state.runs({ limit: 1 });
    if (!newest && (!isLate || (other && job.triggers.length === 0))) continue;
    const seen = (await state.ticks.seen()).get(job.name);
    const last = done ? `the last date that succeeded is ${done.date}` : 'it never ran';
    found.push({
      cause: 'nobody ran',
      what: `Nobody ran ${job.name} for ${date}, which was due ${timeText(1000 * logicalTime.until(now).total('seconds'))} ago; ${last}`,
      evidence: [
        `due ${logicalTime.round('second')}, looked at ${now.round('second')}`,
        seen ? `its schedule was looked at last ${seen.round('second')}` : 'no process has ever kept its schedule',
        ...(skipped?.why ? [`${skipped.date} was not run: ${skipped.why}`] : []),
      ],
      next: [`esteira run ${job.name} --date ${date}`, 'esteira start keeps the schedules; esteira install systemd'],
    });
  }
  return found;
}

/** Files that were written anew after they were read: what is new in them does not come in. */
async function rewritten({ project, models }: Evidence): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const model of models.values()) {
    for (const read of model.reads.filter(({ how }) => how === 'new files')) {
      if (project.readerOf(read.node.definition as AnySource).by !== 'files') continue;
      const { changed } = await filesOf(read, model, { project });
      if (changed.length === 0) continue;
      found.push({
        cause: 'changed files',
        isAside: true,
        node: model.node,
        weight: changed.length,
        what: `${nameOf(read.node)}: ${changedText(read, changed)}`,
        evidence: changed.slice(0, 5).map(({ path, bytes }) => `${path}: ${bytes} bytes now`),
        next: [changedNext(model)],
      });
    }
  }
  return found;
}

/** Definitions that cannot be right keep everything from running: that is the cause, and nothing else can be looked at. */
export async function brokenDefinitions(project: Project): Promise<Found | undefined> {
  try {
    await modelsOf(allSteps(project.graph), project);
    return undefined;
  } catch (error) {
    const told = said(error, project);
    if (!(told instanceof EsteiraError)) throw error;
    const { what, where, got, next } = told.details;
    return {
      cause: 'definitions',
      explainsAll: true,
      what: `A definition cannot be right, so that nothing runs: ${told.code}: ${what.replace(/\.$/, '')}`,
      evidence: [...(where ? [where] : []), ...(got ? got.split('\n').slice(0, 4) : [])],
      next: [next, 'esteira check'],
    };
  }
}
