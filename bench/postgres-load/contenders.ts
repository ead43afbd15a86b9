import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { esteira, installPackage } from '../esteira.ts';
import { writeConfiguration } from '../generated.ts';
import { measure, type Sample } from '../measure.ts';
import { emptyPlace, peers, place, root } from '../places.ts';
import { server, table } from './rows.ts';

/** One tool that keeps the table in a folder of its own. */
export interface Tool {
  readonly name: string;
  /** Why it cannot be measured here. */
  readonly missing?: string;
  readonly version?: string;
  readonly folder: string;
  /** Below the folder. */
  readonly database: string;
  readonly table: string;
  /** An empty folder with what it needs; not measured. */
  readonly prepare: () => Promise<void> | void;
  /** The first time all rows, later what has changed: merged by key. */
  readonly load: (round: number) => Promise<Sample>;
}

const definitions = `import { byHand, col, env, job, source, table } from 'esteira';
import { postgres } from 'esteira/postgres';
const columns = {
  id: col.bigint().key(), updated_at: col.timestamp(), amount: col.decimal(12, 2).optional(), note: col.text().optional(), active: col.boolean(),
  payload: col.json(), uid: col.text(), day: col.date(), score: col.real(), qty: col.integer(),
};
export const orders = source('shop.orders', { reader: postgres(env('SHOP_URL')).table('${table}', { cursor: 'updated_at' }), columns });
export const kept = table('silver.orders', { columns, rows: orders.unread, write: 'merge', invalid: 'set aside' });
export const load = job('load', { when: byHand, build: [kept] });
`;

function esteiraTool(): Tool {
  installPackage();
  const folder = place('postgres-load', 'esteira');
  const env = { SHOP_URL: server };
  return {
    name: 'esteira',
    folder,
    database: 'data/loaded.duckdb',
    table: 'silver.orders',
    prepare: async () => {
      emptyPlace('postgres-load', 'esteira');
      writeConfiguration({ folder, catalog: 'loaded' });
      mkdirSync(path.join(folder, 'definitions'));
      writeFileSync(path.join(folder, 'definitions', 'orders.ts'), definitions);
      await esteira(folder, ['setup'], { env });
    },
    load: () => esteira(folder, ['run', 'load', '--again'], { env }),
  };
}

/** The last takes a hundred times as long as the first: whoever has no such time names the others. */
const backends = ['connectorx', 'pyarrow', 'sqlalchemy'] as const;
const wanted = process.env['ESTEIRA_BENCH_DLT']?.split(',') ?? backends;

function dltTool(backend: (typeof backends)[number]): Tool {
  const home = path.join(peers, 'dlt');
  const folder = place('postgres-load', `dlt-${backend}`);
  const there = existsSync(path.join(home, 'installed.txt'));
  const version = there ? /^dlt==(.*)$/m.exec(readFileSync(path.join(home, 'installed.txt'), 'utf8'))?.[1] : undefined;
  const env = {
    SHOP_URL: server,
    BACKEND: backend,
    DLT_DATA_DIR: path.join(folder, 'dlt'),
    RUNTIME__DLTHUB_TELEMETRY: 'false',
  };
  return {
    name: `dlt ${backend}`,
    ...(there ? {} : { missing: 'dlt is not installed: bench/peers/install.sh dlt' }),
    ...(wanted.includes(backend) ? {} : { missing: `dlt ${backend}: not among ESTEIRA_BENCH_DLT` }),
    ...(version ? { version } : {}),
    folder,
    database: 'loaded.duckdb',
    table: 'silver.orders',
    prepare: () => {
      emptyPlace('postgres-load', `dlt-${backend}`);
      cpSync(path.join(root, 'bench', 'peers', 'dlt', 'load.py'), path.join(folder, 'load.py'));
    },
    load: () => measure({ file: path.join(home, 'bin', 'python'), args: ['load.py', table], folder, env }),
  };
}

export const tools = (): readonly Tool[] => [esteiraTool(), ...backends.map(dltTool)];
