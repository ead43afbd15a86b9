import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EsteiraError } from '../../src/errors.ts';
import { Changing, daily } from './support/changing.ts';

const codeOf = (code: string) => (error: unknown) => error instanceof EsteiraError && error.code === code;
const numbers = `export const numbers = table('bronze.numbers', { columns: { n: col.integer() }, rows: sql\`select * from (values (1), (2), (3)) as v(n)\` });\n`;

test('a setting that a rule or a check names is asked again when it changes, though nothing else has', async () => {
  const shop = new Changing().define(`${numbers}
    export const limits = settings('config.limits', { most: col.integer().default(5), least: col.integer().default(1) });
    export const kept = table('silver.kept', { columns: { n: col.integer() }, rows: sql\`select n from \${numbers}\`,
      rules: { not_too_much: sql\`n <= \${limits.most}\` }, invalid: 'set aside' });
    export const enough = check('enough', atLeast(scalar(sql\`select count(*) from \${kept}\`), limits.least));
    ${daily('kept')}`);
  await shop.run('2026-01-01');
  assert.equal(await shop.ask('select count(*) from silver.kept'), 3);
  await shop.do('settings set', { name: 'config.limits.most', value: '2', by: 'ana' });
  await shop.run('2026-01-02');
  assert.equal(await shop.ask('select count(*) from silver.kept'), 2);
  await shop.do('settings set', { name: 'config.limits.least', value: '-4', by: 'ana' });
  await shop.run('2026-01-03');
  await shop.do('settings set', { name: 'config.limits.least', value: '3', by: 'ana' });
  await assert.rejects(shop.run('2026-01-04'), codeOf('CHECK_FAILED'));
});

test('a run that failed by a setting succeeds when that is mended, and when one is added', async () => {
  const text = (more: string) => `${numbers}
    export const limits = settings('config.limits', { least: col.integer().default(9)${more} });
    export const enough = check('enough', atLeast(scalar(sql\`select count(*) from \${numbers}\`), limits.least));
    ${daily('numbers')}`;
  const shop = new Changing().define(text(''));
  await assert.rejects(shop.run('2026-01-01'), codeOf('CHECK_FAILED'));
  await assert.rejects(shop.run('2026-01-01', { params: { 'config.limits.least': '4' } }), codeOf('CHECK_FAILED'));
  shop.define(text(', other: col.text().default("x")'));
  await shop.run('2026-01-01', { params: { 'config.limits.least': '3' } });
  await shop.run('2026-01-02', { params: { 'config.limits.least': '2' } });
});

test('a table that reads a view is built again when the view shows something else', async () => {
  const text = (factor: number) => `${numbers}
    export const view = table('silver.view', { columns: { n: col.integer() }, rows: sql\`select n * ${factor} as n from \${numbers}\`, write: 'view' });
    export const sum = table('gold.sum', { columns: { n: col.integer() }, rows: sql\`select cast(sum(n) as bigint) as n from \${view}\` });
    ${daily('sum')}`;
  const shop = new Changing().define(text(1));
  await shop.run('2026-01-01');
  shop.define(text(10));
  await shop.run('2026-01-02');
  assert.equal(await shop.ask('select n from gold.sum'), 60);
});

test('a check that counts the rows of the run sees that none came; chance that is meant is drawn again', async () => {
  const shop = new Changing().define(`
    export const landing = source('landing.n', { reader: files('*.csv'), columns: { n: col.integer() } });
    export const bronze = table('bronze.n', { columns: landing.columns, rows: landing.unread, write: 'append' });
    export const arrived = check('something arrived', atLeast(rowsIn(bronze), 1));
    export const drawn = table('gold.drawn', { columns: { x: col.real() }, rows: sql\`select random() as x\`, unrepeatable: true });
    ${daily('bronze, drawn')}`);
  shop.file('a.csv', 'n\n1\n');
  await shop.run('2026-01-01');
  const first = await shop.ask('select x from gold.drawn');
  await assert.rejects(shop.run('2026-01-02'), codeOf('CHECK_FAILED'));
  assert.notEqual(await shop.ask('select x from gold.drawn'), first);
});

test('a rule by the date of the run is asked for each date', async () => {
  const shop = new Changing().define(`
    export const days = table('silver.days', { columns: { day: col.date() }, rows: sql\`select date '2026-01-02' as day\`,
      rules: { not_later: sql\`day <= \${run.date}\` }, invalid: 'set aside' });
    ${daily('days')}`);
  await shop.run('2026-01-01');
  assert.equal(await shop.ask('select count(*) from silver.days_invalidos'), 1);
  await shop.run('2026-01-02');
  assert.equal(await shop.ask('select count(*) from silver.days'), 1);
});

test('a source with a day gives the rows of the date of the run only', async () => {
  const shop = new Changing().define(`
    export const sales = source('landing.sales', { reader: files('*.csv'), columns: { day: col.date(), n: col.integer() }, day: 'day' });
    export const today = table('gold.today', { columns: { n: col.integer() }, rows: sql\`select cast(sum(n) as bigint) as n from \${sales}\` });
    ${daily('today')}`);
  shop.file('a.csv', 'day,n\n2026-01-01,1\n2026-01-02,20\n2026-01-02,300\n');
  await shop.run('2026-01-01');
  assert.equal(await shop.ask('select n from gold.today'), 1);
  await shop.run('2026-01-02');
  assert.equal(await shop.ask('select n from gold.today'), 320);
});

test('set-up of one layer of views makes the tables that they show', async () => {
  const shop = new Changing().define(`${numbers}
    export const limits = settings('config.limits', { most: col.integer().default(2) });
    export const view = table('curated.view', { columns: { n: col.integer() }, rows: sql\`select n from \${numbers} where n <= \${limits.most}\`, write: 'view' });
    ${daily('view')}`);
  await shop.do('setup', { target: 'curated' });
  await shop.run('2026-01-01');
  assert.equal(await shop.ask('select count(*) from curated.view'), 2);
  await shop.do('settings set', { name: 'config.limits.most', value: '1', by: 'ana' });
  assert.equal(await shop.ask('select count(*) from curated.view'), 1);
});

const history = (columns: string, names: string): string => `import { history } from 'esteira';
    export const t = table('t', { columns: { ${columns} }, rows: sql\`select 1 as id, null::date as seen\`, write: history(${names}) });`;
/** A table that is replaced by day, of another that appends. */
const byDay = ({ columns = 'day: col.date()', of = 'select day from ${b}', bronze = `write: 'append'` }): string =>
  `import { replaceEach } from 'esteira';
    export const s = source('s', { reader: files('*.csv'), columns: { id: col.integer(), day: col.date(), other: col.date() } });
    export const b = table('b', { columns: { id: col.integer().key(), day: col.date(), other: col.date() }, rows: s.unread, ${bronze} });
    export const t = table('t', { columns: { ${columns} }, rows: sql\`${of}\`, write: replaceEach('day') });`;

const refused: Readonly<Record<string, readonly [code: string, text: string]>> = {
  'a view that uses the date of the run': [
    'DEFINITION_INVALID',
    `export const v = table('v', { columns: { d: col.date() }, rows: sql\`select \${run.date} as d\`, write: 'view' });`,
  ],
  'a check that holds back a view': [
    'DEFINITION_INVALID',
    `${numbers}
    export const v = table('v', { columns: { n: col.integer() }, rows: sql\`select n from \${numbers}\`, write: 'view' });
    export const c = check('none', expectNone(sql\`select n from \${v}\`));`,
  ],
  'a month made from the days that are new': [
    'SINCE_GROUPED',
    `
    export const s = source('s', { reader: files('*.csv'), columns: { day: col.date() } });
    export const b = table('b', { columns: s.columns, rows: s.unread, write: 'append' });
    export const m = table('m', { columns: { day: col.date().key(), n: col.integer() }, write: 'merge',
      rows: sql\`select \${fn.startOf('month', 'day')} as day, count(*) as n from \${b.since('day', { lookback: '3 days' })} group by 1\` });`,
  ],
  'a key that may be missing': [
    'DEFINITION_INVALID',
    `export const t = table('t', { columns: { id: col.integer().key().optional() }, rows: sql\`select 1 as id\`, write: 'merge' });`,
  ],
  'an order that may be missing, where rows are deleted by it': [
    'DEFINITION_INVALID',
    `export const t = table('t', { columns: { id: col.integer().key(), day: col.date().optional(), gone: col.boolean() },
      rows: sql\`select 1 as id, null::date as day, true as gone\`, write: mergeDeleting('gone'), duplicates: keepLatest('day') });`,
  ],
  'the latest row of each key, without a key': [
    'DEFINITION_INVALID',
    `export const t = table('t', { columns: { id: col.integer(), day: col.date() }, rows: sql\`select 1 as id, null::date as day\`,
      duplicates: keepLatest('day') });`,
  ],
  'an append of rows that are read again, of which nothing says which are the same': [
    'DEFINITION_INVALID',
    `export const b = table('b', { columns: { id: col.integer(), day: col.date() }, rows: sql\`select 1 as id, date '2026-01-01' as day\`, write: 'append' });
    export const t = table('t', { columns: { id: col.integer().key(), day: col.date().key(), asked: col.timestamp() }, write: 'append',
      rows: sql\`select max(id) as id, day, \${run.at} as asked from \${b.since('day', { lookback: '1 day' })} group by day\` });`,
  ],
  'a column named as what a row is judged by': [
    'NAME_RESERVED',
    `export const t = table('t', { columns: { id: col.integer(), esteira_valid: col.boolean() }, rows: sql\`select 1 as id, true as esteira_valid\` });`,
  ],
  'a column named as what says that a text was there': [
    'NAME_RESERVED',
    `export const t = table('t', { columns: { n: col.integer(), _WAS_n: col.boolean() }, rows: sql\`select 1 as n, true as _WAS_n\` });`,
  ],
  'a flag named as what a row is judged by': [
    'NAME_RESERVED',
    `export const t = table('t', { columns: { n: col.integer() }, rows: sql\`select 1 as n\`, rules: { esteira_flag_0: sql\`n > 0\` } });`,
  ],
  'a column of files named as where their rows come from': [
    'NAME_RESERVED',
    `export const s = source('s', { reader: files('*.csv'), columns: { _rid: col.text() } });
    export const t = table('t', { columns: { id: col.text() }, rows: sql\`select _rid as id from \${s.unread}\`, write: 'append' });`,
  ],
  'a key that says which rows leave': [
    'DEFINITION_INVALID',
    `export const t = table('t', { columns: { id: col.integer().key(), gone: col.boolean().key() },
      rows: sql\`select 1 as id, true as gone\`, write: mergeDeleting('gone') });`,
  ],
  'a history whose time may be missing': [
    'DEFINITION_INVALID',
    history(`id: col.integer().key(), seen: col.date().optional()`, `{ at: 'seen' }`),
  ],
  'a history whose time is part of its key': [
    'DEFINITION_INVALID',
    history(`id: col.integer().key(), seen: col.date().key()`, `{ at: 'seen' }`),
  ],
  'a history without a key': ['DEFINITION_INVALID', history(`id: col.integer(), seen: col.date()`, `{ at: 'seen' }`)],
  'a history of the latest rows only': [
    'DEFINITION_INVALID',
    history(`id: col.integer().key(), seen: col.date()`, `{ at: 'seen' }), duplicates: keepLatest('seen'`),
  ],
  'a history that adds a column of a reserved name': [
    'NAME_RESERVED',
    history(`id: col.integer().key(), seen: col.date()`, `{ at: 'seen', from: 'from' }`),
  ],
  'changes without a key': [
    'DEFINITION_INVALID',
    `import { appendChanges } from 'esteira';
    export const t = table('t', { columns: { id: col.integer(), seen: col.date(), gone: col.boolean() },
      rows: sql\`select 1 as id, null::date as seen, true as gone\`, write: appendChanges({ at: 'seen', deleted: 'gone' }) });`,
  ],
  'what is new of a history': [
    'DEFINITION_INVALID',
    `${history(`id: col.integer().key(), seen: col.date()`, `{ at: 'seen' }`)}
    export const u = table('u', { columns: { id: col.integer().key() }, rows: sql\`select id from \${t.since('seen')}\`, write: 'merge' });`,
  ],
  'a partition that may be missing': ['DEFINITION_INVALID', byDay({ columns: 'day: col.date().optional()' })],
  'a partition that is no part of the key': [
    'DEFINITION_INVALID',
    byDay({ columns: 'day: col.date(), id: col.integer().key()' }),
  ],
  'what is new by another column than the partition': [
    'DEFINITION_INVALID',
    byDay({ of: `select day from \${b.since('other')}` }),
  ],
  'a partition that the query makes of the column': [
    'DEFINITION_INVALID',
    byDay({ of: `select day + 1 as day from \${b.since('day')}` }),
  ],
  'new files as a part of a partition': ['DEFINITION_INVALID', byDay({ of: 'select day from ${s.unread}' })],
  'a partition of rows that a merge can move': [
    'DEFINITION_INVALID',
    byDay({ bronze: `write: 'merge'`, of: `select day from \${b.since('day')}` }),
  ],
  'what is new of a partition, in a table that keeps rows': [
    'DEFINITION_INVALID',
    `${byDay({})}
    export const u = table('u', { columns: { day: col.date().key() }, rows: sql\`select day from \${t.since('day')}\`, write: 'merge' });`,
  ],
  'what is new of a partition, in one by another column': [
    'DEFINITION_INVALID',
    `${byDay({ columns: 'day: col.date(), other: col.date()', of: 'select day, other from ${b}' })}
    export const u = table('u', { columns: { other: col.date() }, rows: sql\`select other from \${t.since('other')}\`, write: replaceEach('other') });`,
  ],
  'a rule over several rows': [
    'QUERY_INVALID',
    `export const t = table('t', { columns: { n: col.integer() }, rows: sql\`select 1 as n\`,
      rules: { once: sql\`count(*) over (partition by n) = 1\` } });`,
  ],
  'half a day of looking back': [
    'DEFINITION_INVALID',
    `${numbers}
    export const t = table('t', { columns: { n: col.integer().key() }, rows: sql\`select n from \${numbers.since('n', { lookback: '1.5 days' })}\`, write: 'merge' });`,
  ],
};
for (const [what, [code, text]] of Object.entries(refused)) {
  test(`${what} is refused before anything runs`, async () => {
    await assert.rejects(new Changing().define(text).do('check', {}), codeOf(code));
  });
}

test('a rule may end with a comment, and ask another table for what it has most of', async () => {
  const shop = new Changing().define(`${numbers}
    export const t = table('silver.t', { columns: { n: col.integer() }, rows: sql\`select n from \${numbers} -- all\`, invalid: 'set aside',
      rules: { less: sql\`n < (select max(n) from \${numbers}) -- not the greatest\` } });
    ${daily('t')}`);
  await shop.run('2026-01-01');
  assert.equal(await shop.ask('select count(*) from silver.t'), 2);
});

test('a job by hand does a date once when the date is asked for, also by a clock that stands still', async () => {
  const shop = new Changing().define(`${numbers}
    export const daily = job('daily', { when: byHand, build: [numbers] });`);
  process.env['ESTEIRA_NOW'] = '2028-02-29T12:00:00Z';
  try {
    await shop.do('setup', {});
    const dates = ['2028-02-27', '2028-02-28', '2028-02-27'];
    const done = [];
    for (const date of dates) done.push((await shop.do('run', { job: 'daily', date })).alreadyDone ?? false);
    assert.deepEqual(done, [false, false, true]);
  } finally {
    delete process.env['ESTEIRA_NOW'];
  }
});

test('a table that was replaced whole is a history when it is built again, and not before', async () => {
  const columns = 'id: col.integer().key(), day: col.date(), n: col.integer()';
  const text = (from: string, write: string) => `import { history } from 'esteira';
    export const landing = source('landing.n', { reader: files('*.csv'), columns: { id: col.integer(), day: col.date(), n: col.integer() } });
    export const bronze = table('bronze.n', { columns: landing.columns, rows: landing.unread, write: 'append' });
    export const t = table('gold.t', { columns: { ${columns} }, rows: sql\`select id, day, n from \${bronze${from}}\`, ${write} });
    ${daily('t')}`;
  const kept = text(`.since('day')`, `write: history({ at: 'day' })`);
  const shop = new Changing().define(text('', `duplicates: keepLatest('day')`));
  shop.file('1.csv', 'id,day,n\n1,2026-01-01,5\n1,2026-01-02,6\n');
  await shop.run('2026-01-01');
  assert.deepEqual(await shop.rows('select id, n from gold.t'), [[1, 6]]);
  shop.define(kept);
  await assert.rejects(shop.run('2026-01-02'), (error) => {
    assert.ok(error instanceof EsteiraError && error.code === 'SETUP_CONFLICT', String(error));
    assert.match(error.details.next ?? '', /esteira reprocess gold\.t/);
    return true;
  });
  await shop.do('reprocess', { scope: 'gold.t' });
  const versions = 'select n, cast(valid_from as varchar), cast(valid_until as varchar) from gold.t order by day';
  assert.deepEqual(await shop.rows(versions), [
    [5, '2026-01-01', '2026-01-02'],
    [6, '2026-01-02', null],
  ]);
  shop.file('2.csv', 'id,day,n\n1,2026-01-03,7\n');
  await shop.run('2026-01-03');
  assert.equal(await shop.ask('select count(*) from gold.t'), 3);
  // What reads a table as it is now cannot say again what it was.
  shop.define(
    text('', `write: history({ at: 'day' })`)
      .replace(`write: 'append'`, `write: 'merge'`)
      .replace('columns: landing.columns', 'columns: { ...landing.columns, id: col.integer().key() }'),
  );
  await assert.rejects(shop.do('reprocess', { scope: 'gold.t' }), codeOf('REPROCESS_IMPOSSIBLE'));
});
