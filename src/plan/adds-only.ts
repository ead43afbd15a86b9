/** Quoted texts, mentions and words whole; white space means nothing. */
const tokensOf = (query: string): readonly string[] =>
  query.match(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\{[^}]*\}|[\w$]+|[^\s]/g) ?? [];

const ofQueries =
  /^(?:select|distinct|all|from|where|group|having|qualify|window|union|except|intersect|order|limit|join|on|using)$/i;

/**
 * Whether a query is the one before with nothing but these columns more: one stretch was put into the list of its outermost SELECT, each item of it
 * named as one of them. Where the text does not show it, the answer is no.
 */
export function addsOnly(before: string, now: string, added: readonly string[]): boolean {
  const [was, is] = [tokensOf(before), tokensOf(now)];
  const more = is.length - was.length;
  if (more <= 0 || added.length === 0) return false;
  const differs = was.findIndex((token, index) => token !== is[index]);
  const begin = differs < 0 ? was.length : differs;
  const end = begin + more;
  if (!was.slice(begin).every((token, index) => token === is[end + index])) return false;
  const outer = outerTokens(is);
  const select = outer.findIndex((token) => /^select$/i.test(token));
  const from = outer.findIndex((token, index) => index > select && /^from$/i.test(token));
  const list = outer.slice(select + 1, from);
  if (select < 0 || begin <= select || from < end || outer[begin] === '' || /^(?:distinct|all)$/i.test(list[0] ?? ''))
    return false;
  // A column is known by its place after GROUP BY 1 and ORDER BY 1: none may have another place then.
  const counts = outer.slice(from).some((token) => /^(?:group|order)$/i.test(token));
  if (counts && end !== from) return false;
  const items = itemsIn(is.slice(begin, end), outer.slice(begin, end));
  const names = items.map((item) => (item.at(-1) ?? '').replace(/^"(.*)"$/, '$1').toLowerCase());
  const wanted = new Set(added.map((name) => name.toLowerCase()));
  return names.length === wanted.size && names.every((name) => wanted.has(name));
}

/** The tokens that stand in no parentheses; the others as empty ones. */
function outerTokens(tokens: readonly string[]): readonly string[] {
  let depth = 0;
  return tokens.map((token) => {
    if (/^[)\]]$/.test(token)) depth -= 1;
    const isOuter = depth === 0;
    if (/^[([]$/.test(token)) depth += 1;
    return isOuter ? token : '';
  });
}

/** The items of a stretch that a comma begins or ends; none where it is no list. */
function itemsIn(tokens: readonly string[], outer: readonly string[]): readonly (readonly string[])[] {
  if (outer.some((token) => ofQueries.test(token))) return [];
  const items: string[][] = [[]];
  tokens.forEach((token, index) => {
    if (outer[index] === ',') items.push([]);
    else items.at(-1)?.push(token);
  });
  const filled = items.filter((item) => item.length > 0);
  return filled.length === items.length - 1 ? filled : [];
}
