import type { Warehouse } from '../../ports/index.ts';
import type { Engine } from './connection.ts';
import { dialect } from './dialect.ts';
import { inspect } from './inspect.ts';
import { book, bookkeeping } from './setup.ts';

export interface Emptied extends Warehouse {
  /** Makes a catalog what it was after its set-up, without the first rows of settings. */
  empty(catalog: string): Promise<void>;
}

/** Takes all rows out of a catalog, and what is recorded of them. */
export async function empty(engine: Engine, catalog: string): Promise<void> {
  const tables = (await inspect(engine, catalog)).filter(({ view }) => !view).map(({ place }) => dialect.place(place));
  const stays = ['fence', 'made', 'view_definition'];
  const records = Object.keys(bookkeeping).filter((table) => !stays.includes(table));
  const list = [
    ...[...tables, ...records.map((table) => book(catalog, table))].map((table) => `delete from ${table}`),
    `update ${book(catalog, 'fence')} set token = 0, seq = 0`,
  ];
  engine.watermarks.clear();
  await engine.use((session) => session.transaction(async () => {}, list.join(';\n')));
}
