import type { AnySource, AnyTable, Reader } from '../define/index.ts';
import type { Graph, GraphStep, Node } from '../graph/index.ts';
import type { Dialect, Warehouse } from '../ports/index.ts';
import { carriedBy } from './carry.ts';
import { definitionHash } from './definition.ts';
import { describeBody, describeChecks, describeRules, spelledFor } from './describe.ts';
import { emptySpelling } from './empty.ts';
import type { StepModel } from './model.ts';
import { askedByRules, mentionsOf, type Read, readOf } from './reads.ts';
import { refuseKeyless, refuseNames, refuseSince } from './refuse.ts';
import { spellBody } from './spell.ts';

export interface Analyser {
  readonly graph: Graph;
  readonly warehouse: Pick<Warehouse, 'describe' | 'examine' | 'dialect'>;
  /** The reader of a source here: a stand-in, or its own. */
  readerOf(source: AnySource): Reader<any>; // any: whatever columns it adds
  /** Hash of the module of a function and of the project's files that it imports. */
  moduleHash(definition: AnyTable): string;
}

/** Asks the engine about a step's query, without running it, and refuses what cannot be right. */
export async function analyse(step: GraphStep, analyser: Analyser): Promise<StepModel> {
  return step.node.definition.kind === 'source' ? streamModel(step, analyser) : tableModel(step, analyser);
}

/** A stream's landing table: all that its reader brings, as it came. */
function streamModel(step: GraphStep, analyser: Analyser): StepModel {
  const { node } = step;
  refuseNames(node, analyser.warehouse.dialect);
  const from: Read = { node, how: 'new files' };
  const names = Object.keys(node.definition.columns);
  return {
    node,
    kind: 'source',
    reads: [from],
    asked: [],
    checks: step.checks,
    carried: { from, star: true, reads: Object.fromEntries(names.map((name) => [name, [name]])) },
    keepsOriginal: true,
    converted: [],
    groups: false,
    runValues: false,
    settings: [],
    definition: definitionHash(node, { analyser, checks: [] }),
  };
}

async function tableModel(step: GraphStep, analyser: Analyser): Promise<StepModel> {
  const { graph, warehouse } = analyser;
  const node = step.node as Node<AnyTable>;
  refuseNames(node, warehouse.dialect);
  refuseKeyless(node);
  const { spec } = node.definition;
  const converted: string[] = [];
  const input = spec.rows.recipe.by === 'map' ? spec.rows.recipe.input : spec.rows;
  const spelling = emptySpelling(warehouse.dialect, (column, argument) => {
    converted.push(column);
    return `, (${argument}) is not null as ${convertedName(column, warehouse.dialect)}`;
  });
  const query = spelledFor(node.definition, () => spellBody(input, spelling));
  const facts = await describeBody(node, query, warehouse);
  const mentions = mentionsOf(spec.rows);
  const reads = mentions.readables.map((readable) => readOf(readable, graph));
  refuseSince(node, reads, facts);
  await describeRules(node, warehouse);
  await describeChecks(step.checks, analyser);
  const carried = await carriedBy(spec.rows, facts, analyser);
  return {
    node,
    kind: step.kind,
    reads: distinct(reads),
    asked: [...askedByRules(node.definition, graph), ...checkReads(step, graph)],
    checks: step.checks,
    ...(carried && spec.write !== 'view' ? { carried } : {}),
    keepsOriginal: spec.write === 'append' && carried?.star === true,
    converted: facts.projection ? [...new Set(converted)] : [],
    groups: facts.groups,
    runValues: mentions.runValues,
    settings: mentions.settings,
    definition: definitionHash(node, { analyser, checks: step.checks }),
  };
}

/** The name of the extra column that says whether a converted text was there. */
export const convertedName = (column: string, dialect: Dialect): string => dialect.identifier(`_was_${column}`);

const checkReads = (step: GraphStep, graph: Graph): readonly Node[] =>
  step.checks.flatMap((check) => check.limit.measure.of.map((definition) => graph.nodeOf(definition)));

function distinct(reads: readonly Read[]): readonly Read[] {
  const found = new Map(
    reads.map((read) => [`${read.node.id} ${read.how} ${read.since?.column} ${read.since?.lookback}`, read]),
  );
  return [...found.values()];
}
