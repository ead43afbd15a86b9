import { Bytes } from './bytes.ts';
import { bitsFor, putPresence, putRun } from './levels.ts';
import { putStruct, type Struct, structBytes } from './thrift.ts';

/** What Parquet calls what is in its files. */
const types = { boolean: 0, int32: 1, int64: 2, double: 5, bytes: 6 } as const;
const encodings = { plain: 0, rle: 3, dictionary: 8 } as const;
const pages = { data: 0, dictionary: 2 } as const;

/** How a column is stored, and what it means where that is not the same. */
export interface Stored {
  readonly name: string;
  readonly as: keyof typeof types;
  readonly means?: 'text' | 'date' | 'instant';
  /** Every row has a value. */
  readonly always?: true;
}

const meanings = {
  text: { converted: 0, logical: [[1, { struct: [] }]] },
  date: { converted: 6, logical: [[6, { struct: [] }]] },
  instant: {
    converted: 10,
    // In UTC, to the microsecond.
    logical: [
      [
        8,
        {
          struct: [
            [1, { yes: true }],
            [2, { struct: [[2, { struct: [] }]] }],
          ],
        },
      ],
    ],
  },
} as const satisfies Record<string, { converted: number; logical: Struct }>;

/** The columns as the end of a file says them. */
export function schemaBytes(columns: readonly Stored[]): readonly Buffer[] {
  const root = structBytes([
    [4, { text: 'rows' }],
    [5, { i32: columns.length }],
  ]);
  const each = columns.map(({ name, as, means, always }) => {
    const meaning = means && meanings[means];
    return structBytes([
      [1, { i32: types[as] }],
      [3, { i32: always ? 0 : 1 }],
      [4, { text: name }],
      ...(meaning
        ? ([
            [6, { i32: meaning.converted }],
            [10, { struct: meaning.logical }],
          ] as const)
        : []),
    ]);
  });
  return [root, ...each];
}

/** The rows of a column: all of them one by one, or what is the same for many in a row. */
export type Values =
  | {
      readonly rows: number;
      /** Which have a value; absent: all. */
      readonly isThere?: ((row: number) => boolean) | undefined;
      /** Writes those that are there, one after the other. */
      readonly put: (to: Bytes) => void;
    }
  | {
      readonly rows: number;
      /** Of each run its length; the value of the first run is the first that is put. */
      readonly runs: readonly number[];
      readonly put: (to: Bytes) => void;
    };

const headerOf = (page: keyof typeof pages, size: number, about: Struct): Struct => [
  [1, { i32: pages[page] }],
  [2, { i32: size }],
  [3, { i32: size }],
  [page === 'data' ? 5 : 7, { struct: about }],
];

const scratch = new Bytes(1 << 20);
function page(to: Bytes, kind: keyof typeof pages, about: Struct, write: (to: Bytes) => void): void {
  scratch.length = 0;
  write(scratch);
  putStruct(to, headerOf(kind, scratch.length, about));
  to.put(scratch.view());
}

/** Writes the rows of a column; gives what the end of the file says of them. `from` is where in the file `to` begins. */
export function putColumn(to: Bytes, { name, as, always }: Stored, values: Values, from: number): Buffer {
  const start = to.length;
  const isRuns = 'runs' in values;
  const encoding = isRuns ? encodings.dictionary : encodings.plain;
  if (isRuns)
    page(
      to,
      'dictionary',
      [
        [1, { i32: values.runs.length }],
        [2, { i32: encodings.plain }],
      ],
      values.put,
    );
  const data = to.length;
  const about: Struct = [
    [1, { i32: values.rows }],
    [2, { i32: encoding }],
    [3, { i32: encodings.rle }],
    [4, { i32: encodings.rle }],
  ];
  page(to, 'data', about, (into) => {
    if (!always) putPresence(into, values.rows, isRuns ? undefined : values.isThere);
    if (!isRuns) return values.put(into);
    const bits = bitsFor(values.runs.length);
    into.byte(bits);
    for (const [index, count] of values.runs.entries()) putRun(into, count, index, bits);
  });
  const size = to.length - start;
  return structBytes([
    [2, { i64: from + start }],
    [
      3,
      {
        struct: [
          [1, { i32: types[as] }],
          [2, { i32s: [...(isRuns ? [encodings.plain] : []), encoding, encodings.rle] }],
          [3, { texts: [name] }],
          [4, { i32: 0 }],
          [5, { i64: values.rows }],
          [6, { i64: size }],
          [7, { i64: size }],
          [9, { i64: from + data }],
          ...(isRuns ? ([[11, { i64: from + start }]] as const) : []),
        ],
      },
    ],
  ]);
}

/** What the end of a file says of a group of rows. */
export const groupBytes = (columns: readonly Buffer[], { rows, bytes }: { rows: number; bytes: number }): Buffer =>
  structBytes([
    [1, { structs: columns }],
    [2, { i64: bytes }],
    [3, { i64: rows }],
  ]);

export const magic = Buffer.from('PAR1');
/** The end of a file, for what its groups were. */
export function footer(
  schema: readonly Buffer[],
  groups: readonly { readonly rows: number; readonly about: Buffer }[],
): Buffer {
  const about = structBytes([
    [1, { i32: 2 }],
    [2, { structs: schema }],
    [3, { i64: groups.reduce((sum, { rows }) => sum + rows, 0) }],
    [4, { structs: groups.map((group) => group.about) }],
    [6, { text: 'esteira' }],
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(about.length);
  return Buffer.concat([about, length, magic]);
}
