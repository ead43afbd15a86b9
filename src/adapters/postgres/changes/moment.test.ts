import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import pg from 'pg';
import { ask, dropSchemas, newSchema, server, withoutServer } from '../testing.ts';
import { oneMoment } from './moment.ts';
import { openReplication } from './replication.ts';

after(dropSchemas);

describe('tables are read as they are at one place of the log', { skip: withoutServer }, () => {
  test('a truncate that comes too early is a reason to take another moment, and one that comes later waits', async () => {
    const schema = newSchema();
    await ask(`create schema ${schema}; create table ${schema}.a (id int primary key); create table ${schema}.b (id int primary key) partition by range (id);
      create table ${schema}.b1 partition of ${schema}.b default; insert into ${schema}.a select generate_series(1, 9); insert into ${schema}.b values (1)`);
    const tables = await Promise.all(
      ['a', 'b'].map(async (name) => {
        const [found] = await ask(`select '${schema}.${name}'::regclass::oid::int8::float8 as id`);
        return { schema, name, id: Number(found?.['id']) };
      }),
    );
    const replication = await openReplication(server);
    const reading = new pg.Client(server);
    await reading.connect();
    const early = [`truncate ${schema}.a; insert into ${schema}.a values (100)`, `truncate ${schema}.b`];
    const asked: string[] = [];
    /** Between the moment and the look at the tables somebody truncates one. */
    const disturbed: Pick<typeof replication, 'ask'> = {
      async ask(text) {
        const rows = await replication.ask(text);
        asked.push(text.slice(0, 6));
        const statement = text.startsWith('CREATE') ? early.shift() : undefined;
        if (statement) await ask(statement);
        return rows;
      },
    };
    try {
      const position = await oneMoment(tables, { replication: disturbed, reading });
      assert.ok(position > 0n);
      assert.deepEqual(asked, ['CREATE', 'DROP_R', 'CREATE', 'DROP_R', 'CREATE']);
      const seen = await reading.query(
        `select (select array_agg(id order by id) from ${schema}.a) as a, (select count(*)::int from ${schema}.b) as b`,
      );
      assert.deepEqual(seen.rows, [{ a: [100], b: 0 }]);
      await assert.rejects(ask(`set lock_timeout = '100ms'; truncate ${schema}.a`), /lock timeout/);
      await ask(`insert into ${schema}.a values (200)`);
      const still = await reading.query(`select count(*)::int as n from ${schema}.a`);
      assert.deepEqual(still.rows, [{ n: 1 }]);
    } finally {
      await reading.end();
      replication.stop();
    }
  });
});
