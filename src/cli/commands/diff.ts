import { EsteiraError } from '../../errors.ts';
import type { DiffView, SchemaDifference } from '../../operate/views.ts';
import { type Command, numberOf } from '../command.ts';
import { paint } from '../marks.ts';
import { count, counted } from '../numbers.ts';
import { table } from '../table.ts';
import type { Look } from '../terminal.ts';
import { cut, visible, wrapHanging } from '../text.ts';

export const diff: Command = async ({ typed, terminal, call }) => {
  const against = typed.texts.get('against');
  if (against === undefined)
    throw new EsteiraError('COMMAND_UNKNOWN', {
      what: 'With which environment is the table to be compared?',
      allowed: '--against <environment>',
      next: `esteira diff ${typed.words[0] ?? 'silver.orders'} --against prod`,
    });
  const samples = numberOf(typed, 'samples');
  const view = await call('diff', {
    table: typed.words[0] ?? '',
    against,
    ...(samples === undefined ? {} : { samples }),
  });
  return { result: view, text: () => diffText(view, terminal), exit: view.equal ? 0 : 1 };
};

export function diffText(view: DiffView, look: Look): string {
  const { rows, here, there, by, key, equal, schema, columns, samples } = view;
  const say = (text: string, hang: number): string => wrapHanging(visible(text), look.columns, hang);
  const headings = [{ head: '' }, { head: here, align: 'right' }, { head: there, align: 'right' }] as const;
  const counts = [
    ['rows', count(rows.here), count(rows.there)],
    ['only in it', count(rows.onlyHere), count(rows.onlyThere)],
  ];
  const different = `${counted(rows.different, 'row')} of one key (${key.join(', ')}) with other values`;
  return [
    paint(look, 'strong', visible(cut(`${view.table}  ${here} beside ${there}`, look.columns, look))),
    ...table(headings, counts, look),
    by === 'key' ? say(different, 2) : 'Compared by whole rows.',
    ...(columns.length > 0
      ? [say(`  in ${columns.map(({ name, rows: own }) => `${name} ${count(own)}`).join(', ')}`, 4)]
      : []),
    ...(schema.length > 0 ? ['', 'Schema:', ...schema.map((one) => say(`  ${schemaText(one, view)}`, 4))] : []),
    ...(samples.length > 0 ? ['', `${counted(samples.length, 'difference')}, ${here} → ${there}:`] : []),
    ...samples.flatMap((one) => sampleLines(one, view).map((line) => say(line, 6))),
    '',
    equal ? 'Equal.' : 'Not equal.',
  ].join('\n');
}

function schemaText({ what, column, here: own, there: other }: SchemaDifference, { here, there }: DiffView): string {
  if (what === 'column only here') return `column ${column} ${own} only in ${here}`;
  if (what === 'column only there') return `column ${column} ${other} only in ${there}`;
  const of = column === undefined ? what : `column ${column}`;
  return `${of}: ${own || 'none'} → ${other || 'none'}`;
}

function sampleLines({ what, key, values }: DiffView['samples'][number], { here, there }: DiffView): readonly string[] {
  const where = what === 'different' ? what : `only in ${what === 'only here' ? here : there}`;
  const named = Object.entries(key).map(([name, value]) => `${name} ${valueText(value)}`);
  const lines = values.map(({ column, here: own, there: other }) => {
    if (what === 'different') return `    ${column}  ${valueText(own)} → ${valueText(other)}`;
    return `    ${column}  ${valueText(what === 'only here' ? own : other)}`;
  });
  return [`  ${[where, ...named].join('  ')}`, ...lines];
}

/** A text in quotes, so that it is told from a number and from nothing. */
const valueText = (value: unknown): string => (value === null || value === undefined ? 'NULL' : JSON.stringify(value));
