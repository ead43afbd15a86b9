import { judgements } from '../columns/index.ts';
import type { AnyReadable, AnyTable, Definition, RunValue } from '../define/index.ts';
import { isReference, writtenAt } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { allSteps, matchesName, type Node } from '../graph/index.ts';
import { definitionOf, emptySpelling, invalidPlaceOf, placeOf, shownPlace, spellBody } from '../plan/index.ts';
import { hidden, type Place, placeText } from '../ports/index.ts';
import { type Project, type SettingValues, settingsOfRun, timetableFound } from '../run/index.ts';
import { withDeliveries } from './deliveries.ts';
import { interruptedOf } from './interrupted.ts';
import { fewOf, invalidNode, jobOf, nodeNamed, runNamed, unknownName } from './names.ts';
import { queryView } from './values.ts';
import type { CompiledView, Context, Input, LogView, Output, QueryView, RunView, ShowView } from './views.ts';
import { runView, tickView } from './views-of.ts';

/** Whoever asks may go away before the answer is there. */
type Asking = Pick<Context, 'signal'>;

/**
 * Each query as the engine gets it, over the tables themselves; what only a run knows stands as `:run_date`, and settings as their standards. Of a
 * table that a function makes, the query that feeds it.
 */
export async function compile(project: Project, input: Input<'compile'>): Promise<CompiledView> {
  const { dialect } = project.warehouse;
  const wanted = input.select ?? [];
  const steps = allSteps(project.graph).filter((step) => step.node.definition.kind === 'table');
  const chosen = steps.filter((step) => wanted.length === 0 || wanted.some((name) => matchesName(name, step.node.id)));
  const [unknown] = wanted.filter((name) => !steps.some((step) => matchesName(name, step.node.id)));
  if (unknown !== undefined)
    throw unknownName(
      unknown,
      steps.map((step) => step.node),
    );
  const relation = (of: AnyReadable) => dialect.place(placeOf(project.graph.nodeOf(definitionOf(of))));
  const empty = emptySpelling(dialect);
  // What a model predicts is known to a run only: its columns stand there without a value.
  const predict: typeof empty.predict = (how, rows) =>
    `${empty.predict(how, rows)} /* predicted by ${how.model.name} */`;
  const spelling = { ...empty, relation, predict, run: ({ run }: RunValue) => `:run_${run}` };
  const queries = chosen.map(({ node }) => {
    const { rows } = (node.definition as AnyTable).spec;
    const body = rows.recipe.by === 'map' ? rows.recipe.input : rows;
    return { name: node.id, sql: spellBody(body, spelling).trim() };
  });
  return { engine: dialect.name, queries };
}

/** Newest first, with the times that were due and at which nobody ran the job. */
export async function runs(project: Project, { job, limit = 20 }: Input<'runs'>): Promise<Output<'runs'>> {
  const { state } = project;
  const found = await state.runs({ limit, ...(job ? { job, parts: true } : {}) });
  const missed = await state.ticks.list({ state: 'skipped', limit, ...(job ? { job } : {}) });
  // A job that is no more may have runs; one that never was has none.
  if (job && found.length === 0) jobOf(project, job);
  const interrupted = await interruptedOf(found, project);
  return { runs: found.map((run) => runView(run, [], interrupted)), missed: missed.map(tickView) };
}

/** What a run said, in the order in which it was said; of one step, also what it says of its files and checks. */
export async function logs(project: Project, input: Input<'logs'>): Promise<LogView> {
  const run = await runNamed(project, input.run);
  const step = input.step && (nodeNamed(project, input.step)?.id ?? input.step);
  if (step) await refuseForeign(project, run.runId, step);
  const lines = await project.state.logs(run.runId, step);
  return {
    lines: lines.map(({ at, step, level, text }) => ({ at: at.toString(), level, text, ...(step ? { step } : {}) })),
  };
}

/** A step that the run does not have has no lines, but nor has one that is misspelled. */
async function refuseForeign(project: Project, runId: string, step: string): Promise<void> {
  const steps = (await project.state.steps(runId)).map((one) => one.step);
  if (steps.includes(step)) return;
  throw new EsteiraError('NAME_UNKNOWN', {
    what: `The run has no step ${step}.`,
    where: `run ${runId}`,
    allowed: fewOf(steps) || 'none: it has no steps',
    next: `esteira show ${runId} lists them.`,
  });
}

/** Rows of one statement that only reads, at most `limit` of them; `more` says that there were others. Throws QUERY_NOT_READ_ONLY, QUERY_INVALID. */
export async function query(project: Project, input: Input<'query'>, { signal }: Asking): Promise<QueryView> {
  const result = await project.warehouse.query(input.sql, {
    limit: input.limit ?? 1000,
    catalogs: project.graph.catalogs,
    signal,
  });
  return queryView(result);
}

/** A table, source, settings, job, or run. */
export async function show(project: Project, input: Input<'show'>, asking: Asking): Promise<ShowView | RunView> {
  const { name } = input;
  const job = project.graph.jobs.get(name);
  if (job)
    return {
      ...plain(job, '', project),
      trigger: (await timetableFound(job, project)).timetable.when,
      reads: [...job.build, ...job.train, ...job.refine, ...job.rollback.map(({ model }) => model)].map(
        (one) => one.name,
      ),
      readBy: [],
      columns: [],
    };
  const node = nodeNamed(project, name) ?? invalidNode(project, name);
  if (node) return showNode(node, project, asking);
  if (/^[0-9A-Z]{6,26}$/.test(name) || name === 'latest') {
    const run = await runNamed(project, name);
    const interrupted = await interruptedOf([run], project);
    const used = settingsOfRun(run.settings as SettingValues);
    const more = { suffix: project.graph.suffix, ...(Object.keys(used).length > 0 ? { settings: used } : {}) };
    const view = runView(run, await project.state.steps(run.runId), interrupted);
    return { ...(await withDeliveries(view, project)), ...more };
  }
  throw unknownName(name, [...project.graph.nodes.values()]);
}

async function showNode(node: Node, project: Project, asking: Asking): Promise<ShowView> {
  const { definition } = node;
  const table = definition.kind === 'table' ? (definition as AnyTable) : undefined;
  const place = table?.spec.refusedBy
    ? invalidPlaceOf(project.graph.nodeOf(table.spec.refusedBy), project.graph.suffix)
    : shownPlace(node, project.graph);
  const existing = (await project.warehouse.inspect(node.catalog)).some(
    (one) => placeText(one.place) === placeText(place),
  );
  const position = await project.warehouse.position(node.catalog);
  const latest = position.latest.get(`${node.schema}.${node.table}`);
  const sample = existing ? await sampleOf(place, table, { project, asking }) : undefined;
  const readBy = [...project.graph.nodes.values()].filter((other) => other.definition.dependsOn.includes(definition));
  return {
    ...plain(definition, node.catalog, project),
    columns: columnsOf(definition.columns, table),
    reads: definition.dependsOn.map((above) => nameOf(above, project)),
    readBy: readBy.map((other) => nameOf(other.definition, project)),
    ...(table?.spec.about ? { about: table.spec.about } : {}),
    ...(table ? { write: typeof table.spec.write === 'object' ? table.spec.write.way : table.spec.write } : {}),
    ...(latest
      ? { latest: { runId: latest.runId, publishedAt: latest.publishedAt.toString(), account: latest.account } }
      : {}),
    ...(sample ? { sample } : {}),
    ...(sample && table?.spec.refusedBy ? { flags: flagsIn(sample, table) } : {}),
  };
}

/** What is neither a column of its definition nor of the run says whether the row keeps a rule, be it one of today or of before. */
function flagsIn(sample: QueryView, { columns }: AnyTable): readonly string[] {
  const others = new Set<string>([...Object.keys(columns), ...Object.values(hidden)].map((name) => name.toLowerCase()));
  return sample.columns.map(({ name }) => name).filter((name) => !others.has(name.toLowerCase()));
}

/** The first rows of a table; of invalid rows and receipts the newest, for the mistake that people look for is that of today. */
async function sampleOf(
  place: Place,
  table: AnyTable | undefined,
  { project, asking }: { readonly project: Project; readonly asking: Asking },
): Promise<QueryView> {
  const { dialect } = project.warehouse;
  const order = table?.spec.refusedBy
    ? ' order by refused_at desc, _rid'
    : table?.spec.receiptsOf
      ? ' order by delivered_at desc, _rid'
      : '';
  return query(project, { sql: `select * from ${dialect.place(place)}${order}`, limit: 10 }, asking);
}

/** A table of invalid rows by the name that it has in this project. */
const nameOf = ({ name }: Definition, { graph }: Project): string => name.replace(/:invalid$/, graph.suffix);

const plain = (definition: Definition, catalog: string, project: Project) => ({
  name: nameOf(definition, project),
  kind: definition.kind,
  catalog,
  writtenAt: writtenAt(definition).replace(`${project.folder}/`, ''),
});

function columnsOf(columns: AnyTable['columns'], table: AnyTable | undefined): ShowView['columns'] {
  // Invalid rows were judged elsewhere, as the rows that receipts are of, and one key may come among them many times.
  const isJudged = (table?.spec.refusedBy ?? table?.spec.receiptsOf) === undefined;
  const judged = isJudged ? judgements(columns) : [];
  const wholeRow = Object.entries(table?.spec.rules ?? {});
  return Object.entries<AnyTable['columns'][string]>(columns).map(([name, column]) => ({
    name,
    kind: column.facts.kind,
    key: isJudged && column.facts.isKey === true,
    optional: column.facts.nullable === true,
    rules: [
      ...judged
        .filter((one) => one.column === name && !['present', 'kind'].includes(one.code))
        .map((one) => `${one.code} ${JSON.stringify(one.allowed)}`),
      ...wholeRow.flatMap(([flag, rule]) =>
        isReference(rule) && rule.column === name ? [`${flag}: in ${rule.of.name}`] : [],
      ),
    ],
  }));
}
