import { spawn } from 'node:child_process';

export interface Ended {
  /** Exit code, or the signal that ended it; absent when there is no such program. */
  readonly by: number | string | undefined;
  readonly out: string;
  readonly error: string;
}

/** A program to its end, without a shell. */
export function carryOut(
  command: string,
  words: readonly string[],
  { signal, cwd }: { readonly signal?: AbortSignal | undefined; readonly cwd?: string } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const own = spawn(command, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal ? { signal, killSignal: 'SIGKILL' } : {}),
      ...(cwd ? { cwd } : {}),
    });
    let [out, error] = ['', ''];
    own.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    own.stderr.setEncoding('utf8').on('data', (text: string) => {
      error = (error + text).slice(-20_000);
    });
    own.on('error', (failed) => resolve({ by: undefined, out, error: failed.message }));
    own.on('close', (code, by) => resolve({ by: code ?? by ?? undefined, out, error }));
  });
}
