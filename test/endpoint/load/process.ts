import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Plan } from './open-loop.ts';
import type { Answered, Figures } from './tally.ts';

/** As a process of its own says it: with the seconds of processor that it took itself, which are none of the server's. */
export interface Load {
  /** Figures at the end of the plan, or of `stop`. */
  readonly ended: Promise<Figures & { readonly cpu: number }>;
  /** Sends no more, waits for what is in flight. */
  readonly stop: () => void;
  /** Every request and its answer, in the order of the answers; only after `ended`, and where they were asked to be kept. */
  readonly answers: () => readonly Answered[];
}

/** Open-loop load from another process, so that sender and server do not wait for each other's turn. */
export function load(plan: Plan, { answers = false }: { readonly answers?: boolean } = {}): Load {
  const folder = answers ? mkdtempSync(path.join(tmpdir(), 'esteira-load-')) : undefined;
  const file = folder && path.join(folder, 'answers.jsonl');
  const child: ChildProcess = fork(path.join(import.meta.dirname, 'generator.ts'), {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<Figures & { readonly cpu: number }>((resolve, reject) => {
    child.on('error', reject);
    child.on('message', resolve);
    child.on('exit', (code) => reject(new Error(`the generator of load ended with ${code} and no figures`)));
  });
  child.send({ plan, file });
  return {
    ended,
    stop: () => void (child.connected && child.send('stop')),
    answers: () => {
      if (!file) throw new Error('answers were not asked to be kept: load(plan, { answers: true })');
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      rmSync(folder, { recursive: true });
      return lines.map((line) => JSON.parse(line) as Answered);
    },
  };
}
