// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- src/adapters/postgres
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { col } from '../../../columns/index.ts';
import type { TargetAsked, TargetBatch, TargetTable } from '../../../ports/index.ts';
import { ask, server, Wire, withoutServer } from '../testing.ts';
import { postgresTargets } from './tables.ts';
import { keepingHere } from './testing.ts';

const targets = postgresTargets((url) => url);
const asked: TargetAsked = {
  ...{ key: ['id'], columns: { id: col.bigint().key(), score: col.real(), note: col.text() }, way: 'update' },
  ...{ changedOnly: true, parallel: 4 },
};
const batchOf = (...rows: readonly (readonly [id: string, score: number, note: string])[]): TargetBatch => ({
  rows: rows.length,
  columns: { id: rows.map(([id]) => id), score: rows.map(([, score]) => score), note: rows.map(([, , note]) => note) },
});
const place = ({ options }: TargetTable): string => options['name'] ?? '';

describe('a table of Postgres that is written', { skip: withoutServer }, () => {
  const here = keepingHere();
  const made = () =>
    here.make({
      columns: { id: 'bigint', score: 'double precision', note: 'text' },
      key: ['id'],
      rows: ['1', '2', '3'].map((id) => ({ id, score: null, note: null })),
    });
  after(() => here.close?.());

  test('what a trigger makes of a row is told, before the row is written and after', async () => {
    for (const when of ['before', 'after']) {
      const table = await made();
      const does =
        when === 'before'
          ? 'new.note = upper(new.note); return new;'
          : `if new.note = 'a' then update ${place(table)} set note = 'A' where id = new.id; end if; return null;`;
      await ask(`create function ${place(table)}_will() returns trigger language plpgsql as $f$ begin ${does} end $f$`);
      await ask(
        `create trigger will ${when} update on ${place(table)} for each row execute function ${place(table)}_will()`,
      );
      const target = await targets.open(table, asked);
      const results = await target.write(batchOf(['1', 0.5, 'a'], ['2', 0.5, 'B']));
      assert.deepEqual(results, [{ is: 'other', why: 'note (text) says A, not a' }, { is: 'sent' }], when);
      await target.close();
    }
  });

  test('a row that a trigger keeps as it is is refused, and the others are written', async () => {
    const table = await made();
    const keeps = `create function ${place(table)}_keeps() returns trigger language plpgsql as $f$ begin if new.id = 1 then return null; end if; return new; end $f$`;
    await ask(keeps);
    await ask(
      `create trigger a before update on ${place(table)} for each row execute function ${place(table)}_keeps()`,
    );
    const target = await targets.open(table, asked);
    const [kept, written] = await target.write(batchOf(['1', 0.5, 'a'], ['2', 0.5, 'b']));
    assert.equal(kept?.is, 'refused');
    assert.equal(written?.is, 'sent');
    await target.close();
  });

  test('a user without the right to write hears which one, before anything is sent; with it, it writes', async () => {
    const table = await made();
    const schema = place(table).split('.')[0];
    const role = `${schema}_writer`;
    await ask(
      `create role ${role} login; grant usage on schema ${schema} to ${role}; grant select on ${place(table)} to ${role}`,
    );
    const url = new URL(server);
    url.username = role;
    const own = { ...table, options: { ...table.options, url: url.href } };
    try {
      const wrong = { code: 'SOURCE_REFUSED', message: /may not/ };
      await assert.rejects(targets.open(own, asked), wrong);
      await ask(
        `grant update (score, note) on ${place(table)} to ${role}; grant insert on ${place(table)}_writes to ${role}`,
      );
      const target = await targets.open(own, asked);
      assert.deepEqual(await target.write(batchOf(['1', 1, 'a'])), [{ is: 'sent' }]);
      await target.close();
      await assert.rejects(targets.look(own, { ...asked, way: 'merge' }), (error: Error) =>
        /insert \(/.test(JSON.stringify(error)),
      );
    } finally {
      await ask(`drop owned by ${role}; drop role ${role}`);
    }
  });

  test('rows that row security hides are missing, with that among the reasons; those that may only be seen are refused', async () => {
    const table = await made();
    const schema = place(table).split('.')[0];
    const role = `${schema}_policed`;
    await ask(`create role ${role} login; grant usage on schema ${schema} to ${role};
      grant select, update on ${place(table)} to ${role}; grant insert on ${place(table)}_writes to ${role};
      alter table ${place(table)} enable row level security;
      create policy sees on ${place(table)} for select to ${role} using (id < 3);
      create policy changes on ${place(table)} for update to ${role} using (id = 1)`);
    const url = new URL(server);
    url.username = role;
    const own = { ...table, options: { ...table.options, url: url.href } };
    try {
      assert.match((await targets.look(own, asked)).doubt?.what ?? '', /Row security holds for the user/);
      const target = await targets.open(own, asked);
      const [written, seen, hidden] = await target.write(batchOf(['1', 1, 'a'], ['2', 1, 'b'], ['3', 1, 'c']));
      assert.deepEqual(written, { is: 'sent' });
      assert.equal(seen?.is, 'refused');
      assert.deepEqual(hidden, {
        is: 'missing',
        why: 'there is no such row, or row security hides it from the user',
      });
      await target.close();
    } finally {
      await ask(`drop owned by ${role}; drop role ${role}`);
    }
  });

  test('a connection that is lost may pass, and what it had written is unchanged when it comes again', async () => {
    const table = await made();
    const wire = await Wire.to(server);
    const own = { ...table, options: { ...table.options, url: wire.url } };
    try {
      const target = await targets.open(own, asked);
      wire.breaksAt = (sent) => sent.includes('update ');
      const batch = batchOf(['1', 0.5, 'a'], ['3', 0.5, 'c']);
      await assert.rejects(target.write(batch), { name: 'TargetFault', is: 'passing' });
      wire.breaksAt = () => false;
      for (const until = performance.now() + 5000; (await here.writes(table)) < 2 && performance.now() < until; )
        await sleep(20);
      assert.deepEqual(await target.write(batch), [{ is: 'unchanged' }, { is: 'unchanged' }]);
      assert.equal(await here.writes(table), 2);
      wire.cut();
      await assert.rejects(target.write(batch), { name: 'TargetFault', is: 'passing' });
      await assert.rejects(targets.open(own, asked), { code: 'SOURCE_UNREACHABLE' });
      await target.close();
    } finally {
      await wire.close();
    }
  });

  test('a request that nobody waits for any more, and that is carried out late, writes nothing a second time', async () => {
    const table = await made();
    const holder = new pg.Client(server);
    await holder.connect();
    await holder.query(`begin; select from ${place(table)} where id = 2 for update`);
    const target = await targets.open(table, asked);
    const batch = batchOf(['1', 0.5, 'a'], ['2', 0.5, 'b']);
    const leaving = new AbortController();
    const left = target.write(batch, leaving.signal);
    const waiting = `select count(*)::int4 as n from pg_stat_activity where wait_event_type = 'Lock' and query like '%${place(table).split('.')[1]}%'`;
    const waits = async (): Promise<number> => Number((await ask(waiting))[0]?.['n']);
    for (const until = performance.now() + 5000; (await waits()) < 1 && performance.now() < until; ) await sleep(20);
    leaving.abort();
    await assert.rejects(left, { code: 'CANCELLED' });
    const again = target.write(batch);
    for (const until = performance.now() + 5000; (await waits()) < 2 && performance.now() < until; ) await sleep(20);
    assert.equal(await waits(), 2, 'both wait for the row');
    await holder.query('commit');
    const results = await again;
    assert.ok(
      results.every(({ is }) => is === 'sent' || is === 'unchanged'),
      JSON.stringify(results),
    );
    for (const until = performance.now() + 5000; (await waits()) > 0 && performance.now() < until; ) await sleep(20);
    assert.equal(await here.writes(table), 2);
    await holder.end();
    await target.close();
  });
});
