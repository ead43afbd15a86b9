import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { perform } from '../src/cli/main.ts';
import { showsUnicode, type Terminal } from '../src/cli/terminal.ts';
import type { Ended } from './sandbox.ts';

/** Folders and variables are of the whole process: one command at a time. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * What `npx esteira` would do in a project, in this very process: the command line of that package, with the words, the folder and the variables that a
 * process of its own would have. That takes a third of the time. It is not for what is killed, or goes on beside others.
 */
export function inside(
  home: string,
  words: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Ended> {
  const ended = turn.then(() => carryOut(home, words, { cwd, env }));
  turn = ended.catch(() => {});
  return ended;
}

async function carryOut(
  home: string,
  words: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Ended> {
  const built = path.join(home, 'lib', 'cli', 'main.js');
  const file = pathToFileURL(existsSync(built) ? built : path.join(home, 'src', 'cli', 'main.ts'));
  const line = (await import(file.href)) as { readonly perform: typeof perform };
  let [out, err] = ['', ''];
  const terminal: Terminal = {
    columns: Number(env['COLUMNS']),
    rows: 24,
    color: false,
    unicode: showsUnicode(env, process.platform),
    live: false,
    write: (text) => {
      out += text;
    },
    tell: (text) => {
      err += text;
    },
    onResize: () => () => {},
  };
  const before = {
    folder: process.cwd(),
    variables: Object.keys(env).map((name) => [name, process.env[name]] as const),
  };
  const set = (name: string, value: string | undefined): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  try {
    process.chdir(cwd);
    for (const [name, value] of Object.entries(env)) set(name, value);
    const exit = await line.perform(words, home, terminal);
    return { exit, out, err: err.replaceAll('Opening the project.\n', '') };
  } finally {
    for (const [name, value] of before.variables) set(name, value);
    process.chdir(before.folder);
  }
}
