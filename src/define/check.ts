import { type Definition, define } from './definition.ts';
import type { Limit, RowMeasure } from './limit.ts';

export interface Check extends Definition<'check'> {
  readonly limit: Limit<RowMeasure>;
  readonly otherwise: 'block' | 'warn';
}

/**
 * Holds back rows: judged with the candidate of the lowest table it mentions, before anyone can read it. `warn` lets them through and says so.
 */
export const check = (
  name: string,
  limit: Limit<RowMeasure>,
  how: { readonly otherwise?: 'block' | 'warn' } = {},
): Check => define({ kind: 'check', name, dependsOn: limit.of, limit, otherwise: how.otherwise ?? 'block' });
