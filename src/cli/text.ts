import { stripVTControlCharacters } from 'node:util';
import type { Look } from './terminal.ts';

// Text measured in the columns of a terminal, where 表 takes two and a joined accent none.

const wide =
  /\p{Emoji_Presentation}|\uFE0F|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6]|[\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;
const without = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u;

let segmenter: Intl.Segmenter | undefined;
function* characters(text: string): Generator<string> {
  segmenter ??= new Intl.Segmenter('en');
  for (const { segment } of segmenter.segment(text)) yield segment;
}
/** Characters of one column each that never join: nobody need be asked where one ends, which takes its time to learn. */
const isPlain = (text: string): boolean =>
  /^[\x20-\x7E\xA1-\xAC\xAE-\u02AF\u2010-\u2026\u2190-\u2193\u2500-\u259F✓✗]*$/.test(text);
const columnsOf = (character: string): number => (without.test(character) ? 0 : wide.test(character) ? 2 : 1);

/** Columns that a text takes, colours left out. */
export function width(text: string): number {
  const bare = stripVTControlCharacters(text);
  if (isPlain(bare)) return bare.length;
  let columns = 0;
  for (const character of characters(bare)) columns += columnsOf(character);
  return columns;
}

/** At most so many columns, with … in the place of what is left out. */
export function cut(text: string, columns: number, look: Pick<Look, 'unicode'>): string {
  if (width(text) <= columns) return text;
  const mark = look.unicode ? '…' : '~';
  let taken = '';
  let used = 1;
  for (const character of characters(text)) {
    used += columnsOf(character);
    if (used > columns) break;
    taken += character;
  }
  return columns < 1 ? '' : taken + mark;
}

export const pad = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - width(text)));
export const padLeft = (text: string, columns: number): string => ' '.repeat(Math.max(0, columns - width(text))) + text;

/** Characters that would move the cursor, colour the screen or turn the line around are written as JavaScript writes them. */
export function visible(text: string, options: { readonly lines?: boolean } = {}): string {
  return text.replace(/[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/gu, (character) => {
    if (character === '\n') return options.lines ? '\n' : '\\n';
    if (character === '\t') return '\\t';
    if (character === '\r') return '\\r';
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Lines of at most so many columns (the first of so many), broken between words; a longer word is broken where the line ends. */
export function wrap(text: string, columns: number, first = columns): string[] {
  const lines: string[] = [];
  const room = (): number => (lines.length === 0 ? first : columns);
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (width(longer) <= room()) {
        line = longer;
        continue;
      }
      if (line !== '') lines.push(line);
      const pieces = broken(word, room());
      lines.push(...pieces.slice(0, -1));
      line = pieces.at(-1) ?? '';
    }
    lines.push(line);
  }
  return lines;
}

/** What is indented stays so, and what follows hangs below the text of a beginning such as `  next    `. */
export function wrapHanging(text: string, columns: number, hang: number): string {
  return text
    .split('\n')
    .map((line) => {
      const [indent = ''] = /^ */.exec(line) ?? [];
      const hanging = Math.max(hang, indent.length);
      if (width(line) <= columns || columns < hanging + 10) return line;
      const lines = wrap(line.slice(indent.length), columns - hanging, columns - indent.length);
      return lines.map((part, index) => (index === 0 ? indent : ' '.repeat(hanging)) + part).join('\n');
    })
    .join('\n');
}

function broken(word: string, columns: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  for (const character of characters(word)) {
    const more = columnsOf(character);
    if (used + more > columns && piece !== '') {
      pieces.push(piece);
      piece = '';
      used = 0;
    }
    piece += character;
    used += more;
  }
  return [...pieces, piece];
}
