import type { RunView } from '../../operate/views.ts';
import { type Command, given, numberOf } from '../command.ts';
import { between, moment, seconds } from '../numbers.ts';
import { table } from '../table.ts';
import type { Look } from '../terminal.ts';

export const runs: Command = async ({ typed, terminal, call }) => {
  const [job] = typed.words;
  const view = await call('runs', { ...given('job', job), ...given('limit', numberOf(typed, 'limit') ?? 20) });
  return { result: view, text: () => runsText(view.runs, terminal) };
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

export function runsText(all: readonly RunView[], look: Look): string {
  if (all.length === 0) return 'No run yet.';
  const rows = all.map(({ runId, job, date, state, createdAt, finishedAt, reason }) => [
    runId,
    job,
    date,
    state,
    finishedAt ? seconds(between(createdAt, finishedAt)) : '',
    reason,
    moment(createdAt),
  ]);
  return table(headings, rows, look).join('\n');
}
