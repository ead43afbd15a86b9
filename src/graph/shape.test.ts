import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../columns/index.ts';
import {
  always,
  appendChanges,
  byHand,
  check,
  cron,
  type Definition,
  existsIn,
  files,
  history,
  job,
  keepLatest,
  mergeDeleting,
  perEngine,
  replaceEach,
  rowsIn,
  settings,
  settingsTable,
  source,
  sql,
  table,
} from '../define/index.ts';
import { atLeast } from '../define/limit.ts';
import { EsteiraError } from '../errors.ts';
import { collect } from './collect.ts';

const rows = sql`select 1 as n`;
const n = col.integer();
const key = col.integer().key();
const d = col.date();
const orders = table('silver.orders', { columns: { n: key }, rows });

// What a project without a type checker could write: `never` stands where the types would refuse it.
const misshapen: Readonly<Record<string, () => Definition>> = {
  'of which hour a row of landing.o is': () =>
    source('landing.o', { reader: files('o.csv'), hour: 'd' as never, columns: { d } }),
  'tells what is no channel': () => job('j', { when: byHand, build: [orders], tell: '' }),
  'tells how its runs ended, and goes on without end': () => job('j', { when: always, build: [orders], tell: 'ltr' }),
  'has no columns': () => table('silver.t', { columns: {}, rows }),
  'The column n of silver.t is none': () => table('silver.t', { columns: { n: 'integer' as never }, rows }),
  'two columns n': () => table('silver.t', { columns: { n, N: n }, rows }),
  'cannot be written that way': () => table('silver.t', { columns: { n }, rows, write: 'upsert' as never }),
  'cannot treat invalid rows': () => table('silver.t', { columns: { n }, rows, invalid: 'drop' as never }),
  'silver.t names a column': () => table('silver.t', { columns: { n }, rows, duplicates: keepLatest('m' as never) }),
  'a column that silver.t does not have': () =>
    table('silver.t', { columns: { n: key }, rows, write: mergeDeleting('m' as never) }),
  'needs a column of kind boolean': () => table('silver.t', { columns: { n: key }, rows, write: mergeDeleting('n') }),
  'needs a column of kind date or timestamp': () =>
    table('silver.t', { columns: { n: key }, rows, write: history({ at: 'n' as never }) }),
  'history\\(\\{ deleted': () =>
    table('silver.t', { columns: { n: key, d }, rows, write: history({ at: 'd', deleted: 'n' as never }) }),
  'appendChanges\\(\\{ deleted': () =>
    table('silver.t', { columns: { n: key, d }, rows, write: appendChanges({ at: 'd', deleted: 'n' as never }) }),
  'two columns d': () => table('silver.t', { columns: { n: key, d }, rows, write: history({ at: 'd', from: 'd' }) }),
  'names a column that silver.t does not': () =>
    table('silver.t', { columns: { n }, rows, write: replaceEach('day' as never) }),
  'a column that silver.orders does not have': () =>
    table('silver.t', { columns: { n }, rows, rules: { known: existsIn('n', orders, 'm' as never) } }),
  'which sets none aside': () => table('silver.t', { columns: { n }, rows: sql`select n from ${orders.invalid}` }),
  'is no duration': () =>
    table('silver.t', {
      columns: { n: key },
      rows: sql`select n from ${orders.since('n', { lookback: 'often' as never })}`,
      write: 'append',
    }),
  'needs a column of days or instants': () =>
    table('silver.t', {
      columns: { n: key },
      rows: sql`select n from ${orders.since('n', { lookback: '1 day' })}`,
      write: 'append',
    }),
  'leaves out an engine': () => table('silver.t', { columns: { n }, rows: perEngine({ spark: rows } as never) }),
  'builds what is no table': () => job('daily', { when: byHand, build: ['silver.orders' as never] }),
  'has a time that is none': () => job('daily', { when: [byHand as never, cron('0 2 * * *')], build: [orders] }),
  'cannot treat missed times that way': () =>
    job('daily', { when: cron('0 2 * * *', { missed: 'run each', limit: 0 }), build: [orders] }),
  'has a setting as its schedule that is no text': () => {
    const often = settings('config.often', { hours: col.integer().default(1) });
    return job('daily', { when: cron(often.hours as never), build: [orders] });
  },
  'has a setting as its schedule that starts with what cannot be read': () => {
    const often = settings('config.often', { due: col.text().default('daily at six') });
    return job('daily', { when: cron(often.due), build: [orders] });
  },
  'cannot be the name of a job': () => job('a b', { when: byHand, build: [orders] }),
  'has no name': () => settings('config.limits', { name: col.integer().default(1) } as never),
  'which row of config.levels': () => settingsTable('config.levels', { n }, []),
  'Two rows of config.levels': () => settingsTable('config.levels', { n: key }, [{ n: 1 }, { n: 1 }]),
  'landing.orders names a column': () =>
    source('landing.orders', { reader: files('*.csv'), columns: { n }, day: 'm' as never }),
  'cannot be a name': () => table('a.b.c', { columns: { n }, rows }),
};

const refusal = (make: () => unknown): EsteiraError => {
  try {
    make();
  } catch (error) {
    if (error instanceof EsteiraError) return error;
    throw error;
  }
  throw new Error('it was not refused');
};
const collected = (...exports: readonly Definition[]) =>
  collect([{ catalog: 'shop', file: 'shop.ts', exports: { ...exports } }], { suffix: '_invalidos' });

for (const [says, make] of Object.entries(misshapen))
  test(`a definition that no type checker has seen is refused: ${says}`, () => {
    const { code, details } = refusal(() => collected(orders, make()));
    assert.equal(code, 'DEFINITION_INVALID');
    assert.match(details.what, new RegExp(says));
    assert.ok(details.next && (details.where || details.got), JSON.stringify(details));
  });

test('what stands beside a table has its name: invalid rows, rows that left, changes of settings', () => {
  const plain = (name: string) => table(name, { columns: { n }, rows });
  const pairs: readonly (readonly [Definition, Definition])[] = [
    [table('a.t', { columns: { n }, rows, invalid: 'set aside' }), plain('a.t_invalidos')],
    [
      table('a.t', { columns: { n: key, gone: col.boolean() }, rows, write: mergeDeleting('gone') }),
      plain('a.T__deleted'),
    ],
    [table('a.t', { columns: { n: key, d }, rows, write: history({ at: 'd' }) }), plain('a.t__ROWS')],
    [settings('a.t', { n: n.default(1) }), plain('a.t_history')],
    [plain('a.t'), plain('A.T')],
  ];
  for (const pair of pairs) assert.equal(refusal(() => collected(...pair)).code, 'NAME_TWICE');
});

test('words refuse values that they cannot take', () => {
  const words = [
    () => col.decimal(39, 2),
    () => col.decimal(3, 4),
    () => col.integer().min(Number.NaN),
    () => col.text().oneOf(),
    () => col.text().matches(/a/i),
    () => col.text().matches(/(?=a)/),
    () => check('some', atLeast(rowsIn(orders), Number.NaN)),
    () => check('some', atLeast(rowsIn(orders), 'x' as never)),
  ];
  for (const word of words) assert.equal(refusal(word).code, 'DEFINITION_INVALID', String(word));
});
