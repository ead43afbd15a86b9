import type { AnySource, Job } from '../../define/index.ts';
import { isEndless, type Node } from '../../graph/index.ts';
import type { StepModel } from '../../plan/index.ts';
import { hidden, type RunRecord, type SourceFile } from '../../ports/index.ts';
import { changedNext, changedText, filesOf } from '../../run/index.ts';
import { few, timeText } from '../alerts/words.ts';
import { nameOf } from '../names.ts';
import { count, counted, size } from '../numbers.ts';
import type { ChangesView } from '../views.ts';
import { errorView } from '../views-of.ts';
import { isOf, newestDate } from './dates.ts';
import type { Case, Evidence } from './evidence.ts';
import { near } from './near.ts';

/** Why a source has brought nothing, or less. */
export interface Why {
  readonly text: string;
  readonly evidence: readonly string[];
  readonly next: readonly string[];
  /** The smaller is believed first, where several sources have each their own. */
  readonly order: number;
  /** It is more than that nothing came. */
  readonly isKnown: boolean;
  /** Nothing came, and nothing is known that kept it from coming. */
  readonly isQuiet?: boolean;
  /** Nothing is missing. */
  readonly isWell?: boolean;
}
/** Up to here it is that something is there and was not taken. */
export const lastOfFiles = 5;

interface Asking {
  /** The table that reads it. */
  readonly reader: StepModel;
  readonly of: Case;
  readonly evidence: Evidence;
}

const known = (order: number, text: string, next: readonly string[], evidence: readonly string[] = []): Why => ({
  ...{ text, evidence, next, order, isKnown: true },
});

/** From what has to happen first to what has to happen last. */
export async function whyNothing(node: Node<AnySource>, asking: Asking): Promise<Why> {
  const { graph } = asking.evidence.project;
  const job = [...graph.jobs.values()].find((one) => isEndless(one) && one.build.includes(node.definition));
  const first = (job && (await ofSync(job, node, asking))) ?? (await ofFiles(node, job, asking));
  if (first?.isKnown) return first;
  const landed = job && (await ofLanding(node, job, asking));
  return landed ?? first ?? nothingNew(node);
}

const nothingNew = (node: Node): Why => ({
  text: `${nameOf(node)} had nothing new`,
  evidence: [],
  next: [`Ask who delivers ${nameOf(node)}; esteira doctor looks at what is there.`],
  order: 90,
  isKnown: false,
  isQuiet: true,
});

// ---- what brings it in ----
async function ofSync(job: Job, node: Node<AnySource>, { evidence }: Asking): Promise<Why | undefined> {
  const { state } = evidence.project;
  const lag = (await evidence.changes()).find((view) => view.job === job.name);
  if (lag?.warning !== undefined)
    return known(
      1,
      `the sync (${job.name}) does not get through: ${lag.warning}`,
      [`esteira sync --once ${job.name}`, 'esteira doctor'],
      lagText(lag),
    );
  const [last] = await state.runs({ job: job.name, limit: 1 });
  const next = [`esteira sync --once ${job.name}`];
  if (last && lag && !lag.isGoing && (lag.lagBytes ?? 0) > 0 && (lag.lagSeconds ?? 0) > 60)
    return known(
      4,
      `the sync (${job.name}) is behind by ${timeText(1000 * (lag.lagSeconds ?? 0))}: nobody follows the changes`,
      next,
      lagText(lag),
    );
  if (!last) return known(0, `the sync (${job.name}) never ran`, [...next, 'then run the job again']);
  if (last.state === 'failed') return failedSync(last, job);
  if (last.state === 'cancelled' && (await unread(node, evidence)).length > 0)
    return known(2, `the sync (${job.name}) was stopped`, next, [`run ${last.runId} of ${last.date}`]);
  return undefined;
}

function lagText({ lagSeconds, lagBytes, retainedBytes, slot, database, trouble }: ChangesView): readonly string[] {
  return [
    ...(database ? [`${database}, slot ${slot}`] : []),
    ...(lagBytes === undefined
      ? []
      : [
          `${timeText(1000 * (lagSeconds ?? 0))} and ${size(lagBytes)} behind; the server keeps ${size(retainedBytes ?? 0)} for it`,
        ]),
    ...(trouble ? [trouble] : []),
  ];
}

function failedSync({ runId, error, finishedAt }: RunRecord, { name }: Job): Why {
  const { code, what, next, got } = errorView(error);
  const text = `the sync (${name}) fails: ${code}: ${what}`;
  return known(
    1,
    text,
    [next, `esteira sync --once ${name}`],
    [
      `run ${runId}${finishedAt ? ` at ${finishedAt.round('second')}` : ''}`,
      ...(got ? [`got ${got.split('\n')[0]}`] : []),
    ],
  );
}

/** Files that its reader would read now. */
async function unread(node: Node<AnySource>, evidence: Evidence): Promise<readonly SourceFile[]> {
  const model = evidence.modelOf(node.id);
  const [read] = model?.reads ?? [];
  if (!model || !read || evidence.project.readerOf(node.definition).by !== 'files') return [];
  return (await filesOf(read, model, { project: evidence.project })).toRead;
}

// ---- the files themselves ----
async function ofFiles(node: Node<AnySource>, job: Job | undefined, asking: Asking): Promise<Why | undefined> {
  const { evidence, of, reader } = asking;
  const { project } = evidence;
  if (project.readerOf(node.definition).by !== 'files') return undefined;
  // A stream's own step reads the files; else the table does.
  const model = job ? evidence.modelOf(node.id) : reader;
  const read = model?.reads.find((one) => one.node.id === node.id);
  if (!model || !read) return undefined;
  const { date } = of.at.run;
  const pattern = project.readerOf(node.definition).options.pattern ?? '';
  const isDated = pattern.includes('{date}');
  const { toRead, changed, all, known: taken } = await filesOf(read, model, { project, ...(isDated ? { date } : {}) });
  const latest = evidence.progress.latest(model.node);
  const bad = (latest?.details.badFiles ?? []).filter(({ path }) => all.some((file) => file.path === path) || !job);
  const own = all.filter(({ path }) => isOf(path, date));
  const such = bad.filter(({ path }) => isOf(path, date));
  const [first] = such.length > 0 ? such : own.length === 0 ? bad : [];
  if (first)
    return known(
      3,
      `${first.path} was set aside: ${first.why}`,
      ['Have it delivered whole under its name, then run again.'],
      [...(bad.length > 1 ? [`${counted(bad.length, 'file')} set aside: ${few(bad.map(({ path }) => path))}`] : [])],
    );
  const waiting = toRead.filter(({ path }) => !bad.some((one) => one.path === path));
  if (waiting.length > 0 && read.how === 'new files') return behind(waiting, job, asking);
  if (all.length === 0 || own.length === 0) {
    const missed = await near(node, { pattern, date, project, hasSome: all.length > 0 });
    if (missed) return known(5, missed.text, missed.next, missed.evidence);
  }
  if (all.length === 0) {
    const text = isDated
      ? `there is no file ${pattern.replaceAll('{date}', date.toString())}`
      : `no file is there: ${pattern}`;
    return known(
      6,
      text,
      ['Have the files delivered, or correct the pattern of the source.'],
      [`in ${project.files.describe}`],
    );
  }
  if (changed.length > 0) return known(7, changedText(read, changed), [changedNext(model)]);
  const newest = newestDate(all.map(({ path }) => path));
  const empty = own.filter(({ path }) => taken.get(path)?.empty || taken.get(path) === undefined);
  if (own.length > 0 && empty.length === own.length)
    return known(
      8,
      `${few(own.map(({ path }) => path))} has no rows`,
      ['Have it delivered again, with its rows, under its name.'],
      [`${count(own.reduce((sum, { bytes }) => sum + bytes, 0))} bytes`],
    );
  if (own.length === 0 && newest && Temporal.PlainDate.compare(newest, date) < 0)
    return {
      ...known(
        9,
        `no file of ${date} has come from ${nameOf(node)}; the newest is of ${newest}`,
        ['Ask who delivers it; then run again.'],
        [
          `${counted(all.length, 'file')} ${pattern}, the newest ${all.filter(({ path }) => isOf(path, newest)).map(({ path }) => path)[0]}`,
        ],
      ),
      isQuiet: true,
    };
  return own.length > 0
    ? { text: `the rows of ${date} had come before`, evidence: [], next: [], order: 95, isKnown: false, isWell: true }
    : undefined;
}

async function behind(own: readonly SourceFile[], job: Job | undefined, { evidence, of }: Asking): Promise<Why> {
  const { project } = evidence;
  // A sync that did not come brings nothing of any of its streams.
  const others = (job?.build ?? []).map((source) => unread(project.graph.nodeOf(source) as Node<AnySource>, evidence));
  const waiting = [
    ...new Map([...own, ...(await Promise.all(others)).flat()].map((file) => [file.path, file])).values(),
  ];
  const names = few(waiting.map(({ path }) => path));
  if (!job) {
    const text = `${counted(waiting.length, 'file')} came after the run: ${names}`;
    return known(4, text, [`esteira run ${of.at.run.job} --date ${of.at.run.date} --again`]);
  }
  const [last] = await project.state.runs({ job: job.name, limit: 1 });
  const ago = last ? last.createdAt.until(evidence.now).total('seconds') : 0;
  const text = `the sync (${job.name}) is behind: it last ran ${last ? `${timeText(1000 * ago)} ago` : 'never'}, and ${counted(waiting.length, 'file')} ${waiting.length === 1 ? 'has' : 'have'} come since`;
  return known(
    4,
    text,
    [`esteira sync --once ${job.name}`, `esteira run ${of.at.run.job} --date ${of.at.run.date} --again`],
    [`not read: ${names}`, ...(last ? [`last sync: run ${last.runId} at ${last.createdAt.round('second')}`] : [])],
  );
}

// ---- what it has brought in ----
/** Rows came to landing after the run had looked. */
async function ofLanding(node: Node<AnySource>, job: Job, { reader, of, evidence }: Asking): Promise<Why | undefined> {
  const { dialect } = evidence.project.warehouse;
  const mark = evidence.progress.watermark(reader.node, node.id);
  if (mark === undefined) return undefined;
  const place = dialect.place({ catalog: node.catalog, schema: node.schema, table: node.table });
  const later = await evidence.number(
    `select count(*) from ${place} where ${dialect.identifier(hidden.sequence)} > ${mark}`,
  );
  if (later === 0) return undefined;
  const { run } = of.at;
  const text = `the sync (${job.name}) brought ${counted(later, 'row')} of ${nameOf(node)} after the run had begun`;
  return known(
    4,
    text,
    [`esteira run ${run.job} --date ${run.date} --again`],
    [`the run began at ${run.createdAt.round('second')}`],
  );
}
