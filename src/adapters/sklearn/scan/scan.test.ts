import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, int32, line, pickled, text, type, uint64 } from './pickles.ts';
import { scanPickle } from './scan.ts';

const proto = ['PROTO', 4] as const;
const system = ['os', 'system', 'STACK_GLOBAL', 'id', 'TUPLE1', 'REDUCE', 'STOP'] as const;
/** An array of objects, as a pickle within an array is one. */
const reconstruct = [
  'numpy.core.multiarray',
  '_reconstruct',
  'STACK_GLOBAL',
  'numpy',
  'ndarray',
  'STACK_GLOBAL',
] as const;
const objects = [...reconstruct, 'EMPTY_TUPLE', 'b', 'TUPLE3', 'REDUCE'] as const;
const refused = (of: Uint8Array, ...names: readonly string[]): void => {
  const scan = scanPickle(of);
  assert.deepEqual(scan.refused, names, JSON.stringify(scan));
};
const broken = (of: Uint8Array, why: RegExp): void => {
  const { broken, refused } = scanPickle(of);
  assert.match(broken ?? 'nothing is broken', why);
  assert.deepEqual(refused, []);
};
const good = (of: Uint8Array): readonly string[] => {
  const { broken, refused, globals } = scanPickle(of);
  assert.deepEqual([broken, refused], [undefined, []]);
  return globals;
};

test('what is on the list passes, and the version is the one of the outermost estimator', () => {
  const scaler = ['sklearn.preprocessing._data', 'StandardScaler', 'STACK_GLOBAL', 'EMPTY_TUPLE', 'NEWOBJ'];
  const built = (version: string, inside: readonly string[] = ['NONE']) =>
    ['EMPTY_DICT', 'MARK', 'inside', ...inside, '_sklearn_version', version, 'SETITEMS', 'BUILD'] as const;
  const file = pickled(...proto, ...scaler, ...built('1.5.2', [...scaler, ...built('1.4.0')]), 'STOP');
  const scan = scanPickle(file);
  assert.deepEqual(scan.globals, ['sklearn.preprocessing._data.StandardScaler']);
  assert.deepEqual([scan.refused, scan.broken, scan.sklearn], [[], undefined, '1.5.2']);
});

test('whatever way a name is asked for, it is held to the list', () => {
  const named = [line('os'), line('system')];
  refused(pickled(...proto, ...system), 'os.system');
  refused(pickled('GLOBAL', ...named, 'EMPTY_TUPLE', 'REDUCE', 'STOP'), 'os.system');
  refused(pickled('MARK', 'INST', ...named, 'STOP'), 'os.system');
  refused(pickled('MARK', 'GLOBAL', ...named, 'OBJ', 'STOP'), 'os.system');
  refused(
    pickled(...proto, 'os', 'system', 'STACK_GLOBAL', 'EMPTY_TUPLE', 'EMPTY_DICT', 'NEWOBJ_EX', 'STOP'),
    'os.system',
  );
  // Named, and never called: importing a module is enough.
  refused(pickled(...proto, 'antigravity', 'fly', 'STACK_GLOBAL', 'POP', 'NONE', 'STOP'), 'antigravity.fly');
});

test('modules are never allowed whole, nor what their attributes reach', () => {
  for (const [module, name] of [
    ['sklearn', 'os.system'],
    ['sklearn.os', 'system'],
    ['numpy', 'linalg.LinAlgError'],
    ['sklearn', 'preprocessing._data.StandardScaler'],
    ['numpy', 'load'],
    ['numpy.f2py', 'compile'],
    ['pandas', 'eval'],
    ['joblib', 'load'],
    ['sklearn.datasets._base', 'load_files'],
    ['builtins', 'getattr'],
    ['builtins', 'eval'],
    ['builtins', 'type'],
    ['functools', 'partial'],
    ['constructor', '__proto__'],
  ] as const)
    refused(pickled(...proto, module, name, 'STACK_GLOBAL', 'STOP'), `${module}.${name}`);
});

test('a name out of the memo is the one that was put there last', () => {
  const first = ['numpy', 'MEMOIZE', 'dtype', 'MEMOIZE', 'POP', 'POP'];
  const again = [
    'os',
    'BINPUT',
    0,
    'system',
    'BINPUT',
    1,
    'POP',
    'POP',
    'BINGET',
    0,
    'BINGET',
    1,
    'STACK_GLOBAL',
    'STOP',
  ];
  refused(pickled(...proto, ...first, ...again), 'os.system');
  // MEMOIZE counts what is there, not what was put last.
  const counted = ['x', 'BINPUT', 7, 'POP', 'os', 'MEMOIZE', 'POP', 'system', 'BINGET', 1, 'DUP', 'POP'];
  refused(pickled(...proto, ...counted, 'POP', 'POP', 'BINGET', 1, 'system', 'STACK_GLOBAL', 'STOP'), 'os.system');
  broken(pickled(...proto, 'BINGET', 3, 'STOP'), /from the memo that is not there/);
  broken(pickled('NONE', 'PUT', line('1_0'), 'STOP'), /not written as one/);
});

test('a name that is computed is refused, whatever computes it', () => {
  const computed = ['builtins', 'str', 'STACK_GLOBAL', 'os', 'TUPLE1', 'REDUCE'];
  broken(pickled(...proto, ...computed, 'system', 'STACK_GLOBAL', 'STOP'), /computes the name/);
  broken(pickled(...proto, 'UNICODE', line('\\u006fs'), 'system', 'STACK_GLOBAL', 'STOP'), /computes the name/);
  broken(
    pickled(...proto, 'SHORT_BINSTRING', 2, Buffer.from('os'), 'system', 'STACK_GLOBAL', 'STOP'),
    /computes the name/,
  );
});

test('only what has a name is called, and attributes are set of instances only', () => {
  const dtype = ['numpy', 'dtype', 'STACK_GLOBAL'];
  broken(pickled(...proto, ...dtype, 'f8', 'TUPLE1', 'REDUCE', 'EMPTY_TUPLE', 'REDUCE', 'STOP'), /calls what is not/);
  broken(
    pickled(...proto, ...dtype, 'NONE', 'EMPTY_DICT', 'TUPLE2', 'BUILD', 'STOP'),
    /attributes of what it has not made/,
  );
  broken(pickled(...proto, ...dtype, 'NONE', 'APPEND', 'STOP'), /adds to what is no list/);
  broken(pickled(...proto, ...dtype, 'x', 'NONE', 'SETITEM', 'STOP'), /no dictionary/);
  broken(
    pickled(...proto, 'copyreg', '_reconstructor', 'STACK_GLOBAL', 'EMPTY_TUPLE', 'NEWOBJ', 'STOP'),
    /for a class/,
  );
});

test('opcodes that no pipeline needs are refused', () => {
  const parts = { PERSID: [line('x')], BINPERSID: [], EXT1: [1], EXT2: [1, 0], EXT4: [int32(1)], NEXT_BUFFER: [] };
  for (const [name, argument] of Object.entries(parts))
    broken(pickled('PROTO', 5, 'NONE', name, ...argument, 'STOP'), /no pipeline needs|no opcode/);
  broken(pickled(...proto, 0xff, 'STOP'), /255, which is no opcode/);
});

test('what stands behind the end, or says that it is of another protocol, is refused', () => {
  broken(pickled(...proto, 'NONE', 'STOP', ...proto, ...system), /bytes stand after its end/);
  broken(pickled(...proto, 'NONE', 'NONE', 'STOP'), /more than one value/);
  broken(pickled('PROTO', 2, 'x', 'STOP'), /of protocol 4, and says that it is of protocol 2/);
  broken(pickled('PROTO', 9, 'NONE', 'STOP'), /protocol 9/);
  broken(pickled('PROTO', 4, 'PROTO', 2, 'NONE', 'STOP'), /protocol 2/);
  broken(pickled(...proto, 'MARK', 'STOP'), /not there/);
  broken(pickled(...proto, 'APPENDS', 'STOP'), /mark that is not there/);
});

test('lengths are those of the file, and frames end where they say', () => {
  for (const whole of [pickled(...proto, 'numpy', 'dtype', 'STACK_GLOBAL', 'STOP')])
    for (let length = 0; length < whole.length; length += 1)
      assert.ok(scanPickle(whole.subarray(0, length)).broken, `cut at ${length}`);
  broken(pickled(...proto, 'BINUNICODE8', uint64(2n ** 63n), 'STOP'), /length that it does not have/);
  broken(pickled(...proto, 'BINBYTES8', uint64(2n ** 64n - 1n), 'STOP'), /length that it does not have/);
  broken(pickled('PROTO', 2, 'LONG4', int32(-1), 'STOP'), /negative/);
  broken(pickled('NONE', 'PUT', line('4000000000'), 'STOP'), /too high a number/);
  broken(pickled(...proto, 'FRAME', uint64(3n), text('os'), 'POP', 'NONE', 'STOP'), /beyond the frame/);
  broken(pickled(...proto, 'FRAME', uint64(20n), 'FRAME', uint64(1n), 'NONE', 'NONE', 'STOP'), /within another|cut/);
  good(pickled(...proto, 'FRAME', uint64(2n), 'NONE', 'STOP'));
});

test('the numbers of an array are read over, and nothing else is', () => {
  const numbers = Buffer.from(new Float64Array([1, 2, 3, 4]).buffer);
  assert.deepEqual(good(pickled(...proto, array([2, 2], type('f8')), numbers, 'STOP')), [
    'joblib.numpy_pickle.NumpyArrayWrapper',
    'numpy.dtype',
    'numpy.ndarray',
  ]);
  // Python would go on where the array ends: what was hidden behind a longer one is found.
  refused(pickled(...proto, array([1], type('f8')), numbers.subarray(24), 'POP', ...system), 'os.system');
  broken(pickled(...proto, array([2 ** 30, 2 ** 30], type('f8')), numbers, 'STOP'), /more numbers than the file/);
  broken(pickled(...proto, array([-1], type('f8')), numbers, 'STOP'), /as joblib writes it/);
  broken(pickled(...proto, 'FRAME', uint64(200n), array([4], type('f8')), numbers, 'NONE', 'STOP'), /frame|cut/);
});

test('a type of numpy that says less of itself than it is, is refused', () => {
  const numbers = Buffer.alloc(8);
  broken(pickled(...proto, type('O8'), 'STOP'), /not as numpy writes it \(O8\)/);
  broken(pickled(...proto, type('f8', 63), 'STOP'), /not as numpy writes it/);
  broken(pickled(...proto, type('U2', 8, ['BININT1', 4, 'BININT1', 4]), 'STOP'), /not as numpy writes it/);
  broken(pickled(...proto, type('V8'), 'STOP'), /not as numpy writes it/);
  good(pickled(...proto, type('U2', 8, ['BININT1', 8, 'BININT1', 4]), 'STOP'));
  good(pickled(...proto, array([1], type('O8', 63)), ...proto, ...objects, 'STOP', 'STOP'));
  assert.ok(scanPickle(pickled(...proto, array([1], numbers), 'STOP')).broken);
});

test('a pickle of objects within an array is read as one, and has no arrays of its own', () => {
  const wrapped = array([1], type('O8', 63));
  refused(pickled(...proto, wrapped, ...proto, ...system, 'STOP'), 'os.system');
  const inside = pickled(...proto, array([1], type('f8')), 'STOP');
  assert.deepEqual(scanPickle(pickled(...proto, wrapped, inside, 'STOP')).refused, [
    'joblib.numpy_pickle.NumpyArrayWrapper',
  ]);
  broken(pickled(...proto, wrapped, ...proto, ...objects, 'STOP'), /cut/);
});

test('a wrapper is read once for each time that it is built', () => {
  const wrapper = pickled(
    'joblib.numpy_pickle',
    'NumpyArrayWrapper',
    'STACK_GLOBAL',
    'EMPTY_TUPLE',
    'NEWOBJ',
    'MEMOIZE',
  );
  const built = array([1], type('f8')).subarray(wrapper.length - 1);
  const numbers = Buffer.alloc(8);
  const twice = pickled(...proto, wrapper, built, numbers, 'POP', 'BINGET', 0, built, numbers, 'STOP');
  good(twice);
  refused(
    pickled(...proto, wrapper, built, numbers, 'POP', 'BINGET', 0, built, numbers, 'POP', ...system),
    'os.system',
  );
});
