import { cpSync, existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { definitions } from '../errors/case.ts';
import { Looking, ofTheArrival } from '../run/support/compare.ts';
import { Sandbox } from '../sandbox.ts';

/** Files that come in once, a merge, an append, and a table of single days, which only a run of the day fills. */
const shop = definitions(`
export const landing = source('landing.orders', { reader: files('orders-{date}.csv'), columns: { id: col.integer(), n: col.integer(), moment: col.timestamp() } });
export const bronze = table('bronze.orders', { columns: landing.columns, rows: landing.unread, write: 'append' });
export const orders = table('silver.orders', { columns: { id: col.integer().key(), n: col.integer().max(50) },
  rows: sql\`select id, n from \${bronze.since('moment')}\`, write: 'merge', duplicates: keepLatest('n'), invalid: 'set aside' });
export const sold = table('gold.sold', { columns: { id: col.integer(), n: col.integer() }, write: 'append', rows: sql\`select id, n from \${bronze.since('moment')}\` });
export const days = table('gold.days', { columns: { day: col.date(), orders: col.bigint() }, write: 'append',
  rows: sql\`select \${run.date} as day, count(*) as orders from \${orders}\` });
export const daily = job('daily', { when: cron('0 2 * * *', { zone: 'UTC', date: 'the day before' }), build: [sold, days] });
export const other = job('other', { when: byHand, build: [orders] });
`);

export const dates = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05'];
const state = ['warehouse/state.sqlite', 'warehouse/state.sqlite-wal', 'warehouse/state.sqlite-shm'];
const warehouse = ['warehouse/shop.duckdb', 'warehouse/shop.duckdb.wal'];
export const parts = { state, warehouse };

/** A project whose days are run one after the other, each with the file that came on it. */
export class World extends Sandbox {
  constructor(files: Readonly<Record<string, string>> = {}, env: NodeJS.ProcessEnv = {}) {
    super({ 'definitions/shop.ts': shop, ...files }, { env, inside: true });
  }

  /** The file of a date; its orders say what those of the day before said too, and one of them is invalid. */
  arrive(date: string): void {
    const day = dates.indexOf(date) + 1;
    const rows = Array.from(
      { length: 20 },
      (_, index) => `${day * 10 + index},${day * 10 + (index % 7)},${date}T10:00:00Z\n`,
    );
    this.write({ [`data/orders-${date}.csv`]: `id,n,moment\n${rows.join('')}` });
  }
  async day(date: string): Promise<void> {
    this.arrive(date);
    await this.succeed('run', 'daily', '--date', date);
  }

  /** Copies the files of one store beside, or back: as an administrator does who has no other backup. */
  keep(part: keyof typeof parts, as: string): void {
    for (const file of parts[part])
      if (existsSync(this.file(file))) cpSync(this.file(file), this.file(path.join('copies', as, file)));
  }
  bringBack(part: keyof typeof parts, from: string): void {
    for (const file of parts[part]) {
      rmSync(this.file(file), { force: true });
      const kept = this.file(path.join('copies', from, file));
      if (existsSync(kept)) cpSync(kept, this.file(file));
    }
  }
}

/** Rows that one of two worlds has and the other has not, both ways. */
export async function differences(one: Sandbox, other: Sandbox): Promise<readonly string[]> {
  const looking = await Looking.at({ one: one.folder, other: other.folder }, 'shop');
  try {
    return await looking.differences('one', 'other', { without: ofTheArrival });
  } finally {
    looking.close();
  }
}

/** Days that nothing has happened to. */
export async function undisturbed(): Promise<World> {
  const world = new World();
  await world.succeed('setup');
  for (const date of dates) await world.day(date);
  return world;
}
