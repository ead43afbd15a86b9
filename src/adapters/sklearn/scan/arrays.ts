import { Broken, type Bytes } from './bytes.ts';
import { isNone, isNumber, type Made, type Type, type Value } from './values.ts';

/** How joblib marks that the numbers of an array follow, or a pickle of its objects. */
export const arrayWrapper = 'joblib.numpy_pickle.NumpyArrayWrapper';

/** Above what a node of a tree has, and what an array has. */
const mostFields = 64;
const mostDimensions = 64;
/** Numbers, texts of one length, objects; and records of numbers, as the nodes of a tree are. */
const numbers = /^(?:b1|[iu][1248]|f(?:2|4|8|16)|c(?:8|16|32))$/;

/**
 * A type of numpy that says of itself what is so. One that says less (objects that are said to be numbers) would make numpy take bytes of the file for
 * addresses. Throws Broken for any other.
 */
export function typeOf(value: Made): Type {
  if (value.by !== 'call') throw new Broken('an array has no type');
  const given = value.given.kind === 'tuple' ? value.given.items : [];
  const state = value.state?.kind === 'tuple' ? value.state.items : [];
  const [code] = given;
  const name = code?.kind === 'text' ? code.text : '';
  const wrong = (): Broken => new Broken(`the type of an array is not as numpy writes it (${name.slice(0, 20)})`);
  const [version, order, , names, fields, size, alignment, flags] = state;
  if (state.length !== 8 || !isNumber(version, 3) || order?.kind !== 'text' || !/^[<>=|]$/.test(order.text))
    throw wrong();
  if (!isNone(state[2])) throw wrong();
  const isPlain = isNone(names) && isNone(fields);
  const [letter = '', count] = [name[0], Number(name.slice(1))];
  if (isPlain && isNumber(size, -1) && isNumber(alignment, -1)) {
    if (name === 'O8' && isNumber(flags, 63)) return { bytes: 8, isObject: true, hasFields: false };
    if (numbers.test(name) && isNumber(flags, 0)) return { bytes: count, isObject: false, hasFields: false };
  }
  if (!/^[USV][1-9]\d{0,8}$/.test(name) || size?.kind !== 'number') throw wrong();
  const bytes = letter === 'U' ? 4 * count : count;
  if (size.number !== bytes) throw wrong();
  if (isPlain && letter !== 'V' && isNumber(flags, 8)) return { bytes, isObject: false, hasFields: false };
  if (letter !== 'V' || !isNumber(flags, 16) || names?.kind !== 'tuple') throw wrong();
  if (fields?.kind !== 'dict' || fields.hasMore || fields.entries.size !== names.items.length) throw wrong();
  if (names.items.length > mostFields) throw wrong();
  for (const name of names.items) {
    const field = name.kind === 'text' ? fields.entries.get(name.text) : undefined;
    const [of, offset, ...more] = field?.kind === 'tuple' ? field.items : [];
    const inside = judged(of);
    const isInside = offset?.kind === 'number' && offset.number >= 0 && offset.number + (inside?.bytes ?? 0) <= bytes;
    if (!inside || inside.isObject || inside.hasFields || !isInside || more.length > 0) throw wrong();
  }
  // numpy keeps this very dictionary.
  fields.isTaken = true;
  return { bytes, isObject: false, hasFields: true };
}

const judged = (value: Value | undefined): Type | undefined => (value?.kind === 'made' ? value.type : undefined);

const attributes = ['subclass', 'shape', 'order', 'dtype', 'allow_mmap', 'numpy_array_alignment_bytes'];
const longest = 2 ** 31;

/** Reads over the numbers of an array; `objects` is called where a pickle of objects stands instead. */
export function readArray(wrapper: Made, bytes: Bytes, objects: () => void): void {
  const { state, by, given } = wrapper;
  const wrong = bytes.broken('an array is not written as joblib writes it');
  if (by !== 'new' || given.kind !== 'tuple' || given.items.length > 0) throw wrong;
  if (state?.kind !== 'dict' || state.hasMore || [...state.entries.keys()].some((name) => !attributes.includes(name)))
    throw wrong;
  const of = (name: string): Value | undefined => state.entries.get(name);
  const [subclass, shape, order, alignment] = ['subclass', 'shape', 'order', 'numpy_array_alignment_bytes'].map(of);
  if (subclass?.kind !== 'named' || subclass.name !== 'numpy.ndarray') throw wrong;
  if (order?.kind !== 'text' || !/^[CF]$/.test(order.text) || shape?.kind !== 'tuple') throw wrong;
  const type = judged(of('dtype'));
  if (type === undefined || shape.items.length > mostDimensions) throw wrong;
  let count = 1;
  for (const length of shape.items) {
    if (length.kind !== 'number' || !(length.number >= 0 && length.number <= longest)) throw wrong;
    count *= length.number;
  }
  bytes.between('an array stands within a frame');
  if (type.isObject) {
    objects();
    return;
  }
  if (alignment !== undefined && !isNone(alignment)) {
    if (!isNumber(alignment, 16)) throw wrong;
    bytes.bytes(bytes.byte());
  }
  // A product that no longer is exact is beyond every file.
  if (count * type.bytes > bytes.left) throw bytes.broken('an array says that it has more numbers than the file');
  bytes.bytes(count * type.bytes);
}
