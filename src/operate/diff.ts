import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { type ColumnFacts, keyOf } from '../columns/index.ts';
import { type AnyTable, wayOf } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import type { Node } from '../graph/index.ts';
import { invalidPlaceOf, keyIn, placeOf } from '../plan/index.ts';
import {
  type ComparedColumn,
  type DefinitionFacts,
  type DescribedColumn,
  hidden,
  type OtherWarehouse,
  type Place,
  placeText,
  type RowDifference,
} from '../ports/index.ts';
import { type Project, ulid } from '../run/index.ts';
import { invalidNode, nodeNamed, unknownName } from './names.ts';
import { jsonValue } from './values.ts';
import type { Context, DiffView, Input, SchemaDifference } from './views.ts';

/** One side of a comparison: the table as it is stored there. */
interface Side {
  readonly columns: readonly DescribedColumn[];
  /** Of the definition that was published there last. */
  readonly facts?: DefinitionFacts;
}

/**
 * A table beside that of the same name in another environment: its schema, its rows by key, and some that differ. Of the other a copy is made, in one
 * statement that only reads; nothing of it is written or held meanwhile. Throws DIFF_IMPOSSIBLE, and FILE_HELD where another project has it open.
 */
export async function diff(project: Project, input: Input<'diff'>, { signal }: Context): Promise<DiffView> {
  const { table: name, against, samples = 100 } = input;
  const node = nodeNamed(project, name) ?? invalidNode(project, name);
  if (!node) throw unknownName(name, [...project.graph.nodes.values()]);
  const place = placeIn(node, project);
  if (against === project.environment || !project.against)
    throw new EsteiraError('COMMAND_UNKNOWN', {
      what: `${name} would be compared with itself.`,
      got: against,
      next: `Name another environment, or begin in one: esteira diff ${name} --env <name> --against ${against}`,
    });
  const here = await sideOf(project.warehouse, place, node.definition as AnyTable);
  if (!here) throw impossible(`There is no table ${name} in ${project.environment} yet.`, 'esteira setup');
  const other = await project.against(against);
  try {
    refuseUnlike(project.warehouse, other.warehouse, against);
    const there = await sideOf(other.warehouse, place, node.definition as AnyTable).catch((error) => {
      throw heldBy(error, against);
    });
    if (!there) throw impossible(`There is no table ${name} in ${against} yet.`, `esteira setup --env ${against}`);
    const schema = [...columnDifferences(here, there), ...factDifferences(here, there)];
    const columns = common(here, there);
    if (columns.length === 0) throw impossible(`${name} has no column in both environments.`, 'Compare another table.');
    const names = columns.map((column) => column.name);
    const wanted = toldApartBy(node.definition as AnyTable);
    const key = wanted.every((one) => names.includes(one)) ? wanted : [];
    const compared = await withFile(project, async (file) => {
      await other.warehouse.snapshot(place, { columns: names, file, signal });
      // From here on the other is free.
      return project.warehouse.compare(place, { file, columns, key, samples }, signal);
    });
    const { by, rows, onlyHere, onlyThere, different, byColumn, differences } = compared;
    return {
      table: placeText(place),
      here: project.environment,
      there: against,
      equal: schema.length + onlyHere + onlyThere + different === 0,
      schema,
      by,
      key: by === 'key' ? key : [],
      rows: { ...rows, onlyHere, onlyThere, different },
      columns: byColumn,
      samples: differences.map((one) => sample(one, names, by === 'key' ? key : [])),
    };
  } finally {
    await other.release();
  }
}

/** What tells its rows apart: of a history also since when each is true. */
function toldApartBy(definition: AnyTable): readonly string[] {
  if (definition.spec?.refusedBy || definition.spec?.receiptsOf) return [];
  const versions = wayOf(definition, 'history');
  return [...keyOf(definition.columns), ...(versions ? [versions.from] : [])];
}

function placeIn(node: Node, { graph }: Project): Place {
  const { refusedBy } = (node.definition as AnyTable).spec ?? {};
  return refusedBy ? invalidPlaceOf(graph.nodeOf(refusedBy), graph.suffix) : placeOf(node);
}

/** What a run writes beside the rows: it is another run in each environment. */
const ofRuns = new Set<string>([...Object.values(hidden), 'run_id', 'refused_at', 'delivered_at']);
/** Of receipts, and of batches: how hard it was. */
const ofRequests = new Set<string>(['tries', 'retries', 'seconds', 'rows_per_second']);

function isOfRun(name: string, { spec }: AnyTable): boolean {
  return ofRuns.has(name) || ((spec?.receiptsOf ?? spec?.batchesOf) !== undefined && ofRequests.has(name));
}

async function sideOf(warehouse: OtherWarehouse, place: Place, definition: AnyTable): Promise<Side | undefined> {
  const found = (await warehouse.inspect(place.catalog)).find((table) => placeText(table.place) === placeText(place));
  if (!found) return undefined;
  const id = placeText(place);
  const former = (await warehouse.formerDefinitions(place.catalog, new Map([[id, '']]))).get(id);
  const { facts } = former?.[0] ?? {};
  return { columns: found.columns.filter(({ name }) => !isOfRun(name, definition)), ...(facts ? { facts } : {}) };
}

const named = (columns: readonly DescribedColumn[], name: string): DescribedColumn | undefined =>
  columns.find((one) => one.name.toLowerCase() === name.toLowerCase());

const common = (here: Side, there: Side): readonly ComparedColumn[] =>
  here.columns.flatMap(({ name, type }) => {
    const other = named(there.columns, name);
    return other ? [{ name, here: type, there: other.type }] : [];
  });

function columnDifferences(here: Side, there: Side): readonly SchemaDifference[] {
  return [
    ...here.columns.flatMap(({ name, type }): readonly SchemaDifference[] => {
      const other = named(there.columns, name);
      if (!other) return [{ what: 'column only here', column: name, here: type }];
      return other.type === type ? [] : [{ what: 'type', column: name, here: type, there: other.type }];
    }),
    ...there.columns
      .filter(({ name }) => !named(here.columns, name))
      .map(({ name, type }) => ({ what: 'column only there', column: name, there: type }) as const),
  ];
}

/** What the engine does not keep: known where each side was published by a definition that was kept. */
function factDifferences(here: Side, there: Side): readonly SchemaDifference[] {
  const [one, other] = [here.facts, there.facts];
  if (!one || !other) return [];
  const optional = common(here, there).flatMap(({ name }): readonly SchemaDifference[] => {
    const [own, others] = [factsOf(one, name), factsOf(other, name)];
    if (!own || !others || own.nullable === others.nullable) return [];
    const said = ({ nullable }: ColumnFacts): string => (nullable ? 'optional' : 'required');
    return [{ what: 'optional', column: name, here: said(own), there: said(others) }];
  });
  const [key, otherKey] = [keyIn(one).join(', '), keyIn(other).join(', ')];
  return [...optional, ...(key === otherKey ? [] : [{ what: 'key', here: key, there: otherKey } as const])];
}

const factsOf = (facts: DefinitionFacts, name: string): ColumnFacts | undefined => {
  const text = facts[`column ${name}`];
  return text === undefined ? undefined : (JSON.parse(text) as ColumnFacts);
};

function sample(
  { what, here, there }: RowDifference,
  names: readonly string[],
  key: readonly string[],
): DiffView['samples'][number] {
  const [own, others] = [here.map(jsonValue), there.map(jsonValue)];
  const isDifferent = (index: number): boolean => JSON.stringify(own[index]) !== JSON.stringify(others[index]);
  return {
    what,
    key: Object.fromEntries(
      names.flatMap((name, index) =>
        key.includes(name) ? [[name, (what === 'only there' ? others : own)[index] ?? null]] : [],
      ),
    ),
    values: names.flatMap((column, index) => {
      if (key.includes(column) || (what === 'different' && !isDifferent(index))) return [];
      return [
        {
          column,
          ...(what === 'only there' ? {} : { here: own[index] ?? null }),
          ...(what === 'only here' ? {} : { there: others[index] ?? null }),
        },
      ];
    }),
  };
}

const day = 24 * 60 * 60 * 1000;

/** A file of its own for as long as it is needed; the engine may have put others beside it. */
async function withFile<Result>({ local, clock }: Project, work: (file: string) => Promise<Result>): Promise<Result> {
  const all = path.join(local, 'diff');
  const own = path.join(all, ulid(clock.now()));
  mkdirSync(own, { recursive: true });
  for (const name of readdirSync(all)) {
    const left = path.join(all, name);
    // Of a process that was killed.
    if (Date.now() - statSync(left).mtimeMs > day) rmSync(left, { recursive: true, force: true });
  }
  try {
    return await work(path.join(own, 'snapshot'));
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

function refuseUnlike(here: OtherWarehouse, there: OtherWarehouse, against: string): void {
  const isAble = here.capabilities.comparisons && there.capabilities.comparisons;
  if (isAble && here.dialect.name === there.dialect.name) return;
  throw impossible(
    `The warehouses of this environment and of ${against} are not of one engine that compares tables.`,
    'Ask both with `esteira query`, and compare what they give.',
  );
}

/** Another process has the files of the other environment, and it is not the owner of this project: that one would have been asked. */
function heldBy(error: unknown, against: string): unknown {
  if (!(error instanceof EsteiraError) || error.code !== 'FILE_HELD') return error;
  const next = `Give the command in the project folder of that process, whose owner answers while it runs; or wait until it has ended. Nothing of ${against} was touched.`;
  return new EsteiraError('FILE_HELD', { ...error.details, next }, { cause: error });
}

const impossible = (what: string, next: string): EsteiraError => new EsteiraError('DIFF_IMPOSSIBLE', { what, next });
