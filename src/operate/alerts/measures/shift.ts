import { type Columns, col } from '../../../columns/index.ts';
import type { AnyReadable, LastDays, ShiftMeasure } from '../../../define/index.ts';
import { picked } from '../../../learn/learners/rows.ts';
import { spellBody } from '../../../plan/index.ts';
import type { Vectors } from '../../../ports/index.ts';
import { type Shift, shiftOf } from '../../../quality/drift/shift.ts';
import { memberText } from '../../../registry/verdict.ts';
import { wholeSpelling } from '../../../run/index.ts';
import { count, counted } from '../../numbers.ts';
import { labelOfRows, type Subject } from '../subject.ts';
import { commandIn, valueText } from '../words.ts';
import { type Days, daysUpTo, isOf } from './days.ts';
import type { Measured } from './measured.ts';
import { segmentsOf } from './segments.ts';

/** Of a row: it is one of those that are judged. */
const flag = '_now';
const segmentName = (name: string): string => `_segment ${name}`;
const names: Readonly<Record<ShiftMeasure['by'], string>> = { psi: 'PSI', sturges: 'PSI (Sturges)', ks: 'distance' };

/** How far each column has moved from the days before, or from other rows; not known without rows on both sides. */
export async function measureShift(measure: ShiftMeasure, subject: Subject): Promise<Measured> {
  const { project } = subject;
  const { columns, by, rows, segments, least } = measure;
  const label = labelOfRows(rows, project.graph);
  const look = () => [commandIn(project, `show ${label}`)];
  const sides = await sidesOf(measure, subject);
  const none = (unknown: string): Measured => ({
    ...{ parts: columns.map((of) => ({ of })), unknown, what: () => unknown, facts: async () => [], look },
  });
  if (!sides) return none(`${label} has no row`);
  const read = await vectorsOf(sides.query, measure, subject);
  const isNow = (read.columns[flag] as { readonly values: Uint8Array }).values;
  const now = isNow.reduce((sum, one) => sum + one, 0);
  const before = read.rows - now;
  if (now === 0 || before === 0)
    return none(`${label} has no row ${(now === 0 ? sides.now : sides.before).replace('that ', '')}`);
  if (Math.min(now, before) < least)
    return none(
      `${label} has ${counted(now, 'row')} ${sides.now} and ${count(before)} ${sides.before.replace('that ', '')}; of fewer than ${count(least)} nothing is judged`,
    );
  const all = columns.map((of) => ({ of, now, before, ...shiftOf(columnOf(read, of), isNow, by) }));
  const among = segments.map((name) => [name, columnOf(read, segmentName(name))] as const);
  const each = segmentsOf(among, isNow, least).flatMap(({ of: member, rows: picks, isNow: mine, ...counts }) =>
    columns.map((of) => ({
      ...{ of: `${of}, ${memberText(member)}`, ...counts },
      ...shiftOf(picked(columnOf(read, of), picks), mine, by),
    })),
  );
  const worst = each.filter(({ value }) => !Number.isNaN(value)).toSorted((one, other) => other.value - one.value);
  const shifts = [...all, ...worst.slice(0, kept)];
  const name = names[by];
  return {
    parts: shifts.map(({ of, value }) => ({ of, ...(Number.isNaN(value) ? {} : { value }) })),
    what: (broken, value) => {
      const found = shifts.find(({ of }) => of === broken);
      const rowsOf = `${count(found?.now ?? now)} rows and ${count(found?.before ?? before)}`;
      return `${broken}${columns.includes(broken) ? '' : ','} of ${label} ${sides.now} has moved from ${sides.before}: ${name} ${valueText('drift', value)} (${rowsOf})`;
    },
    facts: async (broken) => [
      ...shifts.filter(({ of }) => broken.includes(of)).map((one) => `${one.of}: ${name} ${shiftText(one)}`),
      ...(worst.length > kept ? [`of ${count(worst.length)} segments the ${kept} worst are kept`] : []),
    ],
    look,
  };
}
/** Segments that are kept with a figure, the worst of them. */
const kept = 50;
const columnOf = (read: Vectors, name: string): Vectors['columns'][string] =>
  read.columns[name] as Vectors['columns'][string];

function shiftText({ value, probability, middles }: Shift): string {
  const chance = probability === undefined ? '' : `, p ${digits(probability())}`;
  const [before, now] = middles?.() ?? [];
  const middle =
    before === undefined || now === undefined ? '' : `; the middle value was ${digits(before)} and is ${digits(now)}`;
  return `${valueText('drift', value)}${chance}${middle}`;
}
const digits = (value: number): string => String(Number(value.toPrecision(3)));

interface Sought {
  /** Rows of both, with a flag for those that are judged. */
  readonly query: string;
  readonly now: string;
  readonly before: string;
}

async function sidesOf(measure: ShiftMeasure, subject: Subject): Promise<Sought | undefined> {
  const { rows, columns, from, days, segments } = measure;
  const { project, values } = subject;
  const { dialect } = project.warehouse;
  const spelling = wholeSpelling({ project, values });
  const relation = (of: AnyReadable): string => `(${spellBody(of, spelling)}\n) as _rows`;
  const text = dialect.type(col.text().facts);
  const list = [
    ...columns.map(dialect.identifier),
    ...segments.map(
      (name) => `cast(${dialect.identifier(name)} as ${text}) as ${dialect.identifier(segmentName(name))}`,
    ),
  ].join(', ');
  if ('recipe' in from) {
    const query = `select ${list}, true as ${flag} from ${relation(rows)} union all select ${list}, false from ${relation(from)}`;
    return { query, now: 'now', before: `that of ${labelOfRows(from, project.graph)}` };
  }
  const newest = await newestDay(from, { rows, relation: relation(rows) }, subject);
  if (!newest) return undefined;
  const now = daysUpTo(newest, days);
  const before = daysUpTo(now.first.subtract({ days: 1 }), from.last);
  const is = (of: Days): string => isOf(of, { rows, at: from.at }, dialect);
  const query = `select ${list}, (${is(now)}) as ${flag} from ${relation(rows)} where ${is({ first: before.first, last: now.last })}`;
  return { query, now: textOf(now), before: `that ${textOf(before)}` };
}
const textOf = ({ first, last }: Days): string => (first.equals(last) ? `of ${last}` : `from ${first} to ${last}`);

/** The last day up to the run's date that has a row. */
async function newestDay(
  { at }: LastDays,
  { rows, relation }: { readonly rows: AnyReadable; readonly relation: string },
  { project, values }: Subject,
): Promise<Temporal.PlainDate | undefined> {
  const { dialect } = project.warehouse;
  const upTo = isOf({ first: firstDay, last: values.date }, { rows, at }, dialect);
  const query = `select max(${dialect.identifier(at)}) from ${relation} where ${upTo}`;
  const found = await project.warehouse.query(query, { limit: 1, catalogs: project.graph.catalogs });
  const newest = found.rows[0]?.[0];
  if (newest instanceof Temporal.PlainDate) return newest;
  return newest instanceof Temporal.Instant ? newest.toZonedDateTimeISO('UTC').toPlainDate() : undefined;
}
const firstDay = Temporal.PlainDate.from('0001-01-01');

/** The columns whole, numbers as doubles: what is exact needs every value, sorted. */
async function vectorsOf(
  query: string,
  { rows, columns, segments }: ShiftMeasure,
  { project }: Subject,
): Promise<Vectors> {
  const wanted: Columns = Object.fromEntries([
    ...columns.map((name) => [name, rows.columns[name]]),
    ...segments.map((name) => [segmentName(name), col.text()]),
    [flag, col.boolean()],
  ]);
  return await project.warehouse.vectors(query, { columns: wanted });
}
