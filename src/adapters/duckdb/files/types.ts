import { type Difference, hidden } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { parts, type Staging } from './staging.ts';
import { staged } from './typed.ts';

const { identifier, literal } = dialect;

interface Unread {
  readonly file: number;
  readonly column: string;
  readonly count: number;
  /** One of the values, as the producer wrote it. */
  readonly such: string;
}

/** A single value may be wrong by chance. */
export const fewest = 2;
/** Of a value that is shown. */
const longest = 40;

/** Of a column that has values, and not one could be read. */
export function noneOfKind(of: {
  readonly column: string;
  readonly path: string;
  readonly kind: string;
  readonly count: number;
  readonly such: string;
}): Difference {
  const { column, path, such } = of;
  const shown = such.length > longest ? `${such.slice(0, longest)}…` : such;
  const note = `none of the ${of.count} values of ${column} in ${path} is of its kind, ${of.kind} (such as ${shown}): has its type changed?`;
  return { how: 'type', column, path, note };
}

/** Columns of which a file has values, and not one could be read: its type has changed, or it was never that. */
export async function tellTypes(staging: Staging): Promise<void> {
  const { input, declared } = staging;
  const unread = (await unreadOf(staging)).filter(({ count, column }) => count >= fewest && column in declared);
  if (unread.length === 0) return;
  const names = [...new Set(unread.map(({ column }) => column))];
  const values = await valuesOf(staging, names);
  for (const { file, column, count, such } of unread) {
    if (values.get(`${file} ${column}`)) continue;
    const path = input.files[file]?.path ?? '';
    const { kind } = (declared[column] as (typeof declared)[string]).facts;
    staging.differ(noneOfKind({ column, path, kind, count, such }));
  }
}

/** Rows of which some columns could be read, by file and column; only these parts have any. */
async function unreadOf(staging: Staging): Promise<readonly Unread[]> {
  const found = new Map<string, Unread>();
  const all = Object.keys(staging.input.columns).length;
  for (const part of ['records', 'single'] as const) {
    if (!staging.has(part)) continue;
    const rows = await staging.rows(
      `select "#f", name, n, coalesce(json_extract(one, '$.' || to_json(name)), one) from (
        select ${staged.file} as "#f", name, count(*) as n, min(original) as one from (select ${staged.file}, ${hidden.original} as original, unnest(${hidden.unread}) as name from ${staging.table(part)}
        where ${hidden.unread} is not null and len(${hidden.unread}) < ${literal(Math.max(2, all))}) group by all) order by all`,
    );
    for (const [file, name, count, such] of rows) {
      const id = `${file} ${name}`;
      const more = (found.get(id)?.count ?? 0) + Number(count);
      found.set(id, { file: Number(file), column: String(name), count: more, such: String(such) });
    }
  }
  return [...found.values()];
}

/** How many values of these columns could be read, by file and column. */
async function valuesOf(staging: Staging, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for (const part of parts.filter((one) => staging.has(one))) {
    const counts = names.map((name) => `count(${identifier(name)})`).join(', ');
    const rows = await staging.rows(
      `select ${staged.file}, ${counts} from ${staging.table(part)} where ${staging.isOwn(part)} group by all`,
    );
    for (const [file, ...own] of rows)
      for (const [index, name] of names.entries()) {
        const id = `${file} ${name}`;
        found.set(id, (found.get(id) ?? 0) + Number(own[index]));
      }
  }
  return found;
}
