import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { col } from '../../../columns/index.ts';
import type { Target, TargetAsked } from '../../../ports/index.ts';
import { type Postgrest, type PostgrestOptions, postgrest } from '../../../testing/postgrest/index.ts';
import { supabaseTargets } from './tables.ts';

const targets = supabaseTargets({ value: (of) => of, secret: (of) => of });
const opened: Postgrest[] = [];
after(async () => {
  for (const one of opened) await one.close();
});

const columns = { id: col.text().key(), score: col.real().optional() };
async function kept(
  options: Partial<PostgrestOptions> = {},
  asked: Pick<TargetAsked, 'columns'> = { columns },
): Promise<{ readonly double: Postgrest; readonly target: Target }> {
  const rows = ids.map((id) => ({ id, score: null }));
  const tables = { kept: { columns: { id: 'text', score: 'double precision' }, key: ['id'], rows } } as const;
  const double = await postgrest({ tables, ...options });
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

test('a gateway that holds less of an answer is asked for fewer rows', async () => {
  const { double, target } = await kept({ headBuffer: 1500 });
  assert.ok((await target.write(batch)).every(({ is }) => is === 'sent'));
  assert.equal([...double.writes('kept').values()].length, 100);
});

test('a server that gives fewer rows than there are, and does not say so, has none that are missing', async () => {
  const { target } = await kept({ maxRows: 7 });
  assert.ok((await target.write(batch)).every(({ is }) => is === 'sent'));
});
