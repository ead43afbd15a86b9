import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import type { QueryView } from '../../src/operate/views.ts';
import { config, definitions } from '../errors/case.ts';
import { Sandbox } from '../sandbox.ts';

/** Everything that a statement could do besides reading tables; each is refused before anything of it is carried out. */
const hostile: readonly string[] = [
  `copy (select 1) to 'out.csv'`,
  `copy silver.numbers to 'out.parquet'`,
  `export database 'out'`,
  `import database 'out'`,
  `attach 'out.duckdb'`,
  `attach 'out.duckdb' as silver`,
  `detach shop`,
  `install httpfs`,
  `load httpfs`,
  `set memory_limit = '1GB'`,
  `pragma database_list`,
  `call pragma_database_size()`,
  `create table out (n integer)`,
  `create or replace table shop.silver.numbers as select 2 as n`,
  `create temp table out as select 1`,
  `create macro f() as table select 1`,
  `insert into silver.numbers values (2)`,
  `update silver.numbers set n = 2`,
  `delete from silver.numbers`,
  `truncate silver.numbers`,
  `drop table silver.numbers`,
  `alter table silver.numbers add column m integer`,
  `checkpoint`,
  `vacuum`,
  `begin; delete from silver.numbers; commit`,
  `select 1; drop table silver.numbers`,
  `prepare p as delete from silver.numbers`,
  `execute p`,
  `explain analyze delete from silver.numbers`,
  `explain copy (select 1) to 'out.csv'`,
  `with gone as (delete from silver.numbers returning n) select * from gone`,
  `select * from read_csv('data/secret.csv')`,
  `select * from read_csv_auto('data/secret.csv')`,
  `select * from read_parquet('data/*.parquet')`,
  `select * from read_json('data/secret.csv')`,
  `select * from read_text('.env')`,
  `select * from read_blob('.env')`,
  `select * from glob('*')`,
  `select * from 'data/secret.csv'`,
  `select * from "data/secret.csv"`,
  `select * from parquet_metadata('x.parquet')`,
  `select * from sniff_csv('data/secret.csv')`,
  `select * from query('delete from silver.numbers')`,
  `select * from query_table('data/secret.csv')`,
  `select (select count(*) from read_csv('data/secret.csv'))`,
  `select * from silver.numbers where n in (select 1 from read_text('.env'))`,
  `describe select * from read_csv('data/secret.csv')`,
  `summarize 'data/secret.csv'`,
  `from duckdb_secrets()`,
  `select getenv('SHOP_TOKEN')`,
];

describe('query', { concurrency: false }, () => {
  let sandbox: Sandbox;
  const numbers = (n: number, more = ''): string =>
    definitions(
      `export const numbers = table('silver.numbers', { columns: { n: col.integer() }, rows: sql\`select ${n} as n\` });\n${more}`,
    );

  before(async () => {
    const one = `export const single = table('gold.single', { columns: { n: col.integer() }, rows: sql\`select n from \${numbers}\` });
export const daily = job('daily', { when: byHand, build: [single] });`;
    sandbox = new Sandbox(
      {
        ...config({ pipelines: `shop: 'definitions/*.ts', desk: 'other/*.ts'` }),
        'definitions/shop.ts': numbers(1, one),
        'other/desk.ts': numbers(2, `export const nightly = job('nightly', { when: byHand, build: [numbers] });`),
        'data/secret.csv': 'n\n1\n',
        '.env': 'SHOP_TOKEN=tok-123456\n',
      },
      { env: { SHOP_TOKEN: 'tok-123456' } },
    );
    for (const command of ['setup', 'run daily', 'run nightly']) await sandbox.succeed(...command.split(' '));
  });

  it('takes a name without its catalog where one catalog has it, and a name of three parts', async () => {
    const ask = async (sql: string) => (await sandbox.ask<QueryView>('query', sql)).rows;
    assert.deepEqual(await ask('select n from gold.single'), [[1]]);
    const both = 'select a.n, b.n from shop.silver.numbers as a, desk.silver.numbers as b';
    assert.deepEqual(await ask(both), [[1, 2]]);
    assert.match(await sandbox.succeed('show', 'gold.single'), /catalog {3}shop/);
    assert.match(await sandbox.succeed('show', 'desk.silver.numbers'), /catalog {3}desk/);
  });

  it('refuses a name that two catalogs have, and names both', async () => {
    for (const words of [
      ['query', 'select n from silver.numbers'],
      ['show', 'silver.numbers'],
    ]) {
      const { exit, err } = await sandbox.run(...words);
      assert.equal(exit, 2);
      assert.match(err, /NAME_AMBIGUOUS[\s\S]*desk\.silver\.numbers, shop\.silver\.numbers/);
    }
  });

  it('refuses everything that writes, or reads a file, and does nothing of it', async () => {
    // One process owns the project meanwhile, so that the others need not open it.
    const owner = sandbox.start(['query', 'select count(*) from range(6000) where sleep_ms(10) is null']);
    await sandbox.ownedBy(owner);
    const queue = hostile.map((sql) => async () => ({ sql, ...(await sandbox.run('query', sql, '--json')) }));
    const told: { sql: string; exit: number; out: string }[] = [];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) told.push(await next());
    };
    await Promise.all([worker(), worker()]);
    owner.signal('SIGKILL');
    await owner.ended;
    const taken = told.filter(({ exit }) => exit !== 2);
    assert.deepEqual(
      taken.map(({ sql, out }) => `${sql}: ${out}`),
      [],
    );
    const codes = new Set(told.map(({ out }) => JSON.parse(out).error.code as string));
    for (const code of codes) assert.match(code, /^(QUERY_NOT_READ_ONLY|QUERY_INVALID|NAME_UNKNOWN)$/);
    assert.ok(!told.some(({ out }) => out.includes('tok-123456')));
    assert.deepEqual((await sandbox.ask<QueryView>('query', 'select n from shop.silver.numbers')).rows, [[1]]);
    assert.deepEqual(
      readdirSync(sandbox.folder).filter((name) => name.startsWith('out')),
      [],
    );
    assert.ok(existsSync(sandbox.file('data/secret.csv')));
  });
});
