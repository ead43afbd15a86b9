import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueryView, RunView, SettingsHistoryView, SettingsView } from '../../src/operate/views.ts';
import { definitions } from '../errors/case.ts';
import { tamper } from '../run/support/compare.ts';
import { Sandbox } from '../sandbox.ts';

const body = definitions(`
export const limits = settings('config.limits', {
  floor: col.real().max(1).default(0.5), most: col.integer().default(10), price: col.decimal(12, 2).default('1.5'),
});
export const levels = settingsTable('config.levels',
  { level: col.text().oneOf('gold', 'silver', 'wood').key(), active: col.boolean(), days: col.integer().min(1).optional() },
  [{ level: 'gold', active: true, days: 7 }, { level: 'silver', active: false, days: null }]);
export const used = table('silver.used', {
  columns: { level: col.text().key(), days: col.integer().optional(), floor: col.real() },
  rows: sql\`select l.level, l.days, \${limits.floor} as floor from \${levels} l where l.active\`,
});
export const slow = table('silver.slow', { columns: { n: col.integer() }, rows: sql\`select range as n from range(300) where sleep_ms(8) is null\` });
export const late = table('gold.late', {
  columns: { level: col.text(), n: col.integer(), most: col.integer() },
  rows: sql\`select l.level, count(*) as n, \${limits.most} as most from \${slow} cross join \${levels} l where l.active group by l.level\`,
});
export const daily = job('daily', { when: byHand, build: [used] });
export const slowly = job('slowly', { when: byHand, build: [late] });
`);

const config = (state: string): string => `import { env } from 'esteira';
import { duckdb, folder, postgres, project, sqlite } from 'esteira/config';

export default project({
  name: 'shop',
  pipelines: { shop: 'definitions/*.ts' },
  standard: 'local',
  environments: {
    local: { warehouse: duckdb({ folder: 'warehouse', threads: 1 }), state: ${state}, files: folder({ path: 'data' }) },
  },
});
`;

type Change = readonly [name: string, by: string, before: string | null, after: string | null];

/** A project with settings, whose warehouse an analyst opens with a client of their own while nothing has it. */
class Shop extends Sandbox {
  sql(statement: string): Promise<void> {
    return tamper(this.folder, 'shop', statement);
  }
  /** The oldest first, without what set-up wrote. */
  async history(...name: readonly string[]): Promise<readonly Change[]> {
    const { changes } = await this.ask<SettingsHistoryView>('settings', 'history', ...name);
    return changes
      .filter(({ by }) => by !== 'setup')
      .map(({ name: of, by, before, after }) => [of, by, before, after] as const)
      .toReversed();
  }
  async value(name: string): Promise<unknown> {
    return (await this.ask<SettingsView>('settings')).settings.find((one) => one.name === name)?.value;
  }
  async used(): Promise<QueryView['rows']> {
    return (await this.ask<QueryView>('query', 'select level, days, floor from silver.used order by level')).rows;
  }
  /** Runs into it, and says how it is refused. */
  async refused(...words: readonly string[]): Promise<string> {
    const { exit, err } = await this.run(...words);
    assert.equal(exit, 2, err);
    return this.normal(err);
  }
}

/** What holds of settings whatever keeps the state; each project has one of its own. */
export function settingsSuite(
  state: () => string,
  environment: () => Readonly<Record<string, string>> = () => ({}),
): void {
  const open = async (): Promise<Shop> => {
    const shop = new Shop(
      { 'definitions/shop.ts': body, 'esteira.config.ts': config(state()) },
      { env: environment(), inside: true },
    );
    await shop.succeed('setup');
    return shop;
  };

  test('what SQL has changed is said and used by the next run, and is in the history as of sql', async () => {
    const shop = await open();
    await shop.sql('update config.limits set floor = 0.25');
    assert.match(
      await shop.succeed('settings', 'get', 'config.limits.floor'),
      /changed +by sql, not seen by a run yet/,
    );
    assert.deepEqual(await shop.history(), []);
    const first = await shop.run('run', 'daily');
    assert.match(first.out + first.err, /config\.limits\.floor was changed by SQL: 0\.5 → 0\.25/);
    assert.deepEqual(await shop.used(), [['gold', 7, 0.25]]);
    assert.deepEqual(await shop.history(), [['config.limits.floor', 'sql', '0.5', '0.25']]);
    const second = await shop.run('run', 'daily', '--again');
    assert.doesNotMatch(second.out + second.err, /changed by SQL/);
    assert.equal((await shop.history()).length, 1);
    assert.match(await shop.succeed('settings', 'get', 'config.limits.floor'), /changed +\S+ \S+ by sql\n/);
    const { settings = {} } = await shop.ask<RunView>('show', 'latest');
    assert.deepEqual([settings['config.limits.floor'], settings['config.limits.most']], ['0.25', '10']);
    assert.match(settings['config.levels'] ?? '', /level 'gold', active true, days 7; level 'silver'/);
    assert.match(await shop.succeed('show', 'latest'), /settings .*config\.limits\.floor 0\.25/s);
  });

  test('two changes between runs are one, from what was seen last; one by a person comes after what SQL did before it', async () => {
    const shop = await open();
    await shop.sql('update config.limits set floor = 0.1; update config.limits set floor = 0.2');
    await shop.sql('update config.limits set floor = 0.3');
    await shop.succeed('settings', 'set', 'config.limits.floor', '0.4');
    await shop.succeed('settings', 'set', 'config.limits.price', '2.50');
    await shop.succeed('run', 'daily');
    await shop.sql('update config.limits set floor = 0.9');
    await shop.sql('update config.limits set floor = 0.4');
    await shop.succeed('run', 'daily', '--again');
    const person = (await shop.history())[1]?.[1] ?? '';
    assert.notEqual(person, 'sql');
    assert.deepEqual(await shop.history(), [
      ['config.limits.floor', 'sql', '0.5', '0.3'],
      ['config.limits.floor', person, '0.3', '0.4'],
      ['config.limits.price', person, '1.5', '2.5'],
    ]);
    assert.equal((await shop.history('config.limits.floor')).length, 2);
    assert.equal((await shop.history('shop.config.limits')).length, 3);
    assert.deepEqual(await shop.history('config.levels'), []);
    assert.match(await shop.refused('settings', 'history', 'config.limits.roof'), /^NAME_UNKNOWN/);
  });

  test('an invalid value stops the run before it begins, naming row, value and what is allowed; nothing is kept', async () => {
    const shop = await open();
    await shop.sql("update config.limits set most = 11; update config.levels set days = 0 where level = 'gold'");
    assert.equal(
      (await shop.refused('run', 'daily')).trimEnd(),
      `SETTING_INVALID: The setting config.levels[gold].days has a value that its column refuses.
  where   settings config.levels, definitions/shop.ts:5
  got     0
  allowed min 1
  next    Give it one that is allowed: esteira settings set 'config.levels[gold].days' <value>`,
    );
    assert.deepEqual(await shop.history(), []);
    assert.match(await shop.succeed('runs'), /No run/i);
    assert.equal((await shop.used()).length, 0);
    const doctor = await shop.run('doctor');
    assert.match(doctor.out + doctor.err, /config\.levels\[gold\]\.days/);
    await shop.succeed('settings', 'set', 'config.levels[gold].days', '3');
    await shop.succeed('run', 'daily');
    assert.deepEqual(
      [...(await shop.history('config.levels')), ...(await shop.history('config.limits'))].map(
        ([name, , before, after]) => [name, before, after],
      ),
      [
        ['config.levels[gold].days', '7', '0'],
        ['config.levels[gold].days', '0', '3'],
        ['config.limits.most', '10', '11'],
      ],
    );
    assert.deepEqual(await shop.used(), [['gold', 3, 0.5]]);
  });

  test('a value that was emptied is invalid, and no standard; where none is needed it is a change like others', async () => {
    const shop = await open();
    await shop.sql('update config.levels set days = null');
    await shop.succeed('run', 'daily');
    assert.deepEqual(await shop.history(), [['config.levels[gold].days', 'sql', '7', null]]);
    await shop.sql('update config.limits set floor = null');
    assert.match(await shop.refused('run', 'daily', '--again'), /config\.limits\.floor .*\n.*\n {2}got +NULL\n/);
    await shop.succeed('setup');
    assert.match(await shop.refused('run', 'daily', '--again'), /got +NULL\n/);
    await shop.succeed('settings', 'set', 'config.limits.floor', '0.6');
    await shop.succeed('run', 'daily', '--again');
    assert.deepEqual((await shop.history('config.limits.floor'))[0]?.slice(2), [null, '0.6']);
  });

  test('rows come and go by SQL: one with a key that is not allowed, or twice, stops the run', async () => {
    const shop = await open();
    await shop.sql("insert into config.levels values ('tin', true, 1)");
    const unknown = await shop.refused('run', 'daily');
    assert.match(
      unknown,
      /config\.levels\[tin\]\.level .*\n.*\n {2}got +tin\n {2}allowed one_of \["gold","silver","wood"\]/,
    );
    await shop.sql("update config.levels set level = 'gold' where level = 'tin'");
    assert.match(
      await shop.refused('run', 'daily'),
      /Two rows of config\.levels have one key.*got +config\.levels\[gold\]/s,
    );
    await shop.sql("delete from config.levels; insert into config.levels values ('wood', true, 2)");
    await shop.succeed('run', 'daily');
    assert.deepEqual(await shop.used(), [['wood', 2, 0.5]]);
    const levels = (await shop.history('config.levels')).map(([name, by, ...of]) => `${name} ${by} ${of.join('>')}`);
    assert.deepEqual(levels.toSorted(), [
      'config.levels[gold].active sql true>',
      'config.levels[gold].days sql 7>',
      'config.levels[gold].level sql gold>',
      'config.levels[silver].active sql false>',
      'config.levels[silver].level sql silver>',
      'config.levels[wood].active sql >true',
      'config.levels[wood].days sql >2',
      'config.levels[wood].level sql >wood',
    ]);
    await shop.sql("insert into config.levels values ('gold', true, 4)");
    await shop.succeed('run', 'daily', '--again');
    assert.deepEqual((await shop.history('config.levels[gold].days')).at(-1)?.slice(2), [null, '4']);
  });

  test('settings whose only row was deleted, or that have two, stop the run; the row comes back as it was seen last', async () => {
    const shop = await open();
    await shop.succeed('settings', 'set', 'config.limits.most', '12');
    await shop.sql('insert into config.limits select * from config.limits');
    assert.match(await shop.refused('run', 'daily'), /config\.limits is to have one row.*got +2 rows/s);
    await shop.sql('delete from config.limits');
    assert.match(
      await shop.refused('run', 'daily'),
      /got +no row\n.*\n {2}next +esteira settings set config\.limits\.floor <value>/,
    );
    await shop.succeed('settings', 'set', 'config.limits.floor', '0.7');
    assert.deepEqual([await shop.value('config.limits.floor'), await shop.value('config.limits.most')], [0.7, 12]);
    await shop.succeed('run', 'daily');
    assert.deepEqual(await shop.used(), [['gold', 7, 0.7]]);
  });

  test('a run uses what it began with, rows of a table of settings too, whatever is changed meanwhile', async () => {
    const shop = await open();
    const going = shop.start(['run', 'slowly']);
    await shop.ownedBy(going);
    await going.says(/slow/);
    await shop.succeed('settings', 'set', 'config.levels[silver].active', 'true');
    await shop.succeed('settings', 'set', 'config.limits.most', '99');
    assert.equal(going.isOver, false);
    assert.equal((await going.ended).exit, 0);
    const late = async () =>
      (await shop.ask<QueryView>('query', 'select level, n, most from gold.late order by level')).rows;
    assert.deepEqual(await late(), [['gold', 300, 10]]);
    await shop.succeed('run', 'slowly', '--again');
    assert.deepEqual(await late(), [
      ['gold', 300, 99],
      ['silver', 300, 99],
    ]);
  });

  test('a row is changed by its key alone, and the key itself is no setting', async () => {
    const shop = await open();
    for (const name of [
      'config.levels.active',
      'config.levels[gold].level',
      'config.levels[tin].active',
      'config.limits[x].floor',
    ])
      assert.match(await shop.refused('settings', 'set', name, 'true'), /^NAME_UNKNOWN/, name);
    assert.deepEqual(await shop.history(), []);
  });

  test('SQL that a command carries out sees settings only, is judged at once, and is in the history of whoever gave it', async () => {
    const shop = await open();
    await shop.sql('update config.limits set most = 11');
    const owner = shop.start(['run', 'slowly']);
    await shop.ownedBy(owner);
    const said = await shop.succeed(
      ...[
        'settings',
        'sql',
        "update config.levels set active = true, days = 9 where level = 'silver'",
        '--reason',
        'spring',
      ],
    );
    assert.match(said, /config\.levels\[silver\]\.active +false +true +spring/);
    assert.match(said, /config\.levels\[silver\]\.days +none +9 +spring/);
    await shop.succeed('settings', 'sql', "delete from shop.config.levels where level = 'gold'");
    await shop.succeed('settings', 'sql', "insert into config.levels select 'wood', true, most from config.limits");
    const [, by = ''] = (await shop.history('config.levels'))[0] ?? [];
    assert.notEqual(by, 'sql');
    const before = await shop.history();
    assert.equal(before.length, 1 + 2 + 3 + 3);
    assert.deepEqual(
      before.filter(([, who]) => who !== by).map(([name]) => name),
      ['config.limits.most'],
    );
    const refusals: readonly (readonly [sql: string, said: RegExp])[] = [
      ['update config.levels set days = 0', /^SETTING_INVALID.*config\.levels\[silver\]\.days/],
      ['update config.limits set floor = null', /^SETTING_INVALID(?:.|\n)*got +NULL/],
      ['delete from config.limits', /^SETTING_INVALID(?:.|\n)*got +no row/],
      ["insert into config.levels values ('tin', true, 1)", /^SETTING_INVALID(?:.|\n)*one_of/],
      ['select * from config.levels', /^QUERY_INVALID(?:.|\n)*got +SELECT/],
      ['drop table config.levels', /^QUERY_INVALID(?:.|\n)*got +DROP/],
      ['update config.limits set most = 1; delete from config.levels', /^QUERY_INVALID(?:.|\n)*got +2 statements/],
      ['delete from silver.used', /^QUERY_INVALID/],
      ['delete from config.levels_history', /^QUERY_INVALID/],
      [
        "update config.limits set most = (select length(content) from read_text('/etc/passwd'))",
        /^QUERY_INVALID(?:.|\n)*Cannot access file/,
      ],
      ['update config.limits set', /^QUERY_INVALID/],
    ];
    for (const [sql, words] of refusals) {
      const { exit, err } = await shop.run('settings', 'sql', sql);
      assert.notEqual(exit, 0, sql);
      assert.match(err, words, sql);
    }
    assert.deepEqual(await shop.history(), before);
    assert.equal((await owner.ended).exit, 0);
    await shop.succeed('run', 'daily');
    assert.deepEqual(await shop.used(), [
      ['silver', 9, 0.5],
      ['wood', 11, 0.5],
    ]);
  });
}
