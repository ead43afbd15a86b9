import type { ErrorView, RunView } from '../../operate/views.ts';
import { mark, paint } from '../marks.ts';
import { count, counted, seconds } from '../numbers.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';
import { labelOf } from './labels.ts';
import { law } from './lines.ts';
import { sum } from './tree.ts';

/** Tables and flags that are named; the others are counted. */
const named = 4;
const namedFlags = 3;

/** What is said when a run has ended: the account of all rows, where the invalid ones are and why, what to look at next. */
export function summary(run: RunView, took: number, look: Look): string {
  const steps = run.steps.filter(({ account }) => account !== undefined);
  const accounts = steps.flatMap(({ account }) => (account ? [account] : []));
  const how = run.state === 'succeeded' ? 'done' : run.state === 'failed' ? 'failed' : 'skipped';
  const rows = accounts.length > 0 ? `: ${law(sum(accounts))}` : '';
  const words = `${run.state} in ${seconds(took)}, ${counted(run.steps.length, 'step')}${rows}`;
  const lines = [
    `${mark(look, how)} ${wrapHanging(paint(look, 'strong', words), look.columns - 2, 2)}`,
    ...invalidRows(run, look),
    ...setAside(run, look),
  ];
  return lines.join('\n');
}

function invalidRows(run: RunView, look: Look): readonly string[] {
  const label = labelOf(run.steps.map(({ step }) => step));
  const worst = run.steps
    .flatMap(({ step, account, details }) =>
      account?.invalid
        ? [{ name: `${label(step)}_invalidos`, rows: account.invalid, flags: details?.flags ?? {} }]
        : [],
    )
    .sort((a, b) => b.rows - a.rows);
  const [first] = worst;
  if (!first) return [];
  const rows = (total: number): string => count(total).padStart(count(first.rows).length);
  const lines = worst
    .slice(0, named)
    .flatMap(({ name, rows: total, flags }) => [
      `  ${rows(total)}  ${name}`,
      wrapHanging(' '.repeat(count(first.rows).length + 6) + flagText(flags), look.columns, 0),
    ]);
  const more = worst.length - named;
  return [
    'Invalid rows, with the rules that they break:',
    ...lines.map((line) => visible(line, { lines: true })),
    ...(more > 0 ? [`  and in ${counted(more, 'more table')}: esteira show ${run.runId}`] : []),
    ...(run.state === 'succeeded' ? [`  next    esteira show ${first.name}`] : []),
  ];
}

/** `canal_exists 210, ordem 192, 3 more`: the flags that most rows fail. */
function flagText(flags: Readonly<Record<string, number>>): string {
  const most = Object.entries(flags).sort(([, a], [, b]) => b - a);
  const shown = most.slice(0, namedFlags).map(([flag, rows]) => `${flag} ${count(rows)}`);
  const more = most.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function setAside(run: RunView, look: Look): readonly string[] {
  const files = run.steps.flatMap(({ details }) => details?.badFiles ?? []);
  const warnings = run.steps.flatMap(({ details }) => details?.warnings ?? []);
  const say = (text: string): string => wrapHanging(`  ${visible(text)}`, look.columns, 4);
  return [
    ...(files.length > 0 ? [`Files that could not be read, and were left out: ${files.length}`] : []),
    ...files.slice(0, named).map(({ path, why }) => say(`${path}: ${why}`)),
    ...(warnings.length > 0 ? ['Checks that warn:'] : []),
    ...warnings.map(say),
  ];
}

/** The errors of a run, each once: its steps' own, else the run's. */
export function errorsOf(run: RunView): readonly ErrorView[] {
  const ofSteps = run.steps.flatMap(({ error }) => (error ? [error] : []));
  return ofSteps.length > 0 || !run.error ? ofSteps : [run.error];
}
