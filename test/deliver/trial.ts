import { rmSync } from 'node:fs';
import path from 'node:path';
import { inProcess } from '../crash/kill.ts';
import { Random } from '../run/support/random.ts';
import { World } from '../run/support/world.ts';
import { unaccounted, untrue } from './account.ts';
import { hurry, runHurried } from './hurried.ts';
import { Weather } from './weather.ts';
import { begin, definitions, idOf, scoreOf } from './world.ts';

export interface Tried {
  readonly rows: number;
  readonly runs: number;
  readonly kills: number;
  /** How many requests became what. */
  readonly requests: Readonly<Record<string, number>>;
  readonly differences: readonly string[];
}

const points = ['write', 'batch-sent', 'batch-kept', 'delivery-begun', 'delivered', 'committed', 'published', 'done'];
const program = path.join(import.meta.dirname, 'hurried-process.ts');

/**
 * Rows are written to a place where requests are lost, carried out without an answer, and carried out late; where some rows are refused and some are missing;
 * by processes that are killed and stopped at any time, until nothing is owed. By the seed.
 */
export async function tryDelivery(seed: number): Promise<Tried> {
  const random = new Random(seed);
  const rows = 1 + random.below(120);
  const of = {
    batch: 1 + random.below(20),
    parallel: 1 + random.below(4),
    way: random.one(['update', 'merge'] as const),
  };
  const text = definitions
    .replace('default(10)', `default(${of.batch})`)
    .replace('parallel: 3', `parallel: ${of.parallel}`)
    .replace("write: 'update'", `write: '${of.way}'`);
  const at = await begin(rows, { text });
  const { folder, elsewhere } = at;
  const chosen = (share: number): ReadonlySet<string> =>
    new Set(Array.from({ length: rows }, (_, n) => idOf(n)).filter(() => random.chance(share)));
  const [refused, missing, alike] = [chosen(0.03), chosen(0.03), chosen(0.1)];
  for (const id of missing) elsewhere.exec(`delete from users where id = '${id}'`);
  for (const id of alike)
    elsewhere.exec(`update users set lead_score = ${scoreOf(Number(id.slice(1)))} where id = '${id}'`);
  elsewhere.poison(...refused);
  await at.world.close();

  const weather = Weather.over(folder, elsewhere);
  const worse = random.next();
  weather.begin(seed, {
    ...{ lost: 0.15 * worse, unanswered: 0.15 * worse, late: 0.15 * worse, hangs: 0.05 * worse },
    ...{ outage: 0.04 * worse, turnedAway: 0.03 * worse },
  });
  hurry(folder);
  const differences: string[] = [];
  let [runs, kills, isForgotten] = [0, 0, false];
  for (const storms = 1 + random.below(5); runs < storms; runs += 1) {
    if (random.chance(0.5)) {
      const stop = random.chance(0.3) ? `after@${random.below(400)}` : `${random.one(points)}@${1 + random.below(8)}`;
      const { killedAt, error } = await inProcess(folder, [{ name: 'run', input: {}, now: '' }], stop, program);
      if (error !== undefined) differences.push(`killed at ${stop}: ${error}`);
      if (killedAt !== undefined) kills += 1;
    } else {
      const signal = random.chance(0.2) ? AbortSignal.timeout(random.below(300)) : undefined;
      isForgotten ||= signal !== undefined;
      await inWorld(folder, async (world) => {
        await runHurried(world, signal ? { signal } : {});
        differences.push(...(await untrue(world, elsewhere, of.batch)));
      });
    }
    if (random.chance(0.05)) {
      isForgotten = true;
      rmSync(path.join(folder, '.esteira', 'deliveries'), { recursive: true, force: true });
    }
  }
  const requests = weather.counts();
  weather.clear();
  weather.close();
  await inWorld(folder, async (world) => {
    const isWhole = refused.size === 0 && (of.way === 'merge' || missing.size === 0);
    const first = await runHurried(world);
    const expected = isWhole ? 'succeeded' : 'ROWS_NOT_DELIVERED';
    if (first !== expected) differences.push(`the run ends with ${first}, not ${expected}`);
    elsewhere.cure();
    for (const id of missing) elsewhere.exec(`insert or ignore into users (id) values ('${id}')`);
    const last = await runHurried(world);
    if (last !== 'succeeded') differences.push(`with nothing in its way the run ends with ${last}`);
    differences.push(...(await untrue(world, elsewhere, of.batch)));
    const left = new Set([...alike].filter((id) => !missing.has(id)));
    differences.push(...(await unaccounted(world, elsewhere, { rows, alike: left, isKnown: !isForgotten })));
  });
  elsewhere.close();
  rmSync(folder, { recursive: true, force: true });
  return { rows, runs: runs + 2, kills, requests, differences: differences.map((one) => `seed ${seed}: ${one}`) };
}

async function inWorld(folder: string, act: (world: World) => Promise<void>): Promise<void> {
  const world = await World.open(folder);
  try {
    await act(world);
  } finally {
    await world.close();
  }
}
