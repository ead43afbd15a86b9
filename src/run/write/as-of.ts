import { type Match, placeOf, type Read } from '../../plan/index.ts';
import { hidden } from '../../ports/index.ts';
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
    if (!match.stays || lower === 0n) return ['true'];
    return [isCorrected(match, { lower, left: options.project.warehouse.dialect.place(placeOf(node)) }, options)];
  });

/** What is looked up for a row depends on what it is looked up by alone: those for whose the row that counts is a new one. */
function isCorrected(
  { right, on, at, ties, within }: Match,
  { lower, left }: { readonly lower: bigint; readonly left: string },
  { project: { warehouse } }: Options,
): string {
  const { dialect } = warehouse;
  const by = [...on, at[0]];
  const list = by.map(dialect.identifier).join(', ');
  const found = dialect.asOf({
    ...{ left: `(select distinct ${list} from ${left})`, right: dialect.place(placeOf(right)), columns: by },
    ...{ on, at, ties, take: { [hidden.sequence]: hidden.sequence }, ...(within ? { within } : {}) },
  });
  const those = `select ${list} from ${found} as _found where ${dialect.identifier(hidden.sequence)} > ${lower}`;
  return by.length === 1 ? `${list} in (${those})` : `(${list}) in (${those})`;
}
