// Postgres keeps no character of code zero in a text. It is written as two others; the first of them, which nobody types, twice.
const mark = '\u0010';
const zero = '\u0000';

export const encodeText = (text: string): string =>
  text.includes(zero) || text.includes(mark) ? text.replaceAll(mark, mark + mark).replaceAll(zero, `${mark}0`) : text;

const written = new RegExp(`${mark}([${mark}0])`, 'g');
export const decodeText = (text: string): string =>
  text.includes(mark) ? text.replaceAll(written, (_, second) => (second === mark ? mark : zero)) : text;
