import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { col } from '../../../columns/index.ts';
import type { Target, TargetAsked } from '../../../ports/index.ts';
import { type Postgrest, type PostgrestOptions, postgrest } from '../../../testing/postgrest/index.ts';
import { supabaseTargets } from './tables.ts';

const targets = supabaseTargets({ value: (of) => of, secret: (of) => of }, { answer: 1000 });
const opened: Postgrest[] = [];
after(async () => {
  for (const one of opened) await one.close();
});

const columns = { id: col.text().key(), score: col.real().optional(), note: col.text().optional() };
async function kept(
  options: Partial<PostgrestOptions> = {},
  asked: Pick<TargetAsked, 'columns'> = { columns: { id: columns.id, score: columns.score } },
): Promise<{ readonly double: Postgrest; readonly target: Target }> {
  const rows = ids.map((id) => ({ id, score: null, note: null }));
  const types = { id: 'text', score: 'double precision', note: 'text' } as const;
  const double = await postgrest({ tables: { kept: { columns: types, key: ['id'], rows } }, ...options });
  opened.push(double);
  const table = { by: 'supabase', options: { url: double.address, key: double.keys.service, name: 'kept' }, where: '' };
  const more = { key: ['id'], way: 'update', changedOnly: true, parallel: 4 } as const;
  return { double, target: await targets.open(table, { ...more, ...asked }) };
}
const ids = Array.from({ length: 100 }, (_, row) => `user-${String(row).padStart(20, '0')}`);
const batch = { rows: ids.length, columns: { id: ids, score: ids.map((_, row) => row / 2) } };

test('a gateway that is away is asked once more for something short, and not for every row', async () => {
  const { double, target } = await kept();
  const before = double.requests.length;
  double.fail({ is: '502', times: 1000 });
  await assert.rejects(target.write(batch), { name: 'TargetFault', is: 'passing' });
  assert.equal(double.requests.length - before, 2);
  double.heal();
  assert.ok((await target.write(batch)).every(({ is }) => is === 'sent'));
});

test('a gateway that goes away while rows are written is not asked for each of the others', async () => {
  const { double, target } = await kept();
  const isPatch = ({ method }: { readonly method: string }): boolean => method === 'PATCH';
  const before = double.requests.filter(isPatch).length;
  double.fail({ is: 'hang', times: 1000, of: isPatch });
  await assert.rejects(target.write(batch), { name: 'TargetFault', is: 'passing' });
  assert.equal(double.requests.filter(isPatch).length - before, 4);
  double.heal();
  assert.ok((await target.write(batch)).every(({ is }) => is === 'sent'));
});

test('a gateway that holds less of an answer is asked for fewer rows', async () => {
  const { double, target } = await kept({ headBuffer: 1500 });
  assert.ok((await target.write(batch)).every(({ is }) => is === 'sent'));
  assert.equal([...double.writes('kept').values()].length, 100);
});

test('a server that gives fewer rows than there are, and does not say so, has none that are missing', async () => {
  const { target } = await kept({ maxRows: 7 });
  assert.ok((await target.write(batch)).every(({ is }) => is === 'sent'));
});

test('a text of any length is written, and stands in no request line', async () => {
  const { double, target } = await kept({}, { columns });
  const [id = ''] = ids;
  const write = async (note: string, score: number) =>
    (await target.write({ rows: 1, columns: { id: [id], note: [note], score: [score] } }))[0];
  const noted = (): unknown => double.rows('kept').find((row) => row['id'] === id)?.['note'];
  // In the place of what is there: nothing, something as long, something as long beside what is short.
  for (const [letter, score] of [
    ['a', 1],
    ['b', 1],
    ['c', 2],
    ['d', 2],
  ] as const) {
    const note = letter.repeat(20_000);
    assert.deepEqual([letter, await write(note, score)], [letter, { is: 'sent' }]);
    assert.deepEqual([await write(note, score), noted()], [{ is: 'unchanged' }, note]);
  }
  assert.equal(double.writes('kept').get(id), 4);
  assert.ok(double.requests.every(({ query }) => query.length < 4000));
});

test('a long text in the place of a short one is not written a second time by a request that was left behind', async () => {
  const { double, target } = await kept({}, { columns: { id: columns.id, note: columns.note } });
  const [id = ''] = ids;
  const note = 'a'.repeat(20_000);
  double.fail({ is: 'cut', of: ({ method }) => method === 'PATCH', carriedOut: { after: 300 } });
  const asked = { rows: 1, columns: { id: [id], note: [note] } };
  await assert.rejects(target.write(asked), { is: 'passing' });
  assert.deepEqual(await target.write(asked), [{ is: 'sent' }]);
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(double.writes('kept').get(id), 1);
});

test('a row that somebody else changes between the reading and the writing is written all the same', async () => {
  const { double, target } = await kept({}, { columns });
  const [id = ''] = ids;
  let isChanged = false;
  double.fail({
    is: '500',
    times: 2,
    of: ({ method }) => {
      // What its condition names says by now what it is to say, and nothing else does.
      if (method === 'PATCH' && !isChanged) double.put('kept', [{ id, score: 1, note: 'mine' }]);
      isChanged ||= method === 'PATCH';
      return false;
    },
  });
  const asked = { rows: 1, columns: { id: [id], score: [1], note: ['ours, which is longer'] } };
  assert.deepEqual(await target.write(asked), [{ is: 'sent' }]);
  assert.deepEqual(
    double.rows('kept').find((row) => row['id'] === id),
    { id, score: 1, note: 'ours, which is longer' },
  );
});
