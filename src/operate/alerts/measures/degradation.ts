import { col, keyOf, millisecondsOf } from '../../../columns/index.ts';
import type { DegradationMeasure } from '../../../define/index.ts';
import { isMargin, rangeOf } from '../../../graph/index.ts';
import { spellBody } from '../../../plan/index.ts';
import { certainly, evidenceP } from '../../../quality/degradation/evidence.ts';
import { pairs, type Sample } from '../../../quality/degradation/pairs.ts';
import { wholeSpelling } from '../../../run/index.ts';
import { type Life, lifeOf } from '../../models/life.ts';
import { count } from '../../numbers.ts';
import { labelOf, type Subject } from '../subject.ts';
import { commandIn, few } from '../words.ts';
import type { Measured } from './measured.ts';

/** Rows of the versions before that are read; of more of them, and then of the champion's own, only every so many-th is. */
const most = 50_000;

/** By how much the champion, with what it goes on from, does worse than the versions before, as far as that is certain; of rows from when its life began. */
export async function measureDegradation(
  measure: DegradationMeasure,
  subject: Subject & { readonly margin: number },
): Promise<Measured> {
  const { project, margin } = subject;
  const { model, column, level, least } = measure;
  const label = labelOf(model, project.graph);
  const look = () => [commandIn(project, `models history ${label}`)];
  const none = (unknown: string, samples?: number): Measured => ({
    ...{ parts: [{ of: column }], unknown, what: () => unknown, facts: async () => [], look },
    ...(samples === undefined ? {} : { samples }),
  });
  const { id } = project.graph.nodeOf(model);
  const life = await lifeOf(project, id);
  if (!life) return none(`${label} has no champion yet`);
  if (!isMargin(margin, measure))
    throw new TypeError(`the limit ${margin} is none that a mean of ${column} could go beyond`);
  const { own, before, rows } = await samplesOf(measure, { ...life, id }, subject);
  const found = pairs(own, before);
  const samples = found.differences.length;
  const who = `${label} ${life.version}`;
  if (samples < least)
    return none(
      before.length === 0
        ? `${who} has no versions before it to be compared with`
        : `${who} has ${count(samples)} of ${count(least)} samples of ${column} that it is judged by`,
      rows,
    );
  const [from, to] = rangeOf(measure) as readonly [number, number];
  const width = to - from;
  const value = certainly(found.differences, { level, margin: margin / width }) * width;
  const p = evidenceP(found.differences, margin / width);
  const alone = uncompared(found.last, own.at(-1)?.at);
  // It was never for certain worse, and by now nothing that it does could change that.
  if (alone && alone.milliseconds > silent && value <= margin)
    return none(
      `${who} is compared no more: nothing of before is left beside its rows since ${alone.from}; of ${count(rows)} rows ${count(samples)} were compared, and it was not for certain worse by more than ${margin}`,
      rows,
    );
  const mean = (share: number): string => String(Number((from + share * width).toPrecision(3)));
  const rates = `${column} of ${who} is ${mean(found.own)} of ${count(samples)} since ${day(life.since)}, ${mean(found.before)} of ${count(found.used)} before`;
  return {
    // The same for as long as the life goes on: another name would be told as something more that is broken.
    parts: [{ of: `${column} of ${life.first}`, value }],
    samples: rows,
    what: (_, worse) =>
      worse > margin
        ? `${rates}: worse by more than ${margin} with p ${digits(p)}`
        : `${rates}: not for certain worse by more than ${margin} (p ${digits(p)})${alone ? `; nothing of before is left beside its rows since ${alone.from}` : ''}`,
    facts: async () => [
      ...(life.versions.length > 1 ? [`with the rows of what it goes on from: ${few(life.versions.slice(1))}`] : []),
      `at the level ${level} it is worse by ${digits(value)} at least`,
      `${count(samples)} of its ${count(rows)} rows are compared${alone ? `, of those since ${alone.from} none: nothing of before is left beside them` : ''}`,
      'both are of the same hours of the week; each row of the versions before counts once',
    ],
    look,
  };
}

/** Nothing of before was left beside any row of the champion for so long. */
const silent = 7 * 24 * 3_600_000;
/** Since when no row of the champion is compared; nothing where that is not a day yet. */
function uncompared(
  compared: number | undefined,
  newest: number | undefined,
): { readonly from: string; readonly milliseconds: number } | undefined {
  if (compared === undefined || newest === undefined || newest - compared < 24 * 3_600_000) return undefined;
  return { from: day(Temporal.Instant.fromEpochMilliseconds(compared)), milliseconds: newest - compared };
}

const digits = (value: number): string => String(Number(value.toPrecision(2)));
const day = (at: Temporal.Instant): string => at.toZonedDateTimeISO('UTC').toPlainDate().toString();

async function samplesOf(
  measure: DegradationMeasure,
  { id, versions, since }: Life & { readonly id: string },
  { project, values }: Subject,
): Promise<{ readonly own: readonly Sample[]; readonly before: readonly Sample[]; readonly rows: number }> {
  const { rows, role, matures, before } = measure;
  const back = await project.state.models.versions({ model: id, state: 'taken back', limit: 1000 });
  const takenBack = back.map(({ version }) => version);
  const { dialect } = project.warehouse;
  const [from, to] = rangeOf(measure) as readonly [number, number];
  const name = (column: string): string => dialect.identifier(column);
  const [at, value, by] = [name(measure.at), name(measure.column), name(measure.version)];
  const real = dialect.type(col.real().facts);
  const kind = rows.columns[measure.column].facts.kind;
  const number = kind === 'boolean' ? `case when ${value} then 1.0 else 0.0 end` : value;
  const relation = `(${spellBody(rows, wholeSpelling({ project, values }))}\n) as _rows`;
  const always = [`${value} is not null`, ...(role === undefined ? [] : [`${name(role)} = 'champion'`])];
  // Rows of one moment are put in an order that says nothing of their values.
  const keys = keyOf(rows.columns).map(name);
  const { catalogs } = project.graph;
  const ask = async (which: readonly string[], order: readonly string[], every: number): Promise<readonly Sample[]> => {
    const where = [...always, ...which].join(' and ');
    const columns = `${at} as _at, cast(${number} as ${real}) as _value, row_number() over (order by ${order.join(', ')}) as _nth`;
    const query = `select _at, _value from (select ${columns} from ${relation} where ${where}) as _numbered where mod(_nth, ${every}) = 0 order by _nth`;
    const found = await project.warehouse.query(query, { limit: 2 * most, catalogs });
    return found.rows.map(([when, what]) => ({
      at: (when as Temporal.Instant).epochMilliseconds,
      value: Math.min(1, Math.max(0, (Number(what) - from) / (to - from))),
    }));
  };
  const ago = (time: typeof before): { readonly milliseconds: number } => ({ milliseconds: millisecondsOf(time) });
  const ripe = project.clock.now().subtract(ago(matures));
  const one = [
    `${by} in ${dialect.literal(versions)}`,
    `${at} >= ${dialect.literal(since)}`,
    `${at} <= ${dialect.literal(ripe)}`,
  ];
  const others = [
    `${by} is not null`,
    ...(takenBack.length > 0 ? [`${by} not in ${dialect.literal(takenBack)}`] : []),
    `${at} < ${dialect.literal(since)}`,
    `${at} >= ${dialect.literal(since.subtract(ago(before)))}`,
  ];
  const howMany = async (which: readonly string[]): Promise<number> => {
    const query = `select count(*) from ${relation} where ${[...always, ...which].join(' and ')}`;
    const found = await project.warehouse.query(query, { limit: 1, catalogs });
    return Number(found.rows[0]?.[0] ?? 0);
  };
  const every = Math.max(1, Math.ceil((await howMany(others)) / most));
  return {
    own: await ask(one, [at, ...keys], every),
    before: await ask(others, [`${at} desc`, ...keys], every),
    rows: await howMany(one),
  };
}
