import type { QueryPart, Stage } from '../../ports/index.ts';
import type { Engine } from './connection.ts';
import { type Around, Counting, child, conjuncts, list, type Source } from './dissect/counting.ts';
import { joinStage } from './dissect/joins.ts';
import { type Node, nodes, parse, queryInvalid } from './tree.ts';

/** Takes a query apart by its parse tree, and has the engine count the rows after each of its steps. */
export async function dissect(engine: Engine, query: string, signal?: AbortSignal): Promise<readonly QueryPart[]> {
  await engine.attachAll();
  return await engine.use(async (session) => {
    const tree = await parse(session, query);
    if ('why' in tree) throw queryInvalid(tree.why);
    const parts: QueryPart[] = [];
    const around: Around = { counting: await Counting.of(session), parts, ctes: [] };
    await takeApart(child(tree.statements[0] as unknown as Node, 'node'), '', around);
    return parts;
  }, signal);
}

/** What it is made of first, then itself. */
async function takeApart(node: Node, name: string, outer: Around): Promise<void> {
  const around = { ...outer, ctes: [...outer.ctes] };
  for (const { key, value } of list(child(node, 'cte_map').map)) {
    const inner = child(child(value as Node, 'query'), 'node');
    if (inner.type !== 'RECURSIVE_CTE_NODE') await takeApart(inner, String(key), around);
    around.ctes.push({ key, value } as unknown as Node);
  }
  if (node.type === 'SET_OPERATION_NODE') {
    await takeApart(child(node, 'left'), name, around);
    await takeApart(child(node, 'right'), name, around);
    return;
  }
  if (node.type !== 'SELECT_NODE') return;
  const [first, ...joins] = chainOf(child(node, 'from_table'));
  // Values that are written out lose nothing.
  if (first === undefined || ['EMPTY', 'EXPRESSION_LIST'].includes(String(first.from.type))) return;
  for (const { own } of [first, ...joins]) await subqueriesOf(own, around);
  const stages = await stagesOf(node, [first, ...joins], around);
  const rows = stages.at(-1)?.after;
  if (rows !== undefined) around.parts.push({ name, stages, rows });
}

async function subqueriesOf(own: Node, around: Around): Promise<void> {
  if (own.type === 'JOIN') {
    for (const { own: one } of chainOf(own)) await subqueriesOf(one, around);
    return;
  }
  if (own.type !== 'SUBQUERY' || spelled(own)) return;
  await takeApart(child(child(own, 'subquery'), 'node'), String(own.alias ?? ''), around);
}

/** `a join b join c`, from the left: each with all that stands before it. */
function chainOf(from: Node): readonly Source[] {
  if (from.type !== 'JOIN') return [{ from, own: from, relation: relationOf(from) }];
  const own = child(from, 'right');
  return [...chainOf(child(from, 'left')), { from, own, relation: relationOf(own) }];
}

/** A table by its whole name, also where its columns are spelled out around it; a part or subquery by its own. */
function relationOf(from: Node): string {
  const table = spelled(from) ?? from;
  if (table.type !== 'BASE_TABLE') return String(from.alias || table.type).toLowerCase();
  return [table.catalog_name, table.schema_name, table.table_name].filter(Boolean).join('.');
}

/** The table in `(select a, b from t where _seq > 1)`, as a reading of a step is spelled. */
function spelled(from: Node): Node | undefined {
  const select = from.type === 'SUBQUERY' ? child(child(from, 'subquery'), 'node') : {};
  const table = child(select as Node, 'from_table');
  const { select_list, where_clause, group_expressions, modifiers } = select as Node;
  const isPlain =
    list(select_list).every((item) => item.class === 'COLUMN_REF') && list(group_expressions).length === 0;
  const named = [...nodes(where_clause)].flatMap((one) => (one.class === 'COLUMN_REF' ? list(one.column_names) : []));
  const isOurs = named.every((column) => String(column).startsWith('_'));
  return table.type === 'BASE_TABLE' && isPlain && isOurs && list(modifiers).length === 0 ? table : undefined;
}

async function stagesOf(node: Node, chain: readonly Source[], around: Around): Promise<readonly Stage[]> {
  const { counting } = around;
  const stages: Stage[] = [];
  const applied: Node[] = [];
  let left = conjuncts(node.where_clause);
  let before = 0;
  for (const [index, source] of chain.entries()) {
    const former = chain[index - 1];
    // A condition between tables that are listed with commas is their join.
    const own = former && source.from.ref_type === 'CROSS' ? await joining(left, source, former, around) : [];
    left = left.filter((one) => !own.includes(one));
    const stage = former
      ? await joinStage({ source, former, before, applied: [...applied], own }, around)
      : await fromStage(source, around);
    if (!stage) return stages;
    applied.push(...own);
    stages.push(stage);
    before = stage.after;
  }
  const from = chain.at(-1)?.from as Node;
  for (const condition of left) {
    const after = await counting.count(from, [...applied, condition], around);
    if (after === undefined) return stages;
    const lost =
      after < before ? await counting.values(from, { kept: applied, without: condition }, around) : undefined;
    stages.push({ step: 'where', text: await counting.text(condition), before, after, ...lost });
    applied.push(condition);
    before = after;
  }
  return [...stages, ...(await endOf(node, before, around))];
}

/** Conditions that need both sides. */
async function joining(
  conditions: readonly Node[],
  source: Source,
  former: Source,
  around: Around,
): Promise<readonly Node[]> {
  const { counting } = around;
  const [both, before, own] = [
    await counting.bindable(conditions, source.from, around),
    await counting.bindable(conditions, former.from, around),
    await counting.bindable(conditions, source.own, around),
  ];
  return both.filter((one) => !before.includes(one) && !own.includes(one));
}

async function fromStage(source: Source, around: Around): Promise<Stage | undefined> {
  const after = await around.counting.count(source.from, [], around);
  const text = `from ${source.relation}`;
  return after === undefined
    ? undefined
    : { step: 'from', text, relation: source.relation, own: after, before: after, after };
}

/** What becomes of the rows after they were joined and chosen. */
async function endOf(node: Node, rows: number, { counting, ctes }: Around): Promise<readonly Stage[]> {
  const stages: Stage[] = [];
  let before = rows;
  const add = async (step: Stage['step'], text: string, without: Readonly<Record<string, unknown>>): Promise<void> => {
    const after = await counting.countAll({ ...node, ...without }, ctes);
    if (after === undefined) return;
    stages.push({ step, text, before, after });
    before = after;
  };
  const { having, qualify, modifiers } = node;
  const isGrouped = list(node.group_expressions).length > 0 || having;
  if (isGrouped) await add('group', 'group by', { having: null, qualify: null, modifiers: [] });
  if (having) await add('having', `having ${await counting.text(having as Node)}`, { qualify: null, modifiers: [] });
  if (qualify) await add('qualify', `qualify ${await counting.text(qualify as Node)}`, { modifiers: [] });
  const others = list(modifiers).filter(({ type }) => type !== 'ORDER_MODIFIER');
  if (others.length > 0) {
    const words = others.map(({ type }) => String(type).replace('_MODIFIER', '').toLowerCase());
    await add('rest', words.join(', '), {});
  }
  return stages;
}
