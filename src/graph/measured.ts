import { type Columns, parseDuration } from '../columns/index.ts';
import type { ErrorMeasure, LastDays, MissingMeasure, ShiftMeasure } from '../define/index.ts';

type Refuse = (what: string, got: unknown, allowed: string) => Error;
const numbers = ['integer', 'bigint', 'real', 'decimal'];
const times = ['date', 'timestamp'];

/** Throws for what of forecasts, of missing values, and of rows beside other rows could never be measured. */
export function refuseMeasured(measure: ErrorMeasure | MissingMeasure | ShiftMeasure, refuse: Refuse): void {
  const columns: Columns = measure.rows?.columns ?? {};
  if (measure.measure === 'drift') {
    refuseShift(measure, columns, refuse);
    return;
  }
  refuseDays(measure.days, columns, refuse);
  if (measure.measure === 'missing share') {
    if (measure.columns.length === 0)
      throw refuse(
        'watches the missing values of no column',
        'none',
        'columns: some of them, or rows with an optional one',
      );
    for (const name of measure.columns) needs('column', name, { columns, refuse });
    return;
  }
  const { actual, predicted, by, least } = measure;
  needs('actual', actual, { columns, refuse, kinds: numbers });
  needs('predicted', predicted, { columns, refuse, kinds: numbers });
  for (const name of by) needs('by', name, { columns, refuse });
  if (!Number.isSafeInteger(least) || least < 1) throw refuse('has no number as least', least, 'a whole number from 1');
}

function refuseShift(measure: ShiftMeasure, columns: Columns, refuse: Refuse): void {
  const { columns: names, by, from, days, segments, least } = measure;
  if (!['psi', 'sturges', 'ks'].includes(by))
    throw refuse('measures drift in no known way', by, "'psi', 'sturges' or 'ks'");
  if (names.length === 0) throw refuse('watches the drift of no column', 'none', Object.keys(columns).join(', '));
  for (const name of names) needs('column', name, { columns, refuse, ...(by === 'ks' ? { kinds: numbers } : {}) });
  for (const name of segments) needs('segments', name, { columns, refuse });
  if (!Number.isSafeInteger(least) || least < 1) throw refuse('has no number as least', least, 'a whole number from 1');
  if ('recipe' in Object(from)) {
    const other = (from as ShiftMeasure['rows']).columns;
    const lost = [...names, ...segments].find((name) => other?.[name] === undefined);
    if (lost !== undefined)
      throw refuse('compares rows with others that lack a column', lost, Object.keys(other ?? {}).join(', '));
    return;
  }
  if (typeof (from as Partial<LastDays> | undefined)?.last !== 'string')
    throw refuse('compares rows with nothing', from, "from: a model, rows, or { last: '28 days', at: 'date' }");
  refuseDays(from as LastDays, columns, refuse);
  if (!isDays(days)) throw refuse('has a time that is none as over', days, "whole days, such as '1 day'");
}

function refuseDays(days: LastDays | undefined, columns: Columns, refuse: Refuse): void {
  if (days === undefined) return;
  if (!isDays(days.last)) throw refuse('has a time that is none as last', days.last, "whole days, such as '28 days'");
  needs('at', days.at, { columns, refuse, kinds: times });
}
/** Whole days or months, at least one. */
function isDays(text: unknown): boolean {
  const { unit, count = 0 } = parseDuration(String(text)) ?? {};
  return (unit === 'day' || unit === 'month') && Number.isSafeInteger(count) && count > 0;
}

interface Among {
  readonly columns: Columns;
  readonly refuse: Refuse;
  /** Default: any. */
  readonly kinds?: readonly string[];
}
function needs(what: string, name: string, { columns, refuse, kinds }: Among): void {
  const kind = columns[name]?.facts.kind;
  if (kind !== undefined && (kinds === undefined || kinds.includes(kind))) return;
  const allowed = kinds ? `a column: ${kinds.join(', ')}` : Object.keys(columns).join(', ');
  throw refuse(`takes as ${what} what is none`, `${name}${kind ? ` is ${kind}` : ''}`, allowed);
}
