import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import pg from 'pg';
import { at, begun, newRun } from '../../ports/conformance/runs.ts';
import type { StateStore } from '../../ports/index.ts';
import { migrate as migratePostgres } from '../postgres/migrate.ts';
import { openPostgresState } from '../postgres/state.ts';
import { ask, dropSchemas, newSchema, server, withoutServer } from '../postgres/testing.ts';
import { migrate as migrateSqlite } from '../sqlite/engine.ts';
import { openSqliteState } from '../sqlite/state.ts';
import { newest } from './migrations.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'migrations-'));
after(() => rmSync(folder, { recursive: true }));
after(dropSchemas);

/** What Esteira of that version of the tables left, as it wrote it; of later ones, what they wrote besides. */
const writtenBy = (version: number): string => {
  const file = path.join(import.meta.dirname, 'written', `version-${version}.sql`);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};
const rowsOf = (text: string): string =>
  text
    .split('\n')
    .filter((line) => /^(insert|update)/.test(line))
    .join('\n');

/** One database that can be given an older state. */
interface Kept {
  /** As a version left it; gives how to open it. */
  older(version: number): Promise<{
    open: () => Promise<StateStore>;
    run: (text: string) => Promise<readonly Record<string, unknown>[]>;
    /** In a process of its own, which is killed once it has said these words to the database. */
    opening: (killedAt?: string) => Promise<Ended>;
  }>;
}
interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** Both clients say a list of statements at once: cut before its end, what is left is never said. */
const script = `
  import { DatabaseSync } from 'node:sqlite';
  import pg from 'pg';
  const [module, how, options, words] = process.argv.slice(1);
  const cut = (text) => (words && text.includes(words) ? text.slice(0, text.indexOf(words)) : undefined);
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function (text) {
    exec.call(this, cut(text) ?? text);
    if (cut(text) !== undefined) process.kill(process.pid, 'SIGKILL');
  };
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (what, ...others) {
    const text = typeof what === 'string' ? what : (what?.text ?? '');
    if (cut(text) === undefined) return query.call(this, what, ...others);
    return query.call(this, cut(text)).then(() => process.kill(process.pid, 'SIGKILL'));
  };
  const state = await (await import(module))[how](JSON.parse(options));
  await state.close();
`;
function openingProcess(module: string, how: string, options: object, killedAt = ''): Promise<Ended> {
  const file = path.join(import.meta.dirname, '..', module);
  const args = ['--input-type=module', '-e', script, file, how, JSON.stringify(options), killedAt];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: import.meta.dirname });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => child.once('close', (status, signal) => resolve({ status, signal, stderr })));
}

let files = 0;
const sqlite: Kept = {
  async older(version) {
    files += 1;
    const file = path.join(folder, `${files}.sqlite`);
    const database = new DatabaseSync(file);
    database.exec(writtenBy(1));
    for (let next = 2; next <= version; next += 1) {
      migrateSqlite(database, file, next);
      database.exec(writtenBy(next));
    }
    database.close();
    return {
      open: () => openSqliteState({ file }),
      opening: (killedAt) => openingProcess('sqlite/state.ts', 'openSqliteState', { file }, killedAt),
      run: async (text) => {
        const one = new DatabaseSync(file);
        try {
          return one.prepare(text).all();
        } finally {
          one.close();
        }
      },
    };
  },
};

const postgres: Kept = {
  async older(version) {
    const schema = newSchema();
    const pool = new pg.Pool({ connectionString: server, max: 1 });
    const inSchema = `set search_path to "${schema}"`;
    await migratePostgres(pool, { schema, where: 'here', upTo: 1 });
    await ask(`${inSchema}; delete from seq; ${rowsOf(writtenBy(1)).replace(/^insert into version.*$/m, '')}`);
    for (let next = 2; next <= version; next += 1) {
      await migratePostgres(pool, { schema, where: 'here', upTo: next });
      await ask(`${inSchema}; ${rowsOf(writtenBy(next))}`);
    }
    await pool.end();
    return {
      open: () => openPostgresState({ url: server, schema }),
      opening: (killedAt) =>
        openingProcess('postgres/state.ts', 'openPostgresState', { url: server, schema }, killedAt),
      run: (text) => ask(`${inSchema}; ${text}`),
    };
  },
};

function migrations(name: string, kept: Kept): void {
  for (let version = 1; version < newest; version += 1) {
    test(`${name}: a state of version ${version} is brought up to version ${newest}, and nothing of it is lost`, async () => {
      const { open, run } = await kept.older(version);
      const later = [
        ...(version > 2 ? ['tick', 'schedule'] : []),
        ...(version > 3 ? ['backfill', 'backfill_date'] : []),
      ];
      const tables = ['run', 'step', 'attempt', 'lease', 'log', 'seq', ...later];
      const counts = tables
        .map((table) => `select '${table}' as name, count(*) as n from ${table}`)
        .join(' union all ');
      const before = await run(counts);
      const state = await open();
      assert.equal(Number((await run('select number from version'))[0]?.['number']), newest);
      assert.deepEqual(await run(counts), before);
      const [first] = await state.steps('r1');
      assert.deepEqual(first?.bounds, [{ source: 'c.bronze.orders', lower: 5n, upper: 2n ** 60n + 1n }]);
      assert.deepEqual(first.files, { landing: ['a.csv', 'ç b.csv'] });
      assert.deepEqual(
        (await state.logs('r1')).map(({ text }) => text),
        [`it's "ç"`, 'few rows'],
      );
      assert.equal((await state.run('r1'))?.finishedAt?.toString(), at(3).toString());
      const ofJob = async (parts: boolean) =>
        (await state.runs({ job: 'daily', parts, limit: 9 })).map(({ runId }) => runId);
      assert.deepEqual(await ofJob(true), ['r3', 'r2', 'r1']);
      assert.deepEqual(await ofJob(false), ['r3', 'r1']);
      assert.deepEqual(
        (await state.runs({ state: 'running', limit: 9 })).map(({ runId }) => runId),
        ['r3'],
      );
      if (version > 2)
        assert.deepEqual(
          (await state.ticks.pending()).map(({ job, date }) => `${job} ${date}`),
          ['weekly 2026-03-11'],
        );
      if (version > 3)
        assert.deepEqual(
          (await state.backfills.dates('b1')).map(({ state: was }) => was),
          ['failed', 'pending'],
        );
      const resumed = begun(await state.open(newRun('r10', { holder: 'second' })));
      assert.deepEqual([resumed.opened, resumed.held.runId], ['resumed', 'r3']);
      assert.ok(resumed.held.token > 3n, 'a token is never given twice');
      assert.deepEqual(
        resumed.steps.map(({ step, state: was }) => `${step} ${was}`),
        ['c.silver.orders done', 'c.gold.orders pending'],
      );
      await state.close();
    });
  }

  test(`${name}: a change that fails leaves the state as it was`, async () => {
    const { open, run } = await kept.older(1);
    // In the way of what version 2 makes, at its end.
    await run('create index run_of_whole_job on log (at)');
    await assert.rejects(open(), /run_of_whole_job/);
    assert.equal(Number((await run('select number from version'))[0]?.['number']), 1);
    assert.equal((await run('select * from run')).length, 3);
    await assert.rejects(run('select whole_job from run'), /whole_job/);
    await run('drop index run_of_whole_job');
    await (await open()).close();
  });

  test(`${name}: a process that is killed in the middle of a change leaves the state as it was, and the next brings it up`, async () => {
    const { open, run, opening } = await kept.older(1);
    const killed = await opening('create index run_of_whole_job');
    assert.equal(killed.signal, 'SIGKILL', killed.stderr);
    assert.equal(Number((await run('select number from version'))[0]?.['number']), 1);
    assert.equal((await run('select * from run')).length, 3);
    await assert.rejects(run('select whole_job from run'), /whole_job/);
    await (await open()).close();
    assert.equal(Number((await run('select number from version'))[0]?.['number']), newest);
  });

  test(`${name}: processes that open an older state at once bring it up once`, async () => {
    const { run, opening } = await kept.older(1);
    for (const one of await Promise.all([opening(), opening(), opening()])) assert.equal(one.status, 0, one.stderr);
    assert.equal(Number((await run('select number from version'))[0]?.['number']), newest);
    assert.equal((await run('select * from run')).length, 3);
  });

  test(`${name}: many who open an older state at once bring it up once`, async () => {
    const { open, run } = await kept.older(1);
    for (const state of await Promise.all([open(), open(), open()])) await state.close();
    assert.equal(Number((await run('select number from version'))[0]?.['number']), newest);
  });

  test(`${name}: a state of a newer version is refused, and left as it is`, async () => {
    const { open, run } = await kept.older(1);
    await (await open()).close();
    await run('update version set number = 1000');
    const tables = await run('select * from run');
    await assert.rejects(open(), { code: 'STATE_NEWER' });
    assert.equal(Number((await run('select number from version'))[0]?.['number']), 1000);
    assert.deepEqual(await run('select * from run'), tables);
  });
}

describe('migrations in SQLite', () => {
  migrations('sqlite', sqlite);

  test('the tables of version 1 are still made as that version made them', () => {
    const tables = (build: (database: DatabaseSync) => void): unknown => {
      const database = new DatabaseSync(':memory:');
      build(database);
      const made = database
        .prepare('select name, lower(sql) as sql from sqlite_master where sql is not null order by name')
        .all();
      database.close();
      return made.map(({ name, sql }) => [name, String(sql).replace('if not exists ', '')]);
    };
    assert.deepEqual(
      tables((database) => migrateSqlite(database, 'here', 1)),
      tables((database) => database.exec(writtenBy(1))),
    );
  });
});

describe('migrations in Postgres', { skip: withoutServer }, () => {
  migrations('postgres', postgres);

  test('a process that opened the state before a newer Esteira changed it is stopped at its next word', async () => {
    const { open, run } = await postgres.older(1);
    const state = await open();
    const { held } = begun(await state.open(newRun('r10', { holder: 'second' })));
    await run('update version set number = 1000');
    await assert.rejects(state.finish(held, 'succeeded', undefined, at(7)), { code: 'STATE_NEWER' });
    assert.equal((await state.run('r3'))?.state, 'running');
    await state.close();
  });
});
