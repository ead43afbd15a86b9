import type { FeatureColumn } from '../features.ts';
import type { Bound, BoundInput } from './bound.ts';
import type { Session, Values } from './session.ts';

type Columns = Readonly<Record<string, FeatureColumn>>;
/** Predicts rows by columns of the names that the model knows: for each column that it predicts a number a row, NaN where there is none. */
export type Predict = (columns: Columns, rows: number) => readonly Float64Array[];

/** Rows that are asked at once: few enough for what lies between the nodes of the model to stay in a near cache. */
const atOnce = 4096;

/**
 * A missing number is NaN and a missing text is empty, as the format has it; an input of whole numbers or of booleans knows neither, and a row that has
 * such a one is not predicted.
 */
export function onnxPredictor(session: Session, { inputs, output }: Bound): Predict {
  const { name, width, places } = output;
  return (columns, rows) => {
    const readers = inputs.map((input) => ({ input, read: readerOf(input, columns) }));
    const found = places.map(() => new Float64Array(rows));
    for (let from = 0; from < rows; from += atOnce) {
      const count = Math.min(atOnce, rows - from);
      const unknown: number[] = [];
      const given = Object.fromEntries(readers.map(({ input, read }) => [input.name, read(from, count, unknown)]));
      const values = session.run(given, { rows: count, outputs: [name] })[name] as Float64Array;
      for (const [index, place] of places.entries()) {
        const into = found[index] as Float64Array;
        for (let row = 0; row < count; row += 1) into[from + row] = values[row * width + place] as number;
        for (const row of unknown) into[from + row] = Number.NaN;
      }
    }
    return found;
  };
}

/** How many numbers a model gives for a row: it says so, or is asked about the first. */
export function widthOf(
  session: Session,
  inputs: Bound['inputs'],
  of: { readonly name: string; readonly columns: Columns },
): number {
  const { shape = [] } = session.outputs.find(({ name }) => name === of.name) ?? {};
  if (!shape.includes(-1)) return shape.reduce((product, one) => product * one, 1);
  const given = Object.fromEntries(inputs.map((input) => [input.name, readerOf(input, of.columns)(0, 1, [])]));
  return (session.run(given, { rows: 1, outputs: [of.name] })[of.name] as Float64Array).length;
}

/** Values of some rows, beside each other; `unknown` is told of rows that the input cannot be given. */
type Read = (from: number, count: number, unknown: number[]) => Values;

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  bool: Uint8Array,
} as const;

function readerOf({ type, features }: BoundInput, columns: Columns): Read {
  const own = features.map((name) => columns[name] as FeatureColumn);
  const width = own.length;
  if (type === 'string')
    return (from, count) => {
      const texts = new Array<string>(count * width);
      for (const [at, column] of own.entries()) {
        if (column.of !== 'texts') continue;
        for (let row = 0; row < count; row += 1)
          texts[row * width + at] = column.words[column.codes[from + row] as number] ?? '';
      }
      return texts;
    };
  const takesNaN = type === 'float32' || type === 'float64';
  return (from, count, unknown) => {
    const values = type === 'int64' ? new BigInt64Array(count * width) : new arrays[type](count * width);
    for (const [at, column] of own.entries()) {
      if (column.of === 'texts') continue;
      const { values: all, valid } = column;
      for (let row = 0; row < count; row += 1) {
        const isThere = valid === undefined || valid[from + row] === 1;
        const value = isThere ? (all[from + row] as number) : Number.NaN;
        const place = row * width + at;
        if (takesNaN) values[place] = value;
        else if (!Number.isSafeInteger(value)) unknown.push(row);
        else values[place] = type === 'int64' ? BigInt(value) : value;
      }
    }
    return values;
  };
}
