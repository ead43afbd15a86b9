import type { Judgement } from '../../../columns/index.ts';
import { hidden, type RowRule } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { flagSql } from '../judge.ts';
import { saidSql, storedSql } from '../stored.ts';
import { asksForRepeated, uniqueOf } from './duplicates.ts';
import { canBeFilled } from './fill.ts';
import { identityOf } from './identity.ts';
import { isDeleted, jsonOf, judged, listed, temporary, type Work } from './work.ts';

const { identifier, literal } = dialect;

const reference = (index: number): string => `esteira_reference_${index}`;
const unreadName = (index: number): string => `esteira_unread_${index}`;
const flagName = (index: number): string => `esteira_flag_${index}`;

/** Flags in the order in which the candidate keeps them. */
export const flagsOf = ({ write }: Work): readonly string[] =>
  [...judgementsOf(write), ...write.rules].map(({ flag }) => flag);

/** A table that keeps what the producer wrote does not judge kinds. */
const judgementsOf = ({ judgements, keepsOriginal }: Work['write']): readonly Judgement[] =>
  keepsOriginal ? judgements.filter(({ code }) => code !== 'kind') : judgements;

/** The body's column that says whether a text was there to be converted. */
const was = (column: string): string => identifier(`_was_${column}`);

/** A definition and its query may spell a name in different cases. */
const alike = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
/** The source's columns that a column is made of, in lower case; of two spellings the query's own comes last. */
const readsOf = (column: string, reads: Readonly<Record<string, readonly string[]>>): readonly string[] =>
  (Object.entries(reads).findLast(([name]) => alike(name, column))?.[1] ?? []).map((name) => name.toLowerCase());

/** Whether a value was there that is not of its column's kind, for the source, for a conversion in the body, or for the column itself; nothing where that cannot be. */
function unreadSql(work: Work, column: string, before: string): string | undefined {
  const { carried, keepsOriginal, converted } = work.write;
  const reads = readsOf(column, carried?.reads ?? {});
  const value = identifier(column);
  const there = keepsOriginal || before === value ? [] : [`${before} is not null`];
  if (converted.some((one) => alike(one, column))) there.push(was(column));
  const list = there.map((one) => `(${one} and ${value} is null)`);
  if (reads.length) {
    const names = `list_transform(${hidden.unread}, lambda one: lower(one))`;
    const some = `list_has_any(${names}, [${reads.map(literal).join(', ')}])`;
    list.push(`case when ${hidden.unread} is not null then ${some} else false end`);
  }
  return list.length ? list.join(' or ') : undefined;
}

function ruleSql(rule: RowRule, index: number): string {
  return 'condition' in rule ? `coalesce(${rule.condition}\n, true)` : reference(index);
}

/** What a rule against another table says, as a column, so that the engine asks once; a null that is sought among no rows is not unknown, but false. */
const referenceSql = (rule: RowRule, index: number): string =>
  'condition' in rule
    ? ''
    : `, (${identifier(rule.column)} is null or ${identifier(rule.column)} in (select ${identifier(rule.other)} from ${dialect.place(rule.of)} where ${identifier(rule.other)} is not null)) as ${reference(index)}`;

/**
 * What each flag asks, in their order. Of a delete only what it is carried out by is asked: its key, and its order, without which it would come
 * before every row and silently remove nothing. `unread` names the column that says so of another, where there is one.
 */
function conditions(work: Work, unread: (column: string) => string | undefined): readonly string[] {
  const { write, key, latest, deleted } = work;
  const gone = isDeleted(deleted, 'r');
  const asked = [...key, ...latest, write.mode.at];
  const exempt = (condition: string, isAsked: boolean): string =>
    deleted === undefined || isAsked ? condition : `(${gone} or ${condition})`;
  return [
    ...judgementsOf(write).map((judgement) => {
      const { facts } = write.columns[judgement.column] as Work['write']['columns'][string];
      const known = unread(judgement.column);
      if (judgement.code === 'kind' && known === undefined) return 'true';
      const of = { value: identifier(judgement.column), ...(known ? { unread: known } : {}), facts };
      return exempt(flagSql(judgement, of), asked.includes(judgement.column));
    }),
    ...write.rules.map((rule, index) => exempt(ruleSql(rule, index), false)),
  ];
}

/**
 * Every row of the body: stored values, which rules it keeps, its identity. `types` are those of the body's columns as the engine describes
 * them. Each thing is asked in a layer of its own and by its name from there on: a step of few rows costs what its text takes to be planned.
 */
function candidateSql(work: Work, body: string, types: ReadonlyMap<string, string>): string {
  const { write, names } = work;
  const handed = write.carried ? [hidden.row, hidden.original, hidden.unread] : work.given ? [hidden.row] : [];
  const kept = [...handed, ...write.converted.map(was)];
  const columns = names.map((name, index) => {
    const { facts } = write.columns[name] as Work['write']['columns'][string];
    const value = `b.${identifier(name)}`;
    const type = types.get(name.toLowerCase()) ?? 'VARCHAR';
    const isStored = write.carried?.asRead?.includes(name) && type === dialect.type(facts);
    const sql = isStored ? value : storedSql(facts, value, type);
    // A value that is stored as it came is there once.
    const before = sql === value ? identifier(name) : `esteira_raw_${index}`;
    const both = sql === value ? '' : `, ${value} as ${before}`;
    return { before, stored: `cast(${sql} as ${dialect.type(facts)}) as ${identifier(name)}${both}` };
  });
  const before = (index: number): string => columns[index]?.before ?? '';
  const unread = names.map((name, index) => unreadSql(work, name, before(index)));
  const asked = unread.flatMap((sql, index) => (sql ? [`, (${sql}) as ${unreadName(index)}`] : []));
  const list = conditions(work, (column) => {
    const index = names.indexOf(column);
    return unread[index] && unreadName(index);
  });
  const named = list.map((condition, index) => (condition === 'true' ? condition : flagName(index)));
  const flags = list.flatMap((condition, index) =>
    condition === 'true' ? [] : [`, ${condition} as ${flagName(index)}`],
  );
  const isValid = named.filter((name) => name !== 'true').join(' and ') || 'true';
  const original = write.carried
    ? hidden.original
    : `case when not esteira_valid then ${jsonOf(names, (name) => saidSql(before(names.indexOf(name)), types.get(name.toLowerCase()) ?? ''))} end`;
  return `select ${listed(names)}, ${identityOf(work, before)}
      ${write.keepsOriginal ? `, ${hidden.original}, ${hidden.unread}` : ''}
      , ${original} as ${judged.original}
      , case when not esteira_valid then [${named.join(', ') || 'true'}] end as ${judged.flags}
    from (select *, (${isValid}) as esteira_valid
      from (select * ${flags.join('')}
        from (select * ${write.rules.map(referenceSql).join('')} ${asked.join('')}
          from (select ${[...columns.map(({ stored }) => stored), ...kept.map((name) => `b.${name}`)].join(', ')}
            from (${body}\n) as b) as r) as r) as r) as r`;
}

/**
 * Makes the candidate, once, and says how many rows it has. Many rows that go as they are into a table that never had any are not kept a second
 * time meanwhile: then the candidate is a view (`passing`), all of it valid.
 */
export async function makeCandidate(
  work: Work,
  body: string,
  { types, isFirst }: { readonly types: ReadonlyMap<string, string>; readonly isFirst: boolean },
): Promise<{ readonly rows: number; readonly passing: boolean }> {
  const { session, write, latest, remembered } = work;
  const { mode } = write.mode;
  const sql = candidateSql(work, body, types);
  if (isFirst && write.carried && (mode === 'merge' || (mode === 'append' && latest.length === 0))) {
    session.views.add(temporary.candidate);
    // No two rows of a key may be among them, where that matters.
    const each = asksForRepeated(work) ? listed(uniqueOf(work)) : 'true';
    const [counted] = await session.rows(`create or replace temp view ${temporary.candidate} as ${sql};
      select coalesce(sum(n), 0) as rows, coalesce(sum(refused), 0) as refused, count_if(n > 1) as repeated
        from (select count(*) as n, count(${judged.flags}) as refused from ${temporary.candidate} group by ${each})`);
    const [rows, refused] = [Number(counted?.rows), Number(counted?.refused)];
    const isPlain = refused === 0 && (!asksForRepeated(work) || Number(counted?.repeated) === 0);
    const tables = [work.target, ...(remembered ? [remembered] : [])];
    if (isPlain && (await canBeFilled(work, rows, ...tables))) return { rows, passing: true };
    await session.run(`drop view ${temporary.candidate}`);
    session.views.delete(temporary.candidate);
  }
  return { rows: await session.make(temporary.candidate, sql), passing: false };
}

/** Types of what a query gives, by name in lower case. */
export async function typesOf(work: Work, query: string): Promise<ReadonlyMap<string, string>> {
  const rows = await work.session.rows(`describe ${query}`);
  return new Map(rows.map((row) => [String(row.column_name).toLowerCase(), String(row.column_type)]));
}
