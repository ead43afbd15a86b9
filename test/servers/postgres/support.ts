import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, cpSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';
import { ask, server } from '../../../src/adapters/postgres/testing.ts';
import { definitions } from '../../errors/case.ts';
import { binOf, type Command, Sandbox } from '../../sandbox.ts';

/** Root may write everywhere: what only reads is shown as somebody else, where that one may run this Node. */
const nobody = 65_534;
const asNobody =
  process.getuid?.() === 0 && spawnSync(process.execPath, ['--version'], { uid: nobody, gid: nobody }).status === 0;

/** Files of a day become rows; two tables, so that a run can be cut between them. */
const shop = definitions(`
export const orders = source('shop.orders', { reader: files('orders/{date}.jsonl'), columns: { id: col.bigint().key(), n: col.integer() } });
export const bronze = table('bronze.orders', { columns: { id: col.bigint().key(), n: col.integer() }, rows: orders.unread, write: 'append' });
export const total = table('gold.total', { columns: { n: col.bigint() }, rows: sql\`select sum(n) as n from \${bronze}\` });
export const daily = job('daily', { when: byHand, build: [bronze, total] });
`);

const config = (schema: string): string => `import { duckdb, env, folder, postgres, project } from 'esteira/config';

export default project({
  name: 'shop',
  pipelines: { shop: 'definitions/*.ts' },
  standard: 'cloud',
  environments: {
    cloud: {
      warehouse: duckdb({ folder: env('CATALOGS'), threads: 1 }),
      state: postgres(env('DATABASE_URL'), { schema: '${schema}' }),
      files: folder({ path: 'data' }),
    },
  },
});
`;

const days = ['2026-03-01', '2026-03-02', '2026-03-03'];
const ordersOf = (day: number): string =>
  Array.from({ length: 10 }, (_, index) => `${JSON.stringify({ id: day * 10 + index, n: 1 })}\n`).join('');

/** A project whose state is in a schema of its own, taken away after the tests of the file. */
export function checkout(): { readonly sandbox: Sandbox; readonly schema: string; readonly url: string } {
  const schema = `esteira_test_${randomBytes(6).toString('hex')}`;
  after(() => ask(`drop schema if exists "${schema}" cascade`));
  const orders = Object.fromEntries(days.map((day, index) => [`data/orders/${day}.jsonl`, ordersOf(index)]));
  const sandbox = new Sandbox({ 'definitions/shop.ts': shop, 'esteira.config.ts': config(schema), ...orders });
  const url = new URL(server);
  // The server trusts whoever comes from this machine: the password only shows whether it is told.
  url.password ||= 'correct-horse-battery';
  return { sandbox, schema, url: url.href };
}

/** What a checkout holds beside its local folder and its packages; the latter are a link to this project. */
function filesOf(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    if (name === '.esteira' || name === 'node_modules') return [];
    const file = path.join(folder, name);
    const below = lstatSync(file).isDirectory() ? readdirSync(file, { recursive: true, encoding: 'utf8' }) : [];
    return [file, ...below.map((one) => path.join(file, one))];
  });
}

/** Names, sizes and times of all that a checkout holds. */
export const listing = (folder: string): readonly string[] =>
  filesOf(folder)
    .map((file) => `${file} ${lstatSync(file).size} ${lstatSync(file).mtimeMs}`)
    .toSorted();

/** A folder that whoever carries out commands in containers may write. */
export function volume(folder: string): string {
  mkdirSync(folder, { recursive: true });
  chmodSync(path.dirname(folder), 0o755);
  if (asNobody) chownSync(folder, nobody, nobody);
  return folder;
}

/** A machine of its own: a copy of the checkout that only reads, with an empty local folder. */
export class Container {
  readonly sandbox: Sandbox;
  readonly #env: NodeJS.ProcessEnv;

  constructor(from: Sandbox, env: NodeJS.ProcessEnv) {
    this.sandbox = new Sandbox({});
    this.#env = env;
    const { folder } = this.sandbox;
    for (const name of ['definitions', 'esteira.config.ts', 'data'])
      cpSync(path.join(from.folder, name), path.join(folder, name), { recursive: true, preserveTimestamps: true });
    volume(path.join(folder, '.esteira'));
    chmodSync(path.dirname(folder), 0o755);
    for (const file of filesOf(folder)) chmodSync(file, lstatSync(file).isDirectory() ? 0o555 : 0o444);
    chmodSync(folder, 0o555);
  }

  start(...words: readonly string[]): Command {
    return this.sandbox.startProgram(process.execPath, [binOf(this.sandbox.folder), ...words], {
      env: this.#env,
      ...(asNobody ? { uid: nobody } : {}),
    });
  }

  async succeed(...words: readonly string[]): Promise<string> {
    const { exit, out, err } = await this.start(...words).ended;
    if (exit !== 0) throw new Error(`esteira ${words.join(' ')} ended with ${exit}: ${out}${err}`);
    // Beside an answer that is read by a program it may say for whom it waits.
    return words.includes('--json') ? out : out + err;
  }
}
