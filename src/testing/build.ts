import { type Columns, col } from '../columns/index.ts';
import { type AnyTable, type Table, wayOf } from '../define/index.ts';
import { flagsOf, invalidPlaceOf, placeOf, type StepModel } from '../plan/index.ts';
import { type Account, type Batch, noRows, type StepWrite } from '../ports/index.ts';
import { Progress, type Project, reachOf, readSettings, type SettingValues, writeOf } from '../run/index.ts';
import { inOrder } from './in-order.ts';
import { giveBack, prepare } from './prepare.ts';
import { logicalTimeOf, putGiven, putInvalid, putSettings } from './put.ts';
import type { Built, Contents } from './world.ts';

/** Builds one table in a catalog that nobody else has meanwhile, by the same steps as a run. */
export async function build<C extends Columns>(of: Table<C>, contents: Contents): Promise<Built<C>> {
  const prepared = await prepare(of, contents);
  const { project, models, beside } = prepared;
  await putSettings(project, contents);
  const settings = await readSettings(project);
  const progress = new Progress();
  let account = noRows;
  for (const model of models) {
    const { definition } = model.node;
    const rows = contents.rows.get(definition);
    const refused = definition.kind === 'table' ? contents.rows.get((definition as AnyTable).invalid) : undefined;
    if (refused) await putInvalid(model, refused, { project, contents });
    if (rows) await putGiven(model, rows, project);
    if (rows || beside.has(definition)) {
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

/** What a run would have the warehouse do, at midnight after the day of the test; nothing for a view, which shows what is there, nor for what would be written elsewhere or is asked of people. */
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
  if (['view', 'delivery', 'approval'].includes(model.kind)) return undefined;
  const { date } = contents;
  const logicalTime = logicalTimeOf(contents);
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

/** What the table holds now, with the account of the step that was last: its own. */
async function results<C extends Columns>(
  of: Table<C>,
  { project, account }: { readonly project: Project; readonly account: Account },
): Promise<Built<C>> {
  const { graph, warehouse } = project;
  const node = graph.nodeOf(of);
  const versions = wayOf(of, 'history');
  const rows = inOrder(await warehouse.rows(placeOf(node), of.columns), of.columns, versions ? [versions.from] : []);
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
