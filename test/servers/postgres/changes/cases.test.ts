// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openReplication } from '../../../../src/adapters/postgres/changes/replication.ts';
import { ask, Wire, withoutServer } from '../../../../src/adapters/postgres/testing.ts';
import { definitions, Shop } from './shop.ts';

/** One that has landed a row of each table, and follows. */
async function begun(seed: number, sql = ''): Promise<Shop> {
  const shop = await Shop.open({ seed });
  await shop.say(
    `insert into things values (1, 1, 1.5, 'first', repeat('x', 9000)); insert into wholes values (1, 'w', null); ${sql}`,
  );
  assert.ok(await shop.sync());
  return shop;
}
const fails = async (shop: Shop, words: readonly string[] = ['sync', '--once']) => {
  const { exit, out, err } = await shop.sandbox.start(words).ended;
  assert.notEqual(exit, 0, out);
  return err;
};

describe('what may happen to a database that is followed', { skip: withoutServer, concurrency: 2 }, () => {
  test('what the log leaves out of a row is found in the row before, through changes of its key', async () => {
    const shop = await begun(11);
    await shop.say(`update things set note = 'a'; update things set id = 2; update things set id = 3, note = 'b'; begin; update things set id = 4;
      update things set note = 'c'; insert into things values (3, 1, 2, 'other', repeat('y', 9000)); update things set note = 'd' where id = 3; commit`);
    assert.ok(await shop.sync());
    const rows = await shop.query(
      'select id, _operation, note, big[:1], length(big), _unread from landing.things order by _synced_at',
    );
    assert.deepEqual(rows, [
      [1, 'snapshot', 'first', 'x', 9000, null],
      [1, 'update', 'a', 'x', 9000, null],
      [1, 'delete', null, null, null, null],
      [2, 'insert', 'a', 'x', 9000, null],
      [2, 'delete', null, null, null, null],
      [3, 'insert', 'b', 'x', 9000, null],
      [3, 'delete', null, null, null, null],
      [4, 'insert', 'b', 'x', 9000, null],
      [4, 'update', 'c', 'x', 9000, null],
      [3, 'insert', 'other', 'y', 9000, null],
      [3, 'update', 'd', 'y', 9000, null],
    ]);
  });

  test('columns come and go: a new one is told, one that must be there stops the job, and nothing is lost', async () => {
    const shop = await begun(12);
    await shop.say(`alter table things add column extra text default 'e'; update things set note = 'with extra'; alter table wholes drop column big;
      update wholes set note = 'without big'`);
    const { exit, out, err } = await shop.sandbox.start(['sync', '--once']).ended;
    assert.equal(exit, 0, err);
    assert.match(out, /landing\.things: new column extra in .*things, not declared: it is ignored/);
    assert.match(out, /landing\.wholes: no column big in .*wholes: its values are missing/);
    await shop.say(
      `alter table things drop column part cascade; alter table things replica identity full; update things set note = 'no part'`,
    );
    assert.match(
      await fails(shop),
      /SOURCE_DRIFTED: The table .*things breaks the contract.*\n.*\n +got +it has no column part/,
    );
    const file = shop.sandbox.file('definitions/shop.ts');
    const { readFileSync, writeFileSync } = await import('node:fs');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('part: col.integer().key()', 'part: col.integer().optional()'),
    );
    await shop.sandbox.succeed('setup');
    assert.ok(await shop.sync());
    const rows = await shop.query('select _operation, part, note from landing.things order by _synced_at');
    assert.deepEqual(rows.slice(0, 2), [
      ['snapshot', 1, 'first'],
      ['update', 1, 'with extra'],
    ]);
    assert.deepEqual(rows.at(-1), ['insert', null, 'no part']);
  });

  test('a value that is not of its kind is NULL, named, and kept as it was', async () => {
    const shop = await begun(13, 'alter table things alter amount type numeric');
    await shop.say(
      `update things set amount = 'NaN'; update things set amount = 12345678901234567890; update things set amount = 1.234; update things set amount = 7`,
    );
    assert.ok(await shop.sync());
    const rows = await shop.query(
      `select cast(amount as varchar), cast(_unread as varchar), json_extract_string(_original, '$.amount') from landing.things where _operation = 'update' order by _synced_at`,
    );
    assert.deepEqual(rows, [
      [null, '[amount]', 'NaN'],
      [null, '[amount]', '12345678901234567890'],
      [null, '[amount]', '1.234'],
      ['7.00', null, null],
    ]);
  });

  test('a table that is named later is read whole, and then followed with the others', async () => {
    const shop = await Shop.open({ seed: 14 });
    const both = definitions(shop.schema, shop.job);
    shop.sandbox.write({ 'definitions/shop.ts': both.replace('[things, wholes]', '[things]') });
    await shop.writer.transact(20);
    assert.ok(await shop.sync());
    for (let index = 0; index < 10; index++) await shop.writer.transact();
    shop.sandbox.write({ 'definitions/shop.ts': both });
    assert.equal(await shop.sync('committed@1'), false);
    for (let index = 0; index < 10; index++) await shop.writer.transact();
    assert.ok(await shop.sync());
    const found = await shop.differences();
    // The two tables were read at two moments, each once.
    assert.deepEqual(
      found.filter((text) => !/of two moments/.test(text)),
      [],
    );
    assert.equal(found.length, 1);
  });

  test('a place that is lost is told, and another snapshot says what is gone', async () => {
    const shop = await begun(15, `insert into things select g, 1, g, 'n', null from generate_series(2, 20) g`);
    await shop.say(`select pg_drop_replication_slot('${shop.slot}')`);
    await shop.say(
      `delete from things where id between 5 and 9; update things set note = 'changed' where id = 10; truncate wholes`,
    );
    const said = await fails(shop);
    assert.match(
      said,
      /CHANGES_LOST: .*\n +where .*\n +got +the slot \S+ is gone; landed is up to [0-9A-F]+\/[0-9A-F]+\n +next +esteira sync --once --snapshot/,
    );
    await shop.sandbox.succeed('sync', '--once', '--snapshot');
    const gone = await shop.query(
      `select 'things' as t, id, _operation, _deleted from landing.things where _deleted union all select 'wholes', id, _operation, _deleted from landing.wholes where _deleted order by 1, 2`,
    );
    assert.deepEqual(gone, [
      ...[5, 6, 7, 8, 9].map((id) => ['things', id, 'snapshot', true]),
      ['wholes', 1, 'snapshot', true],
    ]);
    await shop.say(`insert into wholes values (2, 'after', null)`);
    assert.ok(await shop.sync());
    assert.deepEqual(await shop.query(`select id, _operation from landing.wholes where note = 'after'`), [
      [2, 'insert'],
    ]);
    assert.match(await shop.sandbox.succeed('sync', '--drop', shop.job), /the slot and the publication .* are dropped/);
    assert.deepEqual(await ask(`select 1 from pg_replication_slots where slot_name = '${shop.slot}'`, shop.url), []);
  });

  test('a table whose rows nothing identifies is refused before its updates would be', async () => {
    const shop = await Shop.open({ seed: 16 });
    await shop.say('alter table things drop constraint things_pkey');
    assert.match(
      await fails(shop),
      /REPLICATION_REFUSED: .*things has no primary key.*\n.*\n +next +Give it one, or .*replica identity full;/,
    );
    assert.deepEqual(await ask(`select 1 from pg_publication where pubname = '${shop.slot}'`, shop.url), []);
  });

  test('start follows without end, sync waits for it, and the next start goes on with its run', async () => {
    const shop = await begun(17);
    const first = shop.sandbox.start(['start']);
    await first.says(/begins: 2 steps/);
    await shop.say(`insert into wholes select g, 'g', null from generate_series(10, 2009) g`);
    assert.match(
      await shop.sandbox.succeed('sync', '--once'),
      /is followed by the process that has the project: all that was committed is landed/,
    );
    assert.deepEqual(await shop.query(`select count(*) from landing.wholes where note = 'g'`), [[2000]]);
    assert.match(await shop.sandbox.succeed('status'), /Changes that are followed\n.*: goes on/);
    first.signal('SIGTERM');
    assert.equal((await first.ended).exit, 0);
    const second = shop.sandbox.start(['start']);
    await second.says(/goes on: 2 steps/);
    await shop.say(`insert into wholes values (9999, 'later', null)`);
    await shop.sandbox.succeed('sync', '--once');
    second.signal('SIGKILL');
    await second.ended;
    const runs = await shop.query(
      `select count(distinct run_id), max(part) from _esteira.publication where reason = 'always' and run_seq = (select max(run_seq) from _esteira.publication)`,
    );
    assert.deepEqual(runs, [[1, 2]]);
    assert.deepEqual(await shop.query(`select count(*) from landing.wholes where note = 'later'`), [[1]]);
  });

  test('who finds the slot in use says so, and goes on when it is free', async () => {
    const shop = await begun(18);
    const other = await openReplication(shop.url);
    const held = other.follow(
      `START_REPLICATION SLOT "${shop.slot}" LOGICAL 0/0 (proto_version '1', publication_names '"${shop.slot}"')`,
      { message: () => {}, reached: () => {} },
    );
    for (let isHeld = false; !isHeld; ) {
      const [slot] = await ask(`select active from pg_replication_slots where slot_name = '${shop.slot}'`, shop.url);
      isHeld = slot?.['active'] === true;
    }
    assert.match(await fails(shop), /SLOT_IN_USE: Somebody else follows the changes by the slot/);
    other.stop();
    await held;
    await shop.say(`insert into wholes values (5, 'x', null)`);
    assert.ok(await shop.sync());
    assert.deepEqual(await shop.query('select count(*) from landing.wholes'), [[2]]);
  });

  test('a connection that is cut is made again, and what was on its way comes once', async () => {
    const shop = await begun(19);
    const wire = await Wire.to(shop.url);
    shop.sandbox.write({ '.env': `SHOP_URL=${wire.url}\n` });
    const going = shop.sandbox.start(['start']);
    try {
      await going.says(/begins: 2 steps/);
      for (let round = 0; round < 3; round++) {
        await shop.say(
          `insert into wholes select g, 'cut', null from generate_series(${round * 1000 + 10}, ${round * 1000 + 1009}) g`,
        );
        wire.cut();
        await going.says(new RegExp(`(SOURCE_UNREACHABLE: [^]*){${round + 1}}`));
        wire.mend();
        for (let left = 100; left > 0; left--) {
          const { exit } = await shop.sandbox.start(['sync', '--once']).ended;
          if (exit === 0) break;
        }
      }
      assert.deepEqual(
        await shop.query(
          `select count(*), count(distinct id), count(distinct _rid) from landing.wholes where note = 'cut'`,
        ),
        [[3000, 3000, 3000]],
      );
    } finally {
      going.signal('SIGTERM');
      await going.ended;
      await wire.close();
    }
  });

  test('a warehouse that is an older copy is told, and nothing is passed over', async () => {
    const shop = await begun(20);
    const older = shop.sandbox.copy();
    await shop.say(`insert into wholes values (2, 'meanwhile', null)`);
    assert.ok(await shop.sync());
    const { exit, err } = await older.start(['sync', '--once']).ended;
    assert.equal(exit, 3, err);
    assert.match(
      err,
      /CHANGES_LOST: .*\n.*\n +got +the slot \S+ begins at [0-9A-F/]+, landed is up to [0-9A-F/]+ only/,
    );
  });
});
