import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { EsteiraError } from '../errors.ts';
import type { Typed } from './command.ts';
import type { CommandEntry } from './commands.ts';
import { parse } from './parse.ts';
import { inEnvironment, type Look, openTerminal, type Terminal } from './terminal.ts';

/** The command `esteira`: gives the exit code. `home` is the folder that has template/ and package.json: the repository, or the installed package. */
export async function main(args: readonly string[], home: string): Promise<number> {
  return perform(args, home, openTerminal({ color: !args.includes('--no-color') }));
}

/** The same with a terminal of the caller's own. What goes wrong is printed here: with `--json` as JSON on standard output. */
export async function perform(args: readonly string[], home: string, terminal: Terminal): Promise<number> {
  const isJson = args.includes('--json');
  const print = (result: unknown, text: () => string): void => {
    const words = isJson ? JSON.stringify(result, undefined, 2) : text();
    if (words !== '') terminal.write(`${words}\n`);
  };
  let shown = terminal;
  try {
    const { entry, typed } = parse(args);
    if (typed.flags.has('version')) {
      const version = await versionOf(home);
      print({ version }, () => version);
      return 0;
    }
    if (!entry || typed.flags.has('help')) {
      const { help, helpOf } = await import('./help.ts');
      print(await described(entry), () => (entry ? helpOf(entry, terminal) : help(terminal)));
      return 0;
    }
    // Each command is loaded when it is given: help and mistakes need neither the project nor the engine.
    const environment = typed.texts.get('env');
    if (environment !== undefined) shown = Object.create(terminal, { environment: { value: environment } }) as Terminal;
    const [command, { openSession }, version] = await Promise.all([
      entry.load(),
      import('./connect.ts'),
      versionOf(home),
    ]);
    const session = openSession({
      ...{ typed, terminal: shown, version, command: nameOf(entry, typed) },
      ...(entry.owns && { own: typed.flags.has('once') ? 'refuse' : 'wait' }),
    });
    try {
      const answer = await command({ typed, terminal: shown, home, call: session.call });
      print(answer.result, () => answer.text());
      return answer.exit ?? 0;
    } finally {
      // After the result is printed: an owner may go on long for the commands that it serves.

      await session.close();
    }
  } catch (error) {
    const { problem } = await import('./problem.ts');
    const { exit, json, text } = problem(meant(error, shown), await versionOf(home));
    if (isJson) print(json, () => '');
    else terminal.tell(`${text(terminal)}\n`);
    return exit;
  }
}

/** An error of the command line itself does not know which environment was asked for. */
function meant(error: unknown, look: Look): unknown {
  if (!(error instanceof EsteiraError)) return error;
  const details = { ...error.details, next: inEnvironment(error.details.next, look) };
  return new EsteiraError(error.code, details, { cause: error });
}

/** As others see it while it goes: neither a query's text nor the values of options, which may be nobody else's business. */
function nameOf({ name, arguments: [first] }: CommandEntry, { words: [word = ''] }: Typed): string {
  return `esteira ${name}${first && first.name !== 'sql' ? ` ${word}` : ''}`.trimEnd();
}

async function versionOf(home: string): Promise<string> {
  const manifest = JSON.parse(await readFile(path.join(home, 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

/** What `--help --json` gives. */
async function described(entry: CommandEntry | undefined): Promise<object> {
  const { commands, everywhere, exits } = await import('./commands.ts');
  const codes = exits.map(([code, means]) => ({ code, means }));
  return entry ?? { commands, options: everywhere, exits: codes };
}
