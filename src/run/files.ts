import type { AnySource } from '../define/index.ts';
import { placeOf, type Read, type StepModel } from '../plan/index.ts';
import { dateIn, type FileRead, hourBefore, type SourceFile } from '../ports/index.ts';
import type { Project } from './project.ts';
import type { Rerun } from './rerun.ts';
import { tableOf } from './tables.ts';

/** Files of a source as one of its readers stands to them. */
interface Listed {
  readonly toRead: readonly SourceFile[];
  /** They were read, and are others now. */
  readonly changed: readonly SourceFile[];
  readonly all: readonly SourceFile[];
  /** By path: what was read. */
  readonly known: ReadonlyMap<string, FileRead>;
}

interface When {
  readonly date: Temporal.PlainDate;
  /** When the run was due. */
  readonly at?: Temporal.Instant | undefined;
}
/** Of an hour its own date: the run that reads the last one is of the next day. */
const dateRead = ({ node }: Read, { date, at }: When): Temporal.PlainDate =>
  at && (node.definition as AnySource).hourly ? dateIn(hourBefore(at)) : date;

/** Without a date, those of all dates. */
export async function filesOf(
  read: Read,
  model: StepModel,
  { project, ...when }: { readonly project: Project } & Partial<When>,
): Promise<Listed> {
  if (tableOf(read, project)) return { toRead: [], changed: [], all: [], known: new Map() };
  const pattern = project.readerOf(read.node.definition as AnySource).options.pattern ?? '';
  const date = when.date && dateRead(read, { ...when, date: when.date });
  const listed = await project.files.list(
    date ? pattern.replaceAll('{date}', date.toString()) : pattern.replaceAll(/\*?\{date\}\*?/g, '*'),
  );
  if (read.how === 'files') return { toRead: listed, changed: [], all: listed, known: new Map() };
  const known = await project.warehouse.filesRead(placeOf(model.node), read.node.id);
  const isChanged = ({ path, fingerprint }: SourceFile): boolean =>
    known.has(path) && known.get(path)?.fingerprint !== fingerprint;
  // Nothing of a file without rows is in the table: what it holds now is new.
  const isNew = (file: SourceFile): boolean =>
    !known.has(file.path) || (isChanged(file) && known.get(file.path)?.empty === true);
  return {
    toRead: listed.filter(isNew),
    changed: listed.filter((file) => isChanged(file) && !isNew(file)),
    all: listed,
    known,
  };
}

/** A source as its reader reads it once more. */
export async function filesAgain(
  read: Read,
  model: StepModel,
  { project, rerun, ...when }: { readonly project: Project; readonly rerun: Rerun } & When,
): Promise<readonly SourceFile[]> {
  const { toRead } = await filesOf(read, model, { project, ...when });
  if (read.how === 'files') return toRead;
  const { there } = await filesRead(read, model, project);
  return rerun === 'anew' ? [...there, ...toRead] : there;
}

/** Files that were read once: those that are still there, and the paths of those that are gone with their rows. */
export async function filesRead(
  read: Read,
  model: StepModel,
  project: Project,
): Promise<{ readonly there: readonly SourceFile[]; readonly gone: readonly string[] }> {
  const { toRead, all, known } = await filesOf(read, model, { project });
  const unread = new Set(toRead);
  const there = all.filter((file) => !unread.has(file));
  const paths = new Set(all.map((file) => file.path));
  const gone = [...known].filter(([path, { empty }]) => !empty && !paths.has(path));
  return { there, gone: gone.map(([path]) => path) };
}

/** Where no file is there at all. */
export function absentText(read: Read, { project, ...when }: { readonly project: Project } & When): string {
  const { node } = read;
  const date = dateRead(read, when);
  const { pattern = '' } = project.readerOf(node.definition as AnySource).options;
  return `${node.definition.name}: there is no file ${pattern.replaceAll('{date}', date.toString())}, so no row`;
}

/** Of files that were read once and have changed since. */
export function changedText(read: Read, changed: readonly SourceFile[]): string {
  const shown = changed.slice(0, 3).map((file) => file.path);
  const more = changed.length - shown.length;
  const names = [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
  const [have, were] = changed.length === 1 ? ['has', 'it was'] : ['have', 'they were'];
  return `${names} ${have} changed since ${were} read: each file of ${read.node.definition.name} is read once, so what is new in it has not come in`;
}

/** What is to be done about them. */
export const changedNext = ({ node }: StepModel): string =>
  `Deliver the new rows in a file of another name; if the old ones were wrong, esteira reprocess ${node.schema}.${node.table} reads its files once more.`;
