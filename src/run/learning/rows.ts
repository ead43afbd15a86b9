import { type Columns, col, keyOf, parseDuration } from '../../columns/index.ts';
import { type AnyModel, besideOf } from '../../define/index.ts';
import type { FeatureColumn } from '../../learn/features.ts';
import type { Read, StepModel } from '../../plan/index.ts';
import type { Dialect } from '../../ports/index.ts';
import type { VersionAbout } from '../../registry/about.ts';
import type { Options } from '../write/options.ts';
import { relationOf } from '../write/relations.ts';

/** Of training rows: kept to judge with. */
export const heldName = '_held';
const usualShare = 0.2;
/** Of the others: on what is not learned, it is watched when to stop. */
export const watchName = '_watches';
const watchShare = 0.1;
/** Of those that are held out: the champion was not made of them either. */
export const freshName = '_fresh';
/** After the run's date: it judges, and is not learned even where the other rows that judge are. */
export const laterName = '_later';

/** The training rows as a query: all columns of the table, in an order that does not depend on how they lie there. */
export const trainingRows = (model: StepModel, options: Options, champion: Lineage = []): TrainingRows =>
  trainingRowsOf(relationOf(model.reads[0] as Read, options, model), { model, options, champion });

interface TrainingRows {
  readonly query: string;
  readonly columns: Columns;
}
type Of = Pick<StepModel, 'node'>;
type Seeing = Pick<Options, 'project' | 'values'>;

/** The same of a relation that has the training rows. */
export function trainingRowsOf(
  relation: string,
  { model, options, champion }: { readonly model: Of; readonly options: Seeing; readonly champion: Lineage },
): TrainingRows {
  const { facts } = model.node.definition as AnyModel;
  const { dialect } = options.project.warehouse;
  const { columns } = facts.from as { readonly columns: Columns };
  const keys = keyOf(columns);
  const order = (keys.length > 0 ? keys : Object.keys(columns)).map(dialect.identifier).join(', ');
  const held = heldOut(model, options);
  const unseen = freshFor(model, options, champion);
  const flags = {
    ...(held === undefined ? {} : { [heldName]: held }),
    ...(unseen === undefined ? {} : { [freshName]: unseen }),
    ...laterFlag(model, options),
    ...(facts.learner.options.stopAfter ? { [watchName]: watches(model, dialect) } : {}),
  };
  const marked = Object.entries(flags).map(([name, condition]) => `, ${condition} as ${dialect.identifier(name)}`);
  const query = `select *${marked.join('')} from ${relation} as _rows order by ${order}`;
  const wanted = [
    ...facts.each,
    ...facts.features,
    ...besideOf(facts.learner),
    ...facts.segments,
    ...[facts.target, facts.group].flatMap((name) => name ?? []),
  ];
  return {
    query,
    columns: {
      ...Object.fromEntries(
        wanted.map((name) => [name, facts.each.includes(name) || name === facts.group ? asText : columns[name]]),
      ),
      ...Object.fromEntries(Object.keys(flags).map((name) => [name, col.boolean()])),
    } as Columns,
  };
}
/** The days that are held out of a training, the run's date the last of them; of an instant its day in UTC. */
export function heldDays({ holdOut }: AnyModel['facts'], date: Temporal.PlainDate): HeldDays | undefined {
  if (!holdOut || !('last' in holdOut)) return undefined;
  const { count, unit } = parseDuration(holdOut.last) ?? { count: 1, unit: 'day' };
  const before = date.subtract(unit === 'month' ? { months: count } : { days: count });
  return { by: holdOut.by, from: before.add({ days: 1 }), to: date, learned: holdOut.thenLearned === true };
}
interface HeldDays {
  readonly by: string;
  readonly from: Temporal.PlainDate;
  readonly to: Temporal.PlainDate;
  /** Once they have judged. */
  readonly learned: boolean;
}
/** As a version says it. */
export const heldOutOf = (days: HeldDays | undefined): Pick<VersionAbout, 'heldOut'> => {
  if (!days) return {};
  const { by, from, to, learned } = days;
  return { heldOut: { by, from: from.toString(), to: to.toString(), ...(learned ? { learned } : {}) } };
};

/** Why rows that are divided by these days can teach nothing, or nothing can be judged; in words. */
export function whyUndivided({ by, from, to }: HeldDays, held: FeatureColumn | undefined): string | undefined {
  const flags = held?.of === 'booleans' ? held.values : new Uint8Array();
  const kept = flags.reduce((sum, flag) => sum + flag, 0);
  const days = `held out by ${by}, from ${from} to ${to}`;
  if (kept === 0) return `no row is of the days that are ${days}: there is nothing to judge with`;
  return kept === flags.length
    ? `every row is of the days that are ${days}: there is nothing to learn from`
    : undefined;
}

/** Members and requests are told apart by what their values are called. */
const asText = col.text();

/** A condition; the same row is held out in every training of a date. */
function heldOut(model: Of, { project, values }: Seeing): string | undefined {
  const { facts } = model.node.definition as AnyModel;
  const { dialect } = project.warehouse;
  const days = heldDays(facts, values.date);
  if (days) {
    // What came after the run's date is not learned from either, nor a request of which any row is held out.
    return isSince(days, facts, { of: 'max', dialect });
  }
  const share = heldShare(facts);
  return share === 0 ? undefined : `${placeOf(facts, dialect)} < ${share}`;
}
/** Where the days that are held out are learned once they have judged. */
function laterFlag(model: Of, { project, values }: Seeing): Readonly<Record<string, string>> {
  const { facts } = model.node.definition as AnyModel;
  const days = heldDays(facts, values.date);
  if (!days?.learned) return {};
  const next = { by: days.by, from: days.to.add({ days: 1 }) };
  return { [laterName]: isSince(next, facts, { of: 'max', dialect: project.warehouse.dialect }) };
}
/** A condition; of a request its newest or its oldest row decides for all. */
function isSince(
  { by, from }: Pick<HeldDays, 'by' | 'from'>,
  { from: rows, group }: AnyModel['facts'],
  { of, dialect }: { readonly of: 'max' | 'min'; readonly dialect: Dialect },
): string {
  const first = startOf(rows.columns[by], from);
  const time = dialect.identifier(by);
  const decides = group === undefined ? time : `${of}(${time}) over (partition by ${dialect.identifier(group)})`;
  return `${decides} >= ${dialect.literal(first)}`;
}

/** The champion, the version that it goes on from, and so on: what any of them has learned the champion knows. */
export type Lineage = readonly Pick<VersionAbout, 'date' | 'heldOut' | 'refined' | 'group'>[];

/** A condition, where it is known by the same column what the champion was not made of. */
function freshFor(model: Of, { project, values }: Seeing, lineage: Lineage): string | undefined {
  const { facts } = model.node.definition as AnyModel;
  const { dialect } = project.warehouse;
  const [champion] = lineage;
  if (!champion?.heldOut || heldDays(facts, values.date)?.by !== champion.heldOut.by) return undefined;
  const held = daysOf(champion.heldOut);
  if (held.learned) return isSince({ ...held, from: held.to.add({ days: 1 }) }, facts, { of: 'min', dialect });
  const later = isSince(held, facts, { of: 'min', dialect });
  const last = lineage.at(-1)?.refined;
  const isWhole = !(last && 'from' in last);
  if (!isWhole || facts.group === undefined || lineage.some(({ group }) => group !== facts.group)) return later;
  const all = new Set(lineage.flatMap(({ heldOut }) => (heldOut ? wasHeld(daysOf(heldOut), facts, dialect) : [])));
  return `(${later} or (${[...all].join(' and ')}))`;
}
const daysOf = ({ by, from, to, learned }: NonNullable<VersionAbout['heldOut']>): HeldDays => ({
  ...{ by, from: Temporal.PlainDate.from(from), to: Temporal.PlainDate.from(to), learned: learned === true },
});
/** A condition: a request of which a row is of these days was held out whole, however long ago it had begun; of the last of them rows may have come after the training. */
function wasHeld({ by, from, to }: HeldDays, { from: rows, group = '' }: AnyModel['facts'], dialect: Dialect): string {
  const time = dialect.identifier(by);
  const [first, end] = [from, to].map((day) => dialect.literal(startOf(rows.columns[by], day)));
  const row = `case when ${time} >= ${first} and ${time} < ${end} then 1 end`;
  return `max(${row}) over (partition by ${dialect.identifier(group)}) is not null`;
}
/** As the column says it: of an instant by UTC. */
const startOf = (column: Columns[string] | undefined, day: Temporal.PlainDate) =>
  column?.facts.kind === 'date' ? day : day.toZonedDateTime('UTC').toInstant();
const heldShare = ({ holdOut, learner }: AnyModel['facts']): number => {
  if (holdOut) return 'share' in holdOut ? holdOut.share : 0;
  // What was made elsewhere has learned from none of them.
  return learner.target.length > 0 && learner.brought !== 'file' ? usualShare : 0;
};

/** A condition; the same row watches in every training, so that a model which goes on from another was never made of what watches it. */
function watches(model: Of, dialect: Dialect): string {
  const { facts } = model.node.definition as AnyModel;
  const from = heldShare(facts);
  const place = placeOf(facts, dialect);
  return `${place} >= ${from} and ${place} < ${from + (1 - from) * watchShare}`;
}

/** From 0 to below 1, by the key; all rows of a request have the same. */
function placeOf({ group, from }: AnyModel['facts'], dialect: Dialect): string {
  const keys = group === undefined ? keyOf(from.columns) : [group];
  return dialect.fragment('share', [dialect.rowAsJson(keys.length > 0 ? keys : Object.keys(from.columns))]);
}
