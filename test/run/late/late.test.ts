import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder, writeProject } from '../support/folder.ts';
import { Random } from '../support/random.ts';
import { seeds } from '../support/rounds.ts';
import { World } from '../support/world.ts';

const definitions = readFileSync(path.join(import.meta.dirname, 'definitions.ts'), 'utf8');
/** The date of the runs is the day before. */
const today = Temporal.Instant.from('2026-05-20T00:00:00Z');

interface Call {
  readonly id: number;
  readonly kind: string;
  readonly called_at: string;
  readonly seconds: number;
}

async function openCalls(): Promise<World> {
  const folder = temporaryFolder('late');
  writeProject(folder, { catalog: 'calls', definitions });
  for (const name of ['calls', 'chats']) mkdirSync(path.join(folder, 'files', name));
  const world = await World.open(folder, today.toString());
  await world.do('setup', {});
  return world;
}

async function arrive(world: World, batch: number, calls: readonly Call[], chats: readonly Call[] = []): Promise<void> {
  for (const [name, rows] of Object.entries({ calls, chats })) {
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
    writeFileSync(path.join(world.folder, 'files', name, `${batch}.jsonl`), lines.join(''));
  }
  world.setClock(today.add({ hours: batch }).toString());
  await world.run('all');
}

const columns = 'calls, seconds, longest';
const pairs = { hours: `hour, kind, ${columns}`, days: `day, ${columns}`, contacts: 'day, calls, chats' };

/** Groups that are not as a full rebuild has them. */
async function otherThanWhole(world: World): Promise<readonly unknown[]> {
  const only = Object.entries(pairs).flatMap(([name, list]) => [
    `select 'new ${name}' as of, * from (select ${list} from gold.${name} except all select ${list} from gold.${name}_whole)`,
    `select 'no ${name}' as of, * from (select ${list} from gold.${name}_whole except all select ${list} from gold.${name})`,
  ]);
  const found: unknown[] = [];
  for (const sql of only) found.push(...(await world.rows(sql)));
  return found;
}

const call = (id: number, called_at: string, seconds: number): Call => ({ id, kind: 'phone', called_at, seconds });

test('a late row gives its hour as a full rebuild does, within the lookback and far beyond it', async () => {
  const world = await openCalls();
  await arrive(world, 0, [call(1, '2026-05-19T22:10:00Z', 30), call(2, '2026-03-02T08:15:00Z', 40)]);
  await arrive(world, 1, [call(3, '2026-05-19T22:59:59Z', 50), call(4, '2026-05-20T00:30:00Z', 10)]);
  await arrive(world, 2, [call(5, '2026-03-02T08:59:59Z', 7), call(6, '2026-03-02T09:00:00Z', 1)]);
  assert.deepEqual(await world.rows('select hour, calls, seconds, longest from gold.hours order by hour'), [
    ['2026-03-02T08:00:00Z', 2, 47, 40],
    ['2026-03-02T09:00:00Z', 1, 1, 1],
    ['2026-05-19T22:00:00Z', 2, 80, 50],
    ['2026-05-20T00:00:00Z', 1, 10, 10],
  ]);
  assert.deepEqual(await otherThanWhole(world), []);
  await world.close();
});

test('a day that is new in one of two tables is read whole of both', async () => {
  const world = await openCalls();
  await arrive(world, 0, [call(1, '2026-02-03T12:00:00Z', 1), call(2, '2026-05-18T12:00:00Z', 1)]);
  await arrive(world, 1, [], [call(3, '2026-02-03T13:00:00Z', 1), call(4, '2026-05-18T13:00:00Z', 1)]);
  assert.deepEqual(await world.rows('select day, calls, chats from gold.contacts order by day'), [
    ['2026-02-03', 1, 1],
    ['2026-05-18', 1, 1],
  ]);
  await world.close();
});

for (const seed of seeds(2)) {
  test(`groups that read what is new are as those of a full rebuild after every batch (seed ${seed})`, async () => {
    const random = new Random(seed);
    const world = await openCalls();
    let id = 0;
    for (let batch = 0; batch < 5; batch += 1) {
      const some = () => Array.from({ length: random.below(15) }, one);
      const one = (): Call => {
        id += 1;
        const minutes = random.chance(0.3) ? random.below(60 * 24 * 90) : random.below(60 * 8);
        const called_at = today.subtract({ minutes, seconds: random.below(60) }).toString();
        return { id, kind: random.one(['in', 'out']), called_at, seconds: random.below(600) };
      };
      await arrive(world, batch, some(), some());
      assert.deepEqual(await otherThanWhole(world), [], `after batch ${batch}`);
    }
    const [[groups] = []] = await world.rows('select count(*) from gold.hours');
    assert.ok(Number(groups) > 10);
    await world.close();
  });
}
