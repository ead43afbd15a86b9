import type { KeyRows, Stage } from '../../../ports/index.ts';
import type { Node } from '../tree.ts';
import { type Around, conjuncts, list, type Source } from './counting.ts';

interface Joining {
  readonly source: Source;
  readonly former: Source;
  readonly before: number;
  /** Conditions of the WHERE that hold already. */
  readonly applied: readonly Node[];
  /** … and those that join this one. */
  readonly own: readonly Node[];
}

/** Rows without a partner, and keys with several. */
export async function joinStage(joining: Joining, around: Around): Promise<Stage | undefined> {
  const { source, former, before, applied, own } = joining;
  const { counting } = around;
  const after = await counting.count(source.from, [...applied, ...own], around);
  if (after === undefined) return undefined;
  const alone = await counting.count(source.own, [], around);
  const conditions = source.from.condition ? conjuncts(source.from.condition) : own;
  const texts = await Promise.all(conditions.map((one) => counting.text(one)));
  const using = list(source.from.using_columns).map(String);
  const on = using.length > 0 ? ` using (${using.join(', ')})` : texts.length > 0 ? ` on ${texts.join(' and ')}` : '';
  const kind = String(source.from.join_type ?? 'INNER').toLowerCase();
  const stage: Stage = {
    step: 'join',
    text: `${kind === 'inner' ? '' : `${kind} `}join ${source.relation}${on}`,
    relation: source.relation,
    ...(alone === undefined ? {} : { own: alone }),
    before,
    after,
  };
  const keys = await keysOf(conditions, using, former, around);
  const keepsPairs = ['inner', 'semi', 'right'].includes(kind);
  const lost = keepsPairs && before > 0 ? await lostOf(joining, keys, around) : {};
  return { ...stage, ...lost, ...(after > before ? await multiplied(source, keys, around) : {}) };
}

interface Key {
  readonly left: string;
  readonly right: string;
}

/** What the join compares, each side as its own rows know it. */
async function keysOf(
  conditions: readonly Node[],
  using: readonly string[],
  former: Source,
  around: Around,
): Promise<readonly Key[]> {
  const found: Key[] = using.map((name) => ({ left: `"${name}"`, right: `"${name}"` }));
  for (const condition of conditions) {
    const sides = await around.counting.sides(condition, former.from, around);
    if (sides) found.push({ left: sides[0], right: sides[1] });
  }
  return found;
}

async function lostOf(
  { source, applied, own }: Joining,
  keys: readonly Key[],
  around: Around,
): Promise<Pick<Stage, 'alone' | 'by' | 'lost' | 'partners' | 'alike'>> {
  const { counting, ctes } = around;
  const { from } = source;
  // What is listed with a comma is joined by the conditions of the WHERE.
  const isListed = from.ref_type === 'CROSS';
  if (isListed && own.length === 0) return {};
  const condition = isListed
    ? own.reduce((one, other) => ({ ...conjunction, children: [one, other] }) as Node)
    : from.condition;
  const anti: Node = { ...from, ref_type: isListed ? 'REGULAR' : from.ref_type, join_type: 'ANTI', condition };
  const alone = await counting.count(anti, applied, around);
  if (alone === undefined || alone === 0) return alone === undefined ? {} : { alone };
  if (keys.length === 0) return { alone };
  const parts = await counting.with(ctes);
  const [left, right] = [await counting.fromText(anti), await counting.fromText(source.own)];
  const where = await counting.where(applied);
  const lost = await counting.keys(
    keys.map((key) => key.left),
    `${parts}$ ${left}${where}`,
  );
  const some = await counting.keys(
    keys.map((key) => key.right),
    `${parts}$ ${right}`,
  );
  const [key] = keys;
  const alike = keys.length === 1 && key ? await alikeOf(key, { parts, left: `${left}${where}`, right }, around) : {};

  return {
    alone,
    by: keys.map((one) => one.left),
    lost,
    partners: { by: keys.map((one) => one.right), some },
    ...alike,
  };
}

const conjunction = { class: 'CONJUNCTION', type: 'CONJUNCTION_AND', alias: '', query_location: 0 };

/** A key without what people and programs add to one: case, spaces around it, zeros in front. */
const plain = (value: string): string =>
  `coalesce(nullif(ltrim(lower(trim(cast(${value} as varchar))), '0'), ''), '0')`;

async function alikeOf(
  { left, right }: Key,
  texts: { readonly parts: string; readonly left: string; readonly right: string },
  { counting }: Around,
): Promise<Pick<Stage, 'alike'>> {
  const [row] = await counting.tried(`${texts.parts}
    select count(*) as total, count_if(k in (select ${plain(right)} ${texts.right})) as n
    from (select distinct ${plain(left)} as k ${texts.left})`);
  return row && Number(row.n) > 0 ? { alike: { keys: Number(row.n), of: Number(row.total) } } : {};
}

/** Keys of the other side that are there more than once. */
async function multiplied(
  source: Source,
  keys: readonly Key[],
  { counting, ctes }: Around,
): Promise<{ readonly repeated?: readonly KeyRows[] }> {
  if (keys.length === 0) return {};
  const own = `${await counting.with(ctes)}$ ${await counting.fromText(source.own)}`;
  const repeated = await counting.keys(
    keys.map((key) => key.right),
    own,
    'having count(*) > 1',
  );
  return repeated.length > 0 ? { repeated } : {};
}
