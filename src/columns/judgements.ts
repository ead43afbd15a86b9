import type { ColumnFacts, Rule } from './column.ts';
import type { Columns } from './rows.ts';

/** One thing that a column's value must be; `flag` is its boolean column among the invalid rows, false when it fails. */
export type Judgement = {
  readonly column: string;
  readonly flag: string;
} & (Rule | { readonly code: 'kind'; readonly allowed: string });

/** A kind in one word: 'date', 'decimal(12,2)'. */
const kindText = ({ kind, of }: ColumnFacts): string => (kind === 'decimal' ? `decimal(${of})` : kind);

/**
 * Everything that these columns promise, in order: present (unless optional), of its kind, then the rules as written. Text has no `kind`: any
 * text is text. A value that is there but not of its kind fails `kind` alone; a missing value fails `present` alone.
 */
export function judgements(columns: Columns): readonly Judgement[] {
  return Object.entries(columns).flatMap(([column, { facts }]) => {
    const rules = facts.rules ?? [];
    const named = rules.find((rule) => rule.code === 'present');
    const found: Judgement[] = [];
    if (!facts.nullable || named) {
      found.push({ code: 'present', allowed: true, column, flag: named?.flag ?? `${column}_present` });
    }
    if (facts.kind !== 'text') found.push({ code: 'kind', allowed: kindText(facts), column, flag: `${column}_kind` });
    for (const rule of rules) {
      if (rule.code !== 'present') found.push({ ...rule, column, flag: rule.flag ?? `${column}_${rule.code}` });
    }
    return found;
  });
}

/** The names of the key columns, in order. */
export const keyOf = (columns: Columns): readonly string[] =>
  Object.entries(columns).flatMap(([name, column]) => (column.facts.isKey ? [name] : []));
