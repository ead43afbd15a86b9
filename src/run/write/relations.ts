import type { Columns } from '../../columns/index.ts';
import { type AnySource, extraColumn } from '../../define/index.ts';
import { type Node, whereOf } from '../../graph/index.ts';
import { handedOn, placeOf, type Read, readsDay, type StepModel } from '../../plan/index.ts';
import { dateIn, dayOf, type FileInput, hidden } from '../../ports/index.ts';
import { championKey } from '../learning/champions.ts';
import { versionName } from '../learning/learning.ts';
import type { Project } from '../project.ts';
import { isSettings } from '../setting-rows.ts';
import { settingsRelation } from '../settings.ts';
import { spanOf } from '../spans.ts';
import { tableOf, tableRelation } from '../tables.ts';
import { arrived, isInvalid } from './arrived.ts';
import type { Options } from './options.ts';

/** A reading as it stands in a query: the declared columns by name, so that one that was added to the table since changes nothing. */
export function relationOf(read: Read, options: Options, model: StepModel): string {
  if (isSettings(read.node)) return settingsRelation(read.node, options.values.settings, options.project);
  const names = [...Object.keys(read.node.definition.columns), ...handedOn(model, read)];
  return relationWith(names, read, { options, model });
}

/** `_unread` of the rows that a read brings. */
export const unreadOf = (read: Read, options: Options, model: StepModel): string =>
  relationWith([hidden.unread], read, { options, model });

function relationWith(
  names: readonly string[],
  read: Read,
  { options, model }: { readonly options: Options; readonly model: StepModel },
): string {
  const { dialect } = options.project.warehouse;
  const list = names.map((name) => dialect.identifier(name)).join(', ');
  const isFile = read.how === 'files' || read.how === 'new files';
  const place = isFile ? dialect.identifier(inPlaceRelation(read, options.project)) : dialect.place(placeOf(read.node));
  const wanted = [
    ...(read.how === 'new' ? [arrived(read, model, options)] : []),
    ...(read.how === 'new files' && options.rerun === 'invalid' ? [isInvalid(model, options)] : []),
    ...(readsDay(read) && !givesDays(read, options) ? [ofTheDay(read, options)] : []),
    ...ofVersion(read, options, model),
  ];
  return `(select ${list} from ${place}${wanted.length > 0 ? ` where ${wanted.join(' and ')}` : ''})`;
}

/** Its rows are those of the days already: of one that does not say its time it is known when it was sent. */
const givesDays = ({ node }: Read, { project }: Options): boolean =>
  project.readerOf(node.definition as AnySource).sent === true;

/** The rows of the run's date, or of its hour; of an instant its day in UTC. */
function ofTheDay(read: Read, { project, values }: Options): string {
  const { node } = read;
  const { dialect } = project.warehouse;
  const day = (node.definition as AnySource).day ?? '';
  const column = dialect.identifier(day);
  const span = spanOf(read, values);
  const { pattern = '' } = project.readerOf(node.definition as AnySource).options;
  // What a file of the date says of no day is of that date: it is judged, not left out.
  // Among its hours the first has it.
  const isFirst = span.from.equals(dayOf(dateIn(span)).from);
  const orNone = pattern.includes('{date}') && isFirst ? ` or ${column} is null` : '';
  if (node.definition.columns[day].facts.kind === 'date')
    return `(${column} = ${dialect.literal(values.date)}${orNone})`;
  return `(${column} >= ${dialect.literal(span.from)} and ${column} < ${dialect.literal(span.until)}${orNone})`;
}

/** Of what stands inside a model the rows of one version: for a table inside it too, of the one that is written; else of the champion. */
function ofVersion({ node }: Read, { project, values, prepared }: Options, model: StepModel): readonly string[] {
  const inside = node.inside ?? (node.definition.kind === 'model' ? node.definition : undefined);
  if (!inside) return [];
  const champion = values.settings[championKey(project.graph.nodeOf(inside))];
  const version = model.node.inside === inside ? prepared?.version : champion;
  const { dialect } = project.warehouse;
  return [`${dialect.identifier(versionName)} = ${dialect.literal(version ?? null)}`];
}

/** In quotes always: dots keep `a_b.c` and `a.b_c` apart. */
const fileRelation = (node: Node): string => `_files ${node.id}`;
const inPlaceRelation = (read: Read, project: Project): string =>
  tableOf(read, project) ? tableRelation(read) : fileRelation(read.node);

/** The files that become relations for as long as the step goes. `once`: those of a reader that has each file only once. */
export function fileInputs(model: StepModel, { project, reach, rerun }: Options): readonly FileInput[] {
  return [...reach.files].map(([id, files]) => {
    const node = project.graph.nodes.get(id) as Node;
    const unread = rerun !== 'invalid' && model.reads.some((read) => read.node.id === id && read.how === 'new files');
    const { columns } = node.definition;
    const { newColumns, breach } = (node.definition as AnySource).contract;
    return {
      ...{ relation: fileRelation(node), source: id, columns, files, once: unread },
      ...unmissedIn(node.definition as AnySource),
      ...(newColumns === 'keep' ? { extra: extraColumn } : {}),
      ...(newColumns === 'refuse' ? { refusesNew: true } : {}),
      ...(breach === 'fail' ? { breach: { written: whereOf(node.definition) } } : {}),
      isAsListed: (file) => project.files.isAsListed(file),
      ...(project.files.bring && { bring: project.files.bring }),
    };
  });
}

/** What a reader adds for those who ask, and files that stand in for it need not have. */
function unmissedIn({ reader }: AnySource): Pick<FileInput, 'unmissed'> {
  const added = Object.entries<Columns[string]>(reader.adds).filter(([, { facts }]) => facts.nullable);
  return added.length > 0 ? { unmissed: added.map(([name]) => name) } : {};
}

/** Where the rows of a source are, and one of them as JSON. */
export function originalOf(from: Read, options: Options): { readonly relation: string; readonly json: string } {
  const { dialect } = options.project.warehouse;
  const isFile = from.how === 'files' || from.how === 'new files';
  const relation = isFile
    ? dialect.identifier(inPlaceRelation(from, options.project))
    : dialect.place(placeOf(from.node));
  return { relation, json: dialect.rowAsJson(Object.keys(from.node.definition.columns)) };
}
