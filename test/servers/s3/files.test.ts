import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { credentials, newBucket, server, storeIn, straight, withoutServer } from '../../../src/adapters/s3/testing.ts';
import type { KeptFiles } from '../../../src/ports/index.ts';
import { begin } from '../../copies/world.ts';
import { Desk } from '../../pricing/desk.ts';

const bucketOf = "s3({ bucket: env('BUCKET'), prefix: 'night', endpoint: env('S3_ENDPOINT') })";
const set: Record<string, string> = {
  ...{ S3_ENDPOINT: server, AWS_ACCESS_KEY_ID: credentials.key, AWS_SECRET_ACCESS_KEY: credentials.secret },
};
Object.assign(process.env, server === '' ? {} : set);
after(() => {
  for (const name of [...Object.keys(set), 'BUCKET']) delete process.env[name];
});

/** A bucket of the environment's own. */
async function bucket(): Promise<{ readonly store: KeptFiles; put(key: string, text: string): Promise<void> }> {
  const name = await newBucket();
  process.env['BUCKET'] = name;
  return {
    store: storeIn(name, { prefix: 'night' }),
    put: async (key, text) => {
      await straight(name).ask({ method: 'PUT', key: `night/${key}`, body: new Blob([text]) });
    },
  };
}

describe('files of an environment in a bucket', { skip: withoutServer }, () => {
  test('each night what has come into the bucket is read, once, and is what a folder with the same files gives', async () => {
    const options = { lastDate: '2026-09-30', days: 8, products: 3, regions: 2, seed: 4 };
    const [{ put, store }, here] = [await bucket(), await Desk.open(options)];
    const desk = await Desk.open(options, bucketOf);
    const sent = new Set<string>();
    const night = async (date: string) => {
      await desk.come(date);
      const folder = path.join(desk.folder, 'data');
      for (const file of globSync('*/*.csv', { cwd: folder }).filter((one) => !sent.has(one))) {
        sent.add(file);
        await put(file, readFileSync(path.join(folder, file), 'utf8'));
      }
      for (const one of [desk, here]) await one.night(date);
    };
    for (const date of ['2026-09-28', '2026-09-30']) {
      await night(date);
      const master = 'select * from master_table order by date, sku, region';
      const rows = await desk.world.rows(master);
      assert.ok(rows.length > 0);
      assert.deepEqual(rows, await here.world.rows(master));
    }
    assert.equal((await store.below('', 999)).length, sent.size);
    assert.deepEqual(globSync('.esteira/temporary/brought-*', { cwd: desk.folder }), [], 'nothing of it stays here');
    for (const one of [desk, here]) await one.close();
  });

  test('copies of tables are objects of the bucket, replaced as a whole, and made again where one is gone', async () => {
    const { put, store } = await bucket();
    const world = await begin(undefined, {
      config: (text) =>
        text.replace(/files: folder\([^)]*\)/, `files: ${bucketOf}`).replace('folder,', 'env, folder, s3,'),
    });
    const [csv, parquet] = ['out/deep/prices.csv', 'out/prices.parquet'];
    const text = async () => Buffer.from((await store.read(csv)) ?? []).toString();
    await put('in/a.csv', 'sku,day,price,note\na,2026-01-01,9.50,\n');
    await world.run('copying');
    assert.match(await text(), /^sku,.*\na,2026-01-01,9\.50,[^\n]*\n$/);
    await world.run('reading');
    assert.deepEqual(await world.rows('select sku, place from bi.again, bi.as_text_copies'), [
      ['a', `s3://${process.env['BUCKET']}/night/${csv}`],
    ]);
    const marks = async () => [(await store.look(csv))?.mark, (await store.look(parquet))?.mark];
    const first = await marks();
    await next(world, 18);
    assert.deepEqual(await marks(), first, 'nothing has changed');
    await put('in/b.csv', 'sku,day,price,note\nb,2026-01-02,1.00,\n');
    await next(world, 19);
    assert.match(await text(), /\na,.*\nb,.*\n$/);
    await store.remove(csv);
    await next(world, 20);
    assert.match(await text(), /\na,.*\nb,.*\n$/);
    assert.deepEqual(await store.below('', 9), ['in/a.csv', 'in/b.csv', csv, parquet]);
    await world.close();
  });
});

const next = (world: Awaited<ReturnType<typeof begin>>, day: number) => {
  world.setClock(`2026-09-${day}T06:00:00Z`);
  return world.run('copying');
};
