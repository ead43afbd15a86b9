import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { generate, type Manifest, type Options } from './generate.ts';
import { adjustedRandIndex } from './rand-index.ts';

const root = mkdtempSync(join(tmpdir(), 'engagement data '));
after(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
async function make(more: Partial<Options> = {}): Promise<{ folder: string; manifest: Manifest }> {
  folders += 1;
  const folder = join(root, String(folders));
  return { folder, manifest: await generate({ folder, lastDate: '2026-09-30', users: 300, ...more }) };
}

const bytesOf = (folder: string): readonly string[] =>
  readdirSync(join(folder, 'eventos'))
    .toSorted()
    .map(
      (name) =>
        `${name} ${createHash('sha256')
          .update(readFileSync(join(folder, 'eventos', name)))
          .digest('hex')}`,
    );

async function ask(folder: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`create view events as select distinct * from '${join(folder, 'eventos/*.parquet')}'
    where nivel <> 'grupo' and entidade_id is not null and (minutos is null or minutos between 0 and 1440)`);
  const found = (await connection.runAndReadAll(sql)).getRowObjectsJS();
  connection.closeSync();
  instance.closeSync();
  return found;
}

test('the same options give the same bytes, other ones do not; ninety files, one for each day', async () => {
  const [one, same, other] = [await make(), await make(), await make({ seed: 2 })];
  assert.deepEqual(bytesOf(one.folder), bytesOf(same.folder));
  assert.deepEqual(one.manifest, same.manifest);
  assert.notDeepEqual(bytesOf(one.folder), bytesOf(other.folder));
  assert.equal(bytesOf(one.folder).length, 90);
});

test('segments overlap: who knows all about them reaches a Rand index of 0.97, and a team differs on scales of 1:10,000', async () => {
  const { folder, manifest } = await make({ users: 2000 });
  const { usuario } = manifest.levels;
  assert.ok(Math.abs(usuario.best - 0.97) < 0.01, `${usuario.best}`);
  const [scale] = await ask(
    folder,
    `select stddev(f) / stddev(m) as share from (
      select count(distinct dia) as f, sum(minutos) as m from events where nivel = 'equipe' group by entidade_id)`,
  );
  assert.ok(Math.abs(Number(scale?.['share']) * 10_000 - 1) < 0.1, JSON.stringify(scale));
});

test('events add up to what the manifest says of each segment, and break rules as often as it says', async () => {
  const { folder, manifest } = await make();
  const counted = await ask(
    folder,
    `select nivel, entidade_id, count(distinct dia) as days, sum(minutos) as minutes from events group by all order by 1, 2`,
  );
  for (const [level, { ids, segments, unmeasured }] of Object.entries(manifest.levels)) {
    const own = counted.filter(({ nivel }) => nivel === level);
    assert.deepEqual(
      own.map(({ entidade_id }) => entidade_id),
      ids,
    );
    const means = manifest.segments.map((_, segment) => {
      const days = own.filter((_row, at) => segments[at] === String(segment)).map((row) => Number(row['days']));
      return days.reduce((sum, one) => sum + one, 0) / days.length;
    });
    assert.deepEqual(
      means,
      means.toSorted((a, b) => b - a),
      level,
    );
    const without = own.filter(({ minutes }) => minutes === null).map(({ entidade_id }) => entidade_id);
    assert.deepEqual(without, unmeasured);
  }
  const [lines] = await ask(folder, `select count(*) as n from '${join(folder, 'eventos/*.parquet')}'`);
  assert.equal(Number(lines?.['n']), manifest.events);
  const broken = Object.values(manifest.broken).reduce((sum, one) => sum + one, 0);
  const [good] = await ask(folder, 'select count(*) as n from events');
  assert.equal(Number(good?.['n']), manifest.events - broken - manifest.copies);
});

test('in a later period everybody is of the same segment, and those of a new one come to it', async () => {
  const [before, later] = [await make(), await make({ lastDate: '2026-12-29', newSegment: true })];
  for (const level of ['usuario', 'equipe'] as const) {
    const [old, now] = [before.manifest.levels[level], later.manifest.levels[level]];
    const isOld = new Set(old.ids);
    assert.equal(
      now.ids.filter((id, at) => isOld.has(id) && now.segments[at] === old.segments[old.ids.indexOf(id)]).length,
      old.ids.length,
    );
    assert.equal(now.counts[5], Math.floor(old.ids.length * 0.2));
  }
  assert.equal(later.manifest.segments[5], 'novo');
});

test('drift is more minutes for everybody; numbers that are none are refused', async () => {
  const minutes = async (folder: string) =>
    Number((await ask(folder, 'select sum(minutos) as n from events'))[0]?.['n']);
  const [usual, more] = [await make(), await make({ drift: 0.5 })];
  assert.ok(Math.abs((await minutes(more.folder)) / (await minutes(usual.folder)) - 1.5) < 1e-6);
  await assert.rejects(make({ users: 1 }), /users is 1; allowed: 100 to/);
});

test('the adjusted Rand index is that of the books', () => {
  assert.equal(adjustedRandIndex([1, 1, 2, 2], ['b', 'b', 'a', 'a']), 1);
  assert.ok(Math.abs(adjustedRandIndex([0, 0, 1, 2], [0, 0, 1, 1]) - 4 / 7) < 1e-15);
  assert.ok(Math.abs(adjustedRandIndex([0, 0, 1, 1], [0, 1, 0, 1]) + 0.5) < 1e-15);
});
