import type { Bound, BoundInput } from '../../learn/onnx/bound.ts';
import type { Session, Values } from '../../learn/onnx/session.ts';
import { numberOf, type PredictedRow, rowMaker } from './readers.ts';
import type { Score } from './scorers.ts';
import type { WantedModel } from './wanted.ts';

/** Rows of requests through a model of the ONNX format, as `onnxPredictor` takes columns of them. */
export function onnxScore(session: Session, { inputs, output }: Bound, of: WantedModel): Score {
  const { name, width, places } = output;
  const kinds = new Map(of.features.map((feature) => [feature.name, feature.kind]));
  const readers = inputs.map((input) => ({ name: input.name, read: readerOf(input, kinds) }));
  const make = rowMaker(of.outputs);
  const several = manyMaker(of.outputs);
  return (rows) => {
    if (rows.length === 0) return [];
    const unknown = new Set<number>();
    const given = Object.fromEntries(readers.map((one) => [one.name, one.read(rows, unknown)]));
    const values = session.run(given, { rows: rows.length, outputs: [name] })[name] as Float64Array;
    const valueAt = (row: number, place: number): number | null => {
      const value = values[row * width + place] as number;
      return unknown.has(row) || Number.isNaN(value) ? null : value;
    };
    return rows.map((_, row): PredictedRow => {
      if (places.length > 2) return several(places.map((place) => valueAt(row, place)));
      const [one = 0, other] = places;
      return make(valueAt(row, one), other === undefined ? null : valueAt(row, other));
    });
  };
}

const manyMaker =
  (names: readonly string[]) =>
  (values: readonly (number | null)[]): PredictedRow =>
    Object.fromEntries(names.map((name, at) => [name, values[at] ?? null]));

type Read = (rows: readonly object[], unknown: Set<number>) => Values;
const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array } as const;

function readerOf(
  { type, features }: BoundInput,
  kinds: ReadonlyMap<string, WantedModel['features'][number]['kind']>,
): Read {
  const width = features.length;
  const valueIn = (row: object, name: string): unknown => (row as Readonly<Record<string, unknown>>)[name];
  if (type === 'string')
    return (rows) => {
      const texts = new Array<string>(rows.length * width);
      for (const [row, values] of rows.entries())
        for (const [at, name] of features.entries()) texts[row * width + at] = String(valueIn(values, name) ?? '');
      return texts;
    };
  const read = features.map((name) => (kinds.get(name) === 'boolean' ? booleanOf : numberOf));
  const takesNaN = type === 'float32' || type === 'float64';
  return (rows, unknown) => {
    const values = type === 'int64' ? new BigInt64Array(rows.length * width) : new arrays[type](rows.length * width);
    for (const [row, of] of rows.entries())
      for (const [at, name] of features.entries()) {
        const value = (read[at] as typeof numberOf)(valueIn(of, name));
        if (takesNaN) values[row * width + at] = value;
        else if (!Number.isSafeInteger(value)) unknown.add(row);
        else values[row * width + at] = type === 'int64' ? BigInt(value) : value;
      }
    return values;
  };
}
const booleanOf = (value: unknown): number => (typeof value === 'boolean' ? Number(value) : numberOf(value));
