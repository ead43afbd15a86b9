import { Bytes } from './bytes.ts';

/** A value in Thrift's compact protocol, as far as the footers of Parquet have them. */
type Value =
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly text: string }
  | { readonly yes: boolean }
  | { readonly struct: Struct }
  | { readonly i32s: readonly number[] }
  | { readonly texts: readonly string[] }
  /** Structs, each as its bytes. */
  | { readonly structs: readonly Uint8Array[] };
/** By field number, ascending. */
export type Struct = readonly (readonly [field: number, value: Value])[];

const types = { yes: 1, no: 2, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;

/** Whole numbers, those below zero among them, as one from zero. */
const zigzag = (value: number): number => (value < 0 ? -value * 2 - 1 : value * 2);

function put(to: Bytes, value: Value): void {
  if ('i32' in value) to.varint(zigzag(value.i32));
  else if ('i64' in value) to.varint(zigzag(value.i64));
  else if ('text' in value) putText(to, value.text);
  else if ('struct' in value) putStruct(to, value.struct);
  else if ('i32s' in value) {
    putSize(to, types.i32, value.i32s.length);
    for (const one of value.i32s) to.varint(zigzag(one));
  } else if ('texts' in value) {
    putSize(to, types.binary, value.texts.length);
    for (const one of value.texts) putText(to, one);
  } else if ('structs' in value) {
    putSize(to, types.struct, value.structs.length);
    for (const one of value.structs) to.put(one);
  }
}

const typeOf = (value: Value): number => {
  if ('i32' in value) return types.i32;
  if ('i64' in value) return types.i64;
  if ('text' in value) return types.binary;
  if ('struct' in value) return types.struct;
  if ('yes' in value) return value.yes ? types.yes : types.no;
  return types.list;
};

function putText(to: Bytes, text: string): void {
  const bytes = Buffer.from(text);
  to.varint(bytes.length);
  to.put(bytes);
}

function putSize(to: Bytes, type: number, size: number): void {
  to.byte((Math.min(size, 15) << 4) | type);
  if (size >= 15) to.varint(size);
}

/** Of a list of structs. */
export const putListSize = (to: Bytes, size: number): void => putSize(to, types.struct, size);

function putStruct(to: Bytes, struct: Struct): void {
  let last = 0;
  for (const [field, value] of struct) {
    to.byte(((field - last) << 4) | typeOf(value));
    put(to, value);
    last = field;
  }
  to.byte(0);
}

export function structBytes(struct: Struct): Buffer {
  const to = new Bytes(256);
  putStruct(to, struct);
  return to.view();
}
