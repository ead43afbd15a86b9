import { spawn } from 'node:child_process';
import path from 'node:path';
import { temporaryFolder } from '../run/support/folder.ts';
import type { Command, Told } from './process.ts';

/** How a process ended: the command that it was at, when it was killed there; an error that a command gave. */
export interface Ended {
  readonly killedAt?: number;
  readonly error?: string;
}

/** Processes that live for half a second load the same modules again and again. */
const compiled = temporaryFolder('compiled');

/** Carries out commands in a process of their own, killed where `stop` says: `<point>@<n>`, or `after@<milliseconds>` that the project is open. */
export async function inProcess(
  folder: string,
  commands: readonly Command[],
  stop?: string,
  program = path.join(import.meta.dirname, 'process.ts'),
): Promise<Ended> {
  const { ESTEIRA_STOP_AT: _, ...rest } = process.env;
  const child = spawn(process.execPath, [program, JSON.stringify({ folder, commands })], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...rest, NODE_COMPILE_CACHE: compiled, ...(stop ? { ESTEIRA_STOP_AT: stop } : {}) },
    timeout: 120_000,
  });
  const [point, number] = stop?.split('@') ?? [];
  const kill = (): boolean => child.kill('SIGKILL');
  let timer: NodeJS.Timeout | undefined;
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    out += piece;
    if (point === 'after') timer ??= setTimeout(kill, Number(number));
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    err += piece;
  });
  const [code, signal] = await new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('close', (...how) => resolve(how)),
  );
  clearTimeout(timer);
  const lines = out.split('\n').flatMap((line): Told[] => (line ? [JSON.parse(line)] : []));
  const told = lines.filter(({ index }) => index !== undefined);
  const error = told.find((one) => one.error !== undefined)?.error;
  if (error !== undefined) return { error };
  if (signal === 'SIGKILL' && stop) return { killedAt: told.length };
  if (code === 0 && told.length === commands.length) return {};
  throw new Error(`the process ended with ${code ?? signal}: ${err.slice(-2000)}`);
}
