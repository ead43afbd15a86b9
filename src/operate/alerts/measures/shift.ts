import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Columns, col } from '../../../columns/index.ts';
import type { AnyReadable, LastDays, ShiftMeasure } from '../../../define/index.ts';
import { spellBody } from '../../../plan/index.ts';
import type { Vectors } from '../../../ports/index.ts';
import { type Shift, shiftOf } from '../../../quality/drift/shift.ts';
import { wholeSpelling } from '../../../run/index.ts';
import { count } from '../../numbers.ts';
import { labelOfRows, type Subject } from '../subject.ts';
import { commandIn, valueText } from '../words.ts';
import { type Days, daysUpTo, isOf } from './days.ts';
import type { Measured } from './measured.ts';

/** Of a row: it is one of those that are judged. */
const flag = '_now';
const names: Readonly<Record<ShiftMeasure['by'], string>> = { psi: 'PSI', sturges: 'PSI (Sturges)', ks: 'distance' };

/** How far each column has moved from the days before, or from other rows; not known without rows on both sides. */
export async function measureShift(measure: ShiftMeasure, subject: Subject): Promise<Measured> {
  const { project } = subject;
  const { columns, by, rows } = measure;
  const label = labelOfRows(rows, project.graph);
  const look = () => [commandIn(project, `show ${label}`)];
  const sides = await sidesOf(measure, subject);
  const none = (unknown: string): Measured => ({
    ...{ parts: columns.map((of) => ({ of })), unknown, what: () => unknown, facts: async () => [], look },
  });
  if (!sides) return none(`${label} has no row`);
  const read = await vectorsOf(sides.query, columns, subject, rows);
  const isNow = (read.columns[flag] as { readonly values: Uint8Array }).values;
  const now = isNow.reduce((sum, one) => sum + one, 0);
  const before = read.rows - now;
  if (now === 0 || before === 0)
    return none(`${label} has no row ${(now === 0 ? sides.now : sides.before).replace('that ', '')}`);
  const shifts = columns.map((of): Shift & { readonly of: string } => ({
    of,
    ...shiftOf(read.columns[of] as Vectors['columns'][string], isNow, by),
  }));
  const name = names[by];
  return {
    parts: shifts.map(({ of, value }) => ({ of, ...(Number.isNaN(value) ? {} : { value }) })),
    what: (worst, value) =>
      `${worst} of ${label} ${sides.now} has moved from ${sides.before}: ${name} ${valueText('drift', value)} (${count(now)} rows and ${count(before)})`,
    facts: async (broken) =>
      shifts.filter(({ of }) => broken.includes(of)).map((one) => `${one.of}: ${name} ${shiftText(one)}`),
    look,
  };
}

function shiftText({ value, probability, middles }: Shift): string {
  const chance = probability === undefined ? '' : `, p ${digits(probability)}`;
  const [before, now] = middles?.() ?? [];
  const middle =
    before === undefined || now === undefined ? '' : `; the middle value was ${digits(before)} and is ${digits(now)}`;
  return `${valueText('drift', value)}${chance}${middle}`;
}
const digits = (value: number): string => String(Number(value.toPrecision(3)));

interface Sides {
  /** Rows of both, with a flag for those that are judged. */
  readonly query: string;
  readonly now: string;
  readonly before: string;
}

async function sidesOf({ rows, columns, from, days }: ShiftMeasure, subject: Subject): Promise<Sides | undefined> {
  const { project, values } = subject;
  const { dialect } = project.warehouse;
  const spelling = wholeSpelling({ project, values });
  const relation = (of: AnyReadable): string => `(${spellBody(of, spelling)}\n) as _rows`;
  const list = columns.map(dialect.identifier).join(', ');
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
  columns: readonly string[],
  { project }: Subject,
  rows: AnyReadable,
): Promise<Vectors> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'esteira-drift-'));
  try {
    const wanted: Columns = Object.fromEntries([
      ...columns.map((name) => [name, rows.columns[name]]),
      [flag, col.boolean()],
    ]);
    return await project.warehouse.vectors(query, { columns: wanted, file: path.join(scratch, 'rows.parquet') });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
