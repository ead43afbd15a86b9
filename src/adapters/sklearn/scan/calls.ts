import { kindOf } from './listed.ts';
import { isNone, type Made, type Named, type Value } from './values.ts';

/** What a call is told of, by the name that is called: whether what it is given is what picklers give it. */
type Rule = (given: readonly Value[]) => boolean;

const named = (value: Value | undefined, which: RegExp): boolean => value?.kind === 'named' && which.test(value.name);
const isBytes = (value: Value | undefined): boolean =>
  value?.kind === 'bytes' || (value?.kind === 'made' && value.of === '_codecs.encode');
/** As protocols without an opcode for bytes write them. */
const isLatin: Rule = ([, encoding, ...more]) =>
  encoding?.kind === 'text' && encoding.text === 'latin1' && more.length === 0;
const never: Rule = () => false;

const arrays = /^numpy\.(?:ndarray|matrix|ma(?:\.core)?\.MaskedArray)$/;
const isOfRandom = (value: Value): boolean =>
  value.kind === 'text' ||
  named(value, /^numpy\.random\.(?:_pickle\.__bit_generator_ctor$|_mt19937\.|_pcg64\.)/) ||
  (value.kind === 'made' && value.of.startsWith('numpy.random.'));

/**
 * A function of these makes what it is told to, and a type of numpy for objects gives back what it was given: what Python has then would be another thing
 * than what is known here.
 */
const rules: readonly (readonly [of: RegExp, rule: Rule])[] = [
  [/^_codecs\.encode$/, isLatin],
  [/^numpy\.dtype$/, ([code]) => code?.kind === 'text'],
  [/\._reconstruct$/, ([of]) => named(of, arrays)],
  [/\._mareconstruct$/, ([of, base]) => named(of, arrays) && named(base, arrays)],
  [/\.scalar$/, ([type, of]) => type?.kind === 'made' && type.of === 'numpy.dtype' && isBytes(of)],
  [/^pandas\..*\._new_Index$/, ([of]) => named(of, /^pandas\.core\.indexes\.(?:base\.Index|range\.RangeIndex)$/)],
  [/\.newObj$/, ([of]) => named(of, /^sklearn\.(?:neighbors\._(?:ball|kd)_tree|metrics\._dist_metrics)\./)],
  [/^numpy\.random\._pickle\./, (given) => given.every(isOfRandom)],
  // Named as what a score is computed by; no pickler calls them.
  [/^sklearn\.metrics\._(?:classification|ranking|regression)\./, never],
  [/^numpy\.(?:dtypes\.)?[^.]+$/, never],
];

const isReconstructor = /^copy_?reg\._reconstructor$/;
const isObject = /^(?:builtins|__builtin__)\.object$/;
const isDict = /^(?:builtins|__builtin__)\.dict$/;

/** What Python has when a listed name is called, or why nobody calls it so. */
export function called({ name }: Named, given: Value, by: Made['by']): Made | string {
  const items = given.kind === 'tuple' ? given.items : undefined;
  if (isReconstructor.test(name) && by === 'call') {
    const [of, base, state, ...more] = items ?? [];
    const isPlain = named(base, isObject) && isNone(state);
    if (of?.kind !== 'named' || kindOf(of.name) !== 'class' || more.length > 0 || !(isPlain || named(base, isDict)))
      return `it makes with ${name} what no pickler makes so`;
    return instanceOf(of.name, { kind: 'tuple', items: isPlain || !state ? [] : [state] });
  }
  const rule = rules.find(([of]) => of.test(name))?.[1];
  // Of what is not on the list nothing is known, and nothing is loaded.
  if (rule && kindOf(name) !== undefined && !(items && rule(items)))
    return kindOf(name) === 'class'
      ? `it calls ${name} as no pickler does`
      : `it makes with ${name} what no pickler makes so`;
  return { kind: 'made', of: name, by, given };
}

/** A class is made without being called: of numpy's types none is. */
function instanceOf(of: string, given: Value): Made | string {
  if (of.startsWith('numpy.') && !of.startsWith('numpy.random.')) return `it makes with ${of} what no pickler makes so`;
  return { kind: 'made', of, by: 'new', given };
}

/** Attributes are set by a dictionary, or by numbers and texts in an order of their own; of those that stand beside a dictionary none is Python's. */
export function isState(state: Value): boolean {
  if (state.kind === 'dict') return !state.isTaken;
  if (state.kind !== 'tuple') return false;
  const [, slots] = state.items;
  if (state.items.length !== 2 || isNone(slots)) return true;
  if (slots?.kind === 'made') return /^numpy\.random\..*SeedSequence$/.test(slots.of);
  return slots?.kind === 'dict' && !slots.hasMore && [...slots.entries.keys()].every((key) => !key.startsWith('__'));
}
