import type { AnyTable, Definition } from '../../../define/index.ts';
import { placeOf } from '../../../plan/index.ts';
import type { StepRecord } from '../../../ports/index.ts';
import { count, counted } from '../../numbers.ts';
import { labelOf, median, type Ran, type Subject } from '../subject.ts';
import { commandIn, shareText } from '../words.ts';
import type { Measured } from './measured.ts';

/** A table that a run has built. */
export interface Brought {
  readonly definition: Definition;
  readonly label: string;
  readonly id: string;
  readonly step: StepRecord;
}

/** Those of the tables that the run has built to their end. */
export function broughtBy({ steps }: Ran, of: readonly Definition[], { project }: Subject): readonly Brought[] {
  const done = new Map(steps.filter(({ state }) => state === 'done').map((step) => [step.step, step]));
  return of.flatMap((definition) => {
    const { id } = project.graph.nodeOf(definition);
    const step = done.get(id);
    return step ? [{ definition, label: labelOf(definition, project.graph), id, step }] : [];
  });
}

/** Rows that a step brought. A table that starts anew each time and was left as it is holds what it held. */
export async function rowsOf({ definition, step }: Brought, { project }: Subject): Promise<number> {
  const rows = step.account?.in ?? 0;
  if (rows > 0 || (definition as AnyTable).spec?.write !== 'replace') return rows;
  const place = project.warehouse.dialect.place(placeOf(project.graph.nodeOf(definition)));
  const { catalogs } = project.graph;
  const {
    rows: [row],
  } = await project.warehouse.query(`select count(*) from ${place}`, { limit: 1, catalogs });
  return Number(row?.[0] ?? 0);
}

/** What the runs before brought to each table, the newest first. */
async function usually(brought: readonly Brought[], subject: Subject): Promise<readonly (readonly number[])[]> {
  const before = await subject.before(brought.map(({ id }) => id));
  return brought.map(({ id }) => before.flatMap(({ steps }) => steps.get(id)?.account?.in ?? []));
}

/** All together. */
export async function measureRows(brought: readonly Brought[], subject: Subject): Promise<Measured> {
  const rows = await Promise.all(brought.map((one) => rowsOf(one, subject)));
  const all = rows.reduce((sum, one) => sum + one, 0);
  const labels = brought.map(({ label }) => label);
  const name = labels.length === 1 ? (labels[0] ?? '') : `${labels.length} tables together`;
  return {
    parts: [{ of: name, value: all }],
    what: (_, value) => `${name} received ${counted(value, 'row')}`,
    facts: async () => {
      const usual = await usually(brought, subject);
      const lines = brought.map(({ label }, index) => {
        const before = median(usual[index] ?? []);
        return `${label}: ${counted(rows[index] ?? 0, 'row')}${before === undefined ? '' : ` (usually ${count(Math.round(before))})`}`;
      });
      return lines.length > most ? [...lines.slice(0, most), `and ${lines.length - most} more tables`] : lines;
    },
    look: () => labels.slice(0, 1).map((label) => commandIn(subject.project, `show ${label}`)),
  };
}
const most = 10;

/** So many runs of the same weekday, and only these are compared; else those of every day. */
const enough = 3;

/** Each as a share of what is usual. */
export async function measureVolume(brought: readonly Brought[], subject: Subject): Promise<Measured> {
  const before = await subject.before(brought.map(({ id }) => id));
  const today = subject.values.date.dayOfWeek;
  const own = before.filter(({ date }) => date.dayOfWeek === today);
  const chosen = own.length >= enough ? own : before;
  const found = await Promise.all(
    brought.map(async (one) => {
      const usual = chosen.flatMap(({ steps }) => steps.get(one.id)?.account?.in ?? []).filter((rows) => rows > 0);
      return { ...one, rows: await rowsOf(one, subject), usual, middle: usual.length < enough ? 0 : median(usual) };
    }),
  );
  const days = chosen === own ? `${weekdays[today - 1]}s before` : 'runs before';
  return {
    parts: found.map(({ label, rows, middle }) => ({ of: label, ...(middle ? { value: rows / middle } : {}) })),
    what: (worst, value) => `${worst} received ${shareText(value)} of its usual rows`,
    facts: async (broken) =>
      found
        .filter(({ label }) => broken.includes(label))
        .map(
          ({ label, rows, middle = 0, usual }) =>
            `${label}: ${counted(rows, 'row')}; the median of ${usual.length} ${days} is ${count(Math.round(middle))}`,
        ),
    look: ([first]) => (first ? [commandIn(subject.project, `lineage ${first}`)] : []),
  };
}
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
