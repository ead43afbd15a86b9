import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../columns/index.ts';
import {
  type AnyReadable,
  type AnyTable,
  asOf,
  files,
  from,
  history,
  keepLatest,
  replaceEach,
  source,
  sql,
  table,
} from '../define/index.ts';
import type { EsteiraError } from '../errors.ts';
import { collect } from '../graph/index.ts';
import type { QueryFacts } from '../ports/index.ts';
import { mentionsOf, readOf } from './reads.ts';
import { refuseLookups } from './refuse-as-of.ts';

const rows = sql`select 1`;
const columns = { k: col.text(), day: col.date(), n: col.integer() };
const landing = source('landing.events', { reader: files('*.csv'), columns });
const daily = source('landing.daily', { reader: files('{date}.csv'), columns, day: 'day' });
const appended = table('bronze.events', { columns, rows, write: 'append' });
const merged = table('silver.events', { columns: { ...columns, n: col.integer().key() }, rows, write: 'merge' });
const rates = table('silver.rates', {
  columns: { k: col.text().key(), day: col.date().key(), fee: col.integer(), other: col.text() },
  rows,
  write: 'merge',
});
const codes = table('silver.codes', {
  columns: { ...rates.columns, other: col.text().key() },
  rows,
  write: 'merge',
});
const known = (left: AnyReadable, take: object = { fee: 'fee' }, on = 'k') =>
  asOf(left, rates as never, { on: [on], at: ['day', 'day'], take } as never);

const given = { n: col.integer().key(), day: col.date(), fee: col.integer().optional() };
const byDay = { ...given, day: col.date().key() };
const of = (how: object): AnyTable => table('gold.t', { columns: given, write: 'merge', ...how } as never);

function judge(t: AnyTable, more: Partial<QueryFacts> = {}): void {
  const exports = { landing, daily, appended, merged, rates, codes, t };
  const graph = collect([{ catalog: 'c', file: 'a.ts', exports }], { suffix: '_invalidos' });
  const mentions = mentionsOf(t.spec.rows);
  const reads = mentions.mentioned.map((one) => readOf(one.of, graph, one.asOf));
  const facts = { groups: false, renamed: [], tables: [], unrepeatable: [], ...more };
  refuseLookups(t, mentions, { reads, facts });
}
const refused = (t: AnyTable, text: RegExp, more: Partial<QueryFacts> = {}): void =>
  assert.throws(
    () => judge(t, more),
    (error: EsteiraError) => {
      assert.equal(error.code, 'DEFINITION_INVALID');
      assert.match(`${error.details.what} ${error.details.next}`, text);
      return true;
    },
  );

test('a table that keeps each row as it once was is not made of what was known', () => {
  for (const write of ['append', history({ at: 'day' })])
    refused(
      of({ rows: known(merged), write }),
      /gold\.t reads asOf\(…\) of silver\.events, and keeps each row as it once was/,
    );
  for (const write of ['replace', 'view']) judge(of({ rows: known(merged), write }));
});

test('rows of files are looked up once they are in a table, unless all are read each time', () => {
  refused(of({ rows: known(landing.unread) }), /a run sees each row once.*Keep landing\.events in a table/);
  refused(of({ rows: known(daily) }), /Keep landing\.daily in a table/);
  judge(of({ rows: known(landing) }));
  judge(of({ rows: known(daily), write: 'replace' }));
});

test('what is new is read with what was corrected where that can be told', () => {
  const since = merged.since('day');
  judge(of({ rows: known(since) }));
  judge(of({ rows: from(known(since), () => []), duplicates: keepLatest('day') }));
  refused(of({ rows: sql`select 1 from ${known(since)}` }), /and groups or numbers rows of which it reads some/, {
    groups: true,
  });
  judge(of({ columns: byDay, rows: known(appended.since('day')), write: replaceEach('day') }), { groups: true });
  const inner = known(since, { other: 'other' });
  const outer = (on: string) =>
    asOf(inner, codes as never, { on: [on], at: ['day', 'day'], take: { fee: 'fee' } } as never);
  judge(of({ rows: outer('k') }));
  refused(
    of({ rows: outer('other') }),
    /looks up rows by other, which another asOf\(…\) takes.*make a table of the first/,
  );
});

test('a row is not merged by what was known', () => {
  const taken = known(merged, { fee: 'fee', since: 'day' });
  const columns = { ...given, since: col.date() };
  const text = /merges by since, which asOf\(…\) takes/;
  refused(of({ columns: { ...columns, since: col.date().key() }, rows: taken }), text);
  refused(of({ columns, rows: taken, duplicates: keepLatest('since') }), text);
  judge(of({ columns, rows: taken }));
});

test('an older row that is read again does not take the place of a newer one of its key', () => {
  const rows = known(appended.since('day'));
  refused(of({ rows }), /may have several rows of one key.*keepLatest/);
  judge(of({ rows, duplicates: keepLatest('day') }));
  judge(of({ rows, columns: byDay, write: replaceEach('day') }));
  // The key of what is read is not in the table's, or nobody sees that it is.
  const ofClient = { columns: { ...given, n: col.integer(), k: col.text().key() }, rows: known(merged.since('day')) };
  refused(of(ofClient), /several rows of one key of gold\.t/);
  judge(of({ ...ofClient, duplicates: keepLatest('day') }));
  judge(of({ rows: known(merged.since('day')), columns: { ...given, k: col.text().key() } }));
  refused(of({ rows: known(merged.since('day')) }), /several rows of one key/, { renamed: ['n'] });
  refused(of({ rows: from(known(merged.since('day')), () => []) }), /several rows of one key/);
});
