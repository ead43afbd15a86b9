import {
  type AnyModel,
  type AnyTable,
  type Check,
  copyOf,
  type Definition,
  type Endpoint,
  isDefinition,
  type Job,
  type Monitor,
  ownCopy,
  wayOf,
  writtenAt,
} from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { approvalsAbove } from './approval.ts';
import {
  companions,
  type Graph,
  type Held,
  invalidDefinition,
  type LoadedFile,
  type Node,
  whereOf,
} from './catalog.ts';
import { deliveryOf, refuseKeptTwice } from './delivery.ts';
import { insideOf } from './models.ts';
import { refuseUnshadowed } from './shadows.ts';
import { refuseMisshapen } from './shape.ts';

/**
 * Collects what the definition files export into one graph, and refuses a name given twice, a mention of something unexported, two copies of the
 * package. Nothing registers itself: what no listed file exports is not there. A definition that two catalogs export belongs to the first.
 */
export function collect(files: readonly LoadedFile[], options: { readonly suffix: string }): Graph {
  const { suffix } = options;
  const nodes = new Map<string, Node>();
  // Engines do not tell case apart.
  const taken = new Map<string, Definition>();
  const byDefinition = new Map<Definition, Node>();
  const jobs = new Map<string, Job>();
  const checks = new Map<string, Check>();
  const monitors = new Map<string, Monitor>();
  const endpoints = new Map<string, Endpoint>();

  const keep = <T extends Definition>(into: Map<string, T>, definition: T) => {
    const before = into.get(definition.name);
    if (before && before !== definition) throw nameTwice(definition, before);
    into.set(definition.name, definition);
  };
  for (const { catalog, file, exports } of files) {
    for (const definition of exported(exports)) {
      if (copyOf(definition) !== ownCopy) throw twoCopies(definition, file);
      refuseMisshapen(definition);
      if (definition.kind === 'job') keep(jobs, definition as Job);
      else if (definition.kind === 'check') keep(checks, definition as Check);
      else if (definition.kind === 'monitor') keep(monitors, definition as Monitor);
      else if (definition.kind === 'endpoint') {
        keep(endpoints, definition as Endpoint);
        hold((definition as Endpoint).log, catalog);
      } else hold(definition as Held, catalog);
    }
  }

  function hold(definition: Held, catalog: string): Node {
    const known = byDefinition.get(definition);
    if (known && known.catalog !== catalog) return known;
    const node = nodeFrom(definition, catalog, suffix);
    const before = taken.get(node.id.toLowerCase());
    if (before && before !== definition) throw nameTwice(definition, before);
    taken.set(node.id.toLowerCase(), definition);
    nodes.set(node.id, node);
    byDefinition.set(definition, node);
    for (const one of deliveryOf(definition)) hold(one, catalog);
    for (const one of approvalsAbove(definition)) {
      refuseMisshapen(one);
      hold(one, catalog);
    }
    return node;
  }

  const graph: Graph = Object.freeze({
    nodes,
    jobs,
    checks: [...checks.values()],
    monitors,
    endpoints,
    catalogs: [...new Set(files.map((file) => file.catalog))],
    suffix,
    nodeOf(definition: Definition): Node {
      const node = byDefinition.get(definition);
      if (node) return node;
      const refusedBy = (definition as AnyTable).spec?.refusedBy;
      const judge = refusedBy && byDefinition.get(refusedBy);
      if (!judge) throw unexported(definition);
      return nodeFrom(definition as Held, judge.catalog, suffix);
    },
  });
  refuseUnknownMentions(graph);
  for (const { definition } of nodes.values())
    if (definition.kind === 'model') refuseUnshadowed(definition as AnyModel, endpoints.values());
  refuseNamesBeside(graph, taken);
  refuseKeptTwice(byDefinition.keys());
  return graph;
}

/** Definitions among exported values, in lists and plain objects too. */
function* exported(value: unknown, seen = new Set<unknown>()): Generator<Definition> {
  if (value === null || typeof value !== 'object' || seen.has(value)) return;
  seen.add(value);
  if (isDefinition(value)) yield value;
  else if (Array.isArray(value) || isPlain(value)) for (const item of Object.values(value)) yield* exported(item, seen);
}
/** A module's namespace has no prototype. */
const isPlain = (value: object): boolean => [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** `orders` is `<catalog>.main.orders`, `silver.orders` is `<catalog>.silver.orders`; a third part would be a catalog, which only the configuration names. */
function nodeFrom(definition: Held, catalog: string, suffix: string): Node {
  const name = definition.name.endsWith(':invalid')
    ? `${definition.name.slice(0, -':invalid'.length)}${suffix}`
    : definition.name;
  const parts = name.split('.');
  const [schema, table] = parts.length === 1 ? ['main', parts[0]] : parts;
  if (parts.length > 2 || !schema || !table || !parts.every((part) => /^[a-z_][a-z0-9_]*$/i.test(part))) {
    throw invalidDefinition(
      `"${definition.name}" cannot be a name.`,
      definition,
      'Choose a name of letters a to z, digits and underscores.',
      'schema.table, or table alone',
    );
  }
  const inside = definition.kind === 'table' ? insideOf(definition) : undefined;
  if (!inside) return Object.freeze({ id: `${catalog}.${schema}.${table}`, catalog, schema, table, definition });
  const kept = `${table}${companions.versions}`;
  return Object.freeze({ id: `${catalog}.${schema}.${kept}`, catalog, schema, table: kept, definition, inside });
}

/** Of every edge both ends are in the graph: a run that met one that is not could only guess where its rows are. */
function refuseUnknownMentions(graph: Graph): void {
  const readers = [
    ...[...graph.nodes.values()].map((node) => node.definition),
    ...graph.checks,
    ...graph.monitors.values(),
    ...graph.endpoints.values(),
    ...graph.jobs.values(),
  ];
  for (const reader of readers) {
    for (const mentioned of reader.dependsOn) {
      if (isNeverThere(mentioned)) throw noInvalidRows(mentioned, reader);
      if (isExported(graph, mentioned)) continue;
      throw unexported(mentioned, reader);
    }
  }
}
/** Invalid rows of a table that does not set them aside. */
function isNeverThere(mentioned: Definition): boolean {
  const refusedBy = (mentioned as AnyTable).spec?.refusedBy as AnyTable | undefined;
  return refusedBy !== undefined && refusedBy.spec.invalid !== 'set aside';
}
const noInvalidRows = (mentioned: Definition, reader: Definition): EsteiraError =>
  invalidDefinition(
    `${reader.kind} ${reader.name} reads the invalid rows of ${mentioned.name.replace(':invalid', '')}, which sets none aside.`,
    reader,
    "Say invalid: 'set aside' for that table, or take the mention out.",
  );

function isExported(graph: Graph, definition: Definition): boolean {
  const { kind, name } = definition;
  if (kind === 'job') return graph.jobs.get(name) === definition;
  if (kind === 'endpoint') return graph.endpoints.get(name) === definition;
  return kind === 'monitor' ? graph.monitors.get(name) === definition : known(graph, definition);
}

function known(graph: Graph, definition: Definition): boolean {
  try {
    graph.nodeOf(definition);
    return true;
  } catch (error) {
    if (error instanceof EsteiraError && error.code === 'MENTION_UNKNOWN') return false;
    throw error;
  }
}

/** `silver.t_invalidos` belongs to `silver.t` when that sets rows aside; a table that merges deletes and settings have one beside them, too. */
function refuseNamesBeside(graph: Graph, taken: ReadonlyMap<string, Definition>): void {
  for (const { id, definition, inside } of graph.nodes.values()) {
    const { spec } = definition as AnyTable;
    const beside = [
      ...(spec?.invalid === 'set aside' ? [graph.suffix] : []),
      ...(wayOf(definition, 'merge deleting') ? [companions.deleted] : []),
      ...(wayOf(definition, 'history') ? [companions.rows] : []),
      ...(definition.kind === 'settings' ? [companions.history] : []),
    ];
    // A table inside a model has the view of its name beside it.
    const names = [
      ...beside.map((suffix) => `${id}${suffix}`),
      ...(inside ? [id.slice(0, -companions.versions.length)] : []),
    ];
    for (const name of names) {
      const other = taken.get(name.toLowerCase());
      if (other) throw nameTwice(other, definition, name.slice(id.indexOf('.') + 1));
    }
  }
}

const nameTwice = (second: Definition, first: Definition, name = second.name): EsteiraError =>
  new EsteiraError('NAME_TWICE', {
    what: `The name "${name}" is given twice.`,
    where: `${writtenAt(first)} and ${writtenAt(second)}`,
    ...(name.startsWith(first.name) && name !== first.name ? { got: `a table that ${first.name} has beside it` } : {}),
    next: 'Rename one of the two; to read a thing that is defined, import and mention it.',
  });

const twoCopies = (definition: Definition, file: string): EsteiraError =>
  new EsteiraError('TWO_COPIES', {
    what: 'This definition was made by another copy of the package esteira than the one that runs.',
    where: `${definition.kind} ${definition.name}, ${file}`,
    got: copyOf(definition),
    allowed: ownCopy,
    next: 'Run `npm ls esteira` and keep one version, then run `npx esteira` from the project itself.',
  });

const unexported = (mentioned: Definition, reader?: Definition): EsteiraError =>
  new EsteiraError('MENTION_UNKNOWN', {
    what: `${reader ? `${reader.kind} ${reader.name} reads` : 'Something reads'} ${mentioned.kind} ${mentioned.name}, which no definition file exports.`,
    where: reader ? whereOf(reader) : whereOf(mentioned),
    got: whereOf(mentioned),
    next: 'Export it from a file that the configuration lists under `pipelines`.',
  });
