import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DoctorView, Output } from '../../src/operate/views.ts';
import { binOf } from '../sandbox.ts';
import { dates, differences, parts, undisturbed, World } from './world.ts';

const [first = '', second = '', third = '', fourth = '', fifth = ''] = dates;
const same = undisturbed();
const allDays = ['backfill', 'daily', '--from', first, '--to', fifth] as const;

async function someDays(...days: readonly string[]): Promise<World> {
  const world = new World();
  await world.succeed('setup');
  for (const date of days) await world.day(date);
  return world;
}
const arrived = (world: World): World => {
  for (const date of dates) world.arrive(date);
  return world;
};
const killedAt = async (world: World, point: string, ...words: string[]): Promise<void> => {
  const { exit, out, err } = await world.start(words, { env: { ESTEIRA_STOP_AT: point } }).ended;
  assert.equal(exit, 137, `${point} is not met: ${out}${err}`);
};
const succeeded = async (world: World): Promise<string[]> =>
  (await world.ask<Output<'runs'>>('runs', 'daily')).runs.map(({ date, state }) => `${date} ${state}`);

describe('a backup that is taken while runs go on', { concurrency: 2 }, () => {
  test('is of one moment: what goes on from it ends as if nothing had been', async () => {
    const world = arrived(await someDays(first));
    const going = world.start([...allDays]);
    await world.ownedBy(going);
    const taken: string[] = [];
    while (!going.isOver && taken.length < 6) {
      const folder = world.file(`backup-${taken.length}`);
      await world.succeed('backup', folder);
      taken.push(folder);
    }
    assert.equal((await going.ended).exit, 0, going.err);
    assert.ok(taken.length > 1);
    for (const folder of taken) {
      const other = arrived(new World());
      await other.succeed('restore', folder);
      const { findings } = JSON.parse((await other.run('doctor', '--json')).out) as DoctorView;
      assert.equal(findings.find(({ what }) => what === 'state')?.ok, true);
      await other.succeed(...allDays);
      assert.deepEqual(await differences(other, await same), []);
    }
  });

  for (const point of ['backup-begun', 'backup-warehouse', 'backup-state', 'backup-manifest'])
    test(`killed at ${point} it is none, and the next one takes what it left away`, async () => {
      const world = await someDays(first);
      const folder = world.file('backup');
      await killedAt(world, point, 'backup', folder);
      assert.ok(!existsSync(folder));
      const refused = await world.run('restore', `${folder}.partial`, '--yes', 'shop');
      assert.match(refused.err, /^BACKUP_UNUSABLE/);
      await world.succeed('backup', folder);
      assert.ok(!existsSync(`${folder}.partial`));
      assert.deepEqual(readdirSync(folder).toSorted(), ['manifest.json', 'state.jsonl', 'warehouse']);
      await world.succeed('restore', folder, '--yes', 'shop');
      assert.deepEqual(await succeeded(world), [`${first} succeeded`]);
    });

  test('the file of a catalog stays held by its owner', async () => {
    const world = await someDays(first);
    const owner = world.start(['query', 'select count(*) from range(1600) where sleep_ms(5) is null']);
    await world.ownedBy(owner);
    await world.succeed('backup', 'backup');
    assert.ok(!owner.isOver);
    await assert.rejects(DuckDBInstance.create(world.file('warehouse/shop.duckdb')), /Could not set lock/);
    assert.equal((await owner.ended).exit, 0);
  });

  test('goes where nothing is, and says what is in it', async () => {
    const world = await someDays(first);
    world.write({ 'taken/file': '' });
    assert.match((await world.run('backup', 'taken')).err, /^FOLDER_NOT_EMPTY/);
    assert.match(
      await world.succeed('backup', 'new'),
      /new: .*\n {2}shop: 5 tables, about \d+ rows\n {2}state: 1 run, 4 steps\nFiles that sources read are not part/,
    );
    const { position, versions, catalogs } = JSON.parse(readFileSync(world.file('new/manifest.json'), 'utf8'));
    assert.deepEqual(
      [position, catalogs.length, Object.keys(versions)],
      [{ token: '1', run: '1' }, 1, ['esteira', 'node', 'duckdb', 'state']],
    );
  });
});

/** A project of two days, whose backup is of one. */
async function withBackup(): Promise<{ world: World; folder: string }> {
  const world = await someDays(first);
  const folder = world.file('backup');
  await world.succeed('backup', folder);
  await world.day(second);
  return { world, folder };
}
const restored = (world: World, folder: string, ...more: string[]) =>
  world.run('restore', folder, '--yes', 'shop', ...more);

describe('restore', { concurrency: 2 }, () => {
  test('names what it would replace, and replaces it only when the name of the project is given', async () => {
    const { world, folder } = await withBackup();
    const asked = await world.run('restore', folder);
    assert.equal(asked.exit, 2);
    assert.match(asked.err, /RESTORE_UNCONFIRMED: 2 places would be replaced[\s\S]*shop\.duckdb\n[\s\S]*state\.sqlite/);
    assert.match((await world.run('restore', folder, '--yes', 'other')).err, /RESTORE_UNCONFIRMED/);
    assert.deepEqual(await succeeded(world), [`${second} succeeded`, `${first} succeeded`]);
    assert.match(
      (await restored(world, folder)).out,
      /^Restored state and warehouse of .*\n {2}replaced .*shop\.duckdb\n {2}replaced .*state\.sqlite\n/,
    );
    assert.deepEqual(await succeeded(world), [`${first} succeeded`]);
    assert.deepEqual(
      readdirSync(world.file('warehouse')).filter((name) => /restoring|replaced/.test(name)),
      [],
    );
    for (const date of [second, third, fourth, fifth]) await world.day(date);
    assert.deepEqual(await differences(world, await same), []);
  });

  for (const point of ['restore-staged-warehouse', 'restore-staged-state'])
    test(`killed at ${point} nothing has changed, and it may be given again`, async () => {
      const { world, folder } = await withBackup();
      await killedAt(world, point, 'restore', folder, '--yes', 'shop');
      assert.deepEqual(await succeeded(world), [`${second} succeeded`, `${first} succeeded`]);
      await world.day(third);
      assert.equal((await restored(world, folder)).exit, 0);
      assert.deepEqual(await succeeded(world), [`${first} succeeded`]);
    });

  for (const point of ['restore-decided', 'restore-swapped-warehouse', 'restore-swapped-state', 'restore-cleared'])
    test(`killed at ${point} nothing else opens the project until it is done`, async () => {
      const { world, folder } = await withBackup();
      await killedAt(world, point, 'restore', folder, '--yes', 'shop');
      const refused = await world.run('run', 'daily', '--date', third);
      assert.deepEqual([refused.exit, refused.err.split(':')[0]], [3, 'RESTORE_UNFINISHED']);
      // Whatever becomes of the backup: all was copied before it was decided.
      rmSync(folder, { recursive: true });
      assert.equal((await world.run('restore', folder)).exit, 0);
      assert.deepEqual(await succeeded(world), [`${first} succeeded`]);
      for (const date of [second, third, fourth, fifth]) await world.day(date);
      assert.deepEqual(await differences(world, await same), []);
    });

  const damages: Record<string, (folder: string) => void> = {
    'a byte of a catalog': (folder) => {
      const file = path.join(folder, 'warehouse/shop.duckdb');
      const bytes = readFileSync(file);
      bytes[bytes.length - 9] = (bytes[bytes.length - 9] ?? 0) ^ 1;
      writeFileSync(file, bytes);
    },
    'the end of the state': (folder) => truncateSync(path.join(folder, 'state.jsonl'), 100),
    'more in the state': (folder) => appendFileSync(path.join(folder, 'state.jsonl'), '{}\n'),
    'a catalog that is gone': (folder) => rmSync(path.join(folder, 'warehouse/shop.duckdb')),
    'no manifest': (folder) => rmSync(path.join(folder, 'manifest.json')),
    'half a manifest': (folder) => truncateSync(path.join(folder, 'manifest.json'), 50),
  };
  test('a backup that is damaged is refused, and nothing is touched', async () => {
    const { world, folder } = await withBackup();
    for (const [what, damage] of Object.entries(damages)) {
      const copy = world.file(`copy of ${what}`);
      await world.succeed('backup', copy);
      damage(copy);
      const { exit, err } = await restored(world, copy);
      assert.deepEqual([exit, err.split(':')[0]], [2, 'BACKUP_UNUSABLE'], what);
    }
    assert.deepEqual(await succeeded(world), [`${second} succeeded`, `${first} succeeded`]);
    assert.equal((await restored(world, folder)).exit, 0);
  });

  test('a backup of a newer Esteira, or of another project, is refused', async () => {
    const { world, folder } = await withBackup();
    const file = path.join(folder, 'manifest.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    const after = async (change: object) => {
      writeFileSync(file, JSON.stringify({ ...manifest, ...change }));
      return (await restored(world, folder)).err.split('\n').slice(0, 1).join();
    };
    assert.match(await after({ format: 2 }), /^BACKUP_UNUSABLE.*newer version/);
    assert.match(await after({ project: 'other' }), /^BACKUP_UNUSABLE.*another project/);
    assert.match(await after({ versions: { ...manifest.versions, state: 1000 } }), /^STATE_NEWER/);
    assert.match(await after({ catalogs: [{ ...manifest.catalogs[0], version: 1000 }] }), /^STATE_NEWER/);
    assert.match(
      await after({ catalogs: [{ ...manifest.catalogs[0], catalog: 'foreign' }] }),
      /^BACKUP_UNUSABLE.*catalog/,
    );
    assert.deepEqual(await succeeded(world), [`${second} succeeded`, `${first} succeeded`]);
  });

  test('a disk without room for it, or for a backup, is said, and all is as it was', async () => {
    const { world, folder } = await withBackup();
    // A limit of the size of files stands for a disk that is full.
    const blocks = Math.floor(statSync(path.join(folder, 'warehouse/shop.duckdb')).size / 512 / 2);
    const limited = (...words: string[]) => {
      const args = [
        '-c',
        `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`,
        'sh',
        process.execPath,
        binOf(world.folder),
        ...words,
      ];
      return world.startProgram('/bin/sh', args).ended;
    };
    const other = world.file('other');
    for (const words of [
      ['backup', other],
      ['restore', folder, '--yes', 'shop'],
    ]) {
      const { exit, err } = await limited(...words);
      assert.deepEqual([exit, err.split(':')[0]], [1, 'DISK_FULL'], err);
    }
    assert.deepEqual([existsSync(other), existsSync(`${other}.partial`)], [false, false]);
    assert.deepEqual(
      readdirSync(world.file('warehouse')).filter((name) => /restoring|replaced/.test(name)),
      [],
    );
    assert.deepEqual(await succeeded(world), [`${second} succeeded`, `${first} succeeded`]);
    assert.equal((await restored(world, folder)).exit, 0);
  });

  test('while a process has the project open it is refused', async () => {
    const { world, folder } = await withBackup();
    const owner = world.start(['query', 'select count(*) from range(1600) where sleep_ms(5) is null']);
    await world.ownedBy(owner);
    const { exit, err } = await restored(world, folder);
    assert.equal(exit, 4, err);
    assert.match(err, /^OWNED_ELSEWHERE: .*\n.*esteira query/);
    assert.equal((await owner.ended).exit, 0);
  });

  for (const only of ['state', 'warehouse'] as const)
    test(`an older ${only} alone: the doctor says so, brings the two together, and then all is as if nothing had been`, async () => {
      const { world, folder } = await withBackup();
      await world.day(third);
      assert.equal((await restored(world, folder, '--only', only)).exit, 0);
      assert.equal((await world.run('doctor')).exit, 1);
      const { findings } = JSON.parse((await world.run('doctor', '--reconcile', '--json')).out) as DoctorView;
      for (const { next = '' } of findings.filter(({ what, ok }) => what === 'daily' && !ok))
        await world.succeed(...next.split(' ').slice(1));
      for (const date of [fourth, fifth]) await world.day(date);
      assert.deepEqual(await differences(world, await same), []);
    });

  test('into a project that has nothing, in another folder and with other places', async () => {
    const { world, folder } = await withBackup();
    const other = new World();
    for (const file of [...parts.state, ...parts.warehouse]) assert.ok(!existsSync(other.file(file)));
    await other.succeed('restore', folder);
    await other.day(second);
    assert.deepEqual(await differences(other, world), []);
  });
});
