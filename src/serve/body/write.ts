import type { ColumnFacts, Columns } from '../../columns/index.ts';
import { holds } from '../../quality/judge.ts';
import { PlainError } from '../briefly.ts';
import { Code, type Field, fieldsOf, mayMiss, read, rulesIn } from './fields.ts';
import { allowedText, isPlain, itemOf, kindText } from './values.ts';

/** What a handler gave is not what its endpoint declares. */
export class WrongAnswer extends PlainError {
  override readonly name = 'WrongAnswer';
}

/** The JSON of an answer: the declared columns and nothing else of it. Throws WrongAnswer where one of them is not what it is declared as. */
export type Writer = (answer: unknown) => string;

export function writerOf(columns: Columns): Writer {
  const code = new Code();
  const making = new Making(code);
  return code.compile<Writer>(making.rows(columns, ''));
}

class Making {
  readonly #code: Code;
  readonly #wrong: string;
  readonly #text: string;

  constructor(code: Code) {
    this.#code = code;
    this.#wrong = code.constant(wrong);
    this.#text = code.constant(jsonText);
  }

  /** A function of one row. */
  rows(columns: Columns, place: string): string {
    const fields = fieldsOf(columns);
    const isWrong = `${this.#wrong}(v, ${this.#code.constant({ place, kind: 'an object' })})`;
    return this.#code.add(
      'v',
      [
        `if (typeof v !== 'object' || v === null) ${isWrong};`,
        'let x, s;',
        ...fields.map((field, index) => this.#field(field, { place, first: index === 0 })),
        `return ${fields.length === 0 ? "'{}'" : "s + '}'"};`,
      ].join('\n'),
    );
  }

  #field({ name, facts, isOptional }: Field, of: { readonly place: string; readonly first: boolean }): string {
    const place = of.place === '' ? name : `${of.place}.${name}`;
    const key = JSON.stringify(`${of.first ? '{' : ','}${JSON.stringify(name)}:`);
    const value = this.#value(facts, place);
    const put = (text: string): string => (of.first ? `s = ${key} + ${text};` : `s += ${key} + ${text};`);
    const written = `${value.checks}\n${put(value.text)}`;
    const missing = `if (x === undefined || x === null) { ${put("'null'")} }\nelse {\n${written}\n}`;
    return `x = ${read('v', name)};\n${isOptional ? missing : written}`;
  }

  /** Statements that look at `x`, and the expression of its JSON. */
  #value(facts: ColumnFacts, place: string): { readonly checks: string; readonly text: string } {
    const failing = `${this.#wrong}(x, ${this.#code.constant({ place, kind: allowedText(facts) })});`;
    const must = (test: string, text: string) => ({
      checks: [test, ...rulesIn(this.#code, facts)].map((one) => `if (!(${one})) ${failing}`).join('\n'),
      text,
    });
    switch (facts.kind) {
      case 'text':
        return must("typeof x === 'string'", `${this.#text}(x)`);
      case 'integer':
        return must('Number.isSafeInteger(x)', "('' + x)");
      case 'real':
        return must("typeof x === 'number' && x - x === 0", "('' + x)");
      case 'boolean':
        return must("typeof x === 'boolean'", "(x ? 'true' : 'false')");
      case 'json':
        return must(`x !== undefined && x !== null && ${this.#code.constant(isPlain)}(x)`, 'JSON.stringify(x)');
      case 'list':
        return this.#list(facts, place, failing);
      default: {
        const judgement = this.#code.constant({ code: 'kind', allowed: kindText(facts), column: '', flag: '' });
        const isOf = `${this.#code.constant(holds)}(${judgement}, x)`;
        return must(`x !== undefined && x !== null && ${isOf}`, `('"' + String(x) + '"')`);
      }
    }
  }

  #list(facts: ColumnFacts, place: string, failing: string): { readonly checks: string; readonly text: string } {
    const item = itemOf(facts);
    const one = 'rows' in item ? this.rows(item.rows, `${place}[]`) : this.#item(item.facts, `${place}[]`);
    const list = this.#code.add(
      'x',
      `let s = '[';\nfor (let j = 0; j < x.length; j += 1) s += j === 0 ? ${one}(x[j]) : ',' + ${one}(x[j]);\nreturn s + ']';`,
    );
    return { checks: `if (!Array.isArray(x)) ${failing}`, text: `${list}(x)` };
  }

  /** A function of one item that is no row. */
  #item(facts: ColumnFacts, place: string): string {
    const { checks, text } = this.#value(facts, place);
    const missing = mayMiss(facts) ? "if (x === undefined || x === null) return 'null';\n" : '';
    return this.#code.add('x', `${missing}${checks}\nreturn ${text};`);
  }
}

function wrong(value: unknown, { place, kind }: { readonly place: string; readonly kind: string }): never {
  // What was answered is nobody's business who reads the log.
  const got = value === undefined || value === null ? String(value) : `a value of type ${typeof value}`;
  throw new WrongAnswer(`${place === '' ? 'the answer' : place} is ${got}, and declared as ${kind}`);
}

/** Short texts without anything to escape are most of them. */
function jsonText(text: string): string {
  if (text.length > 64) return JSON.stringify(text);
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 32 || code === 34 || code === 92 || (code >= 0xd800 && code <= 0xdfff)) return JSON.stringify(text);
  }
  return `"${text}"`;
}
