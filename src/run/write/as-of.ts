import { invalidPlaceOf, type Match, mentionsOf, placeOf, type Read, readOf } from '../../plan/index.ts';
import { hidden } from '../../ports/index.ts';
import { tableOf } from '../tables.ts';
import type { Options } from './options.ts';

/**
 * Conditions for rows of a reading for which another row is looked up now than when they were read: it came late, or was corrected. Where rows of
 * the other table may have left, which no row shows, that can be any.
 */
export const rematched = ({ node, matches = [] }: Read, options: Options): readonly string[] =>
  matches.flatMap((match) => {
    const { lower, upper } = options.reach.bounds.find(({ source }) => source === match.right.id) ?? {};
    if (lower === undefined || lower === upper) return [];
    // Of a table that was made anew nobody knows what it was.
    if (!match.stays || isOfElsewhere(match, options) || lower === 0n) return ['true'];
    return [
      ...hasRefused(match, lower, options),
      isCorrected(match, { lower, left: options.project.warehouse.dialect.place(placeOf(node)) }, options),
    ];
  });

/** It sets rows aside that are known by another key elsewhere: one that was valid may leave, and come back as another. */
const isOfElsewhere = ({ right: { definition } }: Match, { project }: Options): boolean =>
  definition.spec.invalid === 'set aside' &&
  mentionsOf(definition.spec.rows).readables.some(
    (readable) => tableOf(readOf(readable, project.graph), project) !== undefined,
  );

/** A row that is read again and breaks a rule now leaves, and stands among the invalid rows: for whom it counted nobody knows. */
function hasRefused({ right }: Match, lower: bigint, { project }: Options): readonly string[] {
  if (right.definition.spec.invalid !== 'set aside') return [];
  const { dialect } = project.warehouse;
  const place = dialect.place(invalidPlaceOf(right, project.graph.suffix));
  return [`exists (select 1 from ${place} where ${dialect.identifier(hidden.sequence)} > ${lower})`];
}

/** What is looked up for a row depends on what it is looked up by alone: those for whose the row that counts is a new one. */
function isCorrected(
  { right, on, at, ties, within }: Match,
  { lower, left }: { readonly lower: bigint; readonly left: string },
  { project: { warehouse } }: Options,
): string {
  const { dialect } = warehouse;
  const named = (names: readonly string[]): string => names.map(dialect.identifier).join(', ');
  const tuple = (names: readonly string[]): string => (names.length === 1 ? named(names) : `(${named(names)})`);
  const by = [...on, at[0]];
  const news = `from ${dialect.place(placeOf(right))} where ${dialect.identifier(hidden.sequence)} > ${lower}`;
  // Few rows are new, mostly: only rows that they can be looked up for are joined, and only with those of the same key.
  const alike = on.length > 0 ? `${tuple(on)} in (select ${named(on)} ${news})` : 'true';
  const found = dialect.asOf({
    left: `(select distinct ${named(by)} from ${left} where ${alike})`,
    right: `(select * from ${dialect.place(placeOf(right))} where ${alike})`,
    ...{ columns: by, on, at, ties, ...(within ? { within } : {}) },
    take: { [hidden.sequence]: hidden.sequence },
  });
  const those = `select ${named(by)} from ${found} as _found where ${dialect.identifier(hidden.sequence)} > ${lower}`;
  return `${tuple(by)} in (${those})`;
}
