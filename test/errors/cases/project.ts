import path from 'node:path';
import { tamper } from '../../run/support/compare.ts';
import { type Cases, config, definitions, numbers, shop } from '../case.ts';

const two = `
export const numbers = table('silver.numbers', { columns: { n: col.integer() }, rows: sql\`select 1 as n\` });
export const daily = job('daily', { when: byHand, build: [numbers] });
export const weekly = job('weekly', { when: byHand, build: [numbers] });
`;

/** The command line, the configuration and its environments. */
export const project: Cases = {
  COMMAND_UNKNOWN: [
    { doing: 'A command is misspelled.', words: ['rnu', 'daily'] },
    { doing: 'An option is misspelled.', words: ['run', 'daily', '--agian'] },
    { doing: 'A job is to be run, and none is named.', words: ['run'] },
    { doing: 'A date is not in the calendar.', words: ['run', 'daily', '--date', '2026-02-29'] },
    { doing: 'A plan is asked for, of one of two jobs.', words: ['plan'], ...shop(two) },
    { doing: 'Streams are to be brought in without an end.', words: ['sync'] },
  ],
  PROJECT_NOT_FOUND: [
    {
      doing: 'A command is given in a folder that is in no project.',
      words: ['status'],
      give: (sandbox, words) => sandbox.start(words, { cwd: path.dirname(sandbox.folder) }).ended,
    },
  ],
  CONFIG_INVALID: [
    {
      doing: 'The configuration exports something else.',
      words: ['check'],
      files: { 'esteira.config.ts': 'export default { name: "shop" };\n' },
    },
    { doing: 'A catalog has no files.', words: ['check'], files: config({ pipelines: `shop: 'pipelines/*.ts'` }) },
    {
      doing: 'An environment has no state.',
      words: ['check'],
      files: config({ local: `warehouse: duckdb({ folder: 'warehouse' }),\n      files: folder({ path: 'data' }),` }),
    },
    ...[
      ['A channel has what is no channel.', "channels: { plantao: [files('x.csv')] }"],
      [
        'The password of a mail server is written in the configuration.',
        "channels: { plantao: [email({ to: 'a@example.com', from: 'b@example.com', server: 'smtps://user:secret-word@mail.example.com' as never })] }",
      ],
      [
        'A channel tells no address.',
        "channels: { plantao: [email({ to: 'plantao', from: 'b@example.com', server: env('SMTP_URL') })] }",
      ],
      ['A file follows a job that there is none of.', "logs: { dayly: 'logs/daily.log' }"],
      ['A group has one who is no person.', "groups: { dados: ['ana', 7 as never] }"],
      ['One person is in two groups, in two spellings.', "groups: { dados: ['ana'], precos: ['Ana'] }"],
      ['A webhook has no secret.', "channels: { plantao: [webhook({ url: 'https://example.com/alerts' } as never)] }"],
    ].map(([doing = '', channels = '']) => ({ doing, words: ['check'], files: config({ more: `${channels},` }) })),
    {
      doing: 'A limit of memory is no size.',
      words: ['check'],
      files: config({ local: `warehouse: duckdb({ folder: 'warehouse', memoryLimit: 'lots' }),` }),
    },
    {
      doing: 'The address of the state’s database is none.',
      words: ['check'],
      files: {
        ...config({
          local: `warehouse: duckdb({ folder: 'warehouse' }),
      state: postgres(env('DATABASE_URL')),
      files: folder({ path: 'data' }),`,
        }),
        '.env': 'DATABASE_URL=ana:correct-horse@shop.example\n',
      },
    },
    {
      doing: 'The clock that ESTEIRA_NOW names is none.',
      words: ['status'],
      give: (sandbox, words) => sandbox.start(words, { env: { ESTEIRA_NOW: '2026-02-30T00:00:00Z' } }).ended,
    },
  ],
  ENVIRONMENT_UNKNOWN: [
    {
      doing: 'An environment is named that the configuration does not have.',
      words: ['status', '--env', 'production'],
    },
  ],
  ENVIRONMENTS_SHARE: [
    {
      doing: 'Two environments keep their state in one file.',
      words: ['check'],
      files: config({
        environments: `    dev: {
      warehouse: duckdb({ folder: 'dev' }),
      state: sqlite({ file: './warehouse/../warehouse/state.sqlite' }),
      files: folder({ path: 'data' }),
    },
`,
      }),
    },
  ],
  VARIABLE_MISSING: [
    {
      doing: 'The warehouse’s folder is to be said by a variable, and nobody has.',
      words: ['check'],
      files: config({
        local: `warehouse: duckdb({ folder: env('SHOP_WAREHOUSE') }),
      state: sqlite({ file: 'warehouse/state.sqlite' }),
      files: folder({ path: 'data' }),`,
      }),
    },
  ],
  FOLDER_NOT_EMPTY: [
    { doing: 'A project is to be written where one is.', words: ['init', '.'] },
    {
      doing: 'A package.json is there that cannot be read.',
      words: ['init', 'other'],
      files: { 'other/package.json': '{ "name": }' },
    },
  ],
  NAME_UNKNOWN: [
    { doing: 'A job is misspelled.', words: ['run', 'dayly'] },
    { doing: 'Something is to be shown that is not there.', words: ['show', 'gold.numbers'] },
    { doing: 'A step is selected that the job does not have.', words: ['run', 'daily', '--select', 'gold.*'] },
    { doing: 'Something is to be set up that is not there.', words: ['setup', 'gold'] },
    { doing: 'A setting is misspelled.', words: ['settings', 'set', 'config.limits.roof', '1'] },
    { doing: 'A table is queried that is not there.', words: ['query', 'select * from silver.nothing'] },
    { doing: 'The log of a run is asked for that never was.', words: ['logs', 'latest'] },
    { doing: 'The SQL of a table is asked for that is not there.', words: ['compile', 'gold.numbers'] },
  ],
  NAME_AMBIGUOUS: [
    {
      doing: 'A table is queried by a name that two catalogs have.',
      words: ['query', 'select * from silver.numbers'],
      files: {
        ...config({ pipelines: `shop: 'definitions/*.ts', desk: 'other/*.ts'` }),
        'other/desk.ts': definitions(
          `export const numbers = table('silver.numbers', { columns: { n: col.integer() }, rows: sql\`select 2 as n\` });\n`,
        ),
      },
      before: [['setup']],
    },
    {
      doing: 'A table is shown by a name that two catalogs have.',
      words: ['show', 'silver.numbers'],
      files: {
        ...config({ pipelines: `shop: 'definitions/*.ts', desk: 'other/*.ts'` }),
        'other/desk.ts': definitions(
          `export const numbers = table('silver.numbers', { columns: { n: col.integer() }, rows: sql\`select 2 as n\` });\n`,
        ),
      },
    },
  ],
  SETTING_INVALID: [
    {
      doing: 'A setting is given a value that its column refuses.',
      words: ['settings', 'set', 'config.limits.floor', '2'],
      ...shop(
        `${numbers}\nexport const limits = settings('config.limits', { floor: col.real().max(1).default(0.5) });`,
      ),
      before: [['setup']],
    },
    {
      doing: 'A setting was given a value in SQL that its column refuses, before a run.',
      words: ['run', 'daily'],
      ...shop(
        `${numbers}\nexport const levels = settingsTable('config.levels', { level: col.text().key(), days: col.integer().min(1) }, [{ level: 'gold', days: 7 }]);`,
      ),
      before: [['setup']],
      arrange: async (sandbox) => {
        await tamper(sandbox.folder, 'shop', 'update config.levels set days = 0');
        return undefined;
      },
    },
    {
      doing: 'The only row of settings was deleted in SQL.',
      words: ['run', 'daily'],
      ...shop(
        `${numbers}\nexport const limits = settings('config.limits', { floor: col.real().max(1).default(0.5) });`,
      ),
      before: [['setup']],
      arrange: async (sandbox) => {
        await tamper(sandbox.folder, 'shop', 'delete from config.limits');
        return undefined;
      },
    },
    {
      doing: 'A setting is given a text in the place of a number.',
      words: ['settings', 'set', 'config.limits.floor', 'much'],
      ...shop(
        `${numbers}\nexport const limits = settings('config.limits', { floor: col.real().max(1).default(0.5) });`,
      ),
      before: [['setup']],
    },
    {
      doing: 'A setting that is the schedule of a job is given a text that says no times.',
      words: ['settings', 'set', 'config.limits.due', '0 25 * * *'],
      ...shop(
        `${numbers}\nexport const limits = settings('config.limits', { due: col.text().default('0 6 * * *') });\nexport const nightly = job('nightly', { when: cron(limits.due), build: [numbers] });`,
      ),
      before: [['setup']],
    },
  ],
  QUERY_NOT_READ_ONLY: [
    { doing: 'A query would change a table.', words: ['query', 'delete from silver.numbers'] },
    { doing: 'A query would read a file.', words: ['query', "select * from read_csv('/etc/passwd')"] },
    { doing: 'Two statements are given.', words: ['query', 'select 1; select 2'] },
  ],
};
