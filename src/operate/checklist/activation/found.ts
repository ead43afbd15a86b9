import type { ItemView } from '../views.ts';

/** One item as it is found; `at` is the same of all. */
export type Found = Pick<ItemView, 'item' | 'state' | 'what'> &
  Partial<Pick<ItemView, 'limit' | 'evidence' | 'next' | 'run'>>;
