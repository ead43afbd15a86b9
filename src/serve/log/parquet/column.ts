import { Bytes } from './bytes.ts';
import { bitsFor, putPresence, putRun } from './levels.ts';
import { putListSize, type Struct, structBytes } from './thrift.ts';

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
      /** How many bytes that takes, where it is known before. */
      readonly size?: number;
    }
  | {
      readonly rows: number;
      /** Of each run its length; the value of the first run is the first that is put. */
      readonly runs: readonly number[];
      readonly put: (to: Bytes) => void;
    };

// What is written for every column of every group is written byte by byte: made from values, it would cost more than the rows.
const i32 = (to: Bytes, after: number, value: number): void => {
  to.byte((after << 4) | 5);
  to.varint(value * 2);
};
const i64 = (to: Bytes, after: number, value: number): void => {
  to.byte((after << 4) | 6);
  to.varint(value * 2);
};

function putHeader(to: Bytes, kind: keyof typeof pages, of: { size: number; count: number; encoding: number }): void {
  i32(to, 1, pages[kind]);
  i32(to, 1, of.size);
  i32(to, 1, of.size);
  // Fields 5 and 7 are structs.
  to.byte(kind === 'data' ? 0x2c : 0x4c);
  i32(to, 1, of.count);
  i32(to, 1, of.encoding);
  if (kind === 'data') {
    i32(to, 1, encodings.rle);
    i32(to, 1, encodings.rle);
  }
  to.byte(0);
  to.byte(0);
}

const beside = new Bytes(1 << 16);
/** A page whose size is known when it is written. */
function putPage(
  to: Bytes,
  kind: keyof typeof pages,
  of: { count: number; encoding: number },
  write: (to: Bytes) => void,
) {
  beside.length = 0;
  write(beside);
  putHeader(to, kind, { ...of, size: beside.length });
  to.put(beside.view());
}

function putPages(to: Bytes, always: boolean, values: Values): { readonly data: number } {
  const count = values.rows;
  if ('runs' in values) {
    const { runs } = values;
    putPage(to, 'dictionary', { count: runs.length, encoding: encodings.plain }, values.put);
    const data = to.length;
    putPage(to, 'data', { count, encoding: encodings.dictionary }, (into) => {
      if (!always) putPresence(into, count, undefined);
      const bits = bitsFor(runs.length);
      into.byte(bits);
      for (const [index, length] of runs.entries()) putRun(into, length, index, bits);
    });
    return { data };
  }
  const data = to.length;
  const { isThere, put, size } = values;
  beside.length = 0;
  if (!always) putPresence(beside, count, isThere);
  if (size === undefined) put(beside);
  putHeader(to, 'data', { count, encoding: encodings.plain, size: beside.length + (size ?? 0) });
  to.put(beside.view());
  if (size !== undefined) put(to);
  return { data };
}

/** What the end of a file says of each group's column of this name, up to the numbers. */
const beginnings = new WeakMap<Stored, { readonly plain: Buffer; readonly runs: Buffer }>();
function beginningOf(stored: Stored): { readonly plain: Buffer; readonly runs: Buffer } {
  const known = beginnings.get(stored);
  if (known) return known;
  const of = (found: readonly number[]): Buffer =>
    // Without the end of the struct.
    structBytes([
      [1, { i32: types[stored.as] }],
      [2, { i32s: found }],
      [3, { texts: [stored.name] }],
      [4, { i32: 0 }],
    ]).subarray(0, -1);
  const made = {
    plain: of([encodings.plain, encodings.rle]),
    runs: of([encodings.plain, encodings.dictionary, encodings.rle]),
  };
  beginnings.set(stored, made);
  return made;
}

/** A group of rows: its columns, and what the end of the file says of them. */
export class Group {
  readonly #to: Bytes;
  readonly #base: number;
  readonly #start: number;
  readonly #about = new Bytes(1 << 12);

  /** `from` is where in the file the group will stand, which is written to `to`. */
  constructor(to: Bytes, { from, columns }: { readonly from: number; readonly columns: number }) {
    this.#to = to;
    this.#start = to.length;
    this.#base = from - to.length;
    this.#about.byte(0x19);
    putListSize(this.#about, columns);
  }

  put(stored: Stored, values: Values): void {
    const to = this.#to;
    const about = this.#about;
    const start = to.length;
    const { data } = putPages(to, stored.always === true, values);
    const size = to.length - start;
    const isRuns = 'runs' in values;
    i64(about, 2, this.#base + start);
    about.byte(0x1c);
    about.put(isRuns ? beginningOf(stored).runs : beginningOf(stored).plain);
    i64(about, 1, values.rows);
    i64(about, 1, size);
    i64(about, 1, size);
    i64(about, 2, this.#base + data);
    if (isRuns) i64(about, 2, this.#base + start);
    about.byte(0);
    about.byte(0);
  }

  end(rows: number): Buffer {
    i64(this.#about, 1, this.#to.length - this.#start);
    i64(this.#about, 1, rows);
    this.#about.byte(0);
    return this.#about.view();
  }
}

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
