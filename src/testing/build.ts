import { type Columns, col } from '../columns/index.ts';
import type { Definition, Table } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { whereOf } from '../graph/index.ts';
import { flagsOf, invalidPlaceOf, layoutOf, placeOf, type StepModel } from '../plan/index.ts';
import { type Account, type Batch, hidden, type StepWrite } from '../ports/index.ts';
import { Progress, type Project, reachOf, readSettings, type SettingValues, writeOf } from '../run/index.ts';
import { inOrder } from './in-order.ts';
import { giveBack, prepare } from './prepare.ts';
import type { Built, Contents } from './world.ts';

const nothing: Account = Object.freeze({
  in: 0,
  valid: 0,
  invalid: 0,
  duplicates: 0,
  held: 0,
  inserted: 0,
  updated: 0,
  deleted: 0,
  unchanged: 0,
  stale: 0,
});

/** Builds one table in a catalog that nobody else has meanwhile, by the same steps as a run. */
export async function build<C extends Columns>(of: Table<C>, contents: Contents): Promise<Built<C>> {
  const prepared = await prepare(of, contents);
  const { project, models } = prepared;
  await writeSettings(project, contents);
  const settings = await readSettings(project);
  const progress = new Progress();
  let account = nothing;
  for (const model of models) {
    const rows = contents.rows.get(model.node.definition);
    if (rows) {
      await putGiven(model, rows, project);
      progress.published(model.node.id, 1n);
      continue;
    }
    const write = await stepWrite(model, { project, progress, contents, settings });
    if (!write) continue;
    const published = await project.warehouse.publish(write);
    progress.published(model.node.id, published.sequence);
    account = published.account;
  }
  const built = await results(of, { project, account });
  giveBack(of, prepared);
  return built;
}

async function stepWrite(
  model: StepModel,
  {
    project,
    progress,
    contents,
    settings,
  }: {
    readonly project: Project;
    readonly progress: Progress;
    readonly contents: Contents;
    readonly settings: SettingValues;
  },
): Promise<StepWrite | undefined> {
  if (model.kind === 'view') return undefined;
  const { date } = contents;
  const logicalTime = date.add({ days: 1 }).toZonedDateTime('UTC').toInstant();
  const batch: Batch = {
    runId: 'test',
    runSeq: 1n,
    step: model.node.id,
    part: 0,
    token: 0n,
    definition: model.definition,
    settingsHash: '',
    logicalTime,
    at: logicalTime,
  };
  const reach = await reachOf(model, { project, progress, date });
  return writeOf(model, {
    project,
    reach,
    values: { runId: 'test', date, logicalTime, settings },
    batch,
    reread: false,
    unchanged: false,
  });
}

/** Rows that a test gives are there as they are, as if their table had been published once: nothing judges them. */
async function putGiven(model: StepModel, rows: readonly object[], { graph, warehouse }: Project): Promise<void> {
  const { definition } = model.node;
  refuseUnknown(definition, rows);
  const missing = Object.fromEntries(Object.keys(definition.columns).map((name) => [name, null]));
  const own =
    layoutOf(model, graph, warehouse.dialect)
      .at(-1)
      ?.columns.map((column) => column.name) ?? [];
  const kept = Object.entries({
    [hidden.row]: col.text(),
    [hidden.run]: col.bigint(),
    [hidden.sequence]: col.bigint(),
  });
  const columns = { ...definition.columns, ...Object.fromEntries(kept.filter(([name]) => own.includes(name))) };
  const complete = rows.map((row, index) => ({
    ...missing,
    ...row,
    [hidden.row]: `given:${String(index).padStart(10, '0')}`,
    [hidden.run]: 1n,
    [hidden.sequence]: 1n,
  }));
  await warehouse.replaceRows(placeOf(model.node), columns, complete);
}

/** The compiler says the same, where a test is compiled. */
function refuseUnknown(definition: Definition & { readonly columns: Columns }, rows: readonly object[]): void {
  const got = rows.flatMap((row) => Object.keys(row)).find((name) => !Object.hasOwn(definition.columns, name));
  if (got === undefined) return;
  throw new EsteiraError('ROW_UNKNOWN_COLUMN', {
    what: `A row that the test gives to ${definition.name} has the column ${got}, which it does not declare.`,
    where: whereOf(definition),
    got,
    allowed: Object.keys(definition.columns).join(', '),
    next: 'Rename it in the test, or declare the column.',
  });
}

async function writeSettings({ graph, warehouse }: Project, { settings }: Contents): Promise<void> {
  for (const [definition, values] of settings) {
    const node = graph.nodeOf(definition);
    const { columns, rows } = node.definition as unknown as { columns: Columns; rows: readonly object[] };
    await warehouse.replaceRows(
      placeOf(node),
      columns,
      rows.map((row) => ({ ...row, ...values })),
    );
  }
}

async function results<C extends Columns>(
  of: Table<C>,
  { project, account }: { readonly project: Project; readonly account: Account },
): Promise<Built<C>> {
  const { graph, warehouse } = project;
  const node = graph.nodeOf(of);
  const rows = inOrder(await warehouse.rows(placeOf(node), of.columns), of.columns);
  const flags = Object.fromEntries(flagsOf(of).map((flag) => [flag, col.boolean()]));
  const refused =
    of.spec.invalid === 'set aside'
      ? inOrder(
          await warehouse.rows(invalidPlaceOf(node, graph.suffix), { ...of.invalid.columns, ...flags }),
          of.columns,
        )
      : [];
  const { in: total, valid, invalid, duplicates } = account;
  return {
    rows: rows as Built<C>['rows'],
    invalid: refused.map((row) => ({ ...row, _original: parsed(row['_original']) })) as unknown as Built<C>['invalid'],
    account: { in: total, valid, invalid, duplicates },
  };
}

const parsed = (original: unknown): unknown => (typeof original === 'string' ? JSON.parse(original) : original);
