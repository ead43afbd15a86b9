import type { LineageBranch, LineageView } from '../../operate/views.ts';
import type { Command } from '../command.ts';
import { paint } from '../marks.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const lineage: Command = async ({ typed, terminal, call }) => {
  const view = await call('lineage', { name: typed.words[0] ?? '' });
  return { result: view, text: () => lineageText(view, terminal) };
};

function lineageText(view: LineageView, look: Look): string {
  const { name, kind, undecided, from, into } = view;
  const made = from.length > 0 ? [paint(look, 'strong', 'made of'), ...branches(from, look)] : [];
  const makes = into.length > 0 ? [paint(look, 'strong', 'goes into'), ...branches(into, look)] : [];
  const open = undecided ? [`made of: not decided, ${undecided}`] : [];
  const nothing =
    made.length + makes.length + open.length === 0 ? ['Made of nothing else, and nothing is made of it.'] : [];
  return [`${paint(look, 'strong', visible(name))}  ${kind}`, ...open, ...made, ...makes, ...nothing].join('\n');
}

function branches(of: readonly LineageBranch[], look: Look, deep = 1): readonly string[] {
  return of.flatMap(({ name, kind, undecided, again, next }) => {
    const more = undecided ? `, not decided: ${undecided}` : again ? ', see above' : '';
    const indent = '  '.repeat(deep);
    const line = wrapHanging(`${indent}${visible(name)}  ${kind}${more}`, look.columns, indent.length + 2);
    return [line, ...branches(next ?? [], look, deep + 1)];
  });
}
