import { EsteiraError } from '../../errors.ts';
import { chartOf, svgOf } from '../../operate/alerts/chart.ts';
import type { FigureView, MonitorsView, MonitorView } from '../../operate/views.ts';
import { chartLines } from '../chart.ts';
import { type Command, given, numberOf } from '../command.ts';
import { mark, paint } from '../marks.ts';
import { moment } from '../numbers.ts';
import { fitTable, table } from '../table.ts';
import type { Look } from '../terminal.ts';
import { visible, width, wrapHanging } from '../text.ts';

export const monitors: Command = async ({ typed, terminal, call }) => {
  const [name] = typed.words;
  const view = await call('monitors', { ...given('name', name), ...given('limit', numberOf(typed, 'limit')) });
  if (typed.flags.has('svg')) return { result: view, text: () => pictureOf(view) };
  return { result: view, text: () => monitorsText(view, terminal) };
};

/** Throws COMMAND_UNKNOWN where no one monitor is named, or it has too few figures to be drawn. */
function pictureOf({ monitors: [one], history }: MonitorsView): string {
  const chart = one && history && chartOf(one.measure, history);
  if (chart) return svgOf(one.monitor, chart);
  throw new EsteiraError('COMMAND_UNKNOWN', {
    what: history ? `"${one?.monitor}" has no two figures to be drawn yet.` : 'A picture is of one monitor.',
    next: history ? 'Run the job again, or draw it later.' : 'esteira monitors',
  });
}

const headings = [
  { head: 'monitor', whole: true },
  { head: 'verdict', whole: true },
  { head: 'last', align: 'right' },
  { head: 'limit' },
  { head: 'at', whole: true, optional: true },
  { head: 'tells', optional: true },
] as const;
/** Where names are too long for that. */
const narrow = headings.map((one) => (one.head === 'monitor' ? { head: one.head } : one));
const figures = [
  { head: 'at', whole: true },
  { head: 'date', whole: true },
  { head: 'verdict', whole: true },
  { head: 'figure', align: 'right' },
  { head: 'limit', whole: true },
  { head: 'what', optional: true },
] as const;

export function monitorsText({ monitors: all, history }: MonitorsView, look: Look): string {
  if (all.length === 0) return 'The project has no monitors.';
  const [one] = all;
  if (history && one) return oneText(one, history, look);
  const rows = all.map(({ monitor, last, limit, tell }) => [
    monitor,
    last?.verdict ?? 'never judged',
    last?.text ?? '',
    limit,
    last ? moment(last.at) : '',
    tell ?? '',
  ]);
  // Of a limit only the setting that it comes from is cut, never the bound.
  const bounds = all.map(({ limit }) => visible(limit.replace(/ \([^()]*\)$/, '')));
  const least = Math.max(...bounds.map((bound) => width(bound) + 1));
  const kept = <Heading extends { readonly head: string }>(one: Heading) =>
    one.head === 'limit' ? { ...one, least } : one;
  return (fitTable(headings.map(kept), rows, look) ?? table(narrow.map(kept), rows, look)).join('\n');
}

/** The newest figure in full, and the ones before it in a line each. */
function oneText(monitor: MonitorView, history: readonly FigureView[], look: Look): string {
  const { monitor: name, measure, of, limit, when, tell, since, next, last, writtenAt } = monitor;
  const say = (word: string, text: string): string =>
    wrapHanging(`  ${word.padEnd(8)}${visible(text)}`, look.columns, 10);
  const chart = chartOf(measure, history);
  const rows = history.map((figure) => [
    moment(figure.at),
    figure.date,
    figure.verdict,
    figure.text ?? '',
    figure.limit ?? '',
    figure.what,
  ]);
  return [
    `${mark(look, last?.verdict === 'held' ? 'done' : last ? 'failed' : 'pending')} ${paint(look, 'strong', visible(name))}`,
    say('watches', `${measure} of ${of.join(', ')}, ${when}`),
    say('limit', limit),
    say('tells', tell ?? 'nobody'),
    ...(since ? [say('open', `since ${moment(since)}`)] : []),
    ...(last ? [say('now', last.what), ...last.facts.map((fact) => say('', fact))] : [say('now', 'never judged')]),
    ...(next ? [say('next', next)] : []),
    say('written', writtenAt),
    ...(chart ? ['', ...chartLines(chart, look)] : []),
    ...(rows.length > 0 ? ['', ...table(figures, rows, look)] : []),
  ].join('\n');
}
