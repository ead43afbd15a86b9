import { type Columns, col } from '../columns/index.ts';
import type { AnyTable, Definition } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { whereOf } from '../graph/index.ts';
import { flagsOf, invalidPlaceOf, layoutOf, placeOf, type StepModel } from '../plan/index.ts';
import { hidden } from '../ports/index.ts';
import type { Project } from '../run/index.ts';
import type { Contents } from './world.ts';

/** A run in a test is opened when its day is over. */
export const logicalTimeOf = ({ date }: Contents): Temporal.Instant =>
  date.add({ days: 1 }).toZonedDateTime('UTC').toInstant();

/** Rows that a test gives are there as they are, as if their table had been published once: nothing judges them. */
export async function putGiven(
  model: StepModel,
  rows: readonly object[],
  { graph, warehouse }: Project,
): Promise<void> {
  const { definition } = model.node;
  refuseUnknown(rows, { definition, of: definition.name, allowed: Object.keys(definition.columns) });
  const own = layoutOf(model, graph, warehouse.dialect).at(-1);
  const kept = Object.entries(written).filter(([name]) => own?.columns.some((column) => column.name === name));
  const columns = { ...definition.columns, ...Object.fromEntries(kept) };
  await warehouse.replaceRows(placeOf(model.node), columns, rows.map(complete(columns)));
}

/** The same beside the table that would refuse them; a test may say the flags, and what it leaves out of the run's own columns is filled in. */
export async function putInvalid(
  { node }: StepModel,
  rows: readonly object[],
  { project, contents }: { readonly project: Project; readonly contents: Contents },
): Promise<void> {
  const table = node.definition as AnyTable;
  const flags = Object.fromEntries(flagsOf(table).map((flag) => [flag, col.boolean()]));
  const columns: Columns = { ...table.invalid.columns, ...flags, ...written };
  const allowed = Object.keys({ ...table.invalid.columns, ...flags });
  refuseUnknown(rows, { definition: table, of: `${table.name}${project.graph.suffix}`, allowed });
  const standard = { run_id: 'test', refused_at: logicalTimeOf(contents) };
  const place = invalidPlaceOf(node, project.graph.suffix);
  const own = rows.map((row) => ({ ...standard, [hidden.original]: row, ...row }));
  await project.warehouse.replaceRows(place, columns, own.map(complete(columns)));
}

/** Columns of a row that is written: which it is, and by which publication. */
const written: Columns = {
  [hidden.row]: col.text(),
  [hidden.run]: col.bigint(),
  [hidden.sequence]: col.bigint(),
};

/** A row of all these columns; what is left out is missing. */
const complete =
  (columns: Columns) =>
  (row: object, index: number): object => ({
    ...Object.fromEntries(Object.keys(columns).map((name) => [name, null])),
    [hidden.row]: `given:${String(index).padStart(10, '0')}`,
    [hidden.run]: 1n,
    [hidden.sequence]: 1n,
    ...row,
  });

/** The compiler says the same, where a test is compiled. */
function refuseUnknown(
  rows: readonly object[],
  {
    definition,
    of,
    allowed,
  }: { readonly definition: Definition; readonly of: string; readonly allowed: readonly string[] },
): void {
  const got = rows.flatMap((row) => Object.keys(row)).find((name) => !allowed.includes(name));
  if (got === undefined) return;
  throw new EsteiraError('ROW_UNKNOWN_COLUMN', {
    what: `A row that the test gives to ${of} has the column ${got}, which it does not declare.`,
    where: whereOf(definition),
    got,
    allowed: allowed.join(', '),
    next: 'Rename it in the test, or declare the column.',
  });
}

/** A setting that a test says nothing of has its standard, a table of them the rows it starts with. */
export async function putSettings({ graph, warehouse }: Project, { settings, rows: given }: Contents): Promise<void> {
  for (const [definition, rows] of given) {
    if (definition.kind !== 'settings') continue;
    const node = graph.nodeOf(definition);
    const { columns } = node.definition;
    refuseUnknown(rows, { definition, of: definition.name, allowed: Object.keys(columns) });
    await warehouse.replaceRows(placeOf(node), columns, rows);
  }
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
