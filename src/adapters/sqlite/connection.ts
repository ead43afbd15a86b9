import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { named } from './faults.ts';

/** How long a statement waits for another process that is writing. */
const patience = 5_000;
/** Longer ones are lists of rows: they differ each time, so keeping them prepared would only fill the memory. */
const longestKept = 2_000;

export function openDatabase(file: string): DatabaseSync {
  mkdirSync(path.dirname(file), { recursive: true });
  try {
    const database = new DatabaseSync(file, { readBigInts: true, timeout: patience });
    database.exec('pragma journal_mode = wal; pragma synchronous = full');
    return database;
  } catch (error) {
    throw named(error, file);
  }
}

/** What Kysely's SqliteDialect asks of a database, over `node:sqlite`; prepared statements are kept. */
export function thinAdapter(database: DatabaseSync, file: string): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  const attempt = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw named(error, file);
    }
  };
  const wrap = (statement: StatementSync, sql: string): SqliteStatement => ({
    reader: statement.columns().length > 0,
    all: (parameters) => attempt(() => statement.all(...(parameters as SQLInputValue[]))),
    run: (parameters) =>
      // A full disk ends the transaction by itself: what failed is to be said, not that there is nothing to roll back.
      sql === 'rollback' && !database.isTransaction
        ? { changes: 0, lastInsertRowid: 0 }
        : attempt(() => statement.run(...(parameters as SQLInputValue[]))),
    iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
  });
  return {
    prepare(sql) {
      const found = kept.get(sql);
      if (found) return found;
      // A transaction that reads first and writes later could otherwise find that another process wrote between.
      const statement = wrap(database.prepare(sql === 'begin' ? 'begin immediate' : sql), sql);
      if (sql.length <= longestKept) kept.set(sql, statement);
      return statement;
    },
    close: () => database.close(),
  };
}
