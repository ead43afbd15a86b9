// Run by name, with ESTEIRA_TEST_SUPABASE=<file>: npm test -- test/servers/supabase
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { supabaseTargets } from '../../../src/adapters/supabase/target/tables.ts';
import { col } from '../../../src/columns/index.ts';
import type { TargetAsked, TargetTable } from '../../../src/ports/index.ts';
import { anonKey, gateway, inDatabase, madeKnown, serviceKey, withoutSupabase } from './support.ts';
import { LeadsWorld } from './world.ts';

describe('the example with a key that row security holds for', { skip: withoutSupabase }, () => {
  let world: LeadsWorld;
  const asAnon = { SUPABASE_KEY: anonKey };
  before(async () => {
    if (!withoutSupabase) world = await LeadsWorld.of(60, 'row by row');
  });
  const said = ({ out, err }: { readonly out: string; readonly err: string }): string => out + err;

  test('a role that may not read is refused; one that is shown nothing ends well, and is told that rows may be hidden', async () => {
    const refused = await world.score(asAnon);
    assert.notEqual(refused.exit, 0);
    assert.match(said(refused), /SOURCE_REFUSED.*The role of the API key may not do this/s);
    assert.doesNotMatch(said(refused), /row security/i);
    await inDatabase(
      'grant select, update on users to anon; grant select on events, closed_leads to anon; alter table users enable row level security',
    );
    await madeKnown('users?limit=1', anonKey);
    const empty = await world.score(asAnon);
    assert.equal(empty.exit, 0, said(empty));
    assert.match(said(empty), /shows no row of users to the role of this key: row security may hide them/);
    await world.forget();
  });

  test('doctor doubts a source and a target of which the key sees no row, and no run is kept from beginning', async () => {
    const { out } = await world.start(['doctor', '--json'], asAnon).ended;
    const { findings } = JSON.parse(out) as { findings: { what: string; ok: boolean; found: string; next?: string }[] };
    for (const what of ['source landing.users_sem_score', 'target users.lead_score']) {
      const doubts = findings.filter((one) => one.what === what && !one.ok);
      assert.equal(doubts.length, 1, out);
      assert.match(doubts[0]?.found ?? '', /row security may hide them/);
      assert.match(doubts[0]?.next ?? '', /service_role/);
    }
    const { exit, err } = await world.start(['run', 'score_updater', '--date', '2026-09-30', '--again'], asAnon).ended;
    assert.equal(exit, 0, err);
    await world.forget();
  });

  test('rows that it may see and not change are failed with that reason, and are written once somebody has mended it', async () => {
    await inDatabase('create policy sees on users for select to anon using (true)');
    const { exit, out, err } = await world.score(asAnon);
    assert.notEqual(exit, 0);
    assert.match(out + err, /ROWS_NOT_DELIVERED/);
    assert.match(out + err, /it is there and is not changed: a policy of row security/);
    assert.deepEqual(await inDatabase('select * from lead_writes'), []);
    const next = await world.score();
    assert.equal(next.exit, 0, said(next));
    assert.deepEqual(await world.differences(), []);
  });
});

const targets = supabaseTargets({ value: (of) => of, secret: (of) => of });
const asked: TargetAsked = {
  key: ['id'],
  columns: { id: col.text().key(), score: col.real().optional() },
  ...{ way: 'update', changedOnly: true, parallel: 4 },
};
const table = (key: string): TargetTable => ({
  by: 'supabase',
  options: { url: gateway, key, name: 'secured' },
  where: 'a test',
});
const rows = { rows: 4, columns: { id: ['a', 'b', 'c', 'd'], score: [0.5, 0.5, 0.9, 0.5] } };

describe('what becomes of rows that policies are about', { skip: withoutSupabase }, () => {
  after(() => inDatabase('drop table if exists secured cascade'));
  const hidden = /^there is no such row, or row security hides it from the role of the key$/;

  for (const how of ['row by row', 'by the function'] as const)
    test(`${how}: hidden, only to be seen, and not to say that: each row is told apart, the others are written`, async () => {
      await inDatabase(`drop table if exists secured cascade;
        create table secured (id text primary key, score double precision);
        insert into secured select chr(96 + i) from generate_series(1, 4) i;
        grant select, update on secured to anon; alter table secured enable row level security`);
      // What is written must be known to the API; what is only read need not.
      await madeKnown('secured?id=is.null', anonKey, { method: 'PATCH', body: '{"score":null}' });
      assert.match((await targets.look(table(anonKey), asked)).doubt?.what ?? '', /row security may hide them/);
      await inDatabase(`create policy sees on secured for select to anon using (id <> 'd');
        create policy changes on secured for update to anon using (id <> 'b') with check (score < 0.8)`);
      assert.equal((await targets.look(table(anonKey), asked)).doubt, undefined);
      if (how === 'by the function') {
        const sql = (await targets.sql(table(serviceKey), asked)) ?? '';
        const [, name = ''] = /function "public"\."(esteira_[^"]+)"/.exec(sql) ?? [];
        await inDatabase(`${sql}; grant execute on function public."${name}"(jsonb) to anon`);
        await madeKnown(`rpc/${name}`, anonKey, { method: 'POST', body: '[]' });
      }
      const target = await targets.open(table(anonKey), asked);
      // A batch that is refused for one of its rows is sent in parts, as a delivery does.
      const each = await Promise.all(
        rows.columns.id.map((id, at) =>
          target
            .write({ rows: 1, columns: { id: [id], score: [rows.columns.score[at] ?? null] } })
            .then(([result]) => `${result?.is} ${result && 'why' in result ? result.why : ''}`.trim())
            .catch((fault: { is: string; message: string }) => `refused ${fault.is}: ${fault.message}`),
        ),
      );
      const [written, seen, other, unseen] = each as [string, string, string, string];
      assert.equal(written, 'sent');
      assert.match(seen, /^refused it is there and is not changed: a policy of row security/);
      assert.match(other, /^refused .*new row violates row-level security policy/);
      assert.match(unseen.replace(/^missing /, ''), hidden);
      assert.deepEqual(
        (await inDatabase('select score from secured order by id')).map(({ score }) => score),
        [0.5, null, null, null],
      );
    });

  test('a right that is missing is refused before anything is sent, and is not taken for row security', async () => {
    await inDatabase('revoke update on secured from anon');
    const message = /The role of the API key may not do this/;
    await assert.rejects(targets.look(table(anonKey), asked), { code: 'SOURCE_REFUSED', message });
  });
});
