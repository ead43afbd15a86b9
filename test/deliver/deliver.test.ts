import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';
import { Elsewhere } from './elsewhere.ts';

const definitions = readFileSync(path.join(import.meta.dirname, 'definitions.ts'), 'utf8');

const idOf = (n: number): string => `u${String(n).padStart(6, '0')}`;
const put = (folder: string, lines: readonly string[], file = 'one'): void => {
  mkdirSync(path.join(folder, 'files', 'scores'), { recursive: true });
  writeFileSync(path.join(folder, 'files', 'scores', `${file}.csv`), `id,score\n${lines.join('\n')}\n`);
};
const scoresOf = (count: number, score = (n: number): number => n / 10_000): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${idOf(n)},${score(n)}`);

async function begin(count: number): Promise<{ world: World; elsewhere: Elsewhere; folder: string }> {
  const folder = temporaryFolder('deliver');
  writeProject(folder, { catalog: 'leads', definitions });
  const config = path.join(folder, 'esteira.config.ts');
  writeFileSync(
    config,
    readFileSync(config, 'utf8').replace(
      "standard: 'here',",
      "standard: 'here',\n  channels: { team: [toFile({ path: 'alerts.txt' })] },",
    ),
  );
  put(folder, scoresOf(count));
  const elsewhere = new Elsewhere(folder);
  elsewhere.table(
    'users',
    ['id', 'lead_score'],
    Array.from({ length: count }, (_, n) => idOf(n)),
  );
  const world = await World.open(folder);
  await world.do('setup', {});
  return { world, elsewhere, folder };
}

test('the rows of a table are written elsewhere, each once, and a receipt is kept of each', async () => {
  const { world, elsewhere } = await begin(25);
  const run = await world.run('score');
  assert.equal(run.state, 'succeeded');
  assert.deepEqual(
    elsewhere
      .rows('select count(*) as n, sum(_writes) as writes, round(sum(lead_score), 6) as sum from users')
      .map((row) => ({ ...row })),
    [{ n: 25, writes: 25, sum: 0.03 }],
  );
  assert.deepEqual(
    await world.rows(
      'select status, count(*), count(distinct id), min(batch), max(batch) from users.lead_score_receipts group by status',
    ),
    [['sent', 25, 25, 1, 3]],
  );
  assert.deepEqual(
    await world.rows('select batch, row_count, sent, failed, retries from users.lead_score_batches order by batch'),
    [
      [1, 10, 10, 0, 0],
      [2, 10, 10, 0, 0],
      [3, 5, 5, 0, 0],
    ],
  );
  await world.close();
  elsewhere.close();
});
