import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { stageFiles, tablesBeneath } from '../src/adapters/duckdb/files.ts';
import { readRows } from '../src/adapters/duckdb/values.ts';
import type { Columns } from '../src/columns/index.ts';
import type { FileInput, SourceFile } from '../src/ports/index.ts';

export const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;
/** The identity of a row, without the folder that all files of these tests are in. */
export const rid = (name: string, line: number): string => `${name}:${String(line).padStart(10, '0')}`;

const shown = (value: unknown): unknown =>
  value instanceof Temporal.PlainDate || value instanceof Temporal.Instant ? String(value) : value;

/** A folder of files and an engine that reads them, for the tests of one file. */
export class Desk {
  #connection: DuckDBConnection | undefined;
  #folder = '';
  #count = 0;

  constructor() {
    let instance: DuckDBInstance;
    before(async () => {
      instance = await DuckDBInstance.create(':memory:');
      this.#connection = await instance.connect();
      await this.connection.run("set TimeZone = 'UTC'");
      this.#folder = await mkdtemp(path.join(tmpdir(), "esteira reader ç ' "));
    });
    after(async () => {
      this.connection.closeSync();
      instance.closeSync();
      await rm(this.#folder, { recursive: true, force: true });
    });
  }

  get connection(): DuckDBConnection {
    assert.ok(this.#connection);
    return this.#connection;
  }
  get folder(): string {
    return this.#folder;
  }

  async file(name: string, content: string | Uint8Array): Promise<SourceFile> {
    this.#count += 1;
    const location = path.join(this.#folder, `${this.#count}-${name}`);
    await writeFile(location, content);
    const bytes = Buffer.from(content).length;
    const format = /\.csv/.test(name) ? 'csv' : /\.parquet$/.test(name) ? 'parquet' : 'jsonl';
    return { path: `landing/${name}`, location, format, bytes, fingerprint: `${this.#count}` };
  }

  /** What was staged: rows by `_rid`, each as values, `_original` and `_unread`. */
  async stage(columns: Columns, files: readonly SourceFile[], more: Partial<FileInput> = {}) {
    const input = { relation: 'r', source: 's', columns, files, once: true, ...more };
    const result = await stageFiles(this.connection, input, 'r');
    const rows = await this.#ask('select _rid, * exclude (_rid) from r order by _rid', columns);
    const beneath = tablesBeneath('r').map((name) => `drop table if exists "${name}"`);
    await this.connection.run(['drop view r', ...beneath].join('; '));
    const left = await this.#ask("select table_name from duckdb_tables() where table_name like 'r%'");
    assert.deepEqual(left, [], 'no other table is left');
    return { ...result, rows: rows.map(([id, ...row]) => [String(id).replace('landing/', ''), ...row.map(shown)]) };
  }

  async #ask(sql: string, columns: Columns = {}): Promise<readonly (readonly unknown[])[]> {
    return (await readRows(await this.connection.run(sql), { columns })).rows;
  }
}
