/** Just enough of WebAssembly's binary format for the loops that are worth it: one memory that is brought along, functions without results. */
export type Code = readonly (number | Code)[];
export type Type = 'whole' | 'double' | 'two doubles';
const types: Readonly<Record<Type, number>> = { whole: 0x7f, double: 0x7c, 'two doubles': 0x7b };

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return [...bytes, left];
}
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value; ; left >>= 7) {
    const last = left >= -64 && left < 64;
    bytes.push((left & 127) | (last ? 0 : 128));
    if (last) return bytes;
  }
}
const flat = (code: Code): number[] => code.flatMap((part) => (typeof part === 'number' ? [part] : flat(part)));
const counted = (parts: readonly number[][]): number[] => [...unsigned(parts.length), ...parts.flat()];
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
const text = (word: string): number[] => sized([...Buffer.from(word)]);
const simd = (code: number): number[] => [0xfd, ...unsigned(code)];

/** Operations; operands come first, as they are computed first. Addresses are bytes, and comparisons give 1 or 0. */
export const op = {
  get: (local: number): Code => [0x20, unsigned(local)],
  set: (local: number, value: Code): Code => [value, 0x21, unsigned(local)],
  whole: (value: number): Code => [0x41, signed(value)],
  add: (one: Code, other: Code): Code => [one, other, 0x6a],
  and: (one: Code, other: Code): Code => [one, other, 0x71],
  or: (one: Code, other: Code): Code => [one, other, 0x72],
  xor: (one: Code, other: Code): Code => [one, other, 0x73],
  shiftLeft: (value: Code, by: number): Code => [value, 0x41, signed(by), 0x74],
  shiftRight: (value: Code, by: number): Code => [value, 0x41, signed(by), 0x76],
  shiftedRight: (value: Code, by: Code): Code => [value, by, 0x76],
  isZero: (value: Code): Code => [value, 0x45],
  isLess: (one: Code, other: Code): Code => [one, other, 0x49],
  word: (at: Code, offset = 0): Code => [at, 0x28, 2, unsigned(offset)],
  double: (at: Code, offset = 0): Code => [at, 0x2b, 3, unsigned(offset)],
  setDouble: (at: Code, value: Code): Code => [at, value, 0x39, 3, 0],
  addDoubles: (one: Code, other: Code): Code => [one, other, 0xa0],
  magnitude: (value: Code): Code => [value, 0x99],
  isAtMost: (one: Code, other: Code): Code => [one, other, 0x65],
  differs: (one: Code, other: Code): Code => [one, other, 0x62],
  /** Towards zero; what is too large is the largest, and what is no number is 0. */
  truncated: (value: Code): Code => [value, 0xfc, 0x02],
  two: (at: Code): Code => [at, simd(0x00), 4, 0],
  setTwo: (at: Code, value: Code): Code => [at, value, simd(0x0b), 4, 0],
  addTwo: (one: Code, other: Code): Code => [one, other, simd(0xf0)],
  /** Two floats, as doubles. */
  twoFloats: (at: Code): Code => [at, simd(0x5d), 3, 0, simd(0x5f)],
  /** Again as long as the condition holds. */
  repeat: (body: Code, condition: Code): Code => [0x03, 0x40, body, condition, 0x0d, 0, 0x0b],
  when: (condition: Code, body: Code): Code => [condition, 0x04, 0x40, body, 0x0b],
} as const;

/** The language's types have no WebAssembly: only a browser's have. What is used of it. */
export interface Memory {
  readonly buffer: ArrayBuffer;
}
interface Engine {
  readonly Memory: new (size: { readonly initial: number }) => Memory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}
const engine = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;

/** So many pages of 64 KiB, up to 65,536. */
export const memoryOf = (pages: number): Memory => new engine.Memory({ initial: pages });

export interface Kernel {
  readonly parameters: readonly Type[];
  readonly locals: readonly Type[];
  readonly body: Code;
}

type Functions<Name extends string> = Readonly<Record<Name, (...given: readonly number[]) => void>>;

/** Functions over a memory; what they are given are addresses and counts. They are translated once, for all memories. */
export function assembled<Name extends string>(
  kernels: Readonly<Record<Name, Kernel>>,
): (memory: Memory) => Functions<Name> {
  const all = Object.entries<Kernel>(kernels);
  const section = (id: number, bytes: readonly number[]): number[] => [id, ...sized(bytes)];
  const typed = (list: readonly Type[]): number[][] => list.map((type) => [types[type]]);
  const signature = ({ parameters }: Kernel): number[] => [0x60, ...counted(typed(parameters)), 0];
  const code = ({ locals, body }: Kernel): number[] =>
    sized([...counted(typed(locals).map((type) => [1, ...type])), ...flat(body), 0x0b]);
  const bytes = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, counted(all.map(([, kernel]) => signature(kernel)))),
    ...section(2, counted([[...text('esteira'), ...text('memory'), 2, 0, 1]])),
    ...section(3, counted(all.map((_, index) => unsigned(index)))),
    ...section(7, counted(all.map(([name], index) => [...text(name), 0, ...unsigned(index)]))),
    ...section(10, counted(all.map(([, kernel]) => code(kernel)))),
  ];
  const module = new engine.Module(Uint8Array.from(bytes));
  return (memory) => new engine.Instance(module, { esteira: { memory } }).exports as Functions<Name>;
}
