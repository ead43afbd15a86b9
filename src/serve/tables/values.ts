import type { Columns } from '../../columns/index.ts';
import type { InMemory } from '../../ports/index.ts';
import type { Row } from '../parts.ts';

type Value = (row: number) => unknown;

const epoch = new Temporal.PlainDate(1970, 1, 1);
const dayOf = (days: number): Temporal.PlainDate => epoch.add({ days });

/** The values of a column by row, each as `RowOf` has it and made when it is asked for, since all at once would keep requests waiting; lists and JSON are made anew each time, for whoever gets them may change them. */
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
      return (row) => {
        const value = values[row] as number;
        if (Number.isNaN(value)) return null;
        const known = days.get(value) ?? dayOf(value);
        days.set(value, known);
        return known;
      };
    }
    return valid ? (row) => (valid[row] === 0 ? null : values[row]) : (row) => values[row];
  }
  const { codes, words } = column;
  if (facts.kind === 'list' || facts.kind === 'json')
    return (row) => ((codes[row] as number) < 0 ? null : JSON.parse(words[codes[row] as number] as string));
  if (facts.kind === 'bigint')
    return (row) => ((codes[row] as number) < 0 ? null : BigInt(words[codes[row] as number] as string));
  return (row) => ((codes[row] as number) < 0 ? null : words[codes[row] as number]);
}

/** Numbers of all rows, those of a row beside each other: a row is then read from one place, not from one for each column. */
export interface Matrix {
  readonly names: readonly string[];
  readonly values: Float64Array;
}

/**
 * Makes rows, a new one each time. The function is written out, a statement for each column: a row of hundreds of columns is then made as a record, where
 * a loop or a literal would make a dictionary, ten times as slow to make and to read.
 */
export function rowsOf(
  columns: Columns,
  { values, matrix }: { readonly values: Readonly<Record<string, Value>>; readonly matrix: Matrix },
): (row: number) => Row {
  const others = Object.keys(columns).filter((name) => !matrix.names.includes(name));
  const statements = Object.entries<Columns[string]>(columns).map(([name, { facts }]) => {
    const called = JSON.stringify(name);
    const at = matrix.names.indexOf(name);
    const number = facts.nullable ? `nullable(m[from + ${at}])` : `m[from + ${at}]`;
    const value = at < 0 ? `v${others.indexOf(name)}(row)` : number;
    const own = `{ value: ${value}, writable: true, enumerable: true, configurable: true }`;
    return name === '__proto__' ? `Object.defineProperty(this, ${called}, ${own});` : `this[${called}] = ${value};`;
  });
  const body = `
    const nullable = (value) => value === value ? value : null;
    function Row(row) {
      const from = row * ${matrix.names.length};
      ${statements.join('\n')}
    }
    Row.prototype = Object.prototype;
    return (row) => new Row(row);`;
  const make = new Function('m', ...others.map((_, index) => `v${index}`), body);
  return make(matrix.values, ...others.map((name) => values[name])) as (row: number) => Row;
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
