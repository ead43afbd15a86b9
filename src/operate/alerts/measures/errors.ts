import { col } from '../../../columns/index.ts';
import type { ErrorMeasure, Limit } from '../../../define/index.ts';
import { spellBody } from '../../../plan/index.ts';
import { type Errors, errorsOf, total } from '../../../quality/errors.ts';
import { memberText } from '../../../registry/verdict.ts';
import { wholeSpelling } from '../../../run/index.ts';
import { count, counted } from '../../numbers.ts';
import { jsonValue } from '../../values.ts';
import { labelOfRows, type Subject } from '../subject.ts';
import { commandIn, shareText } from '../words.ts';
import { spanText, within } from './days.ts';
import type { Measured } from './measured.ts';

/** Segments that are told apart; of more of them a figure would be kept that nobody could read. */
const mostSegments = 100_000;
/** Segments that are kept with a figure, the worst of them. */
const kept = 50;
const names: Readonly<Record<ErrorMeasure['measure'], string>> = { mape: 'MAPE', wape: 'WAPE', bias: 'bias' };

/** How far what was forecast is from what came: of all rows together, and of each segment that has enough of them. */
export async function measureErrors(
  measure: ErrorMeasure,
  subject: Subject & { readonly sign: Limit['sign'] },
): Promise<Measured> {
  const { project, values, sign } = subject;
  const { rows, actual, predicted, by, least, days } = measure;
  const label = labelOfRows(rows, project.graph);
  const segments = await sums(measure, subject);
  const whole = total(segments.map(({ errors }) => errors));
  const figureOf = (errors: Errors): number | undefined => errorsOf(errors)[measure.measure];
  const judged = [{ of: label, errors: whole }, ...(by.length === 0 ? [] : segments)].flatMap(({ of, errors }) => {
    const value = errors.rows >= least ? figureOf(errors) : undefined;
    return value === undefined ? [] : [{ of, errors, value }];
  });
  const [all, ...others] = judged;
  const worst = others.toSorted((one, other) => (sign === '<=' ? other.value - one.value : one.value - other.value));
  const parts = [...(all ? [all] : []), ...worst.slice(0, kept)];
  const span = spanText(days, values.date);
  const waiting = whole.all - whole.rows;
  const forecast = `${predicted} beside ${actual}`;
  return {
    parts: parts.length > 0 ? parts.map(({ of, value }) => ({ of, value })) : [{ of: label }],
    ...(all ? {} : { unknown: `${label} has ${unjudged(whole, least, `${span} with ${forecast}`)}` }),
    what: (of, value) =>
      `the ${names[measure.measure]} of ${of === label ? label : `${label}, ${of},`}${span} is ${shareText(value)} (${forecast}, ${counted(parts.find((part) => part.of === of)?.errors.rows ?? 0, 'row')})`,
    facts: async (broken) => [
      ...parts.filter(({ of }) => broken.includes(of)).map(({ of, errors }) => `${of}: ${figuresText(errors)}`),
      ...(worst.length > kept ? [`of ${count(worst.length)} segments the ${kept} worst are kept`] : []),
      ...(waiting > 0 ? [`${counted(waiting, 'row')}${span} with nothing yet in ${actual} or ${predicted}`] : []),
    ],
    look: () => [commandIn(project, `show ${label}`)],
  };
}

/** Why all rows together have no figure: there is none, there are too few, or nothing came of them all. */
function unjudged({ rows }: Errors, least: number, ofWhich: string): string {
  if (rows === 0) return `no row${ofWhich}`;
  const there = `${counted(rows, 'row')}${ofWhich}`;
  return rows < least ? `${there}; of fewer than ${count(least)} nothing is judged` : `${there}; all came as 0`;
}

function figuresText(errors: Errors): string {
  const found = errorsOf(errors);
  const one = (name: ErrorMeasure['measure']): string =>
    `${names[name]} ${found[name] === undefined ? 'not known' : shareText(found[name])}`;
  const left = errors.rows - errors.percentages;
  return `${one('mape')}, ${one('wape')}, ${one('bias')} of ${counted(errors.rows, 'row')}${left > 0 ? `; ${count(left)} of them came as 0 and have no percentage` : ''}`;
}

/** What the engine adds up, segment by segment; without segments one. */
async function sums(
  { rows, actual, predicted, by, days }: ErrorMeasure,
  { project, values }: Subject,
): Promise<readonly { readonly of: string; readonly errors: Errors }[]> {
  const { dialect } = project.warehouse;
  const real = dialect.type(col.real().facts);
  const [came, said] = [actual, predicted].map((name) => `cast(${dialect.identifier(name)} as ${real})`);
  const groups = by.map((name) => dialect.identifier(name));
  const error = `abs(${said} - ${came})`;
  const both = `${came} is not null and ${said} is not null`;
  const when = (condition: string, value: string): string => `case when ${condition} then ${value} end`;
  const list = [
    ...groups,
    'count(*)',
    `count(${error})`,
    `sum(${error})`,
    `sum(${said} - ${came})`,
    `sum(${when(both, `abs(${came})`)})`,
    `count(${when(`${came} <> 0`, error)})`,
    `sum(${when(`${came} <> 0`, `${error} / abs(${came})`)})`,
  ].join(', ');
  const from = `(${spellBody(rows, wholeSpelling({ project, values }))}\n) as _rows`;
  const where = within(days, { rows, date: values.date, dialect });
  const group = groups.length > 0 ? ` group by ${groups.join(', ')} order by ${groups.join(', ')}` : '';
  const { catalogs } = project.graph;
  const found = await project.warehouse.query(`select ${list} from ${from} where ${where}${group}`, {
    limit: mostSegments,
    catalogs,
  });
  if (found.more)
    throw new TypeError(`${by.join(', ')} has more than ${count(mostSegments)} segments: take fewer columns, or none`);
  return found.rows.map((row) => {
    const [all = 0, counts = 0, absolute = 0, signed = 0, size = 0, percentages = 0, percentage = 0] = row
      .slice(by.length)
      .map(Number);
    return {
      of: memberText(Object.fromEntries(by.map((name, index) => [name, jsonValue(row[index])]))),
      errors: { all, rows: counts, absolute, signed, size, percentages, percentage },
    };
  });
}
