import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Columns, col } from '../../../columns/index.ts';
import type { TargetAsked, TargetTable } from '../../../ports/index.ts';
import { type Postgrest, type PostgrestOptions, postgrest } from '../../../testing/postgrest/index.ts';
import { type Answer, gives, key, scripted } from '../testing.ts';
import { supabaseTargets } from './tables.ts';

const targets = supabaseTargets({ value: (of) => of, secret: (of) => of });
const opened: Postgrest[] = [];
after(async () => {
  for (const one of opened) await one.close();
});

async function doubleOf(
  options: PostgrestOptions,
): Promise<{ readonly double: Postgrest; readonly table: TargetTable }> {
  const double = await postgrest(options);
  opened.push(double);
  return { double, table: tableAt(double.address, double.keys.service) };
}
const tableAt = (url: string, its: string): TargetTable => ({
  by: 'supabase',
  options: { url, key: its, name: 'kept' },
  where: 'a test',
});
const score = { id: col.text().key(), score: col.real().optional() };
const asked = (columns: Columns, way: TargetAsked['way'] = 'update'): TargetAsked => ({
  key: Object.keys(columns).filter((name) => columns[name]?.facts.isKey),
  columns,
  way,
  changedOnly: true,
  parallel: 4,
});

test('a key is a filter whatever its column is called, and finds its own row alone', async () => {
  for (const name of ['order', 'limit', 'select', 'on_conflict', 'columns', 'or', 'a.b', 'über']) {
    const rows = [
      { [name]: 'one', score: null },
      { [name]: 'two', score: null },
    ];
    const { double, table } = await doubleOf({
      tables: { kept: { columns: { [name]: 'text', score: 'double precision' }, key: [name], rows } },
    });
    const columns = { [name]: col.text().key(), score: col.real().optional() };
    const target = await targets.open(table, asked(columns, 'merge'));
    assert.deepEqual([...double.writes('kept')], [], name);
    const results = await target.write({ rows: 2, columns: { [name]: ['two', 'three'], score: [0.5, 0.75] } });
    assert.deepEqual(results, [{ is: 'sent' }, { is: 'sent' }], name);
    assert.deepEqual(
      [...double.writes('kept')].toSorted(),
      [
        ['three', 1],
        ['two', 1],
      ],
      name,
    );
    for (const { method, query } of double.requests) {
      const has = decodeURIComponent(query);
      if (method === 'PATCH') assert.match(has, new RegExp(`(^|&)"?${name.replace('.', '\\.')}"?=`), name);
    }
  }
});

test('what only looks sends no row: it could change none if its query were lost', async () => {
  for (const way of ['update', 'merge'] as const) {
    const { double, table } = await doubleOf({
      tables: {
        kept: { columns: { id: 'text', score: 'double precision' }, key: ['id'], rows: [{ id: 'one', score: 1 }] },
      },
    });
    await targets.look(table, asked(score, way));
    const sent = double.requests.filter(({ method }) => method !== 'GET');
    assert.deepEqual(
      sent.map(({ method, body }) => [method, body]),
      [['PATCH', '[]'], ...(way === 'merge' ? [['POST', '[]']] : []), ['POST', '[]']],
    );
    assert.deepEqual(double.rows('kept'), [{ id: 'one', score: 1 }]);
  }
});

test('a table that may be read and not written is refused before anything is sent', async () => {
  const { double, table } = await doubleOf({
    tables: { kept: { columns: { id: 'text', score: 'double precision' }, key: ['id'], refuses: 'writing' } },
  });
  await assert.rejects(targets.look(table, asked(score)), { code: 'SOURCE_REFUSED' });
  assert.equal(double.requests.at(-1)?.body, '[]');
});

test('where filters are lost on the way nothing is written', async () => {
  const forgets: Answer = ({ method }, answer) =>
    void answer.writeHead(200, { 'content-type': 'application/json' }).end(method === 'GET' ? '[{"id":"one"}]' : '[]');
  const { url, asked: requests } = await scripted([forgets]);
  await assert.rejects(targets.open(tableAt(url, key), asked(score)), /does not heed the filters of a request/);
  assert.deepEqual(
    requests.map(({ method }) => method),
    ['GET'],
  );
});

test('a page that answers in the place of the API is told with a code, before anything is written and within a delivery', async () => {
  const page = gives(200, '<html>log in</html>');
  const first = await scripted([page]);
  await assert.rejects(targets.open(tableAt(first.url, key), asked(score)), /What answers is not PostgREST/);

  const none = gives(404, { code: 'PGRST202', message: 'no function' });
  const opens = [gives(200, '[]'), gives(200, ''), gives(200, '{}')];
  const batch = { rows: 1, columns: { id: ['one'], score: [0.5] } };
  for (const answers of [
    [...opens, none, page],
    [...opens, gives(200, '{"found":null}'), page],
    [...opens, gives(200, '{"found":null}'), gives(200, '[]')],
  ]) {
    const { url } = await scripted(answers);
    const target = await targets.open(tableAt(url, key), asked(score));
    await assert.rejects(target.write(batch), { name: 'TargetFault', is: 'of all', message: /is not PostgREST/ });
  }
});

test('a key that is taken back within a delivery is told with the variable that it is in', async () => {
  const opens = [gives(200, '[]'), gives(200, ''), gives(200, '{}'), gives(200, '{"found":null}')];
  const { url } = await scripted([...opens, gives(401, { message: 'Invalid API key' })]);
  const known = supabaseTargets({ value: (of) => of, secret: () => key });
  const target = await known.open(tableAt(url, 'env:SUPABASE_KEY'), asked(score));
  await assert.rejects(target.write({ rows: 1, columns: { id: ['one'], score: [0.5] } }), {
    ...{ name: 'TargetFault', is: 'of all' },
    next: /^Set SUPABASE_KEY to a key of this project/,
  });
});

test('a function that fails for an operator that is missing is not taken for one that is not there', async () => {
  const missing = gives(404, { code: '42883', message: 'operator does not exist: json = json' });
  const { url } = await scripted([gives(200, '[]'), gives(200, ''), gives(200, '{}'), missing]);
  await assert.rejects(targets.open(tableAt(url, key), asked(score)), { code: 'SOURCE_UNUSABLE' });
});

test('a row that somebody else changes while a function writes it is given to it once more, two rows with one key are not', async () => {
  const opens = [gives(200, '[]'), gives(200, ''), gives(200, '{}'), gives(200, { found: null })];
  const all = gives(200, { found: 'sddd', others: null });
  const { url, asked: requests } = await scripted([...opens, all, gives(200, { found: 's', others: null })]);
  const target = await targets.open(tableAt(url, key), asked(score));
  const results = await target.write({ rows: 4, columns: { id: ['a', 'b', 'c', 'C'], score: [1, 2, 3, 4] } });
  assert.deepEqual(
    results.map(({ is }) => is),
    ['sent', 'sent', 'refused', 'refused'],
  );
  assert.equal(requests.at(-1)?.body, '[{"id":"b","score":2}]');
  assert.equal(requests.length, opens.length + 2);
});
