/** What stands on the stack of a pickle, as far as it is known without anything being loaded. */
export type Value =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'constant'; readonly constant: boolean | null }
  | { readonly kind: 'tuple'; readonly items: readonly Value[] }
  | { readonly kind: 'list' | 'set' | 'bytes' | 'other' }
  | Dict
  | Named
  | Made;

/** A class or a function, by its name. */
export interface Named {
  readonly kind: 'named';
  readonly name: string;
}
/** What a class or a function has given. */
export interface Made {
  readonly kind: 'made';
  readonly of: string;
  readonly by: 'call' | 'new';
  readonly given: Value;
  state?: Value;
  /** Of a type of numpy that has been judged. */
  type?: Type;
}
/** As far as arrays and fields of it need it. */
export interface Type {
  readonly bytes: number;
  readonly isObject: boolean;
  readonly hasFields: boolean;
}
export interface Dict {
  readonly kind: 'dict';
  /** The first ones whose key is a text. */
  readonly entries: Map<string, Value>;
  /** There is more in it. */
  hasMore: boolean;
  /** What has been judged by it uses it on: it is not changed any more. */
  isTaken: boolean;
}

export const other: Value = Object.freeze({ kind: 'other' });
export const list: Value = Object.freeze({ kind: 'list' });
export const set: Value = Object.freeze({ kind: 'set' });
export const someBytes: Value = Object.freeze({ kind: 'bytes' });
export const constant = (of: boolean | null): Value => ({ kind: 'constant', constant: of });
export const textValue = (text: string): Value => ({ kind: 'text', text });
export const numberValue = (number: number): Value => ({ kind: 'number', number });
export const tuple = (items: readonly Value[]): Value => ({ kind: 'tuple', items });
export const dict = (): Dict => ({ kind: 'dict', entries: new Map(), hasMore: false, isTaken: false });

/** Of a dictionary nothing larger is looked into. */
const kept = 500;
export function setItem(of: Dict, key: Value, value: Value): void {
  if (key.kind === 'text' && (of.entries.size < kept || of.entries.has(key.text))) of.entries.set(key.text, value);
  else of.hasMore = true;
}

export const isNumber = (value: Value | undefined, ...allowed: readonly number[]): boolean =>
  value?.kind === 'number' && allowed.includes(value.number);
export const isNone = (value: Value | undefined): boolean => value?.kind === 'constant' && value.constant === null;
