import type { Purpose } from '../state/engine.ts';

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** One for each state: who has it shared keeps out who wants it alone, on every machine. */
export const lockOf = (schema: string): string => `hashtextextended(${literal(`esteira state ${schema}`)}, 0)`;

/**
 * Begins a transaction in one message, and gives its number and the version of the tables. Each statement sees what was committed before it began:
 * a snapshot taken before the lock was had would be an old one. A process that is stopped in the middle holds nobody up for long.
 */
export function beginning(schema: string, purpose: Purpose): string {
  const lock = purpose === 'take' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
  return [
    'begin isolation level read committed',
    "set local lock_timeout = '10s'",
    "set local statement_timeout = '25s'",
    "set local idle_in_transaction_session_timeout = '10s'",
    ...(purpose === 'receipt' ? ['set local synchronous_commit = off'] : []),
    `select ${lock}(${lockOf(schema)})`,
    `select txid_current()::text as transaction, (select number from ${quoted(schema)}.version) as version`,
  ].join('; ');
}
