import type { DriftView, LeftBehindView, PlanView } from '../../operate/views.ts';
import { type Command, given } from '../command.ts';
import { paint } from '../marks.ts';
import { counted, moment } from '../numbers.ts';
import { table } from '../table.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { cut, pad, visible, width, wrap, wrapHanging } from '../text.ts';

export const plan: Command = async ({ typed, terminal, call }) => {
  const view = await call('plan', {
    ...given('job', typed.words[0]),
    ...given('date', typed.texts.get('date')),
    ...given('select', typed.lists.get('select')),
    ...(typed.flags.has('again') && { again: true }),
  });
  return { result: view, text: () => planText(view, terminal) };
};

export function planText(view: PlanView, look: Look): string {
  const { job, date, environment, logicalTime, zone, steps } = view;
  const say = (text: string): string => wrapHanging(visible(text), look.columns, 4);
  return [
    paint(look, 'strong', visible(cut(`${job}  ${date}  ${environment}`, look.columns, look))),
    say(`${counted(steps.length, 'step')}; logical time ${moment(logicalTime)}, zone ${zone}.`),
    '',
    ...(steps.length > 0 ? stepLines(steps, look) : view.rollback.length > 0 ? [] : ['Nothing to do.']),
    ...view.rollback.map((model) => say(`Takes back the champion of ${model}, if an alert is open about it.`)),
    ...listed('Changed definitions:', view.changed.flatMap(driftLines), say),
    ...listed('Left behind, no definition names them:', view.leftBehind.map(leftLine), say),
    ...listed('Standing in:', view.standIns, say),
    ...listed('Read as they are:', view.readsOnly, say),
    ...listed(inEnvironment('To set up first (esteira setup):', look), view.setup, say),
  ].join('\n');
}

/** Reasons are not cut: what does not fit goes on below, where there is room for it. */
function stepLines(steps: PlanView['steps'], look: Look): readonly string[] {
  const headings = [{ head: 'step' }, { head: 'writes' }, { head: 'why' }] as const;
  const rows = steps.map(({ label, mode, why }) => [label, mode, why].map((cell) => visible(cell)));
  const [step, writes] = [0, 1].map((nth) =>
    Math.max(...[headings[nth]?.head ?? '', ...rows.map((row) => row[nth] ?? '')].map(width)),
  );
  const left = (step ?? 0) + (writes ?? 0) + 4;
  if (look.columns - left < least) return table(headings, rows, look);
  const line = ([label = '', mode = '', why = '']: readonly string[]): string =>
    `${pad(label, step ?? 0)}  ${pad(mode, writes ?? 0)}  ${wrap(why, look.columns - left).join(`\n${' '.repeat(left)}`)}`;
  return [paint(look, 'quiet', line(headings.map(({ head }) => head))), ...rows.map(line)];
}
/** Columns in which a reason can still be read. */
const least = 24;

const means: Readonly<Record<DriftView['means'], string>> = Object.freeze({
  rebuild: 'rebuild',
  fill: 'fill',
  alter: 'in place',
  nothing: 'no row changes',
  destroy: 'destroy',
});

/** What a change means, and below it who gives it to the rows that are there. */
function driftLines({ label, means: meaning, what, values, byRun, kept, next }: DriftView): readonly string[] {
  const changed = what.length > 0 ? what.join('; ') : 'what it was before is not known';
  const lost = values === undefined ? '' : `: ${counted(values, 'value')} would be lost`;
  const head = `${label}  ${means[meaning]}: ${changed}${lost}`;
  if (byRun) return [head, '  this run makes it again'];
  if (kept !== undefined) return [head, `  rows from now on only: ${kept}`];
  if (next === undefined) return [head];
  return [head, meaning === 'destroy' ? `  asked for by: ${next}` : `  rows that are there get it by: ${next}`];
}

const leftLine = ({ table, rows, beside, next }: LeftBehindView): string => {
  const more = beside.length > 0 ? ` with ${counted(beside.length, 'table')} beside it` : '';
  return `${table}${more}${rows === undefined ? '' : `, ${counted(rows, 'row')}`}; dropped by: ${next}`;
};

function listed(title: string, lines: readonly string[], say: (text: string) => string): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => say(`  ${line}`))];
}
