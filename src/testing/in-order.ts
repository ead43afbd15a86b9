import { type Columns, keyOf } from '../columns/index.ts';

type Row = Readonly<Record<string, unknown>>;

/** Rows in the order of the key of these columns, and of others after it, what is missing last; rows without a key stay as they are. */
export function inOrder(rows: readonly Row[], columns: Columns, others: readonly string[] = []): readonly Row[] {
  const key = [...keyOf(columns), ...others].map((name) => [name, columns[name]?.facts.kind ?? 'text'] as const);
  return rows.toSorted((one, other) => {
    for (const [name, kind] of key) {
      const order = compared(one[name], other[name], kind);
      if (order !== 0) return order;
    }
    return 0;
  });
}

function compared(one: unknown, other: unknown, kind: string): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  if (one instanceof Temporal.PlainDate) return Temporal.PlainDate.compare(one, other as Temporal.PlainDate);
  if (one instanceof Temporal.Instant) return Temporal.Instant.compare(one, other as Temporal.Instant);
  const [left, right] = [one, other].map((value) => (kind === 'decimal' ? digits(value) : value)) as [string, string];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Decimals of one column have the same number of digits after the point. */
const digits = (value: unknown): bigint => BigInt(String(value).replace('.', ''));
