import type { WantedModel } from '../model/index.ts';
import { rowReader } from '../model/readers.ts';

/** Rows of one request on their way to a thread: what is a number in one buffer that is handed over, the rest as words. */
export interface PackedRows {
  readonly rows: number;
  /** One row after the other; NaN where something is missing. */
  readonly numbers: Float64Array;
  readonly words: readonly (readonly (string | null)[])[];
}
type Row = Readonly<Record<string, unknown>>;

/** How rows of a model are packed, and made rows again. */
export interface Packing {
  /** Of one row, nearly. */
  readonly bytes: number;
  pack(rows: readonly Row[]): PackedRows;
  unpack(packed: PackedRows): readonly object[];
}

/** Of a family the member stands on each row, as it is called. */
export function packingOf({ features, each }: WantedModel): Packing {
  const own = features.filter(({ name }) => !each.includes(name));
  const numbers = own.filter(({ kind }) => kind !== 'words');
  const words = [...each, ...own.filter(({ kind }) => kind === 'words').map(({ name }) => name)];
  const read = rowReader(numbers);
  const make = rowMaker(
    numbers.map(({ name }) => name),
    words,
  );
  const wordOf = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));
  return {
    bytes: 8 * numbers.length + 32 * words.length,
    pack(rows) {
      const packed = new Float64Array(numbers.length * rows.length);
      read(rows, 0, rows.length, packed);
      return { rows: rows.length, numbers: packed, words: words.map((name) => rows.map((row) => wordOf(row[name]))) };
    },
    unpack: (packed) => Array.from({ length: packed.rows }, (_, row) => make(packed, row)),
  };
}

/** A constructor of its own: objects with many columns that are filled by name are slow, and stay so. */
function rowMaker(numbers: readonly string[], words: readonly string[]): (packed: PackedRows, row: number) => object {
  const lines = [
    ...numbers.map((name, place) => `this[${JSON.stringify(name)}] = numbers[at + ${place}];`),
    ...words.map((name, place) => `this[${JSON.stringify(name)}] = words[${place}][row];`),
  ];
  const Made = new Function('numbers', 'words', 'row', `const at = row * ${numbers.length};\n${lines.join('\n')}`);
  return ({ numbers: own, words: texts }, row) => Reflect.construct(Made, [own, texts, row]) as object;
}
