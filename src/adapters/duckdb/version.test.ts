import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { col } from '../../columns/index.ts';
import { Desk } from '../../ports/conformance/warehouse/desk.ts';
import { Engine } from './connection.ts';
import { newest } from './version.ts';
import { openDuckdb } from './warehouse.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'esteira-version-'));
after(() => rmSync(root, { recursive: true, force: true }));
const options = (folder: string) => ({ folder, catalogs: ['one'], memoryLimit: '1GiB' });

/** What Esteira of the first version left: its publications did not say of what, and no table said which version it was. */
const asFirst = `alter table one._esteira.publication drop column job; alter table one._esteira.publication drop column "date";
  alter table one._esteira.publication drop column zone; alter table one._esteira.publication drop column reason; alter table one._esteira.file drop column "rows"; drop table one._esteira.version; drop table one._esteira.champion`;

async function told(folder: string, sql: string): Promise<readonly (readonly unknown[])[]> {
  const engine = await Engine.open({ ...options(folder), catalogs: [] });
  try {
    return await engine.use(async (session) => {
      await session.run(`attach '${path.join(folder, 'one.duckdb')}' as one`);
      const rows = await session.rows(sql);
      await session.run('detach one');
      return rows.map((row) => Object.values(row));
    });
  } finally {
    await engine.close();
  }
}

/** A catalog with one publication, as a version left it. */
async function left(version: number): Promise<string> {
  const folder = mkdtempSync(path.join(root, 'catalog-'));
  const warehouse = await openDuckdb(options(folder));
  const desk = new Desk(warehouse);
  await desk.publish(await desk.make('t', { id: col.integer().key() }), [{ id: 1 }]);
  await warehouse.close();
  if (version === 1) await told(folder, asFirst);
  else await told(folder, `update one._esteira.version set number = ${version}`);
  return folder;
}

describe('the version of a catalog', () => {
  test('one of the first version is brought up, and what it published stays', async () => {
    const folder = await left(1);
    const warehouse = await openDuckdb(options(folder));
    const desk = new Desk(warehouse);
    const [before, ...others] = await warehouse.published('one', { after: 0n, upTo: 9n });
    assert.deepEqual([before?.runId, before?.of, others.length], ['run-0001', undefined, 0]);
    assert.deepEqual(await warehouse.greatest('one'), { token: 1n, runSeq: 1n });
    const kept = await desk.make('u', { id: col.integer().key() });
    const of = { job: "it's daily", date: Temporal.PlainDate.from('2026-03-01'), zone: 'UTC', reason: 'manual' };
    const write = desk.write(kept, desk.rows(kept.columns, [{ id: 2 }]));
    await desk.claim(kept);
    const publication = await warehouse.publish({ ...write, batch: { ...write.batch, runSeq: 5n, of } });
    assert.deepEqual(await warehouse.published('one', { after: 1n, upTo: 5n }), [publication]);
    assert.deepEqual(publication.of, of);
    const steps = await warehouse.stepsPublished('one', { after: 0n, upTo: 9n });
    assert.deepEqual([...(steps.get('run-0001') ?? [])].toSorted(), ['one.silver.t', 'one.silver.u']);
    assert.deepEqual(await warehouse.stepsPublished('one', { after: 9n, upTo: 19n }), new Map());
    await warehouse.close();
    assert.deepEqual(await told(folder, 'from one._esteira.version'), [[newest]]);
  });

  test('whoever opens it next finds it brought up', async () => {
    const folder = await left(1);
    for (const _ of ['one', 'other']) {
      const warehouse = await openDuckdb(options(folder));
      assert.equal((await warehouse.position('one')).latest.size, 1);
      await warehouse.close();
    }
    assert.deepEqual(await told(folder, 'from one._esteira.version'), [[newest]]);
  });

  test('a change that fails leaves it as it was, and is done by the next', async () => {
    const folder = await left(1);
    await told(
      folder,
      'create table one._esteira.version_(n integer); create view one._esteira.version as from one._esteira.version_',
    );
    const warehouse = await openDuckdb(options(folder));
    await assert.rejects(warehouse.position('one'));
    await warehouse.close();
    assert.deepEqual(
      await told(
        folder,
        `select count(*)::integer from duckdb_columns() where table_name = 'publication' and column_name = 'job'`,
      ),
      [[0]],
    );
    await told(folder, 'drop view one._esteira.version; drop table one._esteira.version_');
    const next = await openDuckdb(options(folder));
    assert.equal((await next.position('one')).latest.size, 1);
    await next.close();
  });

  test('a process that is killed in the middle of a change leaves it as it was, and the next brings it up', async () => {
    const folder = await left(1);
    const script = `
      import { DuckDBConnection } from '@duckdb/node-api';
      const { run } = DuckDBConnection.prototype;
      DuckDBConnection.prototype.run = async function (sql, ...others) {
        const at = sql.indexOf('create table "one"."_esteira"."version"');
        if (at < 0) return run.call(this, sql, ...others);
        await run.call(this, sql.slice(0, at), ...others);
        process.kill(process.pid, 'SIGKILL');
      };
      const { openDuckdb } = await import(process.argv[1]);
      await (await openDuckdb(JSON.parse(process.argv[2]))).position('one');
    `;
    const args = ['--input-type=module', '-e', script, path.join(import.meta.dirname, 'warehouse.ts')];
    const killed = spawnSync(process.execPath, [...args, JSON.stringify(options(folder))], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });
    assert.equal(killed.signal, 'SIGKILL', killed.stderr);
    const found = `select count(*)::integer from duckdb_columns() where table_name = 'publication' and column_name = 'job'`;
    assert.deepEqual(await told(folder, found), [[0]]);
    const next = await openDuckdb(options(folder));
    assert.equal((await next.position('one')).latest.size, 1);
    await next.close();
    assert.deepEqual(await told(folder, 'from one._esteira.version'), [[newest]]);
  });

  test('one of a newer Esteira is refused, by every way to it, and nothing of it is changed', async () => {
    const folder = await left(newest + 1);
    const warehouse = await openDuckdb(options(folder));
    const place = { catalog: 'one', schema: 'silver', table: 't' };
    const refused = { code: 'STATE_NEWER', message: /catalog one was written by a newer version/ };
    await assert.rejects(warehouse.position('one'), refused);
    await assert.rejects(warehouse.claim('one', [place], 9n), refused);
    await assert.rejects(warehouse.change('one', []), refused);
    await assert.rejects(warehouse.inspect('one'), refused);
    await warehouse.close();
    assert.deepEqual(await told(folder, 'from one._esteira.version'), [[newest + 1]]);
  });
});
