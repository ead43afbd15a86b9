import { type CommandEntry, commands, everywhere, exits, type OptionEntry } from './commands.ts';
import { paint } from './marks.ts';
import type { Look } from './terminal.ts';
import { pad, width, wrap } from './text.ts';

/** The help of everything. */
export function help(look: Look): string {
  return page(look, [
    section('', ['esteira <command> [arguments] [options]']),
    pairs(
      'Commands',
      commands.map((entry) => [usage(entry, 'short'), entry.about]),
    ),
    pairs('Options', options(everywhere)),
    pairs(
      'Exit codes',
      exits.map(([code, means]) => [String(code), means]),
    ),
    section('Begin with', ['esteira init shop', 'esteira help <command>']),
  ]);
}

/** The help of one command. */
export function helpOf(entry: CommandEntry, look: Look): string {
  const words = entry.arguments.map(({ name, about }) => [`<${name}>`, about] as const);
  const own = Object.entries(entry.options).length > 0 ? [pairs('Options', options(entry.options))] : [];
  return page(look, [
    section('', [`esteira ${usage(entry, 'long')}`]),
    text([entry.about, entry.more ?? ''].filter(Boolean).join(' ')),
    ...(words.length > 0 ? [pairs('Arguments', words)] : []),
    ...own,
    text(
      `Also ${Object.keys(everywhere)
        .map((name) => `--${name}`)
        .join(', ')}: see esteira --help.`,
    ),
    pairs(
      'Examples',
      entry.examples.map(({ line, about }) => [line, about]),
    ),
  ]);
}

/** `run <job> [--date <date>] …`; the short form leaves the options out. */
export function usage(entry: CommandEntry, form: 'short' | 'long'): string {
  const words = entry.arguments.map(({ name, needed, many }) => {
    const text = `${name}${many ? '...' : ''}`;
    return needed ? `<${text}>` : `[${text}]`;
  });
  const own = Object.entries(entry.options).map(([name, option]) => `[${spelled(name, option)}]`);
  return [entry.name, ...words, ...(form === 'long' ? own : [])].join(' ');
}

/** `-h, --help`, `--date <date>`: as it is typed. */
export const spelled = (name: string, option: OptionEntry): string =>
  `${option.short ? `-${option.short}, ` : ''}--${name}${option.value ? ` ${option.value}` : ''}`;

const options = (entries: Readonly<Record<string, OptionEntry>>): readonly (readonly [string, string])[] =>
  Object.entries(entries).map(([name, option]) => [spelled(name, option), option.about]);

/** A part of a page, drawn when its width is known. */
type Block = (look: Look) => readonly string[];

const page = (look: Look, blocks: readonly Block[]): string =>
  blocks.map((block) => block(look).join('\n')).join('\n\n');

const text =
  (words: string): Block =>
  (look) =>
    wrap(words, look.columns);

const section =
  (title: string, lines: readonly string[]): Block =>
  (look) =>
    title === ''
      ? lines.flatMap((line) => wrap(line, look.columns))
      : [paint(look, 'strong', title), ...lines.map((line) => `  ${line}`)];

/** Two columns; where the left one leaves no room, the right one goes below. */
const pairs =
  (title: string, entries: readonly (readonly [string, string])[]): Block =>
  (look) => {
    const longest = Math.max(...entries.map(([left]) => width(left)));
    const beside = longest + 4 <= look.columns * 0.55;
    const start = beside ? longest + 4 : 6;
    const lines = entries.flatMap(([left, right]) => {
      const [first = '', ...rest] = wrap(right, Math.max(16, look.columns - start));
      const below = rest.map((line) => ' '.repeat(start) + line);
      if (beside) return [`  ${pad(left, longest + 2)}${first}`, ...below];
      return [`  ${left}`, ' '.repeat(start) + first, ...below];
    });
    return [paint(look, 'strong', title), ...lines];
  };
