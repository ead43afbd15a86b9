import type { Output, TickView } from '../../operate/views.ts';
import { type Command, given, numberOf } from '../command.ts';
import { between, moment, seconds } from '../numbers.ts';
import { table } from '../table.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const runs: Command = async ({ typed, terminal, call }) => {
  const [job] = typed.words;
  const view = await call('runs', { ...given('job', job), ...given('limit', numberOf(typed, 'limit') ?? 20) });
  return { result: view, text: () => runsText(view, terminal) };
};

const headings = [
  { head: 'run', whole: true },
  { head: 'job' },
  { head: 'date', whole: true },
  { head: 'state', whole: true },
  { head: 'took', align: 'right' },
  { head: 'why', optional: true },
  { head: 'begun', whole: true, optional: true },
] as const;

/** The runs, and below them the times for which nothing was run: an absence is seen too. */
export function runsText({ runs, missed }: Output<'runs'>, look: Look): string {
  const first = runs.length === 0 ? 'No run yet.' : table(headings, rowsOf(runs), look).join('\n');
  return missed.length === 0 ? first : `${first}\n\n${missedText(missed, look)}`;
}

const rowsOf = (runs: Output<'runs'>['runs']): readonly (readonly string[])[] =>
  runs.map(({ runId, job, date, state, interrupted, createdAt, finishedAt, reason }) => [
    runId,
    job,
    date,
    interrupted ? 'interrupted' : state,
    finishedAt ? seconds(between(createdAt, finishedAt)) : '',
    reason,
    moment(createdAt),
  ]);

/** A line for each: why nothing was run is said whole. */
export function missedText(missed: readonly TickView[], look: Look): string {
  const lines = missed.map(({ job, date, due, why = '' }) => `${job} ${date}, due ${moment(due)}: ${why}`);
  return ['Not run', ...lines.map((line) => wrapHanging(visible(`  ${line}`), look.columns, 4))].join('\n');
}
