import { hidden } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { isDeleted, jsonOf, judged, temporary, textOf, type Work } from './work.ts';

const { identifier } = dialect;

/** The md5 of these columns; when one is NULL, of the whole row as the body gave it. */
function hashed(work: Work, parts: readonly string[], whole: string): string {
  if (parts.length === 0) return `md5(${whole})`;
  const simple = parts.every((name) => !textOf(work.write.columns, name));
  const spelled = simple
    ? `concat_ws(' ', ${parts.map((name) => `cast(${identifier(name)} as varchar)`).join(', ')})`
    : jsonOf(parts, identifier);
  const missing = parts.map((name) => `${identifier(name)} is null`).join(' or ');
  return `md5(case when ${missing} then ${whole} else ${spelled} end)`;
}

/**
 * A row's identity, as a column of the candidate: carried from the source, else a hash of key and order; of an append without an order, which keeps
 * every version of a key, of all that the row says. Of a replaced table only invalid rows need one. Equal hashes within a run get their ordinal later, where rows of one hash can stand beside each other.
 */
export function identityOf(work: Work, raw: (index: number) => string): string {
  if (work.given) return hidden.row;
  const whole = jsonOf(work.names, (name) => raw(work.names.indexOf(name)));
  const keepsAll = work.write.mode.mode === 'append' && work.latest.length === 0;
  const hash = hashed(work, keepsAll ? [] : [...work.key, ...work.latest], whole);
  return `${work.identified ? hash : `case when not esteira_valid then ${hash} end`} as ${judged.row}`;
}

const content = (work: Work, alias: string): string =>
  `md5(${jsonOf(work.names, (name) => `${alias}.${identifier(name)}`)})`;

/**
 * What rows of one key are ordered by: the order columns, the identity, a delete after the row, then the content. A carried identity says where the
 * row stands in its source: no other row has it.
 */
const order = (work: Work, alias: string): readonly string[] => [
  ...[...work.latest, judged.row].map((name) => `${alias}.${identifier(name)}`),
  ...(work.deleted === undefined ? [] : [isDeleted(work.deleted, alias)]),
  ...(work.given ? [] : [content(work, alias)]),
];
/** For a window. */
export const greatestFirst = (work: Work, alias: string): string =>
  order(work, alias)
    .map((one) => `${one} desc nulls last`)
    .join(', ');
/** For an aggregate: the same order in one value. */
export const rank = (work: Work, alias: string): string =>
  `create_sort_key(${order(work, alias)
    .map((one) => `${one}, 'ASC NULLS FIRST'`)
    .join(', ')})`;

/** Whether a candidate row comes after a row of the table or the memory of a delete; the smallest is NULL. */
export function newer(work: Work, left: string, right: string, atTie: string): string {
  const order = [...work.latest, judged.row];
  return order.reduceRight((rest, name) => {
    const [one, other] = [`${left}.${identifier(name)}`, `${right}.${identifier(name)}`];
    return `(coalesce(${one} > ${other}, ${one} is not null and ${other} is null) or (${one} is not distinct from ${other} and ${rest}))`;
  }, atTie);
}

/** Whether the content of the candidate row sorts after that of the table's row. */
export const contentAfter = (work: Work, left: string, right: string): string =>
  `${content(work, left)} > ${content(work, right)}`;

/** Gives rows of one hash their ordinals, the greatest content keeping the bare hash. */
export async function numberEquals(work: Work, table: string): Promise<void> {
  const { session, given } = work;
  if (given) return;
  const repeated = `select ${judged.row} from ${table} group by all having count(*) > 1`;
  if ((await session.make(temporary.repeated, repeated)) === 0) return;
  await session.run(`update ${table} as c set ${judged.row} = c.${judged.row} || '#' || n.ordinal
    from (select r.rowid as row_at, row_number() over (
        partition by r.${judged.row} order by ${content(work, 'r')} desc, r.${judged.original} desc) - 1 as ordinal
      from ${table} as r semi join ${temporary.repeated} using (${judged.row})) as n
    where c.rowid = n.row_at and n.ordinal > 0`);
}

/** Rows that nobody has read before are further rows, though others are equal to them. */
export const isFurther = ({ write, given }: Work): boolean => write.fresh && !given;

/** The identity without its ordinal. */
export const hashOf = ({ given }: Work, alias?: string): string => {
  const row = alias ? `${alias}.${judged.row}` : judged.row;
  return given ? row : `split_part(${row}, '#', 1)`;
};

/** Gives rows that are numbered within their run the ordinals that come after those of equal rows of `place`. */
export async function numberAfter(work: Work, table: string, place: string): Promise<void> {
  const { session } = work;
  const hash = (alias: string): string => hashOf(work, alias);
  const met = `select distinct ${hash('c')} as hash from ${place} as t join ${table} as c using (${judged.row})`;
  if ((await session.make(temporary.repeated, met)) === 0) return;
  const ordinal = `coalesce(try_cast(nullif(split_part(t.${judged.row}, '#', 2), '') as bigint), 0)`;
  await session.run(`update ${table} as c set ${judged.row} = n.row from (
      select r.rowid as row_at, l.hash || '#' || (l.last + row_number() over (
        partition by l.hash order by length(r.${judged.row}), r.${judged.row})) as row
      from ${table} as r join (
        select ${hash('t')} as hash, max(${ordinal}) as last from ${place} as t
        where ${hash('t')} in (select hash from ${temporary.repeated}) group by 1) as l on ${hash('r')} = l.hash) as n
    where c.rowid = n.row_at`);
}
