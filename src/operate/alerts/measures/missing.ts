import type { MissingMeasure } from '../../../define/index.ts';
import { spellBody } from '../../../plan/index.ts';
import { wholeSpelling } from '../../../run/index.ts';
import { count } from '../../numbers.ts';
import { labelOfRows, type Subject } from '../subject.ts';
import { commandIn, shareText } from '../words.ts';
import { spanText, within } from './days.ts';
import type { Measured } from './measured.ts';

/** Which share of the values of each column is not there. */
export async function measureMissing(
  { rows, columns, days }: MissingMeasure,
  { project, values }: Subject,
): Promise<Measured> {
  const { dialect } = project.warehouse;
  const label = labelOfRows(rows, project.graph);
  const list = ['count(*)', ...columns.map((name) => `count(${dialect.identifier(name)})`)].join(', ');
  const from = `(${spellBody(rows, wholeSpelling({ project, values }))}\n) as _rows`;
  const where = within(days, { rows, date: values.date, dialect });
  const { catalogs } = project.graph;
  const found = await project.warehouse.query(`select ${list} from ${from} where ${where}`, { limit: 1, catalogs });
  const [all = 0, ...there] = (found.rows[0] ?? []).map(Number);
  const parts = columns.map((of, index) => {
    const missing = all - (there[index] as number);
    return { of, missing, ...(all > 0 ? { value: missing / all } : {}) };
  });
  const span = spanText(days, values.date);
  return {
    parts: parts.map(({ missing, ...part }) => part),
    ...(all > 0 ? {} : { unknown: `${label} has no row${span}` }),
    what: (of, value) => `${of} is missing in ${shareText(value)} of the rows of ${label}${span}`,
    facts: async (broken) =>
      parts
        .filter(({ of }) => broken.includes(of))
        .map(({ of, missing }) => `${of}: ${count(missing)} of ${count(all)} rows`),
    look: () => [commandIn(project, `show ${label}`)],
  };
}
