import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { operate } from '../../../src/operate/index.ts';
import type { KeptFiles } from '../../../src/ports/index.ts';
import { temporaryFolder, writeProject } from '../../run/support/folder.ts';
import { World } from '../../run/support/world.ts';
import { entry, openLog } from './support.ts';

/** A project whose definitions are those of the endpoint here. */
function projectFolder(): string {
  const folder = temporaryFolder('log');
  writeProject(folder, {
    catalog: 'shop',
    definitions: `export * from '${path.join(import.meta.dirname, 'support.ts')}';\n`,
  });
  return folder;
}
const all = `select request_id, cast(predicted_at as varchar), "rank", model_version, role, share, person, cast(born as varchar), cast(seen as varchar),
  large, vip, paid, took, cast(tags as varchar), cast(more as varchar), age, visits, probability from bronze.risk_log order by all`;

describe('the log of an endpoint is a source', () => {
  const folder = projectFolder();
  let world: World;
  after(() => world.close());

  test('a table that reads what is unread gets each row once, with its values of every kind', async () => {
    world = await World.open(folder);
    await world.do('setup', {});
    const { log, said } = openLog(folder);
    const seen = Temporal.Instant.from('2026-03-04T11:22:33.123456Z');
    log.add({
      ...{ id: 'r1', at: Date.parse('2026-03-04T23:59:59.999Z'), version: 'v1' },
      rows: [
        {
          ...{ person: 'ç"\n', born: Temporal.PlainDate.from('1969-12-31'), seen, large: 9_007_199_254_740_993n },
          ...{
            vip: true,
            paid: '12.50',
            took: '2 hours',
            tags: ['a', 'b'],
            more: { n: [1, null] },
            age: 0.1,
            visits: -3,
          },
        },
        { age: null, visits: 9_007_199_254_740_991, vip: false },
      ],
      outputs: [{ probability: 0.25 }, { probability: 0.75 }],
    });
    log.add({ ...entry('r2', 1, { at: Date.parse('2026-03-05T00:00:00Z'), role: 'shadow', share: 0.5 }) });
    assert.equal(await log.flush(), true);
    assert.deepEqual(said, []);
    assert.deepEqual(readdirSync(path.join(folder, 'files/endpoints/risk/log')), ['2026-03-04', '2026-03-05']);
    await world.run('daily');
    const rows = await world.rows(all);
    assert.deepEqual(rows, [
      [
        ...['r1', '2026-03-04 23:59:59.999+00', 1, 'v1', 'champion', 1],
        ...[null, null, null, null, false, null, null, null, null, null, 9_007_199_254_740_991, 0.75],
      ],
      [
        ...['r1', '2026-03-04 23:59:59.999+00', 2, 'v1', 'champion', 1],
        ...['ç"\n', '1969-12-31', '2026-03-04 11:22:33.123456+00', '9007199254740993', true, '12.50', '2 hours'],
        ...['["a","b"]', '{"n":[1,null]}', 0.1, -3, 0.25],
      ],
      [
        ...['r2', '2026-03-05 00:00:00+00', 1, 'v1', 'shadow', 0.5],
        ...['r2-0', null, null, null, null, null, null, null, null, 0, 0, 0],
      ],
    ]);
    assert.deepEqual(await world.rows('select count(*) from bronze.risk_log_invalidos'), [[0]]);
    log.add(entry('r3', 2));
    await log.close();
    world.setClock('2026-09-17T07:00:00Z');
    await world.run('daily');
    assert.deepEqual(await world.rows('select request_id, count(*) from bronze.risk_log group by all order by all'), [
      ['r1', 2],
      ['r2', 1],
      ['r3', 2],
    ]);
  });

  test('files that are old enough go when every table that reads them has, and the rows stay', async () => {
    const { log } = openLog(folder);
    log.add(entry('r4', 1));
    await log.close();
    const project = { ...world.project, keep: { predictions: '30 days' } as const };
    const context = { emit: () => {}, signal: new AbortController().signal };
    const swept = async (dryRun: boolean) => {
      const { kinds } = await operate(project, 'gc', { dryRun }, context);
      return kinds.find(({ kind }) => kind === 'predictions')?.count;
    };
    assert.deepEqual([await swept(true), await swept(false), await swept(false)], [3, 3, 0]);
    world.setClock('2026-09-17T08:00:00Z');
    world.events.length = 0;
    await world.run('daily');
    assert.deepEqual(
      world.events.filter(({ type }) => type === 'note'),
      [],
    );
    assert.deepEqual(await world.rows('select request_id from bronze.risk_log group by all order by all'), [
      ['r1'],
      ['r2'],
      ['r3'],
      ['r4'],
    ]);
    assert.equal(await swept(false), 1);
  });
});

test('rank is by the first output, equals as they stand, and what has no number last', async () => {
  const folder = projectFolder();
  const { log } = openLog(folder);
  const { rows, outputs, ...request } = entry('r', 4);
  const scores = [0.5, 0.9, 0.5, Number.NaN];
  log.add({
    ...{ ...request, rows },
    outputs: outputs.map((_, index) => ({ probability: scores[index] })),
  });
  await log.close();
  const world = await World.open(folder);
  await world.do('setup', {});
  await world.run('daily');
  const found = 'select person, age, visits, probability, "rank" from bronze.risk_log order by person';
  // Of the last nothing was predicted, which is not what the model promises: it is among the invalid rows.
  assert.deepEqual(await world.rows(found), [
    ['r-0', 0, 0, 0.5, 2],
    ['r-1', 0.25, 1, 0.9, 1],
    ['r-2', 0.5, 2, 0.5, 3],
  ]);
  assert.deepEqual(await world.rows('select "rank" from bronze.risk_log_invalidos'), [[4]]);
  await world.close();
});

describe('a share of requests', () => {
  const writtenOf = async (share: number, ids: readonly string[]): Promise<number> => {
    const { log } = openLog(temporaryFolder('log'), { sample: () => share });
    for (const id of ids) {
      log.add(entry(id, 1));
      log.add(entry(id, 1, { role: 'shadow' }));
    }
    await log.flush();
    const { written, unsampled } = log.state();
    await log.close();
    assert.equal(written + unsampled, 2 * ids.length);
    return written;
  };
  const ids = Array.from({ length: 4000 }, (_, index) => `load-7-${index}`);

  test('is all at 1, none at 0, and near it between, with the rows of all versions of a request', async () => {
    assert.equal(await writtenOf(1, ids), 8000);
    assert.equal(await writtenOf(0, ids), 0);
    const written = await writtenOf(0.3, ids);
    assert.ok(written % 2 === 0 && Math.abs(written - 2400) < 200, String(written));
    assert.equal(await writtenOf(0.3, ids.toReversed()), written);
  });
});

/** A store that does not take anything until it is told to. */
function lame(folder: string): { readonly store: KeptFiles; isThere: boolean } {
  const whole = folderStore({ path: path.join(folder, 'files') });
  const self = {
    isThere: false,
    store: {
      ...whole,
      keep: async (...of: Parameters<KeptFiles['keep']>) => {
        if (!self.isThere) throw new Error('the store is away');
        return await whole.keep(...of);
      },
    },
  };
  return self;
}
const filesIn = (folder: string): number => {
  try {
    return readdirSync(path.join(folder, 'files/endpoints'), { recursive: true }).filter((name) =>
      String(name).endsWith('.parquet'),
    ).length;
  } catch {
    return 0;
  }
};

describe('what is not taken', () => {
  test('waits on the disk while the store is away, which is said once, and is sent when it is back', async () => {
    const folder = temporaryFolder('log');
    const away = lame(folder);
    const { log, said } = openLog(folder, { store: away.store });
    for (const id of ['a', 'b', 'c']) {
      log.add(entry(id));
      assert.equal(await log.flush(), false);
    }
    assert.equal(log.state().dropped, 0);
    assert.ok(log.state().spooledBytes > 1000);
    away.isThere = true;
    assert.equal(await log.flush(), true);
    assert.deepEqual([filesIn(folder), log.state().spooledBytes], [3, 0]);
    assert.deepEqual(said, [
      { level: 'warn', event: 'log waiting on this machine', text: 'the store is away' },
      { level: 'info', event: 'log sent again' },
    ]);
    await log.close();
  });

  test('is sent by the next process of the endpoint, though the one before never came to it', async () => {
    const folder = temporaryFolder('log');
    const { log } = openLog(folder, { store: lame(folder).store });
    log.add(entry('a'));
    await log.close();
    const next = openLog(folder).log;
    assert.equal(await next.flush(), true);
    assert.equal(filesIn(folder), 1);
    await next.close();
    assert.deepEqual(readdirSync(path.join(folder, 'spool/log')), []);
  });

  test('is dropped and counted beyond what disk and memory may hold, said once, and what comes later is written', async () => {
    const folder = temporaryFolder('log');
    const away = lame(folder);
    let elapsed = 0;
    const clock = { now: () => Temporal.Instant.from('2026-03-04T10:00:00Z'), elapsed: () => elapsed };
    const { log, said } = openLog(folder, { store: away.store, bounds: { memory: 2000, spool: 4000 }, clock });
    for (let index = 0; index < 100; index += 1) log.add(entry(`m${index}`));
    const { dropped } = log.state();
    assert.ok(dropped > 200, String(dropped));
    for (let index = 0; index < 9; index += 1) {
      log.add(entry(`d${index}`));
      await log.flush();
    }
    assert.ok(log.state().dropped > dropped);
    assert.ok(log.state().spooledBytes < 9000, String(log.state().spooledBytes));
    away.isThere = true;
    await log.flush();
    const before = log.state();
    elapsed = 60_000;
    log.add(entry('late'));
    await log.flush();
    assert.deepEqual(log.state(), { ...before, written: before.written + 3 });
    const events = said.map((line) => (line as { event: string }).event);
    assert.equal(events.filter((event) => event === 'log dropped').length, 1, JSON.stringify(said));
    assert.ok(events.includes('log written again'), JSON.stringify(said));
    await log.close();
  });

  test('is kept in memory while there is no folder for it, and nothing is thrown', async () => {
    const folder = temporaryFolder('log');
    writeFileSync(path.join(folder, 'spool'), 'a file where the folder goes');
    const { log, said } = openLog(folder);
    log.add(entry('a'));
    assert.equal(await log.flush(), false);
    assert.match(JSON.stringify(said), /ENOTDIR|EEXIST/);
    rmSync(path.join(folder, 'spool'));
    mkdirSync(path.join(folder, 'spool'));
    assert.equal(await log.flush(), true);
    assert.equal(filesIn(folder), 1);
    // What cannot be an entry is counted, and whoever answers does not hear of it.
    log.add({ ...entry('b'), at: Number.NaN });
    assert.equal(log.state().dropped, 3);
    await log.close();
  });
});
