import type { ColumnFacts, Columns } from '../../columns/index.ts';
import { nearest } from '../../columns/nearest.ts';
import type { Row } from '../parts.ts';
import { Refusal, shown } from '../refusals.ts';
import { Code, type Field, fieldsOf, mayMiss, read, rulesIn } from './fields.ts';
import { allowedText, fromJson, isPlain, itemOf } from './values.ts';

/** Gives what JSON brought as the row that the columns declare, the values in their places; throws Refusal with the place of what is wrong. */
export type Reader = (value: unknown, at?: string) => Row;

/** Code made for these columns: what is right costs no more than looking at each value once. */
export function readerOf(columns: Columns, limits: { readonly items: number }): Reader {
  const code = new Code();
  const { rows } = new Making(code, limits.items);
  const made = code.compile<(value: unknown, at: string, index: number) => Row>(rows(columns));
  return (value, at = '') => made(value, at, -1);
}

class Making {
  readonly #code: Code;
  readonly #items: number;
  readonly #wrong: string;
  readonly #many: string;
  readonly #place: string;

  constructor(code: Code, items: number) {
    this.#code = code;
    this.#items = items;
    this.#wrong = code.constant(wrong);
    this.#many = code.constant(many);
    this.#place = code.constant(placeOf);
  }

  /** A function `(value, at, index)`: of one row, which is the item of that number of a list, or (-1) no item. */
  readonly rows = (columns: Columns): string => {
    const fields = fieldsOf(columns);
    const names = this.#code.constant(fields.map(({ name }) => name));
    const needed = fields.filter(({ isOptional, facts }) => !isOptional && facts.standard === undefined).length;
    const object = this.#code.constant(notObject);
    const unknown = this.#code.constant(unknownField);
    return this.#code.add(
      'v, at, i',
      [
        `if (typeof v !== 'object' || v === null || Array.isArray(v)) ${object}(v, at, i);`,
        `let x, n = ${needed}, k = 0;`,
        'for (const key in v) k += 1;',
        ...fields.map((field) => this.#field(field)),
        `if (k !== n) ${unknown}(v, at, i, ${names});`,
        'return v;',
      ].join('\n'),
    );
  };

  #field(field: Field): string {
    const { name, facts, isOptional } = field;
    const own = `v[${JSON.stringify(name)}]`;
    const about = this.#code.constant({ name, facts });
    const failing = `${this.#wrong}(v, x, at, i, ${about})`;
    const check = this.#value(facts, failing, `${this.#place}(at, i, ${JSON.stringify(name)})`);
    const checked = check.converts ? `${check.text}\n${own} = x;` : check.text;
    const reading = `x = ${read('v', name)};`;
    if (!isOptional && facts.standard === undefined) return `${reading}\n${checked}`;
    const standard = this.#code.constant(facts.standard ?? null);
    const given = isOptional ? `if (x !== null) {\n${checked}\n}` : checked;
    return `${reading}\nif (x === undefined) ${own} = ${standard};\nelse { n += 1;\n${given}\n}`;
  }

  /** Statements that look at `x`, and may put another value in its place. */
  #value(facts: ColumnFacts, failing: string, place: string): { readonly text: string; readonly converts: boolean } {
    const { kind } = facts;
    const rules = rulesIn(this.#code, facts).map((test) => `if (!(${test})) ${failing};`);
    const all = (test: string, converts = false) => ({ text: [test, ...rules].join('\n'), converts });
    const must = (test: string) => all(`if (!(${test})) ${failing};`);
    switch (kind) {
      case 'text':
        return must("typeof x === 'string' && x.isWellFormed()");
      case 'integer':
        return must('Number.isSafeInteger(x)');
      case 'real':
        return must("typeof x === 'number' && x - x === 0");
      case 'boolean':
        return must("typeof x === 'boolean'");
      case 'json':
        return must(`x !== undefined && x !== null && ${this.#code.constant(isPlain)}(x)`);
      case 'list':
        return this.#list(facts, failing, place);
      default: {
        const from = `${this.#code.constant(fromJson)}(${this.#code.constant(facts)}, x)`;
        return all(`{ const y = ${from}; if (y === undefined) ${failing}; x = y; }`, true);
      }
    }
  }

  #list(facts: ColumnFacts, failing: string, place: string): { readonly text: string; readonly converts: boolean } {
    const head = [
      `if (!Array.isArray(x)) ${failing};`,
      `if (x.length > ${this.#items}) ${this.#many}(x, ${place}, ${this.#items});`,
    ];
    const item = itemOf(facts);
    const one = 'rows' in item ? this.rows(item.rows) : this.#item(item.facts);
    // Its place is put together for each list, not for each item.
    const loop = `{ const p = ${place}; for (let j = 0; j < x.length; j += 1) x[j] = ${one}(x[j], p, j); }`;
    return { text: [...head, loop].join('\n'), converts: false };
  }

  /** A function `(value, at, index)`: of one item that is no row. */
  #item(facts: ColumnFacts): string {
    const place = `${this.#place}(at, i)`;
    const failing = `${this.#wrong}(undefined, x, at, i, ${this.#code.constant({ facts })})`;
    const { text } = this.#value(facts, failing, place);
    return this.#code.add('x, at, i', `${mayMiss(facts) ? 'if (x === null) return x;\n' : ''}${text}\nreturn x;`);
  }
}

const next = 'GET /openapi.json says what is taken.';

function placeOf(at: string, index: number, name?: string): string {
  const item = index < 0 ? at : `${at}[${index}]`;
  if (name === undefined) return item;
  return item === '' ? name : `${item}.${name}`;
}

function wrong(
  row: object | undefined,
  value: unknown,
  at: string,
  index: number,
  { name, facts }: { readonly name?: string; readonly facts: ColumnFacts },
): never {
  const where = placeOf(at, index, name);
  const allowed = allowedText(facts);
  if (value === undefined) {
    const meant = row && name !== undefined ? nearest(name, Object.keys(row)) : undefined;
    const got = meant === undefined ? {} : { got: `a field ${JSON.stringify(meant)}` };
    throw new Refusal('REQUEST_INVALID', { message: `${where} is missing.`, where, ...got, allowed, next });
  }
  const message = `${where} is not what it is declared as.`;
  throw new Refusal('REQUEST_INVALID', { message, where, got: shown(value), allowed, next });
}

function notObject(value: unknown, at: string, index: number): never {
  const where = placeOf(at, index) || 'body';
  const message = `${where === 'body' ? 'The body' : where} is no object.`;
  throw new Refusal('REQUEST_INVALID', { message, where, got: shown(value), allowed: 'an object', next });
}

function many(value: readonly unknown[], where: string, items: number): never {
  throw new Refusal('REQUEST_TOO_LARGE', {
    message: `${where} has too many items.`,
    ...{ where, got: String(value.length), allowed: `at most ${items}` },
    next: 'Send fewer at once; `limits` of the endpoint says how many.',
  });
}

function unknownField(row: object, at: string, index: number, names: readonly string[]): void {
  const name = Object.keys(row).find((one) => !names.includes(one));
  // An optional one that was not sent has been put there meanwhile.
  if (name === undefined) return;
  const meant = nearest(name, names);
  throw new Refusal('REQUEST_INVALID', {
    message: `There is no field ${shown(name)}.`,
    ...{ where: placeOf(at, index, shown(name).slice(1, -1)), allowed: names.join(', ') },
    next: meant === undefined ? next : `Did you mean ${meant}? ${next}`,
  });
}
