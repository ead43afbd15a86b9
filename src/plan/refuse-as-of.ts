import { keyOf } from '../columns/index.ts';
import {
  type AnySource,
  type AnyTable,
  type AsOf,
  appends,
  type Definition,
  uniqueIn,
  wayOf,
} from '../define/index.ts';
import type { EsteiraError } from '../errors.ts';
import { invalidDefinition } from '../graph/index.ts';
import type { QueryFacts } from '../ports/index.ts';
import { type Mentions, type Read, readsDay } from './reads.ts';

/**
 * What was known at a time changes when a row comes late or is corrected: a table of it must be one whose rows can be made again, and made of rows
 * that are still there. `reads` are those of `mentioned`, in its order.
 */
export function refuseLookups(
  definition: AnyTable,
  { mentioned }: Mentions,
  { reads, facts }: { readonly reads: readonly Read[]; readonly facts: QueryFacts },
): void {
  const { write } = definition.spec;
  if (write === 'replace' || write === 'view') return;
  for (const [index, { asOf }] of mentioned.entries()) {
    const read = reads[index] as Read;
    if (asOf.length > 0) {
      refuseTaken(definition, asOf);
      refuseLookup(definition, read, facts);
    }
  }
}

/** A row is found again by what does not change with what was known. */
function refuseTaken(definition: AnyTable, asOf: readonly AsOf[]): void {
  if (wayOf(definition, 'replace each')) return;
  const names = [...keyOf(definition.columns), ...(definition.spec.duplicates?.by ?? [])];
  const taken = names.find((name) => asOf.some(({ take }) => Object.hasOwn(take, name)));
  if (taken === undefined) return;
  throw invalidDefinition(
    `${definition.name} merges by ${taken}, which asOf(…) takes: with another row that counts the former would stay.`,
    definition,
    "Merge by what the left rows have, or say write: replaceEach('day').",
  );
}

/** No two rows of the table that is read come to be one: its key is in that of this one, as it is. */
function handsOnKey({ columns, spec }: AnyTable, left: Definition, { renamed }: QueryFacts): boolean {
  const [unique, keys] = [uniqueIn(left), keyOf(columns)];
  if (unique === undefined || spec.rows.recipe.by === 'map') return false;
  return unique.every((name) => keys.includes(name) && !renamed.includes(name.toLowerCase()));
}

function refuseLookup(definition: AnyTable, read: Read, facts: QueryFacts): void {
  const left = read.node.definition;
  const refuse = (why: string, next: string): EsteiraError =>
    invalidDefinition(`${definition.name} reads asOf(…) of ${left.name}, ${why}.`, definition, next);
  if (appends(definition) || wayOf(definition, 'history'))
    throw refuse(
      'and keeps each row as it once was: what comes late could not change it',
      "Say write: replaceEach('day') or 'merge', or leave `write` out.",
    );
  if (read.how === 'new files' || (left as AnySource).reader?.changes || readsDay(read))
    throw refuse(
      'of which a run sees each row once: what comes late could not change those of former runs',
      `Keep ${left.name} in a table, and read that.`,
    );
  if (read.how !== 'new' || !read.matches) return;
  if (facts.groups && !wayOf(definition, 'replace each'))
    throw refuse(
      'and groups or numbers rows of which it reads some',
      "Say write: replaceEach('day') with asOf(t.since('day'), …), or mention the table itself.",
    );
  if (!wayOf(definition, 'replace each') && !definition.spec.duplicates && !handsOnKey(definition, left, facts))
    throw refuse(
      `which may have several rows of one key of ${definition.name}: an older one that is read again would take the place of a newer one`,
      'Say which row of a key stays, by duplicates: keepLatest(…), or have the key of what is read in the key, by its name.',
    );
  for (const { on, at, right } of read.matches) {
    const taken = [...on, at[0]].find((name) => !Object.hasOwn(left.columns, name));
    if (taken !== undefined)
      throw refuse(
        `and looks up rows by ${taken}, which another asOf(…) takes: what is new does not say which rows that changes`,
        `Mention ${left.name} itself, or make a table of the first asOf(…).`,
      );
    if (right.inside)
      throw refuse(
        `and looks up rows of ${right.definition.name}, which are others with each version of a model`,
        `Mention ${left.name} itself.`,
      );
  }
}
