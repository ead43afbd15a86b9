import type { Columns } from '../../../columns/index.ts';
import type { Difference, IncomingInput, Messages } from '../../../ports/index.ts';
import { dateIn, differencesOf, hidden, sentColumns } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import type { Session } from '../session.ts';
import { readChunks } from '../values.ts';
import {
  appendLines,
  firstOf,
  keysOf,
  original,
  othersSql,
  spelled,
  structure,
  type Waiting,
  waiting,
} from './jsonl.ts';
import { inexact, longNumber } from './numbers.ts';
import { quickTypedSql, staged, typedSql } from './typed.ts';

const { identifier, literal } = dialect;

/** What a message has beside its text, on its way through the queries. */
const beside = `"#key", "#sent", "#part", "#place", ${hidden.row}`;
/** A text that is one JSON object, however it is laid out. */
const isObject = (text: string): string =>
  `coalesce(case when json_valid(${text}) then json_type(${text}) = 'OBJECT' end, false)`;

interface Reading {
  readonly session: Session;
  readonly input: IncomingInput;
  readonly messages: Messages;
  /** Where the messages wait. */
  readonly table: string;
}

/** Columns that are in the texts. */
function declaredIn({ columns, extra }: IncomingInput): Columns {
  const others: readonly (string | undefined)[] = [extra, ...Object.values(sentColumns)];
  return Object.fromEntries(Object.entries(columns).filter(([name]) => !others.includes(name)));
}

/** Names of the temporary tables of a relation. */
export const tablesOf = (
  relation: string,
): { readonly rows: string; readonly again: string; readonly waiting: string } => ({
  rows: `${relation}#rows`,
  again: `${relation}#again`,
  waiting: `${relation}#waiting`,
});

/**
 * Reads the texts of messages as lines of JSON are read: all at once, and those again, one by one, of which something could not be read or which hold
 * numbers that the engine does not give back as they were written. The relation is a view of both.
 */
export async function readMessages(reading: Reading): Promise<readonly string[]> {
  const { session, input, table } = reading;
  const made = tablesOf(input.relation);
  for (const name of Object.values(made)) session.made.add(name);
  await session.run(
    `create or replace temp table ${identifier(made.rows)} as ${quickSql(reading, table, await usualKeys(reading, table))}`,
  );
  await session.run(
    `create or replace temp table ${identifier(made.again)} as ${againSql(reading, sureOf(reading, made.rows))}`,
  );
  await readInexact(reading, made);
  const names = [...Object.keys(input.columns).map(identifier), hidden.original, hidden.unread, hidden.row];
  const none = `cast(null as varchar) as ${hidden.original}, cast(null as varchar[]) as ${hidden.unread}`;
  const own = `select ${names.slice(0, -3).join(', ')}, ${none}, ${hidden.row}, "#sent" from ${identifier(made.rows)} where "#text" is null`;
  const again = `select ${names.join(', ')}, "#sent" from ${identifier(made.again)}`;
  await session.run(`create or replace temp view ${identifier(input.relation)} as
    select ${names.join(', ')} from (${own} union all ${again})${ofTheSpans(reading)}`);
  return newKeys(reading, made.rows);
}

/** The value of a column that is not in the text. */
const sentAs: Readonly<Record<string, string>> = {
  [sentColumns.key]: '"#key"',
  [sentColumns.sent]: '"#sent"',
  [sentColumns.deleted]: '("#l" is null)',
  [sentColumns.part]: '"#part"',
  [sentColumns.place]: '"#place"',
};

/** How the text of each column is found, and its value. */
function valuesOf({ input, messages }: Reading, structs: readonly string[]) {
  const declared = declaredIn(input);
  const text = (name: string): string => {
    if (name === input.extra) return '"#x"';
    const found = sentAs[name] ?? firstOf(declared, name, structs);
    return name === messages.key ? `coalesce(${found}, "#key")` : found;
  };
  const value = (name: string): string => sentAs[name] ?? spelled(input.columns, name, text(name));
  return { declared, text, value };
}

/** The keys of the first text that is an object. */
async function usualKeys({ session }: Reading, table: string): Promise<string> {
  const [first] = await session.rows(
    `select cast(to_json(json_keys(text)) as varchar) as keys from (from ${identifier(table)} limit 1000) where ${isObject('text')} limit 1`,
  );
  const keys = JSON.parse(String(first?.['keys'] ?? '[]')) as readonly string[];
  return `[${keys.map((key) => literal(key)).join(', ')}]::varchar[]`;
}

function quickSql(reading: Reading, table: string, usual: string): string {
  const { input } = reading;
  const { declared, text, value } = valuesOf(reading, ['"#s"']);
  const keys = Object.keys(keysOf(declared));
  const json = `case when "#object" then "#l" end`;
  const exact = inexact(declared, text, '"#l"');
  const others = input.extra ? `, ${othersSql(declared, json)} as "#x"` : '';
  // A list, too, gives a struct, of nothing.
  const object = `("#s" is not null and starts_with(ltrim("#l", ' ' || chr(9) || chr(10) || chr(13)), '{'))`;
  return quickTypedSql(input.columns, {
    from: `(select *${others} from (select *, ${object} as "#object" from (
      select rowid as "#line", text as "#l", key as "#key", sent as "#sent", part as "#part", place as "#place", ${hidden.row},
        try(from_json(text, ${structure(declared)})) as "#s" from ${identifier(table)})))`,
    raw: text,
    value,
    lost: '("#l" is not null and not "#object")',
    besides: [
      staged.line,
      beside,
      // Lists are compared faster than they are looked through, and most texts have the keys of the first.
      `case when "#object" and json_keys(${json}) <> ${usual}
        then nullif(list_filter(json_keys(${json}), lambda one: one not in ${literal(keys)}), []) end as "#new"`,
    ],
    text: '"#l"',
    inexact: input.extra ? `${exact} or ("#x" is not null and regexp_matches("#l", '${longNumber}'))` : exact,
  });
}

/** Texts of which something could not be read, and whose numbers are as they were written. */
function sureOf({ input }: Reading, rows: string): string {
  const others = input.extra
    ? othersSql(declaredIn(input), `case when ${isObject('"#text"')} then "#text" end`)
    : 'null';
  return `(select ${staged.line}, "#text" as "#l", '{}' as "#n", ${others} as "#x", ${beside}
    from ${identifier(rows)} where "#text" is not null and not "#inexact")`;
}

function againSql(reading: Reading, from: string): string {
  const { declared, text, value } = valuesOf(reading, ['"#w"', '"#s"']);
  const parse = (json: string): string => `from_json(case when "#object" then ${json} end, ${structure(declared)})`;
  return typedSql(reading.input.columns, {
    from: `(select *, ${parse('"#l"')} as "#s", ${parse('"#n"')} as "#w" from (select *, ${isObject('"#l"')} as "#object" from ${from}))`,
    raw: text,
    value,
    lost: '("#l" is not null and not "#object")',
    original,
    besides: [beside],
  });
}

/** Their numbers are taken from their text in Node. */
async function readInexact(reading: Reading, made: ReturnType<typeof tablesOf>): Promise<void> {
  const { session, input, table } = reading;
  const { connection } = session;
  const found = await connection.run(
    `select ${staged.line}, "#text" from ${identifier(made.rows)} where "#text" is not null and "#inexact"`,
  );
  if (found.rowCount === 0) return;
  async function* texts(): AsyncGenerator<Waiting> {
    for await (const rows of readChunks(found))
      for (const [line, text] of rows) yield { file: 0, line: Number(line), text: String(text) };
  }
  await session.run(`create or replace temp table ${identifier(made.waiting)} (${waiting})`);
  const keys = keysOf(declaredIn(input));
  await appendLines(connection, { table: made.waiting, keys, others: input.extra !== undefined }, texts());
  const from = `(select w.*, m.key as "#key", m.sent as "#sent", m.part as "#part", m.place as "#place", m.${hidden.row}
    from ${identifier(made.waiting)} as w join ${identifier(table)} as m on m.rowid = w.${staged.line})`;
  await session.run(`insert into ${identifier(made.again)} ${againSql(reading, from)}`);
}

/** A row of which the column says nothing is of the time at which it was sent. */
function ofTheSpans({ input, messages }: Reading): string {
  const { within } = messages;
  if (!within) return '';
  const column = identifier(within.column);
  const isDate = input.columns[within.column]?.facts.kind === 'date';
  const each = within.spans.map((span) => {
    const isIn = (at: string): string => `(${at} >= ${literal(span.from)} and ${at} < ${literal(span.until)})`;
    const own = isDate ? `${column} = ${literal(dateIn(span))}` : isIn(column);
    return `${own} or (${column} is null and ${isIn('"#sent"')})`;
  });
  return ` where ${each.join(' or ')}`;
}

/** Keys of the texts that nothing asks for. */
async function newKeys({ session }: Reading, rows: string): Promise<readonly string[]> {
  const found = await session.rows(
    `select distinct unnest("#new") as name from ${identifier(rows)} where "#new" is not null order by all limit 1000`,
  );
  return found.map(({ name }) => String(name));
}

/** What the messages have that is not declared, and what none of them has. */
export async function differencesIn(
  { session, input }: Pick<Reading, 'session' | 'input'>,
  of: { readonly news: readonly string[]; readonly place: string; readonly rows: number },
): Promise<readonly Difference[]> {
  const { news, place, rows } = of;
  const names = Object.keys(declaredIn(input));
  const relation = identifier(input.relation);
  const counts = names.map((name, index) => `count(${identifier(name)}) as n${index}`);
  const [values = {}] =
    rows > 0 ? await session.rows(`select count(*) as n, ${counts.join(', ')} from ${relation}`) : [];
  const without = Number(values['n'] ?? 0) === 0 ? [] : names.filter((_, index) => Number(values[`n${index}`]) === 0);
  const gone: string[] = [];
  for (const name of without) {
    const keys = [name, ...(input.columns[name]?.facts.aliases ?? [])].map((key) => literal(key)).join(', ');
    const its = `json_keys(case when ${isObject('text')} then text end)`;
    const from = identifier(`${input.relation}#incoming`);
    const [some] = await session.rows(`select 1 from ${from} where len(list_intersect(${its}, [${keys}])) > 0 limit 1`);
    if (!some) gone.push(name);
  }
  return differencesOf({ news, gone }, { path: place, extra: input.extra });
}
