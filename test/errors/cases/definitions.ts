import { cpSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../sandbox.ts';
import { type Case, type Cases, definitions as file, numbers, shop } from '../case.ts';

const check = (doing: string, body: string): Case => ({ doing, words: ['check'], ...shop(body) });
/** A table of these columns, of that query, with what else is said of it. */
const table = (columns: string, query: string, more = ''): string =>
  `${numbers}export const other = table('silver.other', {\n  columns: { ${columns} },\n  rows: sql\`${query}\`,\n  ${more}\n});\n`;

/** A table that appends events with what was known of them; `write` is that of the table of what was known. */
const lookup = (how: string, write = `'merge'`): string => `
const columns = { k: col.text().key(), day: col.date().key(), fee: col.real() };
export const fees = table('silver.fees', { columns: { ...columns, n: col.text() }, rows: sql\`select 'a' as k, date '2026-01-01' as day, 1.5 as fee, 'b' as n\`, write: ${write} });
export const events = table('silver.events', { columns: { k: col.text(), n: col.integer(), day: col.date() }, rows: sql\`select 'a' as k, 1 as n, date '2026-01-01' as day\` });
export const judged = table('gold.judged', { columns: { k: col.text() }, rows: asOf(events, fees, { ${how} } as never), write: 'append' });
export const daily = job('daily', { when: byHand, build: [judged] });
`;
const known = `on: ['k'], at: ['day', 'day']`;

const usage = (more = ''): string => `
export const people = table('silver.people', {
  columns: { id: col.integer().key(), plan: col.text(), minutes: col.real(), bought: col.boolean() },
  rows: sql\`select 1 as id, 'pro' as plan, 2.5 as minutes, true as bought\`,
});
export const usage = model('analytics.usage', { from: people, features: ['plan', 'minutes'], learner: kmeans({ clusters: 2 }), ${more} });
`;

/** What is written in definition files. */
export const definitions: Cases = {
  DEFINITION_FAILED: [
    check('A definition file has a mistake of syntax.', `export const numbers = table('silver.numbers', {`),
    check('A definition file uses a word that it does not import.', `export const numbers = tabel('silver.numbers');`),
    {
      doing: 'A definition file imports what is not installed.',
      words: ['check'],
      files: { 'definitions/more.ts': `import { camelCase } from 'lodash';\n` },
    },
    check('A definition file ends the process.', `${numbers}if (!process.env.SHOP_REGION) process.exit();\n`),
    check('A definition file awaits what does not come.', `${numbers}await new Promise(() => {});\n`),
  ],
  DEFINITION_INVALID: [
    check('A name has three parts.', numbers.replace('silver.numbers', 'shop.silver.numbers')),
    check('A table merges without a key.', table('n: col.integer()', 'select 1 as n', `write: 'merge' as never,`)),
    check(
      'A table that starts anew reads only what is new.',
      table('n: col.integer()', `select n from \${numbers.since('n')}`),
    ),
    check(
      'A table appends what lookback reads again.',
      table('n: col.integer()', `select n from \${numbers.since('n', { lookback: '1 day' })}`, `write: 'append',`),
    ),
    check(
      'Two rules have one flag.',
      table('n: col.integer().min(0).named("fits").max(9).named("fits")', 'select 1 as n'),
    ),
    check('A rule is no condition.', table('n: col.integer()', 'select 1 as n', 'rules: { fits: sql`n + 1` },')),
    check(
      'A column refers to one of another kind.',
      table('n: col.text()', `select 'a' as n`, `rules: { known: existsIn('n', numbers, 'n') },`),
    ),
    check('Rows are looked up by columns of two kinds.', lookup(`on: ['n'], at: ['day', 'day'], take: { fee: 'fee' }`)),
    check('Rows are looked up of which two may be of one time.', lookup(`${known}, take: { fee: 'fee' }`, `'append'`)),
    check('A table appends what was known.', lookup(`${known}, take: { price: 'fee' }`)),
    check('A check mentions no table.', `${numbers}export const none = check('none', expectNone(sql\`select 1\`));\n`),
    check(
      'A check mentions two tables that know nothing of each other.',
      `${table('n: col.integer()', 'select 1 as n')}export const both = check('both', atLeast(rowsIn(numbers, other), 1));\n`,
    ),
    check(
      'A schedule is none.',
      `${numbers}export const hourly = job('hourly', { when: cron('99 * * * *'), build: [numbers] });\n`,
    ),
    check(
      'A time zone is none.',
      `${numbers}export const hourly = job('hourly', { when: cron('0 * * * *', { zone: 'America/Sao_Paolo' }), build: [numbers] });\n`,
    ),
    check(
      'A function’s rows are mentioned inside a query.',
      table('n: col.integer()', `select n from \${from(numbers, (row) => row)}`),
    ),
    check('A pattern has a look-ahead.', table('t: col.text().matches(/^(?=a)/)', `select 'a' as t`)),
    check('A monitor has no limit.', `${numbers}export const none = monitor('none', {});\n`),
    check(
      'A monitor watches nothing.',
      `${numbers}export const none = monitor('none', { expect: atLeast(rowsIn(), 1) });\n`,
    ),
    check(
      'A monitor has a time that is none.',
      `${numbers}export const odd = monitor('odd', { expect: expectNone(sql\`select n from \${numbers}\`), every: 'every day' });\n`,
    ),
    check(
      'A monitor of what runs bring has a time of its own.',
      `${numbers}export const odd = monitor('odd', { expect: atLeast(rowsIn(numbers), 1), every: '0 * * * *' });\n`,
    ),
    check(
      'A monitor tells a channel that there is none of.',
      `${numbers}export const odd = monitor('odd', { expect: atMost(failures(daily), 0), tell: 'plantao' });\n`,
    ),
    check(
      'A job tells a channel that there is none of.',
      `${numbers}export const told = job('told', { when: byHand, build: [numbers], tell: 'plantao' });\n`,
    ),
    check('A model waits for a group that there is none of.', usage("release: approvedBy('dados'),")),
    check(
      'A monitor watches the drift of what is no feature.',
      `${usage()}export const odd = monitor('odd', { expect: atMost(drift(people, { from: usage, columns: ['id'] }), 0.2) });\n`,
    ),
    check(
      'A monitor measures the drift of a text as that of a number.',
      `${usage()}export const odd = monitor('odd', { expect: atMost(drift(people, { from: usage, by: 'ks', columns: ['plan'] }), 0.2) });\n`,
    ),
    check(
      'A monitor compares rows that lack a feature with those of a model.',
      `${numbers}${usage()}export const odd = monitor('odd', { expect: atMost(inertia(usage, { of: numbers }), 2) });\n`,
    ),
    check(
      'A monitor measures the inertia of a model without centres.',
      `${usage().replace('learner: kmeans({ clusters: 2 })', "target: 'bought', learner: logisticRegression()")}export const odd = monitor('odd', { expect: atMost(inertia(usage, { of: people }), 2) });\n`,
    ),
    check(
      'A monitor measures the age of what is no time.',
      `${numbers}export const odd = monitor('odd', { expect: atMost(age(numbers, 'n'), '1 hour') });\n`,
    ),
    check(
      'A limit of a time is a number.',
      `${numbers}export const odd = monitor('odd', { expect: atMost(duration(daily), 30) });\n`,
    ),
    check(
      'A monitor counts the rows of a view.',
      `${table('n: col.integer()', 'select n from ${numbers}', "write: 'view',")}export const odd = monitor('odd', { expect: atLeast(rowsIn(other), 1) });\n`,
    ),
    check(
      'A monitor reads files as they are.',
      `${numbers}export const landing = source('landing.x', { reader: files('x.csv'), columns: { n: col.integer() } });\nexport const odd = monitor('odd', { expect: atLeast(rowsIn(landing), 1) });\n`,
    ),
    check(
      'A job begins with an alert of what is no monitor.',
      `${numbers}export const then = job('then', { when: alerted(numbers), build: [numbers] });\n`,
    ),
    check(
      'A monitor’s query is no number.',
      `${numbers}export const odd = monitor('odd', { expect: atMost(scalar(sql\`select 'one' as n from \${numbers}\`), 1) });\n`,
    ),
    check('A value in a query cannot be written.', table('n: col.integer()', `select \${10n ** 30n} as n`)),
  ],
  TWO_COPIES: [
    {
      doing: 'Definitions import one copy of the package, and another one runs.',
      words: ['check'],
      files: {
        'definitions/shop.ts': `import { byHand, col, job, sql, table } from '../copy/src/index.ts';\n${numbers.trimStart()}`,
      },
      arrange: async (sandbox) => {
        cpSync(path.join(root, 'src'), sandbox.file('copy/src'), { recursive: true });
        symlinkSync(path.join(root, 'node_modules'), sandbox.file('copy/node_modules'));
        return undefined;
      },
    },
  ],
  NAME_TWICE: [
    {
      doing: 'Two files define one name.',
      words: ['check'],
      files: { 'definitions/more.ts': file(numbers) },
    },
    check(
      'A table is named as the invalid rows of another.',
      `${table('n: col.integer()', 'select 1 as n', `invalid: 'set aside',`)}
export const taken = table('silver.other_invalidos', { columns: { n: col.integer() }, rows: sql\`select 1 as n\` });\n`,
    ),
  ],
  NAME_RESERVED: [
    check('A column is a word of SQL.', table('order: col.integer()', 'select 1 as "order"')),
    check('A column is one that Esteira adds itself.', table('_run: col.integer()', 'select 1 as _run')),
  ],
  CYCLE: [
    {
      doing: 'Two files import each other.',
      words: ['check'],
      files: {
        'definitions/shop.ts': `import { later } from './late.ts';\n${file(`
export const early = table('silver.early', { columns: { n: col.integer() }, rows: sql\`select n from \${later}\` });
`)}`,
        'definitions/late.ts': `import { early } from './shop.ts';\n${file(`
export const later = table('silver.later', { columns: { n: col.integer() }, rows: sql\`select n from \${early}\` });
`)}`,
      },
    },
  ],
  MENTION_UNKNOWN: [
    {
      doing: 'A table that no definition file exports is mentioned.',
      words: ['check'],
      files: {
        'definitions/shop.ts': `import { hiddenOne } from '../other/hidden.ts';\n${file(
          table('n: col.integer()', `select n from \${hiddenOne}`),
        )}`,
        'other/hidden.ts': file(
          `export const hiddenOne = table('silver.hidden', { columns: { n: col.integer() }, rows: sql\`select 1 as n\` });\n`,
        ),
      },
    },
    check('A query names a table in its text.', table('n: col.integer()', 'select n from silver.numbers')),
  ],
  QUERY_INVALID: [
    check('A query has a mistake of syntax.', table('n: col.integer()', `selec n from \${numbers}`)),
    check(
      'A query names a column that its table does not have.',
      table('n: col.integer()', `select m as n from \${numbers}`),
    ),
    {
      doing: 'Settings are to be changed by a statement that changes none.',
      words: ['settings', 'sql', 'select * from config.limits'],
      ...shop("export const limits = settings('config.limits', { floor: col.real().default(0.5) });"),
      before: [['setup']],
    },
    check('A rule has a mistake.', table('n: col.integer()', 'select 1 as n', 'rules: { fits: sql`m > 0` },')),
    check(
      'A check has a mistake.',
      `${numbers}export const none = check('none', expectNone(sql\`select m from \${numbers}\`));\n`,
    ),
    { doing: 'A query of a person has a mistake.', words: ['query', 'select m from (select 1 as n)'] },
  ],
  QUERY_COLUMNS: [
    check(
      'A query gives other columns than the table declares.',
      table(
        'n: col.integer(), t: col.text(), d: col.date()',
        `select n as m, 5 as t, '2026-01-01' as d from \${numbers}`,
      ),
    ),
  ],
  QUERY_UNREPEATABLE: [
    check(
      'A query asks the clock.',
      table('n: col.integer(), asked: col.timestamp()', `select n, now() as asked from \${numbers}`),
    ),
  ],
  SINCE_GROUPED: [
    check(
      'A query groups rows of which it reads only the new ones.',
      table(
        'n: col.integer().key(), times: col.integer()',
        `select n, count(*) as times from \${numbers.since('n')} group by n`,
        `write: 'merge',`,
      ),
    ),
  ],
};
