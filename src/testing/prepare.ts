import { memoryWarehouse } from '../config/memory.ts';
import type { AnySource, AnyTable, Definition } from '../define/index.ts';
import { allSteps, collect, type Graph, type GraphStep, invalidDefinition } from '../graph/index.ts';
import type { Read, StepModel } from '../plan/index.ts';
import type { Change, Warehouse } from '../ports/index.ts';
import { Answers, modelsOf, type Project, setupChanges } from '../run/index.ts';
import type { Contents } from './world.ts';

/** One engine for all tests of a process: opening one takes longer than most tests. */
let engine: Promise<Awaited<ReturnType<typeof openEngine>>> | undefined;
async function openEngine() {
  const warehouse = await memoryWarehouse();
  return { warehouse, answers: new Answers(warehouse, { version: '' }) };
}
let catalogs = 0;

/** A catalog that is set up to build a table when certain others are given. */
interface Prepared {
  readonly catalog: string;
  readonly given: ReadonlySet<Definition>;
  /** Tables of which only the invalid rows are read, and these are given: they are there, and are not built. */
  readonly beside: ReadonlySet<Definition>;
  readonly project: Project;
  readonly models: readonly StepModel[];
  /** The first rows of settings. */
  readonly first: readonly Change[];
}
/** By the table that is built: those that no test has now. Setting one up takes longer than building in it. */
const idle = new WeakMap<Definition, Prepared[]>();

/** A catalog without rows, which is the caller's until it is given back. */
export async function prepare(of: AnyTable, contents: Contents): Promise<Prepared> {
  engine ??= openEngine();
  const { warehouse, answers } = await engine;
  const given = new Set(contents.rows.keys());
  const free = idle.get(of) ?? [];
  const at = free.findIndex((one) => one.given.symmetricDifference(given).size === 0);
  const [known] = at < 0 ? [] : free.splice(at, 1);
  if (!known) return await setUp(of, { contents, given, warehouse, answers });
  await warehouse.empty(known.catalog);
  if (known.first.length > 0) await warehouse.change(known.catalog, known.first);
  return known;
}

/** A build that failed keeps its catalog: nobody knows what it left there. */
export function giveBack(of: AnyTable, prepared: Prepared): void {
  idle.set(of, [...(idle.get(of) ?? []), prepared]);
}

async function setUp(
  of: AnyTable,
  {
    contents,
    given,
    warehouse,
    answers,
  }: {
    readonly contents: Contents;
    readonly given: ReadonlySet<Definition>;
    readonly warehouse: Warehouse;
    readonly answers: Answers;
  },
): Promise<Prepared> {
  catalogs += 1;
  const catalog = `test_${catalogs}`;
  const graph = collect([{ catalog, file: 'test', exports: { above: [...above(of)] } }], { suffix: '_invalidos' });
  const project = projectOf(graph, warehouse, answers);
  const needed = above(of, { until: contents.rows });
  const beside = new Set([...given].flatMap((one) => refusedBy(one) ?? []).filter((one) => !needed.has(one)));
  refuseInvalid(needed, contents);
  const built = allSteps(graph)
    .filter(({ node }) => needed.has(node.definition) || beside.has(node.definition))
    .map((step) => (step.node.definition === of ? step : { ...step, checks: [] }));
  const steps = [...givenSources(graph, contents, built), ...built];
  const models = (await modelsOf(steps, project)).map((model) => withGiven(model, contents));
  const changes = (await setupChanges(models, project)).get(catalog) ?? [];
  await warehouse.change(catalog, changes);
  return { catalog, given, beside, project, models, first: changes.filter(({ change }) => change === 'insert') };
}

const refusedBy = (definition: Definition): Definition | undefined => (definition as AnyTable).spec?.refusedBy;

/** A table that is built makes its invalid rows itself: those of a test would stand among them. Another one may have none at all. */
function refuseInvalid(needed: ReadonlySet<Definition>, { rows }: Contents): void {
  for (const invalid of rows.keys()) {
    const table = refusedBy(invalid);
    if (!table) continue;
    const { name } = table;
    const given = `The test gives invalid rows of ${name}`;
    if ((table as AnyTable).spec.invalid !== 'set aside')
      throw invalidDefinition(`${given}, which sets none aside.`, table, `Say invalid: 'set aside' for ${name}.`);
    if (needed.has(table) && !rows.has(table))
      throw invalidDefinition(
        `${given}, and has that table built, which makes its own.`,
        table,
        `Give the rows of ${name} too, or leave its invalid rows to it.`,
      );
  }
}

/** The table, and everything above it, but not above what `until` has. */
function above(
  of: Definition,
  {
    until,
    found = new Set<Definition>(),
  }: { readonly until?: ReadonlyMap<Definition, unknown>; readonly found?: Set<Definition> } = {},
): ReadonlySet<Definition> {
  const definition = refusedBy(of) ?? of;
  if (found.has(definition) || (definition !== of && until?.has(of))) return found;
  found.add(definition);
  if (until?.has(definition)) return found;
  for (const other of definition.dependsOn) above(other, { found, ...(until ? { until } : {}) });
  return found;
}

/** A source that is given is a table of the test, whichever way it is read elsewhere. */
function givenSources(graph: Graph, { rows }: Contents, built: readonly GraphStep[]): readonly GraphStep[] {
  return [...graph.nodes.values()]
    .filter(({ definition }) => definition.kind === 'source' && rows.has(definition))
    .filter((node) => !built.some((step) => step.node === node))
    .map((node) => ({ node, kind: 'source', needs: [], checks: [] }));
}

/** What is given is a table that is read as such: no files are looked for, and a view shows nothing of its own. */
function withGiven(model: StepModel, { rows }: Contents): StepModel {
  const inTable = (read: Read): Read => {
    if (!rows.has(read.node.definition)) return read;
    if (read.how === 'files') return { ...read, how: 'whole' };
    return read.how === 'new files' ? { ...read, how: 'new' } : read;
  };
  const { carried, kind, node } = model;
  return {
    ...model,
    kind: kind === 'view' && rows.has(node.definition) ? 'table' : kind,
    reads: model.reads.map(inTable),
    keeping: model.keeping.map(inTable),
    ...(carried ? { carried: { ...carried, from: inTable(carried.from) } } : {}),
  };
}

const noFiles: Project['files'] = {
  describe: 'no files',
  list: async () => [],
  below: async () => [],
  isAsListed: async () => false,
  keep: () => Promise.reject(new TypeError('no file is kept here')),
  read: async () => undefined,
  look: async () => undefined,
  replace: async () => 'overtaken',
  remove: async () => {},
  put: () => Promise.reject(new TypeError('no file is put here')),
};

function projectOf(graph: Graph, warehouse: Warehouse, answers: Answers): Project {
  return {
    graph,
    warehouse,
    answers,
    name: 'test',
    folder: '',
    local: '',
    environment: 'test',
    version: '',
    state: undefined as never,
    files: noFiles,
    versions: noFiles,
    clock: { now: () => Temporal.Instant.from('2026-01-01T00:00:00Z') },
    holder: 'test',
    owner: { pid: process.pid, since: '', command: 'test' },
    parallel: 1,
    readerOf: (source: AnySource) => source.reader.choices?.[0] ?? source.reader,
    standInOf: () => undefined,
    changes: () => Promise.reject(new TypeError('no database is followed here')),
    modulesOf: () => ({}),
    redact: (text) => text,
    trace: () => {},
  };
}
