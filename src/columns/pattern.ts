import { EsteiraError } from '../errors.ts';

/** What JavaScript means by these, spelled so that RE2 and Java mean it too. */
const spaces = '\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';
const notSpaces =
  '\\x{0}-\\x{8}\\x{e}-\\x{1f}!-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}';
const classes: Readonly<Record<string, string>> = Object.freeze({
  d: '0-9',
  w: '0-9A-Z_a-z',
  s: spaces,
  D: '\\x{0}-\\/:-\\x{10ffff}',
  W: '\\x{0}-\\/:-@\\[-\\^`\\{-\\x{10ffff}',
  S: notSpaces,
});
const anyButLineEnds = '[^\\n\\r\\x{2028}\\x{2029}]';
const controls: Readonly<Record<string, number>> = Object.freeze({ t: 9, n: 10, v: 11, f: 12, r: 13, '0': 0 });
/** `^` and `$`. */
const ends: ReadonlySet<string> = new Set(['\\A', '\\z']);
/** RE2 repeats at most so often, nested repetitions multiplied. */
const mostRepeats = 1000;

function refuse(source: string, got: string): never {
  throw new EsteiraError('DEFINITION_INVALID', {
    what: 'A pattern means different things on different engines, or nothing on some.',
    where: `matches(/${source}/)`,
    got,
    allowed: `literals, . [] \\d \\w \\s \\b ^ $ ( ) (?: ) | * + ? {n,m} up to ${mostRepeats}, as JavaScript reads them with the flag u`,
    next: 'Write the pattern with these, or say the rule as a condition in SQL.',
  });
}

/** Reads a pattern that JavaScript has taken with the flag `u`, and writes it out again for the engines. */
class Reader {
  readonly #source: string;
  readonly #points: readonly string[];
  #at = 0;

  constructor(source: string) {
    this.#source = source;
    this.#points = [...source];
  }

  get #next(): string {
    return this.#points[this.#at] ?? '';
  }
  #take(): string {
    const point = this.#next;
    this.#at += 1;
    return point;
  }
  #takeIf(text: string): boolean {
    const found = this.#points.slice(this.#at, this.#at + text.length).join('') === text;
    if (found) this.#at += text.length;
    return found;
  }
  #spelled(code: number): string {
    if (code >= 0xd800 && code < 0xe000) refuse(this.#source, `\\u${code.toString(16)}, half of a surrogate pair`);
    const character = String.fromCodePoint(code);
    return /[0-9A-Za-z]/.test(character) ? character : `\\x{${code.toString(16)}}`;
  }
  /** Takes up to and with that character. */
  #until(end: string): string {
    let taken = '';
    while (this.#next !== end) taken += this.#take();
    this.#at += 1;
    return taken;
  }

  whole(): string {
    return this.#alternatives().text;
  }

  #alternatives(): { text: string; repeats: number } {
    let text = '';
    let repeats = 1;
    let before = '';
    while (this.#at < this.#points.length && this.#next !== ')') {
      if (this.#takeIf('|')) text += before = '|';
      else {
        const term = this.#term();
        // RE2 finds nothing by an end that is said twice and by nothing else.
        if (term.text !== before || !ends.has(before)) text += term.text;
        before = term.text;
        repeats = Math.max(repeats, term.repeats);
      }
    }
    return { text, repeats };
  }

  #term(): { text: string; repeats: number } {
    const atom = this.#atom();
    const quantifier = this.#quantifier();
    const repeats = atom.repeats * quantifier.repeats;
    if (repeats > mostRepeats) refuse(this.#source, `${repeats} repetitions`);
    return { text: atom.text + quantifier.text, repeats };
  }

  #atom(): { text: string; repeats: number } {
    const point = this.#take();
    if (point === '(') return this.#group();
    const text = { '^': '\\A', $: '\\z', '.': anyButLineEnds, '[': '', '\\': '' }[point];
    if (point === '[') return { text: this.#class(), repeats: 1 };
    if (point === '\\') return { text: this.#escape(), repeats: 1 };
    return { text: text ?? this.#spelled(point.codePointAt(0) ?? 0), repeats: 1 };
  }

  #group(): { text: string; repeats: number } {
    if (this.#takeIf('?') && !this.#takeIf(':')) {
      refuse(this.#source, `(?${this.#next}`);
    }
    const inner = this.#alternatives();
    this.#at += 1;
    const isRepeated = /[*+?{]/.test(this.#next);
    return ends.has(inner.text) && !isRepeated ? inner : { text: `(?:${inner.text})`, repeats: inner.repeats };
  }

  #quantifier(): { text: string; repeats: number } {
    let text = '';
    let repeats = 1;
    if (this.#takeIf('{')) {
      const bounds = this.#until('}');
      text = `{${bounds}}`;
      repeats = Math.max(1, ...bounds.split(',').map(Number));
    } else if (['*', '+', '?'].includes(this.#next)) text = this.#take();
    return text && this.#takeIf('?') ? { text: `${text}?`, repeats } : { text, repeats };
  }

  #escape(): string {
    if (this.#takeIf('b')) return '\\b';
    // RE2 goes by bytes, and finds \B inside a code point of several.
    if (this.#next === 'B') refuse(this.#source, '\\B');
    const set = classes[this.#next];
    if (set !== undefined) {
      this.#at += 1;
      return `[${set}]`;
    }
    return this.#spelled(this.#character());
  }

  /** The character that an escape stands for, after its backslash. */
  #character(): number {
    const point = this.#take();
    const control = controls[point];
    if (control !== undefined) return control;
    if (point === 'c') return (this.#take().codePointAt(0) ?? 0) % 32;
    if (point === 'x') return Number.parseInt(this.#take() + this.#take(), 16);
    if (point === 'u') return this.#unicode();
    if (/[1-9A-Za-z]/.test(point)) refuse(this.#source, `\\${point}`);
    return point.codePointAt(0) ?? 0;
  }

  #unicode(): number {
    if (this.#takeIf('{')) return Number.parseInt(this.#until('}'), 16);
    const four = (): number => Number.parseInt([0, 1, 2, 3].map(() => this.#take()).join(''), 16);
    const high = four();
    const mark = this.#at;
    if (high >= 0xd800 && high < 0xdc00 && this.#takeIf('\\u') && this.#next !== '{') {
      const low = four();
      if (low >= 0xdc00 && low < 0xe000) return (high - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000;
    }
    this.#at = mark;
    return high;
  }

  #class(): string {
    const negated = this.#takeIf('^');
    let text = '';
    while (this.#next !== ']') text += this.#member();
    this.#at += 1;
    if (!text) refuse(this.#source, negated ? '[^]' : '[]');
    return `[${negated ? '^' : ''}${text}]`;
  }

  #member(): string {
    if (this.#takeIf('\\')) {
      const set = classes[this.#next];
      if (set !== undefined) {
        this.#at += 1;
        return set;
      }
      return this.#spelled(this.#takeIf('b') ? 8 : this.#character());
    }
    // A dash between two characters is a range here and there; JavaScript has refused every other but a first or last one.
    const dash = this.#next === '-' && this.#points[this.#at - 1] !== '[' && this.#points[this.#at + 1] !== ']';
    const point = this.#take();
    return dash ? '-' : this.#spelled(point.codePointAt(0) ?? 0);
  }
}

/**
 * A pattern spelled for engines with RE2 or Java's expressions, so that it finds what `new RegExp(source, 'u')` finds. Refused: look-around, back
 * references, names, modifiers, properties of Unicode (each engine has another version of it), empty classes, halves of surrogate pairs.
 */
export function portablePattern(source: string): string {
  try {
    new RegExp(source, 'u');
  } catch (error) {
    return refuse(source, (error as Error).message);
  }
  return new Reader(source).whole();
}

/** The source of a pattern that every engine reads alike; the flag `u` is what it means anyway, any other changes it. */
export function ruleOf(pattern: RegExp): string {
  if (/[^u]/.test(pattern.flags)) refuse(pattern.source, `the flag ${pattern.flags.replace('u', '')}`);
  portablePattern(pattern.source);
  return pattern.source;
}
