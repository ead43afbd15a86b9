import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { perform } from '../src/cli/main.ts';
import { showsUnicode, type Terminal } from '../src/cli/terminal.ts';
import type { Ended } from './sandbox.ts';

/** Folders and variables are of the whole process: one command at a time. */
let turn: Promise<unknown> = Promise.resolve();
/** For one command, in milliseconds: less than any block of CI that has it is given. */
const usual = 240_000;

interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * What `npx esteira` would do in a project, in this very process: the command line of that package, with the words, the folder and the variables (those and no
 * others) that a process of its own would have. That takes a third of the time. It is not for what is killed, goes on beside others, or could keep its process
 * from ending. Throws when it has not ended after `patience` milliseconds of its own turn.
 */
export function inside(
  home: string,
  words: readonly string[],
  { patience = usual, ...surroundings }: Surroundings & { readonly patience?: number },
): Promise<Ended> {
  const ended = turn.then(() => carryOut(home, words, surroundings, patience));
  turn = ended.catch(() => {});
  return ended;
}

/** This process has these variables from now on and no others. */
function become(variables: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (variables[name] === undefined) delete process.env[name];
  for (const [name, value] of Object.entries(variables))
    if (value !== undefined && process.env[name] !== value) process.env[name] = value;
}

async function carryOut(
  home: string,
  words: readonly string[],
  { cwd, env }: Surroundings,
  patience: number,
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
  const before = { folder: process.cwd(), variables: { ...process.env } };
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error(`esteira ${words.join(' ')} has not ended within ${patience} ms: ${out}${err}`));
  }, patience);
  try {
    process.chdir(cwd);
    become(env);
    const exit = await Promise.race([line.perform(words, home, terminal), late.promise]);
    return { exit, out, err: err.replaceAll('Opening the project.\n', '') };
  } finally {
    clearTimeout(timer);
    become(before.variables);
    process.chdir(before.folder);
  }
}
