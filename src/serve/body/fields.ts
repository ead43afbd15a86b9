import type { ColumnFacts, Columns } from '../../columns/index.ts';
import { holds } from '../../quality/judge.ts';

/** One column, as the code that reads or writes it is made from. */
export interface Field {
  readonly name: string;
  readonly facts: ColumnFacts;
  readonly isOptional: boolean;
}

export const fieldsOf = (columns: Columns): readonly Field[] =>
  Object.entries(columns).map(([name, { facts }]) => ({ name, facts, isOptional: mayMiss(facts) }));

/** Null is a value of it. */
export const mayMiss = ({ nullable = false, rules = [] }: ColumnFacts): boolean =>
  nullable && !rules.some(({ code }) => code === 'present');

/** JavaScript that is put together from columns: constants by name, and functions that use them and each other. */
export class Code {
  readonly #constants: unknown[] = [];
  readonly #functions: string[] = [];

  /** Its name in the code. */
  constant(value: unknown): string {
    return `c${this.#constants.push(value) - 1}`;
  }
  /** `body` gets the function's own name first, so that it may be called before it is made. */
  add(parameters: string, body: string): string {
    return `f${this.#functions.push(`(${parameters}) {\n${body}\n}`) - 1}`;
  }
  /** The function of that name. */
  compile<F>(name: string): F {
    const constants = this.#constants.map((_, index) => `c${index}`);
    const functions = this.#functions.map((text, index) => `function f${index}${text}`);
    const made = new Function(...constants, `'use strict';\n${functions.join('\n')}\nreturn ${name};`);
    return made(...this.#constants) as F;
  }
}

/** Where `value.name` is read: what an object inherits is not its own. */
export function read(object: string, name: string): string {
  const own = `${object}[${JSON.stringify(name)}]`;
  return name in {} ? `(Object.hasOwn(${object}, ${JSON.stringify(name)}) ? ${own} : undefined)` : own;
}

/** Conditions that the value `x` keeps, one for each rule of its column. */
export const rulesIn = (code: Code, { kind, rules = [] }: ColumnFacts): readonly string[] => {
  const isNumber = kind === 'integer' || kind === 'real';
  return rules.flatMap((rule): string[] => {
    if (rule.code === 'present') return [];
    if (isNumber && rule.code === 'min') return [`x >= ${rule.allowed}`];
    if (isNumber && rule.code === 'max') return [`x <= ${rule.allowed}`];
    if (rule.code === 'one_of') return [`${code.constant(new Set(rule.allowed))}.has(x)`];
    const judgement = code.constant({ ...rule, column: '', flag: '' });
    return [`${code.constant(holds)}(${judgement}, x)`];
  });
};
