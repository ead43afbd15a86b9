import { arrayWrapper, readArray, typeOf } from './arrays.ts';
import type { Bytes } from './bytes.ts';
import { called, isState } from './calls.ts';
import { kindOf, listed } from './listed.ts';
import type { Opcode } from './opcodes.ts';
import {
  constant,
  type Dict,
  dict,
  list,
  type Made,
  numberValue,
  other,
  set,
  setItem,
  someBytes,
  textValue,
  tuple,
  type Value,
} from './values.ts';

export interface Found {
  /** Names as the file says them, each once. */
  readonly names: Set<string>;
  readonly refused: Set<string>;
  /** What `_sklearn_version` was set to last: the outermost estimator is complete at the end. */
  sklearn?: string;
}

/** Instances of these may be given items. */
const likeDicts = [
  'collections.OrderedDict',
  'collections.defaultdict',
  'sklearn.utils._bunch.Bunch',
  'sklearn.utils.Bunch',
];
const mark = Symbol('mark');
/** Above what any file has; each costs Python memory, before it is looked at. */
const highest = 100_000_000;

/** Of values that stand on the stack at once, and of dictionaries: above what any file has, and below what takes all memory of this process. */
const most = 1_000_000;

/** The stack and the memo of one pickle. What is done to them is done as Python does it; what no pickler writes is refused. */
export class Machine {
  readonly #bytes: Bytes;
  readonly #found: Found;
  readonly #nested: (() => void) | undefined;
  readonly #stack: (Value | typeof mark)[] = [];
  readonly #memo = new Map<number, Value>();
  #dicts = 0;

  /** `nested`: reads another pickle from the same bytes; absent where arrays of joblib's kind may not be. */
  constructor(bytes: Bytes, found: Found, nested: (() => void) | undefined) {
    this.#bytes = bytes;
    this.#found = found;
    this.#nested = nested;
  }

  /** It is left with exactly one value, and within an array with an array. */
  end(): void {
    const last = this.#pop();
    const isArray = last.kind === 'made' && last.of.endsWith('._reconstruct');
    if (this.#nested === undefined && !isArray) throw this.#bytes.broken('what stands within an array is no array');
    this.#bytes.between('it ends within a frame');
    if (this.#stack.length > 0) throw this.#bytes.broken('it ends with more than one value');
  }

  #push(value: Value | typeof mark): void {
    if (this.#stack.push(value) > most) throw this.#bytes.broken(`it has more than ${most} values at once`);
  }
  #dict(): Dict {
    this.#dicts += 1;
    if (this.#dicts > most) throw this.#bytes.broken(`it has more than ${most} dictionaries`);
    return dict();
  }
  #pop(): Value {
    const value = this.#stack.pop();
    if (value === undefined || value === mark) throw this.#bytes.broken('it takes a value that is not there');
    return value;
  }
  #top(): Value {
    const value = this.#pop();
    this.#stack.push(value);
    return value;
  }
  #toMark(): Value[] {
    const at = this.#stack.lastIndexOf(mark);
    if (at < 0) throw this.#bytes.broken('it takes values from a mark that is not there');
    return this.#stack.splice(at).slice(1) as Value[];
  }

  #named(module: string, name: string): Value {
    const full = `${module}.${name}`;
    this.#found.names.add(full);
    // A dot in a name walks on through attributes; the list names modules and what stands in them.
    const known = name.includes('.') ? undefined : listed(module, name);
    const isMisplaced = full === arrayWrapper && this.#nested === undefined;
    if (known === undefined || isMisplaced) this.#found.refused.add(full);
    return { kind: 'named', name: full };
  }

  #make(of: Value, given: Value, by: Made['by']): void {
    if (of.kind !== 'named') throw this.#bytes.broken('it calls what is not a class or a function by its name');
    const kind = kindOf(of.name);
    if (by === 'new' && kind !== undefined && kind !== 'class')
      throw this.#bytes.broken(`it takes ${of.name} for a class`);
    const made = called(of, given, by);
    if (typeof made === 'string') throw this.#bytes.broken(made);
    this.#push(made);
  }

  #build(): void {
    const state = this.#pop();
    const made = this.#top();
    if (made.kind !== 'made') throw this.#bytes.broken('it sets attributes of what it has not made');
    if (state.kind === 'dict' && state.isTaken) throw this.#bytes.broken('it sets attributes by what is in use');
    if (!isState(state)) throw this.#bytes.broken('it sets attributes otherwise than picklers do');
    made.state = state;
    if (made.of === 'numpy.dtype') made.type = typeOf(made);
    if (state.kind === 'dict') this.#version(state);
    if (made.of !== arrayWrapper) return;
    this.#pop();
    readArray(made, this.#bytes, () => this.#nested?.());
    this.#push(other);
  }
  #version({ entries }: Dict): void {
    const version = entries.get('_sklearn_version');
    if (version?.kind === 'text') this.#found.sklearn = version.text;
  }

  #setItems(items: readonly Value[]): void {
    const of = this.#top();
    if (items.length % 2 > 0) throw this.#bytes.broken('it sets a key without a value');
    if (of.kind === 'made' && likeDicts.includes(of.of)) return;
    if (of.kind !== 'dict') throw this.#bytes.broken('it sets items of what is no dictionary');
    if (of.isTaken) throw this.#bytes.broken('it sets items of what is in use');
    for (let at = 0; at < items.length; at += 2) setItem(of, items[at] ?? other, items[at + 1] ?? other);
  }
  #add(kind: 'list' | 'set'): void {
    if (this.#top().kind !== kind) throw this.#bytes.broken(`it adds to what is no ${kind}`);
  }

  #put(index: number): void {
    if (!(index <= highest)) throw this.#bytes.broken('it remembers a value under too high a number');
    this.#memo.set(index, this.#top());
  }
  #get(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#bytes.broken('it takes a value from the memo that is not there');
    this.#push(value);
  }
  /** Python takes `1_0` and ` 10`, too. */
  #index(): number {
    const line = this.#bytes.line();
    if (!/^(0|[1-9]\d{0,9})$/.test(line)) throw this.#bytes.broken('a number of the memo is not written as one');
    return Number(line);
  }

  /** Between opcodes of values, those that need the stack. */
  step({ name }: Opcode): void {
    const bytes = this.#bytes;
    switch (name) {
      case 'MARK':
        this.#push(mark);
        return;
      case 'POP':
        if (this.#stack.pop() === undefined) throw bytes.broken('it takes a value that is not there');
        return;
      case 'POP_MARK':
        this.#toMark();
        return;
      case 'DUP':
        this.#push(this.#top());
        return;
      case 'PUT':
        this.#put(this.#index());
        return;
      case 'BINPUT':
        this.#put(bytes.byte());
        return;
      case 'LONG_BINPUT':
        this.#put(bytes.uint32());
        return;
      case 'MEMOIZE':
        this.#put(this.#memo.size);
        return;
      case 'GET':
        this.#get(this.#index());
        return;
      case 'BINGET':
        this.#get(bytes.byte());
        return;
      case 'LONG_BINGET':
        this.#get(bytes.uint32());
        return;
      case 'TUPLE':
        this.#push(tuple(this.#toMark()));
        return;
      case 'TUPLE1':
      case 'TUPLE2':
      case 'TUPLE3': {
        const items = Array.from({ length: Number(name.at(-1)) }, () => this.#pop());
        this.#push(tuple(items.reverse()));
        return;
      }
      case 'LIST':
        this.#toMark();
        this.#push(list);
        return;
      case 'FROZENSET':
        this.#toMark();
        this.#push(other);
        return;
      case 'DICT': {
        const items = this.#toMark();
        this.#push(this.#dict());
        this.#setItems(items);
        return;
      }
      case 'APPEND':
        this.#pop();
        this.#add('list');
        return;
      case 'APPENDS':
        this.#toMark();
        this.#add('list');
        return;
      case 'ADDITEMS':
        this.#toMark();
        this.#add('set');
        return;
      case 'SETITEM': {
        const [value, key] = [this.#pop(), this.#pop()];
        this.#setItems([key, value]);
        return;
      }
      case 'SETITEMS':
        this.#setItems(this.#toMark());
        return;
      case 'GLOBAL':
        this.#push(this.#named(bytes.line(), bytes.line()));
        return;
      case 'STACK_GLOBAL': {
        const [called, module] = [this.#pop(), this.#pop()];
        if (called.kind !== 'text' || module.kind !== 'text')
          throw bytes.broken('it computes the name of what it loads');
        this.#push(this.#named(module.text, called.text));
        return;
      }
      case 'REDUCE': {
        const [given, of] = [this.#pop(), this.#pop()];
        this.#make(of, given, 'call');
        return;
      }
      case 'NEWOBJ': {
        const [given, of] = [this.#pop(), this.#pop()];
        this.#make(of, given, 'new');
        return;
      }
      case 'NEWOBJ_EX': {
        const [named, given, of] = [this.#pop(), this.#pop(), this.#pop()];
        this.#make(of, tuple([given, named]), 'new');
        return;
      }
      case 'OBJ': {
        const [of = other, ...given] = this.#toMark();
        this.#make(of, tuple(given), 'call');
        return;
      }
      case 'INST': {
        const of = this.#named(bytes.line(), bytes.line());
        this.#make(of, tuple(this.#toMark()), 'call');
        return;
      }
      case 'BUILD':
        this.#build();
        return;
      default:
        this.#push(this.#value(name));
        return;
    }
  }

  /** What an opcode itself has. */
  #value(name: string): Value {
    const bytes = this.#bytes;
    switch (name) {
      case 'NONE':
        return constant(null);
      case 'NEWTRUE':
      case 'NEWFALSE':
        return constant(name === 'NEWTRUE');
      case 'EMPTY_TUPLE':
        return tuple([]);
      case 'EMPTY_LIST':
        return list;
      case 'EMPTY_SET':
        return set;
      case 'EMPTY_DICT':
        return this.#dict();
      default:
        return literal(name, bytes);
    }
  }
}

const digits = /^(?:0|-?[1-9]\d{0,14})$/;

function literal(name: string, bytes: Bytes): Value {
  switch (name) {
    case 'BININT':
      return numberValue(bytes.int32());
    case 'BININT1':
      return numberValue(bytes.byte());
    case 'BININT2':
      return numberValue(bytes.uint16());
    case 'LONG1':
      return long(bytes.bytes(bytes.byte()));
    case 'LONG4':
      return long(bytes.bytes(bytes.int32()));
    case 'INT': {
      const line = bytes.line();
      if (line === '00' || line === '01') return constant(line === '01');
      return digits.test(line) ? numberValue(Number(line)) : other;
    }
    case 'LONG': {
      const line = bytes.line().replace(/L$/, '');
      return digits.test(line) ? numberValue(Number(line)) : other;
    }
    case 'FLOAT':
      bytes.line();
      return other;
    case 'BINFLOAT':
      bytes.double();
      return other;
    case 'UNICODE': {
      const line = bytes.line();
      return /^[\x20-\x5b\x5d-\x7e]*$/.test(line) ? textValue(line) : other;
    }
    case 'SHORT_BINUNICODE':
      return text(bytes, bytes.byte());
    case 'BINUNICODE':
      return text(bytes, bytes.uint32());
    case 'BINUNICODE8':
      return text(bytes, bytes.uint64());
    case 'STRING':
      bytes.line();
      return other;
    case 'BINSTRING':
      bytes.bytes(bytes.int32());
      return other;
    case 'SHORT_BINSTRING':
      bytes.bytes(bytes.byte());
      return other;
    case 'SHORT_BINBYTES':
      bytes.bytes(bytes.byte());
      return someBytes;
    case 'BINBYTES':
      bytes.bytes(bytes.uint32());
      return someBytes;
    case 'BINBYTES8':
    case 'BYTEARRAY8':
      bytes.bytes(bytes.uint64());
      return someBytes;
    default:
      throw bytes.broken(`it has ${name}, which no pipeline needs`);
  }
}

/** No name is so long. */
function text(bytes: Bytes, length: number): Value {
  if (length <= 1000) return textValue(bytes.text(length));
  bytes.bytes(length);
  return other;
}

/** Little-endian, two's complement. */
function long(of: Uint8Array): Value {
  if (of.length > 6) return other;
  let number = 0;
  for (const [at, byte] of of.entries()) number += byte * 2 ** (8 * at);
  return numberValue((of.at(-1) ?? 0) > 127 ? number - 2 ** (8 * of.length) : number);
}
