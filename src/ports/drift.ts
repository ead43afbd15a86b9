import { EsteiraError } from '../errors.ts';
import type { Bad, Difference, Drift, FileInput } from './warehouse.ts';

/** What the reading of a source's files has shown. */
export interface Looked {
  readonly input: FileInput;
  /** Files that could be read. */
  readonly read: number;
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
    const stays = former.filter(
      (one) => one.how === 'new' || read === 0 || differences.some((other) => isSame(one, other)),
    );
    const begun = differences
      .filter((one) => !stays.some((other) => isSame(one, other)))
      .map((one) => ({ ...one, source, run, since }));
    const room = Math.max(0, most - stays.filter(({ how }) => how === 'new').length);
    const names = begun.filter(({ how }) => how === 'new').slice(0, room);
    return [...stays, ...begun.filter((one) => one.how !== 'new' || names.includes(one))];
  });
}

/** A name that was new, and that the source asks for now. */
const isDeclared = ({ how, column }: Drift, { columns }: FileInput): boolean =>
  how === 'new' &&
  Object.entries(columns).some(([name, { facts }]) => name === column || facts.aliases?.includes(column));

/** Said of a file, in sentences; several columns of one file in one. */
export function driftTexts(drift: readonly Drift[]): readonly string[] {
  const groups = Map.groupBy(drift, ({ source, how, path, note, column }) =>
    JSON.stringify([source, how, path, note, how === 'type' ? column : '']),
  );
  return [...groups.values()].map((group) => {
    const [{ source, how, path, note }] = group as [Drift, ...Drift[]];
    const names = group.map(({ column }) => column || '(no name)').join(', ');
    const columns = group.length === 1 ? 'column' : 'columns';
    const of = source.slice(source.indexOf('.') + 1);
    if (how === 'new') return `${of}: new ${columns} ${names} in ${path}, not declared: ${note}`;
    if (how === 'gone') return `${of}: no ${columns} ${names} in ${path}: ${note}`;
    return `${of}: ${note}`;
  });
}

/** Throws SOURCE_DRIFTED for files that break the contract of a source that does not set such files aside. */
export function refuseBreaches({ breach, source, refusesNew }: FileInput, bad: readonly Bad[]): void {
  const broken = bad.filter((file) => file.breaks);
  if (!breach || broken.length === 0) return;
  const of = source.slice(source.indexOf('.') + 1);
  const shown = broken.slice(0, 3).map(({ path, why }) => `${path}: ${why}`);
  const more = broken.length - shown.length;
  throw new EsteiraError('SOURCE_DRIFTED', {
    what: `${broken.length === 1 ? 'A file breaks' : `${broken.length} files break`} the contract of ${of}; nothing of the step was published.`,
    where: breach.written,
    got: [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
    allowed: `every column that is not .optional(), of a type that can be of its kind${refusesNew ? ', and no others' : ''}`,
    next: "Mend the files, or the columns of the source, and run again; breach: 'set aside' lets the other files go on.",
  });
}
