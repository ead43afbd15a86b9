import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { definitions } from '../errors/case.ts';
import { Sandbox } from '../sandbox.ts';

/** Secrets, by where they are: in the environment, or in `.env`. Each stands where it could be told. */
const environment = {
  ORDERS_TOKEN: 'tok-5f2c9a/ü"4417',
  SHOP_WAREHOUSE_SECRET: 'warehouse-9c41d7',
};
const file = {
  // Not secret by its name: but it is the address that a reader uses.
  DESK: 'host=desk password=desk-77aa31',
  DESK_URL: 'postgres://ana:pg-88bb42@127.0.0.1:1/orders',
  FILES_KEY: 'files-66cc53',
};
const secrets = [...Object.values({ ...environment, ...file }), 'desk-77aa31', 'pg-88bb42'];

const config = `import { env, files } from 'esteira';
import { duckdb, folder, project, sqlite } from 'esteira/config';

export default project({
  name: 'shop',
  pipelines: { shop: 'definitions/*.ts' },
  standard: 'local',
  environments: {
    local: {
      warehouse: duckdb({ folder: env('SHOP_WAREHOUSE_SECRET') }),
      state: sqlite({ file: '.esteira/state.sqlite' }),
      files: folder({ path: env('FILES_KEY') }),
      standIns: { 'desk.orders': files('orders/*.csv') },
      retries: { times: 0, wait: '1 second' },
    },
  },
});
`;
const body = `
const token = process.env.ORDERS_TOKEN ?? '';
export const orders = source('desk.orders', { reader: postgres(env('DESK')).table('orders', { cursor: 'n' }), columns: { n: col.integer() }, breach: 'set aside' });
export const other = source('desk.other', { reader: postgres(env('DESK_URL')).table('other'), columns: { n: col.integer() } });
export const bronze = table('bronze.orders', { columns: { n: col.integer() }, rows: orders.unread, write: 'append', invalid: 'set aside' });
export const failing = table('silver.failing', { columns: { n: col.integer() }, rows: sql\`select cast(\${token} || n as integer) as n from \${bronze}\` });
export const throwing = table('silver.throwing', { columns: { n: col.integer() }, rows: from(bronze, (row) => { throw new Error('no answer for ' + token); return row; }) });
export const unread = table('silver.unread', { columns: { n: col.integer() }, rows: sql\`select n from \${other}\` });
export const load = job('load', { when: byHand, build: [bronze] });
export const daily = job('daily', { when: byHand, build: [failing, throwing] });
export const one = job('one', { when: byHand, build: [failing] });
export const desk = job('desk', { when: byHand, build: [unread] });
`;

/** As it is, in an address, and in JSON. */
const spellings = (secret: string): readonly string[] => [
  ...new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]),
];
const leaks = (bytes: Buffer): readonly string[] =>
  secrets.filter((secret) => spellings(secret).some((spelled) => bytes.includes(spelled)));

describe('a secret of the environment or of .env', { concurrency: false }, () => {
  let sandbox: Sandbox;
  const told: { readonly command: string; readonly bytes: Buffer }[] = [];

  before(async () => {
    const dotenv = Object.entries(file).map(([name, value]) => `${name}='${value}'\n`);
    sandbox = new Sandbox(
      {
        'esteira.config.ts': config,
        'definitions/shop.ts': definitions(body),
        '.env': dotenv.join(''),
        [`${file.FILES_KEY}/orders/a.csv`]: 'n\n1\n2\n',
        [`${file.FILES_KEY}/orders/b.csv`]: 'm\n"1\n2\n',
      },
      { env: environment },
    );
    const both = ['check', 'doctor', 'plan daily', 'run daily', 'compile', 'show latest', 'logs latest', 'status'];
    const order = [
      'check',
      'setup',
      'doctor',
      'plan load',
      'run load',
      'plan daily',
      'run one',
      'run daily',
      'run desk',
    ];
    const looks = ['compile', 'status', 'runs', 'show latest', 'logs latest', 'show desk.orders', 'run nothing'];
    for (const command of [...order, ...looks]) {
      const forms = [
        [],
        ...(both.includes(command) ? [['--json']] : []),
        ...(command === 'run daily' ? [['--json', '--progress']] : []),
      ];
      for (const form of forms) {
        const { out, err } = await sandbox.run(...command.split(' '), ...form);
        told.push({ command: [command, ...form].join(' '), bytes: Buffer.from(out + err) });
      }
    }
  });

  it('is in no output, although the engine, a function and the disk speak of it', () => {
    const all = told
      .map(({ command, bytes }) => ({ command, leaks: leaks(bytes) }))
      .filter((one) => one.leaks.length > 0);
    assert.deepEqual(all, []);
    const text = told.map(({ bytes }) => bytes.toString()).join('\n');
    for (const sign of ['could not convert', 'no answer for ***', 'SOURCE_UNREACHABLE', 'b.csv'])
      assert.match(text, new RegExp(sign.replaceAll('*', '\\*'), 'i'), 'the case was reached');
  });

  it('is in no file below .esteira: state, logs, lock, what was remembered', () => {
    const folder = sandbox.file('.esteira');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    const found = files.filter((one) => leaks(readFileSync(path.join(one.parentPath, one.name))).length > 0);
    assert.deepEqual(
      found.map(({ name }) => name),
      [],
    );
    assert.ok(files.some(({ name }) => name === 'state.sqlite'));
  });

  it('is in no row of what Esteira keeps in the warehouse', () => {
    const catalog = path.join(sandbox.file(environment.SHOP_WAREHOUSE_SECRET), 'shop.duckdb');
    assert.ok(existsSync(catalog));
    assert.deepEqual(leaks(readFileSync(catalog)), []);
  });

  it('is named in .env.example, without its value, and .env stays as it was', () => {
    const example = readFileSync(sandbox.file('.env.example'), 'utf8');
    assert.deepEqual(leaks(Buffer.from(example)), []);
    for (const name of ['DESK', 'DESK_URL', 'FILES_KEY', 'SHOP_WAREHOUSE_SECRET'])
      assert.match(example, new RegExp(`^${name}=$`, 'm'));
    assert.match(readFileSync(sandbox.file('.env'), 'utf8'), /desk-77aa31/);
  });
});
