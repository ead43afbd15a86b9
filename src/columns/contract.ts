import { nearest } from './nearest.ts';
import type { Columns } from './rows.ts';

/** The columns that a file has, beside those that its source declares. */
export interface Compared {
  /** By declared name: what the file calls it. */
  readonly called: ReadonlyMap<string, string>;
  /** Those of the file that nothing asks for. */
  readonly news: readonly string[];
  /** Declared, and not in the file. */
  readonly gone: readonly string[];
  /** Why it cannot be a file of the source: the end of a sentence that begins with `it has`. */
  readonly breach?: string;
}

/** A file with none of the columns would give empty rows only, though each of them may be missing. */
export function compareNames(columns: Columns, names: readonly string[], refusesNew = false): Compared {
  const called = new Map<string, string>();
  for (const [name, { facts }] of Object.entries(columns)) {
    const found = [name, ...(facts.aliases ?? [])].find((one) => names.includes(one));
    if (found !== undefined) called.set(name, found);
  }
  const taken = new Set(called.values());
  const news = [...new Set(names.filter((name) => !taken.has(name)))];
  const gone = Object.keys(columns).filter((name) => !called.has(name));
  const breach = breachOf(columns, { called, news, gone }, refusesNew);
  return { called, news, gone, ...(breach ? { breach } : {}) };
}

function breachOf(columns: Columns, { called, news, gone }: Compared, refusesNew: boolean): string | undefined {
  const missing = gone.filter((name) => !columns[name]?.facts.nullable);
  const lost = missing.length === 0 && called.size === 0 ? gone : missing;
  if (lost.length > 0) {
    const other = renamedText(lost[0] ?? '', gone, news);
    const shown = news.length > 0 ? ` (and has ${listed(news)}, which ${are(news)} not declared)` : '';
    return `${missing.length === 0 ? 'none of the columns' : 'no column'} ${listed(lost)}${other || shown}`;
  }
  return refusesNew && news.length > 0 ? `${listed(news)}, which ${are(news)} not declared` : undefined;
}

const are = (names: readonly string[]): string => (names.length === 1 ? 'is' : 'are');

/** So many names are said, and the number of the others. */
const most = 8;
function listed(names: readonly string[]): string {
  const shown = names.slice(0, most).map((name) => name || '(no name)');
  return names.length > most ? `${shown.join(', ')} and ${names.length - most} more` : shown.join(', ');
}

/** What a column that is gone is probably called now: a name like it, or the only new one where it is the only one gone. */
function renamedTo(name: string, gone: readonly string[], news: readonly string[]): string | undefined {
  const [only] = news;
  return nearest(name, news) ?? (gone.length === 1 && news.length === 1 ? only : undefined);
}

/** Asks whether a column that is gone has another name now; nothing where no other is likely. */
export function renamedText(name: string, gone: readonly string[], news: readonly string[]): string {
  const other = renamedTo(name, gone, news);
  return other === undefined ? '' : `; is ${name} called ${other} now? Then declare it with .alias('${other}')`;
}
