import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type Columns, col } from '../../columns/index.ts';
import { pick, randomFrom } from '../../ports/conformance/hostile.ts';
import { dialect } from './dialect.ts';
import { spelledSql } from './stored.ts';
import { readRows } from './values.ts';

let connection: DuckDBConnection;
let instance: DuckDBInstance;
before(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
});
after(() => {
  connection.closeSync();
  instance.closeSync();
});

/** What a text is as a kind, said in JavaScript alone: the documentation of the spellings, as a program. */
type Meaning = (text: string) => unknown;
const attempt = (make: () => unknown): unknown => {
  try {
    return make();
  } catch {
    return null;
  }
};
const integer: Meaning = (text) => {
  const [, digits] = /^([+-]?\d+)(?:\.0*)?$/.exec(text) ?? [];
  const value = digits ? Number(BigInt(digits.replace('+', ''))) : null;
  return value !== null && Math.abs(value) <= 2 ** 53 && BigInt(value) === BigInt(digits?.replace('+', '') ?? 0)
    ? value
    : null;
};
const real: Meaning = (text) => {
  const value = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : null;
};
const decimal: Meaning = (text) => {
  const [, sign, whole = '', part = ''] =
    /^([+-]?)0*(\d*)\.?(\d*?)0*$/.exec(text.includes('.') ? text : `${text}.`) ?? [];
  if (sign === undefined || !/\d/.test(text) || whole.length > 4 || part.length > 2) return null;
  const value = `${whole || '0'}.${part.padEnd(2, '0')}`;
  return sign === '-' && /[1-9]/.test(value) ? `-${value}` : value;
};
const day: Meaning = (text) =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && text > '0001'
    ? attempt(() => Temporal.PlainDate.from(text, { overflow: 'reject' }))
    : null;
const instant: Meaning = (text) => {
  const parts =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):([0-5]\d)(?::([0-5]\d)(?:\.(\d+))?)?(Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/.exec(
      text,
    );
  if (!parts) return null;
  const [, date = '', hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = parts;
  const next = hour === '24' && minute === '00' && second === '00' && !fraction && text.includes(':00:00');
  const clock = `${next ? '00' : hour}:${minute}:${second}.${fraction.padEnd(6, '0').slice(0, 6)}`;
  return attempt(() => {
    Temporal.PlainDate.from(date, { overflow: 'reject' });
    const at = Temporal.Instant.from(`${date}T${clock}${zone}`).add({ hours: next ? 24 : 0 });
    const { year } = at.toZonedDateTimeISO('UTC');
    return year >= 1 && year <= 9999 ? at : null;
  });
};

const cases: Readonly<Record<string, readonly [Columns[string], Meaning, readonly string[]]>> = {
  integer: [
    col.integer(),
    integer,
    ['0', '-12', '+3', '3.0', '007', '9007199254740992', '1e3', '0x1F', '1_000', '123456789012345678'],
  ],
  real: [
    col.real(),
    real,
    ['+-1.5', '1e+-3', '0', '-1.5', '1e3', '.5', '5.', '1E-7', 'nan', 'inf', '1e400', '0x1F', '1_0'],
  ],
  decimal: [
    col.decimal(6, 2),
    decimal,
    ['0', '-12.50', '+1234', '0001.2300', '.5', '5.', '1e2', '12345', '1.005', '-0.00'],
  ],
  date: [col.date(), day, ['2024-02-29', '2026-01-31', '0001-01-01', '9999-12-31', '0000-01-01']],
  timestamp: [
    col.timestamp(),
    instant,
    [
      '2024-02-29T10:20:30Z',
      '2026-01-31T10:20:30.123Z',
      '2026-01-31 10:20:30.123456',
      '2026-01-31T10:20:30-03:00',
      '2026-01-31T10:20+0530',
      '2026-01-31T23:59:59.9999999Z',
      '2026-01-31',
      '0001-01-01T00:00:00+03:00',
      '9999-12-31T23:59:59-03',
      '2026-12-31T24:00:00Z',
      '9999-12-31T24:00:00Z',
      '2026-01-31T10:00:00+19:30',
    ],
  ],
};
const alphabet = [...'0123456789 -+:.,/TtZz_eEaxn\té'];

for (const [kind, [column, meaning, seeds]] of Object.entries(cases)) {
  test(`a text is a ${kind}, or is none, as its documented spelling says`, async (context) => {
    const seed = Number(process.env.ESTEIRA_SEED ?? Date.now() % 1_000_000);
    context.diagnostic(`ESTEIRA_SEED=${seed}`);
    const random = randomFrom(seed);
    const changed = (): string => {
      const characters = [...pick(random, seeds)];
      for (let count = pick(random, [0, 1, 1, 2]); count > 0; count -= 1) {
        const place = Math.floor(random() * (characters.length + 1));
        const removed = pick(random, [0, 1, 1]);
        characters.splice(place, removed, ...(random() < 0.8 ? [pick(random, alphabet)] : []));
      }
      return characters.join('');
    };
    const texts = Array.from({ length: 10_000 }, changed);
    const values = texts.map((text) => `(${dialect.literal(text)})`).join(', ');
    const sql = `select x, ${spelledSql(column.facts, 'x')} as v from (values ${values}) t(x)`;
    const { rows } = await readRows(await connection.run(sql), { columns: { v: column } });
    let some = 0;
    for (const [text, value] of rows) {
      const expected = meaning(String(text));
      some += Number(expected !== null);
      assert.equal(String(value), String(expected), `seed ${seed}: ${JSON.stringify(text)}`);
    }
    assert.ok(some > 500 && some < 9500);
  });
}
