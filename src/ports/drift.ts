import { type Compared, renamedText } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import type { Bad, Difference, Drift } from './differences.ts';
import type { SourceFile } from './files.ts';
import type { IncomingInput } from './incoming.ts';
import type { FileInput } from './warehouse.ts';

/** Columns that are new in a place, and those that are gone from it. */
export function differencesOf(
  { news, gone }: Pick<Compared, 'news' | 'gone'>,
  of: { readonly path: string; readonly extra?: string | undefined; readonly unmissed?: readonly string[] | undefined },
): readonly Difference[] {
  const { path, extra, unmissed = [] } = of;
  const kept = extra ? `kept in ${extra}` : 'it is ignored';
  return [
    ...news.map((column): Difference => ({ how: 'new', column, path, note: kept })),
    ...gone
      .filter((column) => !unmissed.includes(column))
      .map((column): Difference => {
        return { how: 'gone', column, path, note: `its values are missing${renamedText(column, gone, news)}` };
      }),
  ];
}

/** What is asked of an input of either kind. */
type Input = Pick<IncomingInput, 'source' | 'columns' | 'refusesNew' | 'breach'>;

/** What the reading of a source has shown. */
export interface Looked {
  readonly input: Input;
  /** Files, or tables, that could be read. */
  readonly read: number;
  /** Files that are taken in, and gave no row. */
  readonly empty: readonly SourceFile[];
  readonly differences: readonly Difference[];
}

/** So many new columns of one source are kept by name; a producer may take anything for a key. */
const most = 50;

/**
 * How files differ from what their sources declare, after a publication. A new name stands from the publication that met it first until it is
 * declared, so that it is said once. A column that is gone, or of another type, stands for as long as the files that are read have it so.
 */
export function driftAfter(
  before: readonly Drift[],
  looked: readonly Looked[],
  { run, since }: Pick<Drift, 'run' | 'since'>,
): readonly Drift[] {
  return looked.flatMap(({ input, read, differences }) => {
    const { source } = input;
    const former = before.filter((one) => one.source === source && !isDeclared(one, input));
    const isSame = (one: Difference, other: Difference): boolean =>
      one.how === other.how && one.column === other.column;
    const again = (one: Difference): Difference | undefined => differences.find((other) => isSame(one, other));
    const stays = former
      .filter((one) => one.how === 'new' || read === 0 || again(one))
      .map((one) => ({ ...one, note: again(one)?.note ?? one.note }));
    const begun = differences
      .filter((one) => !stays.some((other) => isSame(one, other)))
      .map((one) => ({ ...one, source, run, since }));
    const room = Math.max(0, most - stays.filter(({ how }) => how === 'new').length);
    const names = begun.filter(({ how }) => how === 'new').slice(0, room);
    return [...stays, ...begun.filter((one) => one.how !== 'new' || names.includes(one))];
  });
}

/** A name that was new, and that the source asks for now. */
const isDeclared = ({ how, column }: Drift, { columns }: Input): boolean =>
  how === 'new' &&
  Object.entries(columns).some(([name, { facts }]) => name === column || facts.aliases?.includes(column));

/** Of a source: its name without the catalog. */
const nameOf = ({ source }: { readonly source: string }): string => source.slice(source.indexOf('.') + 1);

/** Said of a file, in sentences; several columns of one file in one. */
export function driftTexts(drift: readonly Drift[]): readonly string[] {
  const groups = Map.groupBy(drift, ({ source, how, path, note, column }) =>
    JSON.stringify([source, how, path, note, how === 'type' ? column : '']),
  );
  return [...groups.values()].map((group) => {
    const [first] = group as [Drift, ...Drift[]];
    const { how, path, note } = first;
    const names = group.map(({ column }) => column || '(no name)').join(', ');
    const columns = group.length === 1 ? 'column' : 'columns';
    if (how === 'new') return `${nameOf(first)}: new ${columns} ${names} in ${path}, not declared: ${note}`;
    if (how === 'gone') return `${nameOf(first)}: no ${columns} ${names} in ${path}: ${note}`;
    return `${nameOf(first)}: ${note}`;
  });
}

/** So many paths are said, and the number of the others. */
const few = 3;

/** Files without a row are named: nobody sends one on purpose every day. */
export const emptyTexts = (looked: readonly Looked[]): readonly string[] =>
  looked.flatMap(({ input, empty }) => {
    if (empty.length === 0) return [];
    const more = empty.length - few;
    const names = [...empty.slice(0, few).map(({ path }) => path), ...(more > 0 ? [`${more} more`] : [])];
    return [`${nameOf(input)}: no row in ${names.join(', ')}`];
  });

/** What of a source is called what: a place that is not a file is a table elsewhere. */
const words = {
  files: {
    one: 'A file breaks',
    more: (count: number) => `${count} files break`,
    mend: 'the files',
    others: "breach: 'set aside' lets the other files go on",
  },
  tables: {
    one: 'The table breaks',
    more: (count: number) => `${count} tables break`,
    mend: 'the table',
    others: "breach: 'set aside' goes on without its rows",
  },
} as const;

/** Throws SOURCE_DRIFTED for what breaks the contract of a source that does not set it aside. */
export function refuseBreaches(input: FileInput | IncomingInput, bad: readonly Bad[]): void {
  const { breach, source, refusesNew } = input;
  const said = words['files' in input ? 'files' : 'tables'];
  const broken = bad.filter((file) => file.breaks);
  if (!breach || broken.length === 0) return;
  const shown = broken.slice(0, few).map(({ path, why }) => `${path}: ${why}`);
  const more = broken.length - shown.length;
  throw new EsteiraError('SOURCE_DRIFTED', {
    what: `${broken.length === 1 ? said.one : said.more(broken.length)} the contract of ${nameOf({ source })}; nothing of the step was published.`,
    where: breach.written,
    got: [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
    allowed: `every column that is not .optional(), of a type that can be of its kind${refusesNew ? ', and no others' : ''}`,
    next: `Mend ${said.mend}, or the columns of the source, and run again; ${said.others}.`,
  });
}
