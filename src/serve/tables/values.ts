import type { Columns } from '../../columns/index.ts';
import type { InMemory } from '../../ports/index.ts';
import type { Row } from '../parts.ts';

type Value = (row: number) => unknown;

const epoch = new Temporal.PlainDate(1970, 1, 1);
const dayOf = (days: number): Temporal.PlainDate => epoch.add({ days });

/** The values of a column by row, each as `RowOf` has it; lists and JSON are made anew each time, for whoever gets them may change them. */
export function valuesIn({ facts }: Columns[string], column: InMemory): Value {
  if (column.of === 'instants') {
    const milliseconds = column.milliseconds.of === 'numbers' ? column.milliseconds.values : new Float64Array();
    const { microseconds } = column;
    return (row) => {
      const [whole, beyond] = [milliseconds[row] as number, microseconds[row] as number];
      if (Number.isNaN(whole)) return null;
      if (beyond === 0) return Temporal.Instant.fromEpochMilliseconds(whole);
      return Temporal.Instant.fromEpochNanoseconds(BigInt(whole) * 1_000_000n + BigInt(beyond * 1000));
    };
  }
  if (column.of === 'booleans') {
    const { values, valid } = column;
    return (row) => (valid && valid[row] === 0 ? null : values[row] === 1);
  }
  if (column.of === 'numbers') {
    const { values, valid } = column;
    if (facts.kind === 'date') {
      const days = new Map<number, Temporal.PlainDate>();
      for (const one of new Set(values)) if (!Number.isNaN(one)) days.set(one, dayOf(one));
      return (row) => days.get(values[row] as number) ?? null;
    }
    return valid ? (row) => (valid[row] === 0 ? null : values[row]) : (row) => values[row];
  }
  const { codes, words } = column;
  if (facts.kind === 'list' || facts.kind === 'json')
    return (row) => ((codes[row] as number) < 0 ? null : JSON.parse(words[codes[row] as number] as string));
  const known: readonly unknown[] = facts.kind === 'bigint' ? words.map(BigInt) : words;
  return (row) => ((codes[row] as number) < 0 ? null : known[codes[row] as number]);
}

/**
 * Makes rows, a new one each time. The function is written out, a name for each column: engines keep such rows as records, and hundreds of columns
 * that a loop adds one by one as dictionaries, which cost ten times as much to make and to read.
 */
export function rowsOf(columns: Columns, values: Readonly<Record<string, Value>>): (row: number) => Row {
  const names = Object.keys(columns);
  // In brackets `__proto__` is a name like others.
  const entries = names.map((name, index) => {
    const called = JSON.stringify(name);
    return `${name === '__proto__' ? `[${called}]` : called}: v${index}(row)`;
  });
  const parameters = names.map((_, index) => `v${index}`);
  const make = new Function(...parameters, `return (row) => ({ ${entries.join(', ')} });`);
  return make(...names.map((name) => values[name])) as (row: number) => Row;
}

/** A key as it is found by, equal where the values are. */
export function keyText({ facts }: Columns[string]): (value: unknown) => unknown {
  switch (facts.kind) {
    case 'date':
    case 'timestamp':
      return String;
    case 'decimal':
      // 1.5 and +01.50 are one number.
      return (value) =>
        String(value)
          .replace(/^\+?(-?)0*(?=\d)/, '$1')
          .replace(/(\.\d*?)0+$/, '$1')
          .replace(/\.$/, '');
    default:
      return (value) => value;
  }
}
