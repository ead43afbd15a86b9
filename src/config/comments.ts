/** One piece of TypeScript at a time: comments, quoted texts, white space, words, single characters. Templates and expressions are taken apart by hand. */
const piece =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"|\s+|[\w$\u0080-\uffff]+|\+\+|--|[\s\S]/y;
const regularExpression = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y;
const templatePart = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y;

/** After these words a slash begins an expression. */
const beforeExpression = /^(?:return|typeof|case|in|of|delete|void|throw|new|instanceof|do|else|yield|await)$/;
const word = /^[\w$\u0080-\uffff]/;

/**
 * A module's text, equal for two that differ only in comments, white space and commas before an end. Where the text alone does not say whether a
 * slash divides or begins an expression it is left as it is: it then counts as changed once too often, and never once too seldom.
 */
export function withoutComments(text: string): string {
  const kept: string[] = [];
  /** Of each open template, the braces that are open inside of its `${`. */
  const templates: number[] = [];
  let at = 0;
  const take = (of: RegExp): string | undefined => {
    of.lastIndex = at;
    const found = of.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const template = (begin: string): boolean => {
    const part = take(templatePart);
    if (part === undefined) return false;
    kept.push(begin + part);
    if (part.endsWith('${')) templates.push(0);
    return true;
  };
  while (at < text.length) {
    const found = take(piece) as string;
    const last = kept.at(-1) ?? '';
    if (/^(?:\/\/|\/\*|\s)/.test(found)) continue;
    if (found === '`') {
      if (!template(found)) return text;
    } else if (found === '}' && templates.at(-1) === 0) {
      templates.pop();
      if (!template(found)) return text;
    } else if (found === "'" || found === '"') {
      return text;
    } else if (found === '/') {
      // After a value it divides; after a closing bracket the text alone does not say, unless white space follows.
      const isClosed = /^(?:[)}]|\+\+|--)$/.test(last);
      if (isClosed && !/\s/.test(text[at] ?? '')) return text;
      const divides =
        isClosed || last === ']' || /['"`]$/.test(last) || (word.test(last) && !beforeExpression.test(last));
      at -= 1;
      const expression = divides ? undefined : take(regularExpression);
      if (!divides && expression === undefined) return text;
      if (expression === undefined) at += 1;
      kept.push(expression ?? found);
    } else {
      const open = templates.length - 1;
      if (found === '{' && open >= 0) templates[open] = (templates[open] ?? 0) + 1;
      if (found === '}' && open >= 0) templates[open] = (templates[open] ?? 0) - 1;
      const isEnd = /^[)\]}]$/.test(found);
      if (isEnd && last === ',' && !/^[,[(]$/.test(kept.at(-2) ?? '')) kept.pop();
      kept.push(found);
    }
  }
  return templates.length === 0 ? kept.join('\0') : text;
}
