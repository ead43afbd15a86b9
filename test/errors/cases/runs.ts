import { rmSync, statSync, symlinkSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance } from '@duckdb/node-api';
import { binOf, type Sandbox } from '../../sandbox.ts';
import { type Case, type Cases, config, definitions, numbers, shop } from '../case.ts';
import { copyPackage } from '../package.ts';
import { approvals } from './approvals.ts';

/** A job of one table, that has been set up. */
const run = (doing: string, body: string): Case => ({
  doing,
  words: ['run', 'daily'],
  ...shop(`${body}\nexport const daily = job('daily', { when: byHand, build: [orders] });\n`),
  before: [['setup']],
});
const table = (columns: string, query: string, more = ''): string =>
  `export const orders = table('silver.orders', {\n  columns: { ${columns} },\n  rows: ${query},\n  ${more}\n});\n`;
const one = 'sql`select 1 as n`';
const wordy = "sql`select 'one' as word`";
const pairs = 'sql`select * from (values (1, 1), (1, 2)) as v(a, b)`';
const two =
  "export const two = table('bronze.two', { columns: { n: col.integer() }, rows: sql`select unnest([1, 2]) as n` });\n";
/** A source of orders with their price, and a file of it. */
const drifted = (doing: string, content: string, { more = '' } = {}): Case => {
  const landing = `export const landing = source('landing.orders', {
  reader: files('*.csv'), columns: { id: col.integer(), price: col.decimal(10, 2) }${more} });\n`;
  const one = run(doing, `${landing}${table('id: col.integer()', 'sql`select id from ${landing}`')}`);
  return { ...one, files: { ...one.files, 'data/2026-03-09.csv': content } };
};
const endless = 'sql`select max(a.range * b.range % 7) as n from range(100000000) as a, range(1000000) as b`';

/** Its definition is another one from then on. */
const becomes = (body: string) => async (sandbox: Sandbox) => {
  const job = "\nexport const daily = job('daily', { when: byHand, build: [orders] });\n";
  sandbox.write({ 'definitions/shop.ts': definitions(`${body}${job}`) });
  return undefined;
};

/** Set-up and runs. */
export const runs: Cases = {
  SETUP_NEEDED: [{ ...run('A job is run before its tables are there.', table('n: col.integer()', one)), before: [] }],
  SETUP_CONFLICT: [
    {
      ...run('A table has become a view.', table('n: col.integer()', one)),
      words: ['setup'],
      arrange: async (sandbox) => {
        sandbox.write({ 'definitions/shop.ts': definitions(table('n: col.integer()', one, "write: 'view',")) });
        return undefined;
      },
    },
  ],
  DESTROY_UNASKED: [
    {
      ...run('A column becomes of a kind that does not hold what is there.', table('word: col.text()', wordy)),
      words: ['setup'],
      before: [['setup'], ['run', 'daily']],
      arrange: becomes(table('word: col.integer()', one.replace(' n', ' word'))),
    },
    {
      ...run(
        'A run would empty a column that is declared no more.',
        table('n: col.integer(), word: col.text()', "sql`select 1 as n, 'one' as word`"),
      ),
      before: [['setup'], ['run', 'daily']],
      arrange: becomes(table('n: col.integer()', one)),
    },
    {
      ...run(
        'A key tells fewer rows apart.',
        table('a: col.integer().key(), b: col.integer().key()', pairs, "write: 'merge',"),
      ),
      before: [['setup'], ['run', 'daily']],
      arrange: becomes(table('a: col.integer().key(), b: col.integer()', pairs, "write: 'merge',")),
    },
  ],
  DIFF_IMPOSSIBLE: [
    {
      doing: 'A table is compared with that of an environment in which nothing has been set up.',
      words: ['diff', 'silver.numbers', '--against', 'prod'],
      files: {
        ...config({
          environments: `    prod: { warehouse: duckdb({ folder: 'prod' }), state: sqlite({ file: 'prod/state.sqlite' }), files: folder({ path: 'data' }) },\n`,
        }),
        ...shop(numbers).files,
      },
      before: [['setup']],
    },
  ],
  RUN_IN_PROGRESS: [
    {
      ...run('A job is run while it is going.', table('n: col.integer()', endless)),
      arrange: async (sandbox) => {
        const going = sandbox.start(['run', 'daily']);
        await going.says(/^daily /m);
        return async () => going.signal('SIGKILL');
      },
    },
  ],
  RUN_FAILED: [
    {
      ...run('Two steps of a run fail.', ''),
      ...shop(`${two}${table('n: col.integer().max(1)', 'sql`select n from ${two}`')}
export const others = table('silver.others', { columns: { n: col.integer() }, rows: sql\`select error('no such day') as n from \${two}\` });
export const daily = job('daily', { when: byHand, build: [orders, others] });
`),
    },
  ],
  ROWS_INVALID: [
    run(
      'Rows break a rule of a table that does not set them aside.',
      `${two}${table('n: col.integer().max(1)', 'sql`select n from ${two}`')}`,
    ),
    approvals.ROWS_INVALID,
  ],
  TIME_LIMIT: [
    {
      doing: 'A step takes longer than it may.',
      words: ['run', 'daily'],
      ...shop(
        `${table('n: col.integer()', endless)}export const daily = job('daily', { when: byHand, build: [orders], limits: { step: '1 second' } });\n`,
      ),
      before: [['setup']],
      // Limits go by the clock: the machine's, which does not stand.
      give: (sandbox, words) => sandbox.start(words, { env: { ESTEIRA_NOW: undefined } }).ended,
    },
  ],
  CHECK_FAILED: [
    run(
      'A check finds rows that should not be.',
      `${two}${table('n: col.integer()', 'sql`select n from ${two}`')}
export const few = check('none above one', expectNone(sql\`select n from \${orders} where n > 1\`));`,
    ),
    run(
      'Fewer rows come than a check allows.',
      `${two}${table('n: col.integer()', 'sql`select n from ${two}`')}
export const enough = check('enough rows', atLeast(rowsIn(orders), 3));`,
    ),
  ],
  ACCOUNT_WRONG: [
    {
      ...run(
        'A fault is planted in the package: a duplicate too many is counted.',
        table('n: col.integer().key()', 'sql`select unnest([1, 1, 2]) as n`', "duplicates: keepLatest('n'),"),
      ),
      give: async (sandbox, words) => {
        const home = copyPackage(sandbox.folder, {
          file: 'src/adapters/duckdb/publish/duplicates.ts',
          from: 'return lost.rowsChanged;',
          to: 'return lost.rowsChanged + 1;',
        });
        rmSync(sandbox.file('node_modules/esteira'));
        symlinkSync(home, sandbox.file('node_modules/esteira'));
        return sandbox.startProgram(process.execPath, [`${home}/bin/esteira.mjs`, ...words]).ended;
      },
    },
  ],
  KEYS_REPEATED: [run('Two rows have one key.', table('n: col.integer().key()', 'sql`select unnest([1, 1, 2]) as n`'))],
  ROW_UNKNOWN_COLUMN: [
    run(
      'A function gives a row with another name.',
      `${two}${table('n: col.integer()', 'from(two, (row) => ({ m: row.n })) as never')}`,
    ),
    run(
      'A function gives a text in the place of a number.',
      `${two}${table('n: col.integer()', 'from(two, (row) => ({ n: String(row.n) })) as never')}`,
    ),
  ],
  FUNCTION_FAILED: [
    run(
      'A function throws.',
      `${two}const half = (n: number): number => {\n  if (n % 2 === 1) throw new RangeError('no half of ' + n);\n  return n / 2;\n};\n${table(
        'n: col.integer()',
        'from(two, (row) => ({ n: half(row.n) }))',
      )}`,
    ),
    run(
      'A function ends the process.',
      `${two}const half = (n: number): number => {\n  if (n % 2 === 1) process.exit();\n  return n / 2;\n};\n${table(
        'n: col.integer()',
        'from(two, (row) => ({ n: half(row.n) }))',
      )}`,
    ),
  ],
  FENCED: [
    {
      ...run(
        'The warehouse has been written by a run that the state knows nothing of.',
        table('n: col.integer()', one),
      ),
      arrange: async (sandbox) => {
        const instance = await DuckDBInstance.create(sandbox.file('warehouse/shop.duckdb'));
        const connection = await instance.connect();
        await connection.run('update _esteira.fence set token = 1000');
        connection.closeSync();
        instance.closeSync();
        return undefined;
      },
    },
    {
      ...run('The state is gone, and the warehouse has what its runs published.', table('n: col.integer()', one)),
      arrange: async (sandbox) => {
        await sandbox.succeed('run', 'daily');
        for (const end of ['', '-wal', '-shm']) rmSync(sandbox.file(`warehouse/state.sqlite${end}`), { force: true });
        return undefined;
      },
    },
  ],
  OUT_OF_MEMORY: [
    {
      ...run(
        'A query needs more memory than the engine may use.',
        table('n: col.integer()', 'sql`select len(list(range)) as n from range(100000000)`'),
      ),
      files: {
        ...run('', `${table('n: col.integer()', 'sql`select len(list(range)) as n from range(100000000)`')}`).files,
        ...config({
          local: `warehouse: duckdb({ folder: 'warehouse', memoryLimit: '60MB', threads: 1 }),
      state: sqlite({ file: 'warehouse/state.sqlite' }),
      files: folder({ path: 'data' }), retries: { times: 0, wait: '1 second' },`,
        }),
      },
      varying: /[\d.]+ [KMG]iB/g,
    },
  ],
  DISK_FULL: [
    {
      ...run(
        'A query spills more to the disk than it may.',
        table('n: col.integer()', 'sql`select count(distinct md5(cast(range as varchar))) as n from range(10000000)`'),
      ),
      files: {
        ...run(
          '',
          table(
            'n: col.integer()',
            'sql`select count(distinct md5(cast(range as varchar))) as n from range(10000000)`',
          ),
        ).files,
        ...config({
          local: `warehouse: duckdb({ folder: 'warehouse', memoryLimit: '100MB', temporaryLimit: '1MB', threads: 1 }),
      state: sqlite({ file: 'warehouse/state.sqlite' }),
      files: folder({ path: 'data' }), retries: { times: 0, wait: '1 second' },`,
        }),
      },
      varying: /[\d.]+ [KMG]iB/g,
    },
    {
      ...run(
        'The disk has no room for the rows.',
        table('n: col.text()', 'sql`select md5(cast(range as varchar)) as n from range(500000)`'),
      ),
      // A limit of the size of files stands for a disk that is full.
      give: async (sandbox, words) => {
        const blocks = Math.ceil(statSync(sandbox.file('warehouse/shop.duckdb')).size / 512) + 200;
        const limited = `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`;
        return sandbox.startProgram('/bin/sh', ['-c', limited, 'sh', process.execPath, binOf(sandbox.folder), ...words])
          .ended;
      },
    },
  ],
  ENGINE_FAILED: [
    run(
      'A value makes a query fail.',
      table('n: col.integer()', "sql`select cast('twelve' || range as integer) as n from range(2)`"),
    ),
  ],
  FILES_UNREADABLE: [
    {
      ...run('The folder of files has a name that no disk takes.', ''),
      files: {
        ...run(
          '',
          `export const landing = source('landing.orders', { reader: files('*.csv'), columns: { n: col.integer() } });\n${table(
            'n: col.integer()',
            'sql`select n from ${landing}`',
          )}`,
        ).files,
        ...config({
          local: `warehouse: duckdb({ folder: 'warehouse' }),
      state: sqlite({ file: 'warehouse/state.sqlite' }),
      files: folder({ path: 'very'.repeat(70) }), retries: { times: 0, wait: '1 second' },`,
        }),
      },
    },
  ],
  SOURCE_DRIFTED: [
    drifted('A column that must be there is called otherwise in a file.', 'id,preco\n1,2.50\n'),
    drifted('A file has a column that is not declared, where these are refused.', 'id,price,tax\n1,2.50,1\n', {
      more: ", newColumns: 'refuse'",
    }),
  ],
  CANCELLED: [
    {
      ...run('A person stops a run.', table('n: col.integer()', endless)),
      give: async (sandbox, words) => {
        const going = sandbox.start(words.includes('--json') ? [...words, '--progress'] : words);
        await going.says(/^daily |"running"/m);
        going.signal('SIGINT');
        return going.ended;
      },
    },
  ],
  READER_UNAVAILABLE: [
    {
      doing: 'What stands in for a source that is read in place is a stream.',
      words: ['run', 'daily'],
      files: {
        ...shop(`
export const desk = source('desk.orders', { reader: files('orders/*'), columns: { n: col.integer() } });
export const numbers = table('silver.numbers', { columns: { n: col.integer() }, rows: sql\`select n from \${desk}\` });
export const daily = job('daily', { when: byHand, build: [numbers] });
`).files,
        'esteira.config.ts': `import { env } from 'esteira';
import { duckdb, folder, project, sqlite } from 'esteira/config';
import { postgres } from 'esteira/postgres';

export default project({
  name: 'shop',
  pipelines: { shop: 'definitions/*.ts' },
  standard: 'local',
  environments: {
    local: {
      warehouse: duckdb({ folder: 'warehouse' }),
      state: sqlite({ file: 'warehouse/state.sqlite' }),
      files: folder({ path: 'data' }),
      standIns: { 'desk.*': postgres(env('DESK_URL')).changes('{name}') },
    },
  },
});
`,
      },
      before: [['setup']],
    },
  ],
  FILE_UNUSABLE: [
    {
      doing: 'The file of the state is something else.',
      words: ['status'],
      files: { 'warehouse/state.sqlite': 'no database\n'.repeat(100) },
    },
    {
      doing: 'The file of a catalog is something else.',
      words: ['query', 'from silver.numbers'],
      files: { 'warehouse/shop.duckdb': 'no database\n'.repeat(1000) },
    },
    {
      doing: 'A file is where a folder should be.',
      words: ['status'],
      files: { warehouse: 'a file' },
    },
  ],
  STATE_NEWER: [
    {
      doing: 'A newer version of Esteira has used the project.',
      words: ['status'],
      ...shop(numbers),
      before: [['status']],
      arrange: async (sandbox) => {
        const state = new DatabaseSync(sandbox.file('warehouse/state.sqlite'));
        state.exec('update version set number = 1000');
        state.close();
        return undefined;
      },
      varying: /(?<=version )[1-9]\d?$/gm,
    },
    {
      doing: 'A newer version of Esteira has set up a catalog.',
      words: ['run', 'daily'],
      ...shop(numbers),
      before: [['setup']],
      arrange: async (sandbox) => {
        const instance = await DuckDBInstance.create(sandbox.file('warehouse/shop.duckdb'));
        const connection = await instance.connect();
        await connection.run('update _esteira.version set number = 1000');
        connection.closeSync();
        instance.closeSync();
        return undefined;
      },
      varying: /(?<=version )[1-9]\d?$/gm,
    },
  ],
};
