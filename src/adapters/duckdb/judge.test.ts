import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type Columns, col, type Judgement, judgements } from '../../columns/index.ts';
import {
  hostileBound,
  hostileDecimal,
  hostileReal,
  hostileText,
  hostileValue,
  hostileWhole,
  pick,
  randomFrom,
} from '../../ports/conformance/hostile.ts';
import { holds } from '../../quality/judge.ts';
import { dialect } from './dialect.ts';
import { flagSql } from './judge.ts';
import { storedSql } from './stored.ts';
import { readRows } from './values.ts';

/** Each round judges this many values by every rule of its kind. */
const count = 10_000;
const rounds = Number(process.env.ESTEIRA_ROUNDS ?? 1);
const firstSeed = Number(process.env.ESTEIRA_SEED ?? Date.now() % 1_000_000);

let instance: DuckDBInstance;
let connection: DuckDBConnection;
before(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
});
after(() => {
  connection.closeSync();
  instance.closeSync();
});

/** A table `v` of one column of this type; a value that DuckDB has no literal for is given as SQL. */
async function fill(type: string, values: readonly string[]): Promise<void> {
  await connection.run(`create or replace temp table v (place integer, x ${type})`);
  for (let from = 0; from < values.length; from += 2000) {
    const rows = values.slice(from, from + 2000).map((value, index) => `(${from + index}, ${value})`);
    await connection.run(`insert into v values ${rows.join(', ')}`);
  }
}

/** Compares what SQL and JavaScript say of every value in `v`, read as its own type or as the columns say. */
async function compare(
  list: readonly Judgement[],
  flags: readonly string[],
  seed: number,
  columns: Columns = {},
): Promise<void> {
  const sql = `select x, ${flags.map((flag, index) => `${flag} as f${index}`).join(', ')} from v order by place`;
  const { rows } = await readRows(await connection.run(sql), { columns });
  assert.equal(rows.length, count);
  let held = 0;
  for (const [value, ...said] of rows) {
    for (const [index, judgement] of list.entries()) {
      const expected = holds(judgement, value);
      held += Number(expected);
      if (said[index] === expected) continue;
      const shown = typeof value === 'string' ? [...value].map((one) => one.codePointAt(0)?.toString(16)) : value;
      assert.fail(
        `seed ${seed}: of ${shown} JavaScript says ${expected} and SQL ${said[index]} to ${JSON.stringify(judgement)}\n${flags[index]}`,
      );
    }
  }
  assert.ok(held > 0 && held < rows.length * list.length, 'some values hold and some do not');
}

/** One judgement of each code, of a column as it is written here. */
function rulesOf(random: () => number, column: Columns[string]): readonly Judgement[] {
  const bounds = Array.from({ length: 12 }, () => hostileBound(random));
  const found: Judgement[] = bounds.flatMap((allowed) => [
    { code: 'min', allowed, column: 'x', flag: 'x_min' },
    { code: 'max', allowed, column: 'x', flag: 'x_max' },
  ]);
  return [...found, ...judgements({ x: column }).filter(({ code }) => code === 'present')];
}

async function eachRound(
  context: TestContext,
  work: (random: () => number, seed: number) => Promise<void>,
): Promise<void> {
  context.diagnostic(`ESTEIRA_SEED=${firstSeed} ESTEIRA_ROUNDS=${rounds}`);
  for (let round = 0; round < rounds; round += 1) await work(randomFrom(firstSeed + round), firstSeed + round);
}

for (const [name, column] of Object.entries({
  integer: col.integer(),
  bigint: col.bigint(),
  real: col.real(),
  'decimal(14,2)': col.decimal(14, 2),
  'decimal(38,10)': col.decimal(38, 10),
  'decimal(5,5)': col.decimal(5, 5),
  'decimal(38,0)': col.decimal(38, 0),
})) {
  test(`present, min and max say the same of every ${name} in SQL and in JavaScript`, async (context) => {
    await eachRound(context, async (random, seed) => {
      const { facts } = column;
      const values = Array.from({ length: count }, () => hostileValue(random, facts));
      await fill(
        dialect.type(facts),
        values.map((value) => (facts.kind === 'decimal' && value ? `'${value}'` : dialect.literal(value))),
      );
      const list = rulesOf(random, column);
      await compare(
        list,
        list.map((one) => flagSql(one, { value: 'x', facts })),
        seed,
        { x: column },
      );
    });
  });
}

/** One a line, as they stand between slashes. */
const patterns = String.raw`
^[^@ ]+@[^@ ]+$
^[A-Z]{2}$
^\s*$
\S
^.$
^..$
a.b
\bana\b
^\w+$
^\W
\d
^\D+$
[^\s]
[\s\S]
[\w.-]+@
[^\w]$
^[^a]$
[\u{1f600}-\u{10ffff}]
\u{1f600}
\ud83d\ude00
^(?:a|b|ç)*$
(é|e\u0301)
^[\0-\x1f]
\0
[\\\][^-]
\.
\*\?
^.{0,3}$
^.{4,}?$
(?:^a|z$)
[a-z]+?[0-9]*
^$
[\b]
\cJ
\v|\f
[$.*]
[\d\s]
[^\d\s]
[^\D]
\x41
\u00e9
\/
|a
(?:)
-
[+--]
[a&&b]
[[:alpha:a]
[^\W_]
(?:.|\n)$
^.+$
[\uffff]
^(?:\s|\S){3}$
\b`
  .trim()
  .split('\n');

test('matches says the same of every text in SQL and in JavaScript', async (context) => {
  await eachRound(context, async (random, seed) => {
    const values = Array.from({ length: count }, () => (random() < 0.05 ? null : hostileText(random)));
    await fill('varchar', values.map(dialect.literal));
    const { facts } = col.text();
    const list: Judgement[] = patterns.map((source) => ({
      code: 'matches',
      allowed: source,
      column: 'x',
      flag: 'x_matches',
    }));
    await compare(
      list,
      list.map((one) => flagSql(one, { value: 'x', facts })),
      seed,
    );
  });
});

const atoms =
  String.raw`a b Z 0 9 _ é ß 😀 \u{10ffff} . \d \D \w \W \s \S [a-c] [^a-c] [\w.-] [^\s_] [\u{1f600}-\u{1f64f}é] [\x00-\u{7f}] \t \- \. \\`
    .replace('\\-', '')
    .split(/ +/)
    .filter(Boolean);
/** At most three unbounded repetitions, none of a group: JavaScript would try too many ways. */
function randomPattern(random: () => number, depth = 0, budget = { unbounded: 3 }): string {
  const repeated = (): string => {
    const found = pick(random, ['', '', '', '*', '+', '?', '{2}', '{0,2}', '{1,}', '*?', '+?', '??']);
    if (!/[*+]|,}/.test(found)) return found;
    budget.unbounded -= 1;
    return budget.unbounded < 0 ? '' : found;
  };
  const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
    if (random() < 0.1) return pick(random, ['^', '$', '\\b']);
    if (depth >= 2 || random() < 0.75) return pick(random, atoms) + repeated();
    const group = `(${pick(random, ['', '?:'])}${randomPattern(random, depth + 1, budget)})`;
    return group + pick(random, /[*+]|,}/.test(group) ? ['', '?', '??'] : ['', '?', '{2}', '{0,2}']);
  });
  return parts.join('') + (random() < 0.2 ? `|${randomPattern(random, depth + 1, budget)}` : '');
}

test('matches says the same for patterns made at random', async (context) => {
  await eachRound(context, async (random, seed) => {
    const values = Array.from({ length: count }, () => (random() < 0.05 ? null : hostileText(random)));
    await fill('varchar', values.map(dialect.literal));
    const { facts } = col.text();
    const list = Array.from(
      { length: 40 },
      (): Judgement => ({ code: 'matches', allowed: randomPattern(random), column: 'x', flag: 'x_matches' }),
    );
    await compare(
      list,
      list.map((one) => flagSql(one, { value: 'x', facts })),
      seed,
    );
  });
});

test('one_of and present say the same of every text in SQL and in JavaScript', async (context) => {
  await eachRound(context, async (random, seed) => {
    const values = Array.from({ length: count }, () => (random() < 0.05 ? null : hostileText(random)));
    await fill('varchar', values.map(dialect.literal));
    const { facts } = col.text();
    const some = (): string[] => Array.from({ length: 40 }, () => pick(random, values) ?? 'ana');
    const list: Judgement[] = [
      ...Array.from(
        { length: 10 },
        (): Judgement => ({ code: 'one_of', allowed: some(), column: 'x', flag: 'x_one_of' }),
      ),
      { code: 'one_of', allowed: [], column: 'x', flag: 'x_one_of' },
      { code: 'present', allowed: true, column: 'x', flag: 'x_present' },
    ];
    await compare(
      list,
      list.map((one) => flagSql(one, { value: 'x', facts })),
      seed,
    );
  });
});

const texts = ['', ' ', '1', '1.5', '-0', '1e2', '.5', '5.', '+3', '00012.50000', ' 1', '1_0', '0x1F', 'NaN', 'é', '١'];
const durations = [
  '1 hour',
  '2 hours',
  '15 ms',
  '15 mss',
  '1.5 days',
  '.5 days',
  '1 Hour',
  '1 hour ',
  '12 months',
  '1 year',
  '１ hour',
];
/** For each kind, the types in which a query or a function may give it. */
const given: readonly (readonly [string, Columns[string], string, (random: () => number) => string])[] = [
  ['integer', col.integer(), 'bigint', (random) => `${hostileWhole(random, 64)}`],
  ['integer', col.integer(), 'hugeint', (random) => `cast('${hostileWhole(random, 64) * 3n}' as hugeint)`],
  ['integer', col.integer(), 'double', (random) => dialect.literal(hostileReal(random))],
  [
    'bigint',
    col.bigint(),
    'hugeint',
    (random) => `cast('${hostileWhole(random, 64) * BigInt(pick(random, [1, 1, 2]))}' as hugeint)`,
  ],
  ['real', col.real(), 'double', (random) => dialect.literal(hostileReal(random))],
  ['decimal(14,2)', col.decimal(14, 2), 'decimal(14,2)', (random) => `'${hostileDecimal(random, 14, 2)}'`],
  ['decimal(14,2)', col.decimal(14, 2), 'decimal(20,4)', (random) => `'${hostileDecimal(random, 20, 4)}'`],
  ['decimal(14,2)', col.decimal(14, 2), 'decimal(38,37)', (random) => `'${hostileDecimal(random, 38, 37)}'`],
  ['decimal(5,4)', col.decimal(5, 4), 'decimal(38,1)', (random) => `'${hostileDecimal(random, 38, 1)}'`],
  [
    'decimal(5,0)',
    col.decimal(5, 0),
    'varchar',
    (random) =>
      dialect.literal(random() < 0.3 ? pick(random, texts) : hostileDecimal(random, 9, pick(random, [0, 1, 3]))),
  ],
  [
    'decimal(4,4)',
    col.decimal(4, 4),
    'varchar',
    (random) =>
      dialect.literal(random() < 0.3 ? pick(random, texts) : hostileDecimal(random, 9, pick(random, [0, 3, 6]))),
  ],
  [
    'decimal(14,2)',
    col.decimal(14, 2),
    'varchar',
    (random) =>
      dialect.literal(random() < 0.3 ? pick(random, texts) : hostileDecimal(random, 50, pick(random, [0, 2, 30]))),
  ],
  [
    'date',
    col.date(),
    'date',
    (random) =>
      random() < 0.1
        ? pick(random, ["'infinity'", "'-infinity'", "'5877642-06-25 (BC)'"])
        : `date '1970-01-01' + ${dayNumber(random)}`,
  ],
  [
    'timestamp',
    col.timestamp(),
    'timestamptz',
    (random) =>
      random() < 0.1 ? pick(random, ["'infinity'", "'-infinity'"]) : `make_timestamptz(${microseconds(random)})`,
  ],
  [
    'duration',
    col.duration(),
    'varchar',
    (random) => dialect.literal(random() < 0.5 ? pick(random, durations) : hostileText(random)),
  ],
];
const dayNumber = (random: () => number): number => {
  const value = hostileValue(random, { kind: 'date' }) as Temporal.PlainDate | null;
  return value ? new Temporal.PlainDate(1970, 1, 1).until(value).days : 0;
};
const microseconds = (random: () => number): bigint => {
  const value = hostileValue(random, { kind: 'timestamp' }) as Temporal.Instant | null;
  return value ? value.epochNanoseconds / 1000n : 0n;
};

for (const [name, column, type, make] of given) {
  test(`kind says the same of every ${type} for a column ${name} in SQL and in JavaScript`, async (context) => {
    await eachRound(context, async (random, seed) => {
      await fill(
        type,
        Array.from({ length: count }, () => (random() < 0.05 ? 'null' : make(random))),
      );
      const list = judgements({ x: column }).filter(({ code }) => code === 'kind' || code === 'present');
      const stored = `(${storedSql(column.facts, 'x', type.toUpperCase().replace('TIMESTAMPTZ', 'TIMESTAMP WITH TIME ZONE'))})`;
      const unread = `(x is not null and ${stored} is null)`;
      await compare(
        list,
        list.map((one) => flagSql(one, { value: stored, unread, facts: column.facts })),
        seed,
      );
    });
  });
}
