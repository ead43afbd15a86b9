import type { AnySource, Job } from '../../define/index.ts';
import type { Node } from '../../graph/index.ts';
import { placeOf } from '../../plan/index.ts';
import type { RunRecord } from '../../ports/index.ts';
import { filesOf } from '../../run/index.ts';
import { few } from '../alerts/words.ts';
import { arriving } from '../diagnose/arrivals.ts';
import type { Case, Evidence } from '../diagnose/evidence.ts';
import { manyInvalid } from '../diagnose/invalid.ts';
import { median, share } from '../diagnose/words.ts';
import { nameOf } from '../names.ts';
import { count, counted, moment, seconds } from '../numbers.ts';
import { errorView } from '../views-of.ts';
import type { ItemView } from './views.ts';

const when = (run: RunRecord): string => (run.finishedAt ?? run.createdAt).toString();

/** What brings in without end has ended well, and nothing waits for it. */
export async function syncDone(job: Job, date: Temporal.PlainDate, evidence: Evidence): Promise<ItemView> {
  const { project, now } = evidence;
  const [last] = await project.state.runs({ job: job.name, limit: 1 });
  const item = `sync completed: ${job.name}`;
  const next = [`esteira sync --once ${job.name}`];
  if (!last)
    return { kind: 'event', item, state: 'failed', what: 'it never ran', evidence: [], at: now.toString(), next };
  const waiting = await unread(job, evidence);
  const limit = 'succeeded, and no file left unread';
  const about = { kind: 'event', item, limit, at: when(last), run: last.runId } as const;
  const runs = await project.state.runs({ job: job.name, date, limit: 20 });
  const said = `run ${last.runId} ${last.state}, ${moment(when(last))}`;
  const lines = [said, `${counted(runs.length, 'run')} for ${date}`];
  if (last.state !== 'succeeded') {
    const error = last.error ? errorView(last.error) : undefined;
    const what = error ? `it ${last.state}: ${error.code}: ${error.what}` : `its last run is ${last.state}`;
    return { ...about, state: 'failed', what, evidence: lines, next };
  }
  if (waiting.length === 0)
    return { ...about, state: 'ok', what: `succeeded ${moment(when(last))}`, evidence: lines, next: [] };
  const what = `${counted(waiting.length, 'file')} came since its last run, ${moment(when(last))}`;
  return { ...about, state: 'failed', what, evidence: [...lines, `not read: ${few(waiting)}`], next };
}

async function unread(job: Job, { project, models }: Evidence): Promise<readonly string[]> {
  const found: string[] = [];
  for (const source of job.build) {
    const node = project.graph.nodeOf(source) as Node<AnySource>;
    const model = models.get(node.id);
    const [read] = model?.reads ?? [];
    if (!model || !read || node.definition.kind !== 'source' || project.readerOf(node.definition).by !== 'files')
      continue;
    const bad = new Set((await latestBad(node, project))?.map(({ path }) => path));
    found.push(
      ...(await filesOf(read, model, { project })).toRead.map(({ path }) => path).filter((path) => !bad.has(path)),
    );
  }
  return found;
}
const latestBad = async (node: Node, { warehouse }: Evidence['project']) =>
  (await warehouse.position(node.catalog)).latest.get(`${node.schema}.${node.table}`)?.details.badFiles;

/** The run of the date, from its first step to its last. */
export function ranWell(
  job: Job,
  date: Temporal.PlainDate,
  run: RunRecord | undefined,
  { project, now }: Evidence,
): ItemView {
  const about = { kind: 'event', item: `run without errors: ${job.name}`, limit: 'succeeded' } as const;
  const again = `esteira run ${job.name} --date ${date}`;
  if (!run)
    return {
      ...about,
      ...{ state: 'failed', what: `there is no run for ${date}`, evidence: [], at: now.toString() },
      next: [again, 'esteira diagnose'],
    };
  const took = run.finishedAt ? run.createdAt.until(run.finishedAt).total('seconds') : undefined;
  const isDone = run.state === 'succeeded';
  const error = run.error ? errorView(run.error) : undefined;
  const what = isDone
    ? `succeeded in ${seconds(took ?? 0)}`
    : error
      ? `${run.state}: ${error.code}: ${error.what}`
      : run.state;
  return {
    ...about,
    ...{ state: isDone ? 'ok' : 'failed', what, at: when(run), run: run.runId },
    evidence: [`run ${run.runId}, ${run.reason}, begun ${moment(run.createdAt.toString())}`],
    next: isDone ? [] : [`esteira diagnose ${run.runId}${project.option ? ` ${project.option}` : ''}`],
  };
}

/** Less than this part of what is usual for the weekday is no usual day. */
const least = 0.5;
const enough = 3;

/** Rows of all tables that read sources, together: one of them may well have none. */
export function arrived(of: Case, evidence: Evidence): readonly ItemView[] {
  const all = arriving(of, evidence);
  const { run } = of.at;
  if (all.length === 0) return [];
  const rows = all.reduce((sum, one) => sum + one.rows, 0);
  const totals = new Map<string, number>();
  for (const { days } of all)
    for (const { date, account } of days) totals.set(date, (totals.get(date) ?? 0) + account.in);
  const former = [...totals].filter(([, sum]) => sum > 0);
  const weekday = former.filter(([date]) => Temporal.PlainDate.from(date).dayOfWeek === run.date.dayOfWeek);
  const compared = weekday.length >= enough ? weekday : [];
  const usual = median(compared.map(([, sum]) => sum));
  const isLess = compared.length > 0 && rows < usual * least;
  const layers = [...new Set(all.map(({ model }) => model.node.schema))].join(', ');
  const limit =
    compared.length > 0
      ? `at least ${count(Math.ceil(usual * least))}, half of what ${counted(compared.length, 'date')} of this weekday had`
      : 'at least 1 row, all together';
  return [
    {
      kind: 'rows',
      item: `rows as expected: ${layers}`,
      state: rows === 0 || isLess ? 'failed' : 'ok',
      what: `${counted(rows, 'row')} in ${counted(all.length, 'table')}`,
      limit,
      evidence: [
        few(
          all
            .toSorted((one, other) => other.rows - one.rows)
            .map(({ model, rows: own }) => `${nameOf(model.node)} ${count(own)}`),
          8,
        ),
        ...(former.length > 0
          ? [
              `dates before: ${few(
                former.map(([date, sum]) => `${date} ${count(sum)}`),
                5,
              )}`,
            ]
          : ['no date before to compare with']),
      ],
      ...{ at: when(run), run: run.runId, next: rows === 0 || isLess ? [`esteira diagnose ${run.runId}`] : [] },
    },
  ];
}

/** No rule is broken far more often than before. */
export async function invalidAsUsual(of: Case, evidence: Evidence): Promise<readonly ItemView[]> {
  const { run, steps } = of.at;
  const tables = [...steps.values()].flatMap(({ step, account }) => {
    const model = evidence.modelOf(step);
    const sets = model?.node.definition.kind === 'table' && model.node.definition.spec.invalid === 'set aside';
    return model && sets && account ? [{ name: nameOf(model.node), account }] : [];
  });
  if (tables.length === 0) return [];
  const grown = await manyInvalid(of, evidence);
  const [rows, invalid] = (['in', 'invalid'] as const).map((name) =>
    tables.reduce((sum, { account }) => sum + account[name], 0),
  ) as [number, number];
  const worst = tables
    .filter(({ account }) => account.invalid > 0)
    .toSorted((a, b) => b.account.invalid - a.account.invalid);
  return [
    {
      kind: 'rows',
      item: `${evidence.project.graph.suffix} did not grow abnormally`,
      state: grown.length > 0 ? 'failed' : 'ok',
      what:
        grown[0]?.what ??
        `${count(invalid)} of ${counted(rows, 'row')} are invalid (${share(invalid, rows)})${of.former.length > 0 ? ', as before' : ''}`,
      limit: 'no rule broken three times as often as before, beyond chance',
      evidence: [
        ...grown.slice(1).map((one) => one.what),
        worst.length > 0
          ? few(
              worst.map(({ name, account }) => `${name} ${count(account.invalid)} of ${count(account.in)}`),
              5,
            )
          : 'no row was set aside',
      ],
      ...{ at: when(run), run: run.runId, next: grown[0]?.next ?? [] },
    },
  ];
}

/** The last tables of the job have been published by it, and have rows. */
export async function loaded(of: Case, evidence: Evidence): Promise<readonly ItemView[]> {
  const { run, steps } = of.at;
  const { warehouse } = evidence.project;
  const models = [...steps.keys()]
    .flatMap((step) => evidence.modelOf(step) ?? [])
    .filter(({ kind }) => kind === 'table');
  // A layer that another one is made of is not the last.
  const above = new Set(
    models.flatMap(({ node, reads }) =>
      reads.flatMap(({ node: of }) => (of.schema === node.schema ? [] : [of.schema])),
    ),
  );
  const last = models.filter(({ node }) => !above.has(node.schema));
  const layers = new Set(last.map(({ node }) => node.schema));
  if (last.length === 0) return [];
  const found = [];
  for (const { node } of last) {
    const rows = await evidence.number(`select count(*) from ${warehouse.dialect.place(placeOf(node))}`);
    found.push({ name: nameOf(node), rows, isDone: steps.get(node.id)?.state === 'done' });
  }
  const bad = found.filter(({ rows, isDone }) => rows === 0 || !isDone);
  const [first] = bad;
  const what = first
    ? `${first.name} ${first.isDone ? 'is empty' : 'was not loaded'}${bad.length > 1 ? `, and ${counted(bad.length - 1, 'other')} likewise` : ''}`
    : `${counted(found.length, 'table')} loaded, each with rows`;
  return [
    {
      kind: 'rows',
      item: `loaded: ${[...layers].join(', ')}`,
      state: first ? 'failed' : 'ok',
      ...{ what, limit: 'published by the run, at least 1 row each' },
      evidence: [
        few(
          found.map(({ name, rows, isDone }) => `${name} ${isDone ? count(rows) : 'not loaded'}`),
          8,
        ),
      ],
      ...{ at: when(run), run: run.runId, next: first ? [`esteira diagnose ${run.runId}`] : [] },
    },
  ];
}
