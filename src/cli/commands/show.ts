import type { QueryView, ShowView } from '../../operate/views.ts';
import { hidden } from '../../ports/warehouse.ts';
import type { Command } from '../command.ts';
import { paint } from '../marks.ts';
import { moment } from '../numbers.ts';
import { law } from '../progress/lines.ts';
import { rowsText } from '../rows.ts';
import { table } from '../table.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';
import { showRunText } from './show-run.ts';

export const show: Command = async ({ typed, terminal, call }) => {
  const view = await call('show', { name: typed.words[0] ?? '' });
  return { result: view, text: () => ('runId' in view ? showRunText(view, terminal) : showText(view, terminal)) };
};

const headings = [{ head: 'column' }, { head: 'kind', whole: true }, { head: '', whole: true }, { head: 'rules' }];

/** A definition: what it is and how it stands, its columns, its newest rows. What there is nothing of takes no line. */
export function showText(view: ShowView, look: Look): string {
  const { name, kind, catalog, writtenAt, about, write, trigger, reads, readBy, latest, sample, flags } = view;
  const say = (word: string, text: string | undefined): readonly string[] =>
    text ? [wrapHanging(`${word.padEnd(10)}${visible(text)}`, look.columns, 10)] : [];
  const rows = view.columns.map((column) => [
    column.name,
    column.kind,
    column.key ? 'key' : column.optional ? 'optional' : '',
    column.rules.join(', '),
  ]);
  return [
    `${paint(look, 'strong', visible(name))}  ${visible(kind)}`,
    ...say('', about),
    ...say('catalog', catalog),
    ...say('written', writtenAt),
    ...say('write', write),
    ...say('when', trigger),
    ...say('reads', reads.join(', ')),
    ...say('read by', readBy.join(', ')),
    ...(latest ? say('latest', `${moment(latest.publishedAt)}, run ${latest.runId}: ${law(latest.account)}`) : []),
    ...(rows.length > 0 ? ['', ...table(headings, rows, look)] : []),
    ...(sample && sample.rows.length > 0 ? ['', rowsText(flags ? broken(sample, flags) : sample, look)] : []),
  ].join('\n');
}

/** Invalid rows as people look at them: first which rules a row breaks, then its values; what they keep and the numbers of the run are left out. */
function broken({ columns, rows, more }: QueryView, flags: readonly string[]): QueryView {
  const names = columns.map(({ name }) => name);
  const kept = names.flatMap((name, index) => (flags.includes(name) || ofTheRun.includes(name) ? [] : [index]));
  const rulesOf = (row: QueryView['rows'][number]): string =>
    names.filter((name, index) => flags.includes(name) && row[index] === false).join(', ');
  return {
    columns: [{ name: 'broke', type: 'VARCHAR' }, ...kept.flatMap((index) => columns[index] ?? [])],
    rows: rows.map((row) => [rulesOf(row), ...kept.map((index) => row[index] ?? null)]),
    more,
  };
}
const ofTheRun: readonly string[] = [hidden.run, hidden.sequence];
