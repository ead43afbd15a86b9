/// <reference lib="esnext.temporal" preserve="true" />
import { EsteiraError } from '../errors.ts';
import type { Duration } from './duration.ts';
import { portablePattern, ruleOf } from './pattern.ts';
import type { Columns, ItemOf } from './rows.ts';

/** SQL kinds that every engine can spell. */
export type Kind =
  | 'text'
  | 'integer'
  | 'bigint'
  | 'real'
  | 'decimal'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'duration'
  | 'list'
  | 'json';

/** A rule as data: each engine, and the judge in Node, spell it themselves. `flag` is its column among the invalid rows. */
export type Rule = { readonly flag?: string } & (
  | { readonly code: 'present'; readonly allowed: true }
  | { readonly code: 'min' | 'max'; readonly allowed: number }
  | { readonly code: 'matches'; readonly allowed: string }
  | { readonly code: 'one_of'; readonly allowed: readonly string[] }
);

/** A day of the calendar, or an instant (kept in UTC). */
export type Time = Temporal.PlainDate | Temporal.Instant;
/** Exact: '12.50'. */
export type Decimal = `${number}`;
export type Numeric = number | bigint | Decimal;

export interface ColumnFacts {
  readonly kind: Kind;
  readonly nullable?: boolean;
  readonly isKey?: boolean;
  readonly rules?: readonly Rule[];
  readonly about?: string;
  /** Other names under which files bring it. */
  readonly aliases?: readonly string[];
  /** The value when nobody has said otherwise. */
  readonly standard?: unknown;
  /** A decimal's digits and places; a list's item. */
  readonly of?: unknown;
}

/** One column: its SQL kind, its rules and, as a type only, its value. `Marks` remembers `.key()` and `.default()` for the type checker. */
export class Column<Value, Marks = {}> {
  declare readonly value: Value;
  declare readonly marks: Marks;
  readonly facts: ColumnFacts;

  constructor(facts: ColumnFacts) {
    this.facts = Object.freeze(facts);
    Object.freeze(this);
  }

  /** Part of the table's key. */
  key(): Column<Value, Marks & { '.key()': true }> {
    return new Column({ ...this.facts, isKey: true });
  }
  /** The value may be missing. */
  optional(): Column<Value | null, Marks> {
    return new Column({ ...this.facts, nullable: true });
  }
  /** The value when nobody has said otherwise (settings). */
  default(value: Value): Column<Value, Marks & { '.default(value)': true }> {
    return new Column({ ...this.facts, standard: value });
  }
  describe(about: string): Column<Value, Marks> {
    return new Column({ ...this.facts, about });
  }
  /** Of a source: other names under which its files bring the column; where the first is not there the next is read. */
  alias(...names: readonly [string, ...string[]]): Column<Value, Marks> {
    refuseUnless(isChoice(names), 'alias', names, 'one name or more');
    return new Column({ ...this.facts, aliases: Object.freeze([...(this.facts.aliases ?? []), ...names]) });
  }

  // `any` below: the marks are invariant in Column, and these words are for a column with any of them.
  /** Not less than this; not-a-number is never enough. */
  min(this: Column<Numeric | null, any>, least: number): Column<Value, Marks> {
    refuseUnless(isBound(least), 'min', least, 'a number');
    return this.withRule({ code: 'min', allowed: least }) as Column<Value, Marks>;
  }
  /** Not more than this; not-a-number is always too much. */
  max(this: Column<Numeric | null, any>, most: number): Column<Value, Marks> {
    refuseUnless(isBound(most), 'max', most, 'a number');
    return this.withRule({ code: 'max', allowed: most }) as Column<Value, Marks>;
  }
  /** A pattern without flags, back references or look-around; it goes by code points on every engine. */
  matches(this: Column<string | null, any>, pattern: RegExp): Column<Value, Marks> {
    refuseUnless(isPattern(pattern), 'matches', pattern, 'a pattern /…/ without flags, or with u');
    portablePattern(pattern.source);
    return this.withRule({ code: 'matches', allowed: ruleOf(pattern) }) as Column<Value, Marks>;
  }
  oneOf<const Choice extends string>(
    this: Column<string | null, any>,
    ...choices: readonly Choice[]
  ): Column<Choice | Extract<Value, null>, Marks> {
    refuseUnless(isChoice(choices), 'oneOf', choices, 'one text or more');
    return this.withRule({ code: 'one_of', allowed: choices }) as Column<Choice | Extract<Value, null>, Marks>;
  }
  /** Names the flag of the rule just before it; without it the flag is `<column>_<rule>`. */
  named(flag: string): Column<Value, Marks> {
    const rules = this.facts.rules ?? [];
    const last: Rule = rules.at(-1) ?? { code: 'present', allowed: true };
    return new Column({ ...this.facts, rules: [...rules.slice(0, -1), Object.freeze({ ...last, flag })] });
  }
  private withRule(rule: Rule): Column<unknown, unknown> {
    return new Column({ ...this.facts, rules: Object.freeze([...(this.facts.rules ?? []), Object.freeze(rule)]) });
  }
}

// What the types cannot say, or a project without a type checker does not hear.
const isBound = (bound: unknown): boolean => typeof bound === 'number' && !Number.isNaN(bound);
const isPattern = (pattern: unknown): boolean => pattern instanceof RegExp && ['', 'u'].includes(pattern.flags);
const isChoice = (choices: readonly unknown[]): boolean =>
  choices.length > 0 && choices.every((choice) => typeof choice === 'string');
function refuseUnless(isRight: boolean, word: string, got: unknown, allowed: string): void {
  if (isRight) return;
  const next = 'Correct it where the column is written.';
  throw new EsteiraError('DEFINITION_INVALID', {
    what: `${word}(…) cannot take this.`,
    got: String(got),
    allowed,
    next,
  });
}

export const text = () => new Column<string>({ kind: 'text' });
/** Whole, within ±2^53. */
export const integer = () => new Column<number>({ kind: 'integer' });
/** Whole, 64 bits. */
export const bigint = () => new Column<bigint>({ kind: 'bigint' });
export const real = () => new Column<number>({ kind: 'real' });
/** Exact money, as text: '12.50'. At most 38 digits. */
export const decimal = (digits: number, places: number) => {
  const fits = Number.isInteger(digits) && Number.isInteger(places) && digits > 0 && digits <= 38;
  const allowed = '1 to 38 digits, of which none or more are places';
  refuseUnless(fits && places >= 0 && places <= digits, 'col.decimal', `${digits}, ${places}`, allowed);
  return new Column<Decimal>({ kind: 'decimal', of: Object.freeze([digits, places]) });
};
export const boolean = () => new Column<boolean>({ kind: 'boolean' });
export const date = () => new Column<Temporal.PlainDate>({ kind: 'date' });
/** An instant, to the microsecond. */
export const timestamp = () => new Column<Temporal.Instant>({ kind: 'timestamp' });
export const duration = () => new Column<Duration>({ kind: 'duration' });
/** A list of one kind, `col.list(col.text())`, or of rows, `col.list({ id: col.text() })`. */
export const list = <Item extends Column<any, any> | Columns>(item: Item) =>
  new Column<readonly ItemOf<Item>[]>({ kind: 'list', of: item });
export const json = <Value>() => new Column<Value>({ kind: 'json' });
