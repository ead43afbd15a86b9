import type { Account } from './warehouse.ts';

/** What a step that has no rows accounts for. */
export const noRows: Account = Object.freeze({
  in: 0,
  valid: 0,
  invalid: 0,
  duplicates: 0,
  held: 0,
  inserted: 0,
  updated: 0,
  deleted: 0,
  unchanged: 0,
  stale: 0,
});
