import { opcodes } from './opcodes.ts';

/** For tests: pickles, opcode by opcode: `pickled('PROTO', 4, 'os', 'system', 'STACK_GLOBAL', 'STOP')`. */
const codes = new Map([...opcodes].map(([code, { name }]) => [name, code]));

/** Names are opcodes; other texts are pushed as such (SHORT_BINUNICODE); a number is a byte; bytes stand as they are. */
export function pickled(...parts: readonly (string | number | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'number') return Buffer.of(part);
      if (typeof part !== 'string') return part;
      const code = codes.get(part);
      return code === undefined ? text(part) : Buffer.of(code);
    }),
  );
}
export const text = (of: string): Buffer =>
  Buffer.concat([Buffer.of(codes.get('SHORT_BINUNICODE') ?? 0, Buffer.byteLength(of)), Buffer.from(of)]);
export const line = (of: string): Buffer => Buffer.from(`${of}\n`);
export const uint64 = (of: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(of);
  return bytes;
};
export const int32 = (of: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(of);
  return bytes;
};

/** `numpy.dtype(code)` as picklers write it, with the flags that it says it has. */
export const type = (code: string, flags = 0, state: readonly (string | number | Uint8Array)[] = []): Buffer =>
  pickled(
    ...['numpy', 'dtype', 'STACK_GLOBAL', code, 'NEWFALSE', 'NEWTRUE', 'TUPLE3', 'REDUCE'],
    ...['MARK', 'BININT1', 3, '<', 'NONE', 'NONE', 'NONE'],
    ...(state.length > 0 ? state : ['BININT', int32(-1), 'BININT', int32(-1)]),
    ...['BININT1', flags, 'TUPLE', 'BUILD'],
  );

/** What joblib writes before the numbers of an array. */
export const array = (shape: readonly number[], of: Uint8Array): Buffer =>
  pickled(
    ...['joblib.numpy_pickle', 'NumpyArrayWrapper', 'STACK_GLOBAL', 'EMPTY_TUPLE', 'NEWOBJ', 'EMPTY_DICT', 'MARK'],
    ...['subclass', 'numpy', 'ndarray', 'STACK_GLOBAL'],
    ...['shape', 'MARK', ...shape.flatMap((length) => ['BININT', int32(length)]), 'TUPLE'],
    ...['order', 'C', 'dtype', of, 'allow_mmap', 'NEWTRUE', 'SETITEMS', 'BUILD'],
  );
