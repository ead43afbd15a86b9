import { parseArgs } from 'node:util';
import { nearest } from '../columns/nearest.ts';
import { EsteiraError } from '../errors.ts';
import type { Typed } from './command.ts';
import { type CommandEntry, commands, everywhere, type OptionEntry } from './commands.ts';

interface Parsed {
  /** Absent: nothing but options was typed. */
  readonly entry: CommandEntry | undefined;
  readonly typed: Typed;
}

/** Every option of every command: an option that takes a value does so wherever it stands. */
const known: Readonly<Record<string, OptionEntry>> = Object.assign(
  {},
  ...commands.map((one) => one.options),
  everywhere,
);

/**
 * What was typed, or COMMAND_UNKNOWN with the nearest name. The table of commands says all there is to know: a command gets what the table promises
 * it, and looks at no argument itself. Nothing of the project is read yet, so that a typing mistake is told at once.
 */
export function parse(args: readonly string[]): Parsed {
  const { tokens } = parseArgs({
    args: args.map(shield),
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(known).map(([name, { takes, short }]) => [
        name,
        { type: takes === 'nothing' ? 'boolean' : 'string', ...(short && { short }) } as const,
      ]),
    ),
  });
  const said = tokens.flatMap((token) => (token.kind === 'positional' ? [unshield(token.value)] : []));
  const asksHelp = said[0] === 'help';
  if (asksHelp) said.shift();
  const { entry, words } = commandOf(said);
  const flags = new Set<string>(asksHelp ? ['help'] : []);
  const texts = new Map<string, string>();
  const lists = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = optionOf(token.rawName, token.name, entry);
    const value = readValue({ ...token, value: token.value && unshield(token.value) }, option, entry);
    if (value === undefined) flags.add(token.name);
    else if (option.takes === 'list' || option.takes === 'pairs')
      lists.set(token.name, [
        ...(lists.get(token.name) ?? []),
        ...(option.takes === 'list' ? value.split(',') : [value]),
      ]);
    else texts.set(token.name, value);
  }
  if (entry && !flags.has('help') && !flags.has('version')) countWords(entry, words);
  return { entry, typed: { words, flags, texts, lists } };
}

/** `-1` is a value and no option: it goes through the reading of options behind a character that nobody types. */
const shield = (word: string): string => (/^-\.?\d/.test(word) ? `\0${word}` : word);
const unshield = (word: string): string => (word.startsWith('\0') ? word.slice(1) : word);

/** Commands of two words come first: `settings get` is not `settings` with an argument. */
function commandOf(said: readonly string[]): { entry: CommandEntry | undefined; words: readonly string[] } {
  const [first, second] = said;
  if (first === undefined) return { entry: undefined, words: [] };
  const two = commands.find(({ name }) => name === `${first} ${second}`);
  if (two) return { entry: two, words: said.slice(2) };
  const entry = commands.find(({ name }) => name === first);
  if (entry) return { entry, words: said.slice(1) };
  const within = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name);
  if (within.length > 0) {
    const what = second ? `esteira ${first} has no command "${second}".` : `esteira ${first} needs a command.`;
    throw wrong({ what, allowed: within.join(', '), next: `esteira ${within[0]}` });
  }
  const known = [...new Set(commands.map(({ name }) => name.split(' ', 1)[0] as string))];
  const meant = nearest(first, known);
  throw wrong({
    what: `There is no command "${first}".`,
    allowed: known.join(', '),
    next: meant ? `Did you mean: esteira ${meant}` : 'esteira --help',
  });
}

/** An option of another command is refused by saying whose it is. */
function optionOf(raw: string, name: string, entry: CommandEntry | undefined): OptionEntry {
  const allowed: Readonly<Record<string, OptionEntry>> = { ...entry?.options, ...everywhere };
  const option = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
  if (option) return option;
  const meant = nearest(name, Object.keys(allowed));
  const others = commands.filter(({ options }) => Object.hasOwn(options, name)).map((one) => `esteira ${one.name}`);
  throw wrong({
    what: `${called(entry)} has no option ${raw}.`,
    ...(others.length > 0 && { got: `an option of ${others.join(', ')}` }),
    allowed: Object.keys(allowed)
      .map((one) => `--${one}`)
      .join(', '),
    next: meant ? `Did you mean: --${meant}` : helpOf(entry),
  });
}

/** The value of an option as its kind wants it; nothing for one that takes none. */
function readValue(
  token: { readonly rawName: string; readonly value?: string | undefined; readonly inlineValue?: boolean | undefined },
  option: OptionEntry,
  entry: CommandEntry | undefined,
): string | undefined {
  const { rawName, value, inlineValue } = token;
  const next = helpOf(entry);
  if (option.takes === 'nothing') {
    if (value === undefined) return undefined;
    throw wrong({ what: `${rawName} takes no value.`, got: value, next: `Leave out =${value}` });
  }
  // `--env --json`: what looks like an option is one, unless it is written with `=`.
  const isMissing = value === undefined || value === '' || (!inlineValue && /^-[^0-9.]/.test(value));
  if (isMissing) throw wrong({ what: `${rawName} needs a value: ${rawName} ${option.value}`, next });
  const allowed = shapes[option.takes]?.(value);
  if (allowed) throw wrong({ what: `${rawName} has a value that it cannot take.`, got: value, allowed, next });
  return value;
}

/** What a value should be, where it is not. */
const shapes: Partial<Record<OptionEntry['takes'], (value: string) => string | undefined>> = {
  date: (value) => (isDate(value) ? undefined : 'a day of the calendar, YYYY-MM-DD, such as 2028-02-29'),
  hour: (value) =>
    isDate(value.replace(/T([01]\d|2[0-3])$/, ''))
      ? undefined
      : 'a day of the calendar, YYYY-MM-DD, such as 2028-02-29, or an hour of it in UTC: 2028-02-29T05',
  port: (value) => (/^\d{1,5}$/.test(value) && Number(value) < 65_536 ? undefined : 'a port: 0 to 65535'),
  count: (value) => (/^[1-9]\d{0,8}$/.test(value) ? undefined : 'a whole number from 1'),
  pairs: (value) => (/^[^=]+=/.test(value) ? undefined : 'name=value'),
};

function isDate(value: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  try {
    Temporal.PlainDate.from(value);
    return true;
  } catch {
    return false;
  }
}

/** As many words as the command has arguments; one too many is often a name of two words, or a text without quotes. */
function countWords(entry: CommandEntry, words: readonly string[]): void {
  const missing = entry.arguments[words.length];
  if (missing?.needed)
    throw wrong({
      what: `${called(entry)} needs <${missing.name}>.`,
      allowed: missing.about,
      next: helpOf(entry),
    });
  const extra = entry.arguments.at(-1)?.many ? undefined : words[entry.arguments.length];
  if (extra === undefined) return;
  const meant = nearest(
    `${entry.name} ${extra}`,
    commands.map(({ name }) => name).filter((name) => name !== entry.name),
  );
  throw wrong({
    what: `${called(entry)} takes ${entry.arguments.length === 0 ? 'no argument' : 'nothing more'}.`,
    got: extra,
    next: meant
      ? `Did you mean: esteira ${meant}`
      : /\s/.test(extra)
        ? helpOf(entry)
        : `Quotes around a text of several words? ${helpOf(entry)}`,
  });
}

const called = (entry: CommandEntry | undefined): string => (entry ? `esteira ${entry.name}` : 'esteira');
const helpOf = (entry: CommandEntry | undefined): string => `${called(entry)} --help`;

const wrong = (details: ConstructorParameters<typeof EsteiraError>[1]): EsteiraError =>
  new EsteiraError('COMMAND_UNKNOWN', details);
