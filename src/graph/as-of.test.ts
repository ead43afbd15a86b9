import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../columns/index.ts';
import {
  asOf,
  atMost,
  check,
  files,
  kmeans,
  model,
  monitor,
  replaceEach,
  scalar,
  source,
  sql,
  table,
} from '../define/index.ts';
import type { EsteiraError } from '../errors.ts';
import { collect } from './collect.ts';

const rows = sql`select 1`;
const columns = { k: col.text(), day: col.date(), at: col.timestamp(), n: col.integer() };
const events = table('silver.events', { columns: { ...columns, id: col.integer().key() }, rows, write: 'merge' });
const keyed = { k: col.text().key(), at: col.timestamp().key(), day: col.date(), n: col.real(), fee: col.real() };
const rates = table('silver.rates', { columns: keyed, rows, write: 'merge' });
const landing = source('landing.rates', { reader: files('*.csv'), columns: keyed });
const usual = { on: ['k'], at: ['at', 'at'], take: { fee: 'fee' } } as const;
const appended = table('silver.appended', { columns: keyed, rows, write: 'append' });
const keyless = table('silver.keyless', { columns: { ...keyed, k: col.text(), at: col.timestamp() }, rows });
const shown = table('silver.shown', { columns: keyed, rows: rates, write: 'view' });
const people = table('silver.people', { columns: { id: col.integer().key(), n: col.real() }, rows });
const groups = model('ml.groups', { from: people, features: ['n'], learner: kmeans({ clusters: 2 }) });

const all = { events, rates, landing, appended, keyless, shown, people, groups };
const collected = (more: Readonly<Record<string, unknown>>) =>
  collect([{ catalog: 'c', file: 'a.ts', exports: { ...all, ...more } }], { suffix: '_invalidos' });
const reading = (left: typeof events, right: typeof rates, how: object) =>
  table('gold.t', {
    columns: { fee: col.real().optional() },
    rows: asOf(left, right, { ...usual, ...how } as never) as typeof rows,
    write: replaceEach('fee'),
  });

test('columns that are looked up by or taken are there, and of kinds that can be compared', () => {
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ on: ['id'] }, /names a column that silver\.rates does not have: id.* k, at, day, n, fee/],
    [{ on: ['fee'] }, /names a column that silver\.events does not have: fee/],
    [{ on: ['n'] }, /compares n of two kinds: integer and real/],
    [{ at: ['at', 'seen'] }, /names a column that silver\.rates does not have: seen/],
    [{ at: ['at', 'day'] }, /has no two times: at is timestamp, day is date.*two days, or two instants/],
    [{ at: ['n', 'n'] }, /has no two times: n is integer, n is real/],
    [{ take: { fee: 'price' } }, /names a column that silver\.rates does not have: price/],
    [{ take: { N: 'fee' } }, /takes a column by a name that silver\.events has: N/],
    [{ take: { fee: 'fee', FEE: 'n' } }, /takes a column by a name that .* has: FEE/],
    [{ take: {} }, /takes nothing/],
    [{ within: '3 dias' }, /has a limit of age that is none: 3 dias/],
    [{ within: '1.5 days' }, /has a limit of age that is none: 1\.5 days.*whole number/],
  ];
  for (const [how, text] of wrong) refused({ t: reading(events, rates, how) }, text);
  for (const how of [{}, { on: [] }, { within: '12 months' }, { take: { other: 'at' } }])
    assert.ok(collected({ t: reading(events, rates, how) }));
});

test('of the rows that are looked up no two of one time are alike, or what decides between them is known', () => {
  for (const right of [appended, keyless, shown, rates.invalid])
    refused(
      { t: reading(events, right as never, {}) },
      /two may have one key and one time.*written by 'replace', 'merge'/,
    );
  refused({ t: reading(events, rates.since('at') as never, {}) }, /of what is no table: since/);
  refused({ t: reading(events, landing as never, {}) }, /of what is no table: landing\.rates.*merges by key and time/);
  refused({ t: reading(groups.predict(people) as never, rates, { on: [] }) }, /for predictions.*Predict of asOf/);
});

test('a check, a monitor or a rule that looks up what cannot be is refused, too', () => {
  const known = asOf(events, rates, { ...usual, take: { fee: 'price' as never } });
  const text = /asOf\(…\) of .* names a column that silver\.rates does not have: price/;
  const limit = atMost(scalar(sql`select count(*) from ${known}`), 3);
  refused({ none: check('none', limit) }, text);
  refused({ none: monitor('none', { expect: limit }) }, text);
  const judged = table('gold.t', {
    columns: { n: col.real() },
    rows,
    rules: { known: sql`n in (select n from ${known})` },
  });
  refused({ judged }, text);
});

function refused(more: Readonly<Record<string, unknown>>, text: RegExp): void {
  assert.throws(
    () => collected(more),
    (error: EsteiraError) => {
      assert.equal(error.code, 'DEFINITION_INVALID');
      assert.match(`${error.details.what} ${error.details.allowed} ${error.details.next}`, text);
      return true;
    },
  );
}
