import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, pickled, text, type, uint64 } from './pickles.ts';
import { scanPickle } from './scan.ts';

// What the scan believes and what Python does come apart where one judges a caller and the other what was made, where two read one file, and
// where a thing is judged before it is used.
const proto = ['PROTO', 4] as const;
const broken = (of: Uint8Array, why: RegExp): void => {
  const { broken, refused } = scanPickle(of);
  assert.match(broken ?? 'nothing is broken', why);
  assert.deepEqual(refused, []);
};
const good = (of: Uint8Array): void => {
  const { broken, refused } = scanPickle(of);
  assert.deepEqual([broken, refused], [undefined, []]);
};
const global = (module: string, name: string) => [module, name, 'STACK_GLOBAL'] as const;
const reconstructor = global('copyreg', '_reconstructor');
const wrapper = global('joblib.numpy_pickle', 'NumpyArrayWrapper');
const dtype = global('numpy', 'dtype');
const newWrapper = [...wrapper, 'EMPTY_TUPLE', 'NEWOBJ'] as const;
/** The state of an array of eight bytes, and BUILD. */
const built = array([1], type('f8')).subarray(pickled(...newWrapper).length);
/** What Python reads as the numbers of an array, and a scan that reads over none takes for opcodes: a text, and what is in it. */
const hidden = [text('12345'), 'POP', 'STOP'] as const;

test('an array is read over whoever has made what says that it follows', () => {
  const number = Buffer.alloc(8);
  const written = [...reconstructor, ...wrapper, ...global('builtins', 'object'), 'NONE', 'TUPLE3', 'REDUCE'];
  good(pickled(...proto, ...written, built, number, 'STOP'));
  broken(pickled(...proto, ...written, built, number.subarray(1), 'STOP'), /more numbers than the file|cut/);
  const makers = {
    _new_Index: [...global('pandas.core.indexes.base', '_new_Index'), ...wrapper, 'EMPTY_DICT', 'TUPLE2', 'REDUCE'],
    newObj: [...global('sklearn.neighbors._kd_tree', 'newObj'), ...wrapper, 'TUPLE1', 'REDUCE'],
    _mareconstruct: [
      ...global('numpy.ma.core', '_mareconstruct'),
      ...['MARK', ...wrapper, ...global('numpy', 'ndarray'), 'EMPTY_TUPLE', 'b', 'TUPLE', 'REDUCE'],
    ],
    __bit_generator_ctor: [...global('numpy.random._pickle', '__bit_generator_ctor'), ...wrapper, 'TUPLE1', 'REDUCE'],
    _reconstruct: [
      ...global('numpy.core.multiarray', '_reconstruct'),
      ...[...wrapper, 'EMPTY_TUPLE', 'b', 'TUPLE3', 'REDUCE'],
    ],
  };
  for (const made of Object.values(makers)) broken(pickled(...proto, ...made, built, ...hidden), /makes with/);
  broken(
    pickled(...proto, ...reconstructor, ...wrapper, ...dtype, 'NONE', 'TUPLE3', 'REDUCE', built, ...hidden),
    /makes with/,
  );
  // As nobody writes it, and what stands at its name would be called with whatever is given.
  const { refused } = scanPickle(pickled(...proto, ...global('copyreg', '__newobj__'), 'STOP'));
  assert.deepEqual(refused, ['copyreg.__newobj__']);
});

test('what gives back what it was given makes nothing of its own', () => {
  // Types of numpy for one object, and a number of the type of objects, are that object.
  const object = ['O8', 'NEWFALSE', 'NEWTRUE', 'TUPLE3', 'REDUCE'];
  for (const same of [
    [...global('numpy', 'object_'), ...newWrapper, 'TUPLE1', 'REDUCE'],
    [...global('numpy', 'object_'), ...newWrapper, 'TUPLE1', 'NEWOBJ'],
    [...global('numpy.core.multiarray', 'scalar'), ...dtype, ...object, ...newWrapper, 'TUPLE2', 'REDUCE'],
    [...dtype, ...dtype, ...object, 'TUPLE1', 'REDUCE'],
    [...global('numpy.dtypes', 'StrDType'), 'BININT1', 2, 'TUPLE1', 'REDUCE'],
  ])
    broken(pickled(...proto, ...same, built, ...hidden), /calls|makes with/);
});

test('no class is given to what was made of another', () => {
  const optimizer = global('sklearn.neural_network._stochastic_optimizers', 'AdamOptimizer');
  const made = [...optimizer, 'EMPTY_TUPLE', 'NEWOBJ'];
  const slots = (...key: readonly (string | number | Uint8Array)[]) => [
    ...['EMPTY_DICT', ...key, ...wrapper, 'SETITEM'],
  ];
  for (const state of [
    ['NONE', ...slots('__class__'), 'TUPLE2'],
    ['NONE', ...slots(...global('builtins', 'str'), '__class__', 'TUPLE1', 'REDUCE'), 'TUPLE2'],
    [...global('builtins', 'tuple'), 'EMPTY_LIST', 'TUPLE1', 'REDUCE'],
    ['NONE', ...global('builtins', 'dict'), 'EMPTY_TUPLE', 'REDUCE', 'TUPLE2'],
  ])
    broken(pickled(...proto, ...made, ...state, 'BUILD', 'EMPTY_DICT', 'BUILD', ...hidden), /attributes/);
  good(pickled(...proto, ...made, 'NONE', ...slots('rate'), 'TUPLE2', 'BUILD', 'STOP'));
});

test('a type is judged whoever has made it', () => {
  const V8 = ['NONE', 'V8', 'TUPLE1'];
  broken(pickled(...proto, ...reconstructor, ...dtype, ...dtype, 'V8', 'TUPLE3', 'REDUCE', 'STOP'), /makes with/);
  broken(pickled(...proto, ...dtype, ...V8, 'TUPLE2', 'REDUCE', 'STOP'), /calls numpy.dtype/);
});

const record = (name: string, field: Uint8Array, at: number, key = name): Buffer =>
  pickled(
    ...['numpy', 'dtype', 'STACK_GLOBAL', 'V8', 'NEWFALSE', 'NEWTRUE', 'TUPLE3', 'REDUCE'],
    ...['MARK', 'BININT1', 3, '|', 'NONE', name, 'TUPLE1', 'EMPTY_DICT', 'BINPUT', at, key, field],
    ...['BININT1', 0, 'TUPLE2', 'SETITEM', 'BININT1', 8, 'BININT1', 1, 'BININT1', 16, 'TUPLE', 'BUILD'],
  );

test('fields that were judged are not changed any more, and each is one that is named', () => {
  good(pickled(...proto, record('a', type('f8'), 9), 'STOP'));
  const later = ['POP', 'BINGET', 9, 'a', type('O8', 63), 'BININT1', 0, 'TUPLE2', 'SETITEM', 'STOP'];
  broken(pickled(...proto, record('a', type('f8'), 9), ...later), /is in use/);
  const state = ['sklearn.preprocessing._data', 'StandardScaler', 'STACK_GLOBAL', 'EMPTY_TUPLE', 'NEWOBJ', 'BINGET', 9];
  broken(pickled(...proto, record('a', type('f8'), 9), ...state, 'BUILD', 'STOP'), /is in use/);
  broken(pickled(...proto, record('a', type('f8'), 9, 'b'), 'STOP'), /not as numpy writes it/);
});

test('types within types, and types of themselves, are refused at once', () => {
  broken(pickled(...proto, record('a', record('a', type('f8'), 9), 8), 'STOP'), /not as numpy writes it/);
  const own = ['numpy', 'dtype', 'STACK_GLOBAL', 'V8', 'NEWFALSE', 'NEWTRUE', 'TUPLE3', 'REDUCE', 'MEMOIZE'];
  const fields = ['a', 'TUPLE1', 'EMPTY_DICT', 'a', 'BINGET', 0, 'BININT1', 0, 'TUPLE2', 'SETITEM'];
  const said = ['MARK', 'BININT1', 3, '|', 'NONE', ...fields, 'BININT1', 8, 'BININT1', 1, 'BININT1', 16, 'TUPLE'];
  broken(pickled(...proto, ...own, ...said, 'BUILD', 'STOP'), /not as numpy writes it/);
});

test('a pickle within an array ends with its frame, and is an array', () => {
  const objects = array([1], type('O8', 63));
  const of = ['numpy.core.multiarray', '_reconstruct', 'STACK_GLOBAL', 'numpy', 'ndarray', 'STACK_GLOBAL'];
  const whole = pickled(...of, 'EMPTY_TUPLE', 'b', 'TUPLE3', 'REDUCE', 'STOP');
  const frame = (length: number) => pickled('FRAME', uint64(BigInt(length)));
  good(pickled(...proto, objects, ...proto, frame(whole.length), whole, 'STOP'));
  // Python has taken the whole frame from the file, and goes on behind it: within the text.
  const rest = pickled('SHORT_BINUNICODE', 3);
  const hiding = [frame(whole.length + rest.length), whole, rest, Buffer.from('N0.'), 'POP', 'STOP'];
  broken(pickled(...proto, objects, ...proto, ...hiding), /ends within a frame/);
  broken(pickled(...proto, objects, ...proto, 'EMPTY_LIST', 'STOP', 'STOP'), /is no array/);
});

test('what would take all memory of whoever scans is refused', () => {
  const many = (name: string, count: number) => Buffer.alloc(count, pickled(name));
  broken(pickled(...proto, many('EMPTY_DICT', 1_000_001), 'STOP'), /more than 1000000/);
  broken(pickled(...proto, many('MARK', 1_000_001), 'STOP'), /more than 1000000/);
});
