/** A line broken at its spaces; what is below begins where the text of the first does. */
export function lines(text: string, columns: number): readonly string[] {
  const start = /^ {2}\w+ +/.exec(text)?.[0].length ?? /^ */.exec(text)?.[0].length ?? 0;
  const found: string[] = [];
  let rest = text;
  while (rest.length > columns) {
    const at = rest.lastIndexOf(' ', columns);
    if (at <= start) break;
    found.push(rest.slice(0, at));
    rest = `${' '.repeat(start || 2)}${rest.slice(at + 1)}`;
  }
  return [...found, rest];
}
