import type { Column, ColumnFacts, Columns } from '../../columns/index.ts';

/** How one value is read. */
export interface Field {
  readonly name: string;
  readonly kind: 'number' | 'text' | 'boolean' | 'list' | 'rows';
  readonly isWhole: boolean;
  readonly isNullable: boolean;
  /** Numbers from these to these. */
  readonly least: number;
  readonly most: number;
  readonly choices: ReadonlySet<string> | undefined;
  /** Of a list. */
  readonly item: Field | undefined;
  readonly rows: Shape | undefined;
  /** Among its row's numbers, or its row's other values. */
  readonly isNumber: boolean;
  readonly place: number;
}

/** Of an object with these columns: how it is read, and what was read of one, until a row is made of it. */
export class Shape {
  readonly fields: readonly Field[];
  readonly numbers: Float64Array;
  readonly values: unknown[];
  readonly make: (numbers: Float64Array, values: readonly unknown[]) => object;
  /** The fields in the order in which they came last, their names as JSON has them, and where each of these ends. */
  order: readonly Field[] = [];
  /** Of each of these the place of its number, or -1. */
  places: Int32Array = new Int32Array(0);
  names: Buffer = Buffer.alloc(0);
  ends: Int32Array = new Int32Array(0);

  readonly #bound: readonly Field[];

  constructor(fields: readonly Field[]) {
    this.fields = fields;
    this.#bound = fields.filter(
      ({ isNumber, isWhole, least, most }) => isNumber && (isWhole || least > -Infinity || most < Infinity),
    );
    this.numbers = new Float64Array(fields.filter(({ isNumber }) => isNumber).length);
    this.values = new Array(fields.length - this.numbers.length).fill(null);
    this.make = maker(fields);
    this.expect(fields);
  }

  /** The numbers are within their rules. */
  allows(numbers: Float64Array): boolean {
    for (const field of this.#bound) if (!allows(field, numbers[field.place] as number)) return false;
    return true;
  }

  expect(order: readonly Field[]): void {
    const names = order.map(({ name }) => Buffer.from(JSON.stringify(name)));
    let end = 0;
    this.order = order;
    this.places = Int32Array.from(order, ({ isNumber, place }) => (isNumber ? place : -1));
    this.names = Buffer.concat(names);
    this.ends = Int32Array.from(names, ({ length }) => {
      end += length;
      return end;
    });
    this.values.fill(null);
  }

  /** Expects what is like this one: objects of the same maker have their names in the same order. */
  learn(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    const known = new Map(this.fields.map((field) => [field.name, field]));
    const came = Object.keys(value).flatMap((name) => known.get(name) ?? []);
    const isWhole = this.fields.every((field) => field.isNullable || came.includes(field));
    if (isWhole && came.length === Object.keys(value).length) this.expect(came);
    for (const { name, rows } of came) rows?.learn((value as Record<string, readonly unknown[]>)[name]?.[0]);
  }
}

export const allows = ({ least, most, isWhole }: Field, value: number): boolean =>
  value >= least && value <= most && (!isWhole || Number.isSafeInteger(value));

/** Nothing where there is a column that is not read here. */
export function shapeOf(columns: Columns): Shape | undefined {
  let numbers = 0;
  let values = 0;
  const fields = Object.entries(columns).map(([name, { facts }]) => {
    const field = fieldOf(name, facts);
    return field && { ...field, place: field.isNumber ? numbers++ : values++ };
  });
  return fields.every((field) => field !== undefined) ? new Shape(fields) : undefined;
}

function fieldOf(name: string, { kind, nullable = false, rules = [], of, standard }: ColumnFacts): Field | undefined {
  if (standard !== undefined) return undefined;
  let [least, most] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let choices: ReadonlySet<string> | undefined;
  for (const rule of rules) {
    if (rule.code === 'min') least = Math.max(least, rule.allowed);
    else if (rule.code === 'max') most = Math.min(most, rule.allowed);
    else if (rule.code === 'one_of' && !choices) choices = new Set(rule.allowed);
    else if (rule.code !== 'present') return undefined;
  }
  const isReadable = name !== '__proto__' && !(nullable && rules.some(({ code }) => code === 'present'));
  const field: Field = {
    ...{ name, isWhole: kind === 'integer', isNullable: nullable, least, most, choices, place: 0 },
    ...{ kind: 'number', isNumber: !nullable, item: undefined, rows: undefined },
  };
  if (!isReadable) return undefined;
  if (kind === 'real' || kind === 'integer') return field;
  if (kind === 'text' || kind === 'boolean') return { ...field, kind, isNumber: false };
  if (kind !== 'list') return undefined;
  if (isColumn(of)) {
    const item = fieldOf('', of.facts);
    return item && { ...field, kind: 'list', isNumber: false, item };
  }
  const rows = shapeOf(of as Columns);
  return rows && { ...field, kind: 'rows', isNumber: false, rows };
}

// A row may have a column named "facts", which has no kind itself.
const isColumn = (of: unknown): of is Column<unknown> =>
  typeof (of as { readonly facts: { readonly kind?: unknown } }).facts?.kind === 'string';

/**
 * Written out, so that all rows have one shape, also above the 128 properties from which the engine takes an object literal for a dictionary, which
 * is ten times as slow to make and to read. A row is a plain object.
 */
function maker(fields: readonly Field[]): Shape['make'] {
  const lines = fields.map(
    ({ name, isNumber, place }) => `this[${JSON.stringify(name)}] = ${isNumber ? 'numbers' : 'values'}[${place}];`,
  );
  const Row = new Function('numbers', 'values', lines.join('\n')) as unknown as new (...of: unknown[]) => object;
  Row.prototype = Object.prototype;
  return (numbers, values) => new Row(numbers, values);
}
