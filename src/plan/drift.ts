import type { ColumnFacts } from '../columns/index.ts';
import type { DefinitionFacts } from '../ports/index.ts';
import { addsOnly } from './adds-only.ts';

/**
 * What a changed definition means for the rows that are there. `rebuild`: they would be computed or judged otherwise. `fill`: only columns are new,
 * of which they have no value. `alter`: they are right as they are. `nothing`: no row of it is another one.
 */
export type Meaning = 'rebuild' | 'fill' | 'alter' | 'nothing';
const order: readonly Meaning[] = ['nothing', 'alter', 'fill', 'rebuild'];
export const widest = (meanings: readonly Meaning[]): Meaning =>
  order.findLast((one) => meanings.includes(one)) ?? 'nothing';

export interface Drift {
  readonly means: Meaning;
  /** Aspects of the definition, as its facts name them. */
  readonly aspects: readonly string[];
  /** The same in words. */
  readonly what: readonly string[];
}

/** One definition beside the one before it; where that one was not kept, anything may have changed. */
export function driftOf(before: DefinitionFacts | undefined, now: DefinitionFacts): Drift {
  if (before === undefined) return { means: 'rebuild', aspects: [], what: [] };
  const aspects = [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((aspect) => before[aspect] !== now[aspect])
    .sort();
  const added = aspects.flatMap((aspect) => (before[aspect] === undefined ? columnIn(aspect) : []));
  const found = aspects.map((aspect) => changeOf(aspect, before[aspect], now[aspect], added));
  return {
    means: widest(found.map(({ means }) => means)),
    aspects,
    what: found.map(({ text }) => text),
  };
}

/** Columns of the key. */
export const keyIn = (facts: DefinitionFacts): readonly string[] =>
  Object.entries(facts).flatMap(([aspect, text]) =>
    columnIn(aspect).filter(() => (JSON.parse(text) as ColumnFacts).isKey === true),
  );

/** The name of a column, where the aspect is one. */
const columnIn = (aspect: string): readonly string[] =>
  aspect.startsWith('column ') ? [aspect.slice('column '.length)] : [];

interface Change {
  readonly means: Meaning;
  readonly text: string;
}

function changeOf(aspect: string, was: string | undefined, is: string | undefined, added: readonly string[]): Change {
  const [kind = '', name = ''] = /^(\w+) ?(.*)$/s.exec(aspect)?.slice(1) ?? [];
  const moved = was === undefined ? 'is new' : is === undefined ? 'is gone' : 'is another one';
  switch (kind) {
    case 'column':
      return columnChange(name, was, is);
    case 'rows': {
      const means = was !== undefined && is !== undefined && addsOnly(was, is, added) ? 'fill' : 'rebuild';
      return { means, text: 'its query' };
    }
    case 'rule':
      return { means: 'rebuild', text: `the rule ${name} ${moved}` };
    case 'check':
      return { means: 'nothing', text: `the check "${name}" ${moved}` };
    case 'view':
      return { means: 'rebuild', text: `the view ${short(name)}, which it reads, ${moved}` };
    case 'files':
      return { means: isWidened(was, is) ? 'nothing' : 'rebuild', text: `the columns of the files of ${short(name)}` };
    case 'file':
      return { means: 'rebuild', text: `${name}, which its function may use, ${moved}` };
    case 'kept':
      return { means: 'rebuild', text: 'where its rows are kept elsewhere' };
    case 'written':
      return { means: 'rebuild', text: `the column ${name}, which is written elsewhere, ${moved}` };
    case 'invalid':
      return { means: 'alter', text: `invalid rows: ${was} → ${is}` };
    case 'write':
      return { means: 'rebuild', text: `write: ${wayText(was)} → ${wayText(is)}` };
    default:
      return { means: 'rebuild', text: `${aspect}: ${said(was)} → ${said(is)}` };
  }
}

const said = (text: string | undefined): string => (text === undefined ? 'none' : text.replace(/^"(.*)"$/, '$1'));
/** A way of writing, with the columns that it names. */
function wayText(text = '"none"'): string {
  const write = JSON.parse(text) as string | Readonly<Record<string, string>>;
  if (typeof write === 'string') return write;
  const { way, ...names } = write;
  return `${way} (${Object.values(names).join(', ')})`;
}
const short = (id: string): string => id.slice(id.indexOf('.') + 1);

function columnChange(name: string, was: string | undefined, is: string | undefined): Change {
  if (was === undefined) return { means: 'fill', text: `the column ${name} is new` };
  if (is === undefined) return { means: 'alter', text: `the column ${name} is not declared any more` };
  const [before, now] = [JSON.parse(was) as ColumnFacts, JSON.parse(is) as ColumnFacts];
  const found: Change[] = [];
  if (typeText(before) !== typeText(now))
    found.push({ means: isWider(before, now) ? 'alter' : 'rebuild', text: `${typeText(before)} → ${typeText(now)}` });
  if (before.nullable !== now.nullable)
    found.push(
      now.nullable
        ? { means: 'alter', text: 'required → optional' }
        : { means: 'rebuild', text: 'optional → required' },
    );
  if (before.isKey !== now.isKey)
    found.push({ means: 'rebuild', text: now.isKey ? 'part of the key' : 'no part of the key' });
  if (JSON.stringify(before.rules) !== JSON.stringify(now.rules)) found.push({ means: 'rebuild', text: 'other rules' });
  const means = found.some((one) => one.means === 'rebuild') ? 'rebuild' : 'alter';
  return { means, text: `the column ${name}: ${found.map((one) => one.text).join(', ')}` };
}

const typeText = ({ kind, of }: ColumnFacts): string =>
  kind === 'decimal' ? `decimal(${(of as readonly number[]).join(', ')})` : kind;

/** Every value of the one is a value of the other, and is the same. */
function isWider(before: ColumnFacts, now: ColumnFacts): boolean {
  if (before.kind === 'integer' && now.kind === 'bigint') return true;
  const whole = { integer: 16, bigint: 19 }[before.kind as string];
  const [digits, places] = before.kind === 'decimal' ? (before.of as readonly [number, number]) : [whole, 0];
  if (now.kind !== 'decimal' || digits === undefined) return before.kind === 'integer' && now.kind === 'real';
  const [more, decimals] = now.of as readonly [number, number];
  return decimals >= places && more - decimals >= digits - places;
}

/** Files have more columns than before, and the others as they were. */
function isWidened(was = '{}', is = '{}'): boolean {
  const now = JSON.parse(is) as DefinitionFacts;
  return Object.entries(JSON.parse(was) as DefinitionFacts).every(([aspect, text]) => now[aspect] === text);
}
