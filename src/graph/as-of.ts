import { type Columns, parseDuration } from '../columns/index.ts';
import { type AnyReadable, type AnyRows, type AsOf, type Definition, recipesIn, uniqueIn } from '../define/index.ts';
import type { EsteiraError } from '../errors.ts';
import { invalidDefinition } from './catalog.ts';

type Refuse = (what: string, got: unknown, allowed: string, next?: string) => EsteiraError;

/** What a definition says of rows as they were known: its columns are there, and of kinds that can be compared. Throws DEFINITION_INVALID. */
export function refuseAsOf(definition: Definition, rows: AnyRows): void {
  for (const recipe of recipesIn(rows)) {
    if (recipe.by !== 'as of') continue;
    const refuse: Refuse = (what, got, allowed, next = 'Correct it where asOf(…) is written.') =>
      invalidDefinition(`asOf(…) of ${definition.name} ${what}: ${String(got)}.`, definition, next, allowed);
    refuseSides(recipe, refuse);
    refuseColumns(recipe, refuse);
    const { within } = recipe;
    const length = within === undefined ? { count: 1 } : parseDuration(String(within));
    if (!length || !Number.isInteger(length.count) || length.count < 1)
      throw refuse('has a limit of age that is none', within, "a whole number of a unit: '90 days', '12 hours'");
  }
}

/** A table is known by all of its rows, and a prediction is made of rows, not for them to be looked up by. */
function refuseSides({ left, right }: AsOf, refuse: Refuse): void {
  if (recipesIn(left).some(({ by }) => by === 'predict'))
    throw refuse(
      'looks up rows for predictions',
      left.recipe.by,
      'a table, or a source',
      'Predict of asOf(…) instead.',
    );
  const table = right.recipe.by === 'name' && right.recipe.of.kind === 'table' ? right.recipe.of : undefined;
  if (table && uniqueIn(table)) return;
  if (table)
    throw refuse(
      'looks up rows of which two may have one key and one time, and nothing says which of them counts',
      table.name,
      "a table with a key that is written by 'replace', 'merge', replaceEach(…), mergeDeleting(…) or history(…)",
      'Make a table of it that merges, with .key() on what is equal and on the time.',
    );
  throw refuse(
    'looks up rows of what is no table',
    nameOf(right),
    'a table, whole: its newest rows alone would not be all that was known',
    'Mention the table itself; of a source make a table that merges by key and time.',
  );
}

function refuseColumns({ left, right, on, at, take }: AsOf, refuse: Refuse): void {
  const names = { left: nameOf(left), right: nameOf(right) };
  const kindOf = (side: 'left' | 'right', column: string): string => {
    const columns: Columns = { left, right }[side].columns;
    const found = Object.hasOwn(columns, column) ? columns[column] : undefined;
    if (!found)
      throw refuse(`names a column that ${names[side]} does not have`, column, Object.keys(columns).join(', '));
    return found.facts.kind;
  };
  for (const column of on) {
    const kinds = [kindOf('left', column), kindOf('right', column)];
    if (kinds[0] !== kinds[1])
      throw refuse(`compares ${column} of two kinds`, kinds.join(' and '), 'a column that both have, of one kind');
  }
  const times = [kindOf('left', at[0]), kindOf('right', at[1])];
  if (times[0] !== times[1] || !['date', 'timestamp'].includes(times[0] ?? ''))
    throw refuse('has no two times', `${at[0]} is ${times[0]}, ${at[1]} is ${times[1]}`, 'two days, or two instants');
  const taken = Object.entries(take);
  if (taken.length === 0) throw refuse('takes nothing', 'take: {}', `columns of ${names.right}`);
  const own = new Set(Object.keys(left.columns).map((name) => name.toLowerCase()));
  for (const [name, column] of taken) {
    kindOf('right', column);
    if (own.has(name.toLowerCase()))
      throw refuse(`takes a column by a name that ${names.left} has`, name, 'another name');
    own.add(name.toLowerCase());
  }
}

/** In words. */
const nameOf = ({ recipe }: AnyReadable): string => (recipe.by === 'name' ? recipe.of.name : recipe.by);
