import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { definitions, Shop } from './shop.ts';

/** What does not begin has no run. */
async function refused(shop: Shop, env: NodeJS.ProcessEnv, said: RegExp): Promise<void> {
  const { exit, err } = await shop.daily(env);
  assert.match(err, /RUN_NOT_READY: The run of daily for 2026-03-10 would fail, and has not begun\./);
  assert.match(err, said);
  assert.equal(exit, 3);
  assert.deepEqual(await shop.runs(), []);
}

describe('a run that would fail by something outside of it does not begin', { concurrency: 2 }, () => {
  test('a variable that is not set, or empty, is named, with what to do', async () => {
    const shop = await Shop.open();
    await shop.succeed('setup');
    await refused(shop, { APP_KEY: undefined }, /source app\.users: variable APP_KEY is not set\n.*Set APP_KEY where/);
    await refused(shop, { APP_KEY: ' ' }, /source app\.users: variable APP_KEY is empty/);
    assert.equal(shop.app.requests.length, 0, 'nobody was asked without a key');
  });

  test('the two refusals of a gateway, and a role without rights, are told apart, and none says the key', async () => {
    const shop = await Shop.open();
    await shop.succeed('setup');
    const [one, other] = [await shop.daily({ APP_KEY: 'a-wrong-key-of-the-app' }), await saysNoKey(shop)];
    assert.match(one.err, /RUN_NOT_READY[\s\S]*Invalid API key/);
    const anon = await shop.daily({ APP_KEY: shop.app.keys.anon });
    assert.match(anon.err, /RUN_NOT_READY[\s\S]*may not do this: .*permission denied for table users/);
    assert.match(other.err, /RUN_NOT_READY[\s\S]*No API key found in request/);
    assert.doesNotMatch(one.err + other.err, /a-wrong-key-of-the-app/);
  });

  test('a column that is gone, one of another type, and a table that there is none of', async () => {
    const shop = await Shop.open();
    const of = async (columns: string, table = 'users') => {
      shop.write({ 'definitions/shop.ts': definitions(columns).replace(".table('users')", `.table('${table}')`) });
      await shop.succeed('setup');
    };
    await of('id: col.text().key(), points: col.integer()');
    await refused(shop, {}, /source app\.users: SOURCE_DRIFTED: .*no column points/);
    await of('id: col.text().key(), score: col.boolean().optional()');
    await refused(shop, {}, /source app\.users: SOURCE_DRIFTED: .*score.*never boolean/);
    await of('id: col.text().key()', 'people');
    await refused(shop, {}, /source app\.users: SOURCE_UNUSABLE: .*people/);
  });

  test('a table into which rows are to be written, and which is not there or may not be written', async () => {
    const shop = await Shop.open();
    const scored = (kept: string) => `
export const scored = table('silver.scored', { columns: { id: col.text().key(), score: col.integer() }, write: 'update',
  rows: sql\`select id, 1 as score from \${users}\`, keptIn: app.keep('${kept}') });
export const scoring = job('scoring', { when: cron('0 3 * * *', { zone: 'UTC' }), build: [scored] });\n`;
    const of = async (kept: string) => {
      shop.write({ 'definitions/shop.ts': definitions() + scored(kept) });
      await shop.succeed('setup');
      return await shop.run('run', 'scoring');
    };
    const { exit, err } = await of('people');
    assert.match(err, /RUN_NOT_READY[\s\S]*target silver\.scored: SOURCE_UNUSABLE: .*people/);
    assert.equal(exit, 3);
    assert.deepEqual(await shop.found('target silver.scored').then(([one]) => one?.ok), false);
    const wrong = await shop.with({ APP_KEY: 'a-wrong-key-of-the-app' }, 'run', 'scoring', '--json');
    const { what, got, next } = JSON.parse(wrong.out).error as { what: string; got: string; next: string };
    assert.doesNotMatch(what, /reasons/, 'a key that is wrong is one reason, whatever is asked with it');
    assert.match(got, /^source app\.users, target silver\.scored: SOURCE_REFUSED: .*Invalid API key.*$/);
    assert.match(next, /^Set APP_KEY to a key of this project.*\nThen give the command again/);
    const well = await of('users');
    assert.equal(well.exit, 0, well.err);
    assert.equal(JSON.stringify(shop.app.rows('users')[0]?.['score']), '1');
  });

  test('with --anyway it begins, and fails by itself', async () => {
    const shop = await Shop.open();
    await shop.succeed('setup');
    const { exit, err } = await shop.daily({ APP_KEY: 'a-wrong-key-of-the-app' }, '--anyway');
    assert.match(err, /SOURCE_REFUSED/);
    assert.equal(exit, 3);
    assert.equal((await shop.runs())[0]?.state, 'failed');
  });

  test('the channel of the job hears of it, once', async () => {
    const shop = await Shop.open();
    await shop.succeed('setup');
    for (const _ of [1, 2]) await shop.daily({ APP_KEY: undefined });
    const told = readFileSync(shop.file('told.log'), 'utf8');
    assert.equal(told.match(/^Subject: .*daily could not begin for 2026-03-10: RUN_NOT_READY/gm)?.length, 1, told);
  });
});

async function saysNoKey(shop: Shop) {
  shop.app.fail({ is: '401 no key', times: 9 });
  try {
    return await shop.daily();
  } finally {
    shop.app.heal();
  }
}

describe('what is looked at before a run', { concurrency: 2 }, () => {
  test('what may pass keeps none from beginning', async () => {
    const shop = await Shop.open();
    await shop.succeed('setup');
    shop.app.fail({ is: '502', times: 1 });
    const { exit, out, err } = await shop.daily();
    assert.equal(exit, 0, err);
    assert.match(out + err, /source app\.users: SOURCE_UNREACHABLE/);
  });

  test('what was well is not looked at again for an hour, unless it is another', async () => {
    const shop = await Shop.open();
    await shop.succeed('setup');
    const asked = async (env: NodeJS.ProcessEnv): Promise<number> => {
      const before = shop.app.requests.length;
      const { exit, err } = await shop.daily(env, '--again');
      assert.equal(exit, 0, err);
      return shop.app.requests.length - before;
    };
    const first = await asked({ ESTEIRA_NOW: '2026-03-10T12:00:00Z' });
    const young = await asked({ ESTEIRA_NOW: '2026-03-10T12:59:59Z' });
    assert.ok(young < first, `${young} of ${first}`);
    assert.equal(await asked({ ESTEIRA_NOW: '2026-03-10T13:00:01Z' }), first, 'an hour is over');
    assert.equal(await asked({ ESTEIRA_NOW: '2026-03-10T13:01:00Z' }), young);
    const other = { APP_URL: `${shop.app.address}/` };
    assert.equal(await asked({ ESTEIRA_NOW: '2026-03-10T13:02:00Z', ...other }), first, 'at another address');
    assert.equal(await asked({ ESTEIRA_NOW: '2026-03-10T11:00:00Z', ...other }), first, 'by a clock that was set back');
  });

  test('a date that is done asks nobody, and a key that was mended is believed at once', async () => {
    const shop = await Shop.open();
    await shop.succeed('setup');
    await shop.daily({ APP_KEY: 'a-wrong-key-of-the-app' });
    assert.equal((await shop.daily()).exit, 0);
    const { length } = shop.app.requests;
    assert.equal((await shop.daily({ APP_KEY: 'a-wrong-key-of-the-app' }, '--date', '2026-03-10')).exit, 0);
    assert.equal(shop.app.requests.length, length);
  });

  test('a backfill that would fail keeps nothing of what was asked', async () => {
    const shop = await Shop.open();
    await shop.succeed('setup');
    const words = ['backfill', 'daily', '--from', '2026-03-01', '--to', '2026-03-03'];
    const { exit, err } = await shop.with({ APP_KEY: undefined }, ...words);
    assert.match(err, /RUN_NOT_READY: The run of daily for 2026-03-01 would fail/);
    assert.equal(exit, 3);
    assert.deepEqual(await shop.runs(), []);
    assert.equal((await shop.with({}, ...words)).exit, 0);
  });

  test('a schedule whose run does not begin says so, stays due, and tells why', async () => {
    const shop = await Shop.open();
    await shop.succeed('setup');
    await shop.with({ ESTEIRA_NOW: '2026-03-09T12:00:00Z' }, 'start', '--once');
    const { err } = await shop.with({ APP_KEY: undefined }, 'start', '--once');
    assert.match(err, /RUN_NOT_READY/);
    assert.match(await shop.succeed('status'), /daily 2026-03-10, due .*: not begun: RUN_NOT_READY: The run of daily/);
    assert.match(readFileSync(shop.file('told.log'), 'utf8'), /daily could not begin for 2026-03-10: RUN_NOT_READY/);
    assert.ok(!existsSync(shop.file('.esteira/looks')), 'nothing that was not well is kept');
    const day = await shop.with({ ESTEIRA_NOW: '2026-03-11T12:00:00Z' }, 'start', '--once');
    assert.match(
      day.err,
      /daily 2026-03-10: not run .*: it could not begin: RUN_NOT_READY: The run of daily .* variable APP_KEY is not set; 2026-03-11 is run in its place/,
    );
  });
});
