import {
  type AnyModel,
  type AnyRows,
  type AnySource,
  type AnyTable,
  type Check,
  type Definition,
  isReference,
  type Reader,
  type Setting,
} from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import type { Graph, GraphStep, Node } from '../graph/index.ts';
import type { Dialect, Warehouse } from '../ports/index.ts';
import { carriedBy, keepsOriginal, originOf } from './carry.ts';
import { definitionFacts, definitionHash, hashAbove } from './definition.ts';
import { describeApproval, describeBody, describeLimits, describeRules, spelledFor } from './describe.ts';
import { emptySpelling } from './empty.ts';
import type { StepModel } from './model.ts';
import { askedByRules, mentionsOf, type Read, readOf, readsDay } from './reads.ts';
import {
  refuseAgain,
  refuseAskedFiles,
  refuseJudgingByModel,
  refuseKeyless,
  refuseNames,
  refusePredictions,
  refuseSentSince,
  refuseSince,
  refuseSourceNames,
  refuseUnlike,
  refuseView,
} from './refuse.ts';
import { refuseLookups } from './refuse-as-of.ts';
import { refuseChoices } from './refuse-ways.ts';
import { spellBody } from './spell.ts';

export interface Analyser {
  readonly graph: Graph;
  readonly warehouse: Pick<Warehouse, 'describe' | 'examine' | 'dialect'>;
  /** The reader of a source here: a stand-in, or its own. */
  readerOf(source: AnySource): Reader<any>; // any: whatever columns it adds
  /** Hashes, by path, of the file in which a function was written and of the project's files that it imports. */
  modulesOf(definition: AnyTable): Readonly<Record<string, string>>;
}

/**
 * Asks the engine about a step's query, without running it, and refuses what cannot be right: each error is coded and says which definition it
 * stands in. The engine sees relations without rows, so neither set-up nor data changes what it says, and the answers can be kept.
 */
export async function analyse(step: GraphStep, analyser: Analyser): Promise<StepModel> {
  const { kind } = step.node.definition;
  if (kind === 'model') return trainedModel(step, analyser);
  if (step.kind === 'delivery') return deliveryModel(step, analyser);
  if (step.kind === 'approval') return approvalModel(step, analyser);
  return kind === 'source' ? streamModel(step, analyser) : tableModel(step, analyser);
}

/** A model: the rows that it learns from, whole. */
function trainedModel({ node, kind, refines }: GraphStep, analyser: Analyser): StepModel {
  const { graph, warehouse } = analyser;
  const { facts } = node.definition as AnyModel;
  refuseNames(node, warehouse.dialect);
  const bounds = facts.gate.map(({ bound }) => bound);
  return {
    ...plain,
    node,
    kind,
    ...(refines ? { refines } : {}),
    reads: mentionsOf(facts.from).readables.map((readable) => readOf(readable, graph)),
    settings: bounds.filter((bound) => typeof bound === 'object'),
    ...definedAs(node, [], analyser),
    above: hashAbove(node as Node<AnyModel>, analyser),
  };
}

/** Of a step that has neither rules nor a query of its own. */
const plain: Pick<
  StepModel,
  | 'asked'
  | 'checks'
  | 'keepsOriginal'
  | 'keeping'
  | 'converted'
  | 'groups'
  | 'runValues'
  | 'judgesByRun'
  | 'alwaysAnew'
  | 'champions'
  | 'settings'
> = {
  asked: [],
  checks: [],
  keepsOriginal: false,
  keeping: [],
  converted: [],
  groups: false,
  runValues: false,
  judgesByRun: false,
  alwaysAnew: false,
  champions: [],
  settings: [],
};

/** Rows that are written elsewhere: those of the table as it was published last, with neither rules nor a query of its own. */
function deliveryModel({ node, kind }: GraphStep, analyser: Analyser): StepModel {
  const { spec } = node.definition as AnyTable;
  refuseNames(node, analyser.warehouse.dialect);
  const reads = mentionsOf(spec.rows).readables.map((readable) => readOf(readable, analyser.graph));
  return { ...plain, node, kind, reads, ...definedAs(node, [], analyser) };
}

/** Rows that people have let through: whenever it is asked for, for nobody knows when they answer. */
async function approvalModel({ node, kind }: GraphStep, analyser: Analyser): Promise<StepModel> {
  const { spec } = node.definition as AnyTable;
  refuseNames(node, analyser.warehouse.dialect);
  await describeApproval(node.definition as AnyTable, analyser.warehouse);
  const reads = mentionsOf(spec.rows).readables.map((readable) => readOf(readable, analyser.graph));
  return { ...plain, node, kind, reads, alwaysAnew: true, ...definedAs(node, [], analyser) };
}

/** A stream's landing table: all that its reader brings, as it came. */
function streamModel(step: GraphStep, analyser: Analyser): StepModel {
  const { node } = step;
  refuseNames(node, analyser.warehouse.dialect);
  const from: Read = { node, how: 'new files' };
  refuseSourceNames([from]);
  const names = Object.keys(node.definition.columns);
  return {
    ...plain,
    node,
    kind: 'source',
    reads: [from],
    checks: step.checks,
    carried: { from, star: true, taken: names, reads: Object.fromEntries(names.map((name) => [name, [name]])) },
    keepsOriginal: true,
    alwaysAnew: step.checks.some((check) => !('query' in check.limit.measure)),
    ...definedAs(node, [], analyser),
  };
}

async function tableModel(step: GraphStep, analyser: Analyser): Promise<StepModel> {
  const { graph, warehouse } = analyser;
  const node = step.node as Node<AnyTable>;
  refuseNames(node, warehouse.dialect);
  refuseKeyless(node);
  const { spec } = node.definition;
  const input = spec.rows.recipe.by === 'map' ? spec.rows.recipe.input : spec.rows;
  const query = spelledFor(node.definition, () => spellBody(input, emptySpelling(warehouse.dialect)));
  const facts = await describeBody(node, query, warehouse);
  const converted = facts.projection ? await convertedIn(input, warehouse) : [];
  const mentions = mentionsOf(spec.rows);
  const judging = judgingMentions(node.definition, step.checks);
  const reads = mentions.mentioned.map(({ of, asOf }) => readOf(of, graph, asOf));
  if (judging.predicts) refuseJudgingByModel(node);
  refusePredictions(node);
  refuseSourceNames(reads);
  refuseView(node, mentions, reads);
  refuseSince(node, reads, facts);
  refuseSentSince(node, reads);
  refuseLookups(node.definition, mentions, { reads, facts });
  const asked = [...askedByRules(node.definition, graph), ...checkReads(step, graph)];
  refuseAskedFiles(node, asked);
  refuseChoices(node.definition, reads, { groups: facts.groups, runValues: mentions.runValues });
  await describeRules(node, warehouse);
  await describeLimits(step.checks, analyser);
  const carried = await carriedBy(spec.rows, facts, analyser);
  const origin = carried ? undefined : await originOf(spec, facts, analyser);
  if (!carried) refuseAgain(node, reads);
  if (!carried && !origin) refuseUnlike(node, reads, mentions);
  return {
    node,
    kind: step.kind,
    reads: distinct(reads),
    asked,
    checks: step.checks,
    ...(carried && spec.write !== 'view' ? { carried } : {}),
    ...(origin ? { origin } : {}),
    // Only such a table holds every row as it came; in any other the producer's row ends.
    keepsOriginal: spec.write === 'append' && carried?.star === true,
    keeping: carried ? [] : await keepingOriginals(distinct(reads), analyser),
    converted,
    groups: facts.groups,
    runValues: mentions.runValues || reads.some(readsDay),
    judgesByRun: judging.runValues,
    champions: championsOf(node, [...mentions.champions, ...judging.champions], [...reads, ...judged(asked)], graph),
    alwaysAnew: spec.unrepeatable || step.checks.some((check) => !('query' in check.limit.measure)),
    settings: [...mentions.settings, ...judging.settings],
    ...definedAs(node, step.checks, analyser),
  };
}

function definedAs(node: Node, checks: readonly Check[], analyser: Analyser): Pick<StepModel, 'definition' | 'facts'> {
  const facts = definitionFacts(node, { analyser, checks });
  return { facts, definition: definitionHash(facts) };
}

/**
 * Columns that the body converts with `fn.to…`, where the query may also be asked whether a text was there: a NULL that was a text is a value
 * of another kind, and not a missing one. A query in which that question cannot stand (a union, a group) is not asked it.
 */
async function convertedIn(rows: AnyRows, warehouse: Analyser['warehouse']): Promise<readonly string[]> {
  const found: string[] = [];
  const spelling = emptySpelling(warehouse.dialect, (column, argument) => {
    found.push(column);
    return `, (${argument}) is not null as ${convertedName(column, warehouse.dialect)}`;
  });
  const query = spellBody(rows, spelling);
  if (found.length === 0) return [];
  try {
    const given = (await warehouse.describe(query)).map((column) => column.name.toLowerCase());
    return [...new Set(found)].filter((column) => given.includes(`_was_${column}`.toLowerCase()));
  } catch (error) {
    if (error instanceof EsteiraError && error.code === 'QUERY_INVALID') return [];
    throw error;
  }
}

/** What its rules and checks mention. */
function judgingMentions(table: AnyTable, checks: readonly Check[]) {
  const rules = Object.values(table.spec.rules).filter((rule): rule is AnyRows => !isReference(rule));
  const queries = checks.flatMap(({ limit }) => ('query' in limit.measure ? [limit.measure.query] : []));
  const bounds = checks.flatMap(({ limit }) =>
    typeof limit.bound === 'object' ? [limit.bound as Setting<unknown>] : [],
  );
  const all = [...rules, ...queries].map(mentionsOf);
  return {
    champions: all.flatMap((one) => one.champions),
    predicts: all.some((one) => one.predicts),
    settings: [...all.flatMap((one) => one.settings), ...bounds],
    runValues: all.some((one) => one.runValues),
  };
}

/** A table inside a model is read as it is inside the champion; those that stand inside it too read their own version. */
function championsOf(
  { inside }: Node,
  named: readonly Definition[],
  reads: readonly { readonly node: Node }[],
  graph: Graph,
): readonly Node<AnyModel>[] {
  const read = reads
    .flatMap(({ node }) => behindViews(node, graph))
    .flatMap((node) => {
      if (node.definition.kind === 'model') return [node.definition];
      return node.inside ? [node.inside] : [];
    });
  const models = new Set<Definition>([...named, ...read].filter((one) => one !== inside));
  return [...models].map((one) => graph.nodeOf(one) as Node<AnyModel>);
}
/** A view stands for what it shows. */
const behindViews = (node: Node, graph: Graph): readonly Node[] =>
  node.definition.kind === 'table' && node.definition.spec.write === 'view'
    ? node.definition.spec.rows.reads.flatMap((one) => behindViews(graph.nodeOf(one), graph))
    : [node];
const judged = (asked: readonly Node[]) => asked.map((node) => ({ node }));

/** Reads whose rows know what could not be read of them, for a body that cannot hand it on. */
async function keepingOriginals(reads: readonly Read[], analyser: Analyser): Promise<readonly Read[]> {
  const kept = await Promise.all(reads.map((read) => keepsOriginal(read.node, analyser)));
  return reads.filter((_, index) => kept[index]);
}

/** The name of the extra column that says whether a converted text was there. */
export const convertedName = (column: string, dialect: Dialect): string => dialect.identifier(`_was_${column}`);

const checkReads = (step: GraphStep, graph: Graph): readonly Node[] =>
  step.checks.flatMap((check) => check.limit.measure.of.map((definition) => graph.nodeOf(definition)));

const readText = ({ node, how, since, matches = [] }: Read): string =>
  JSON.stringify([node.id, how, since, matches.map(({ right, ...match }) => [right.id, match])]);

/** A relation that is mentioned twice in one way is read once. */
function distinct(reads: readonly Read[]): readonly Read[] {
  const found = new Map(reads.map((read) => [readText(read), read]));
  return [...found.values()];
}
