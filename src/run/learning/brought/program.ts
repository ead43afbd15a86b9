import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { AnyModel } from '../../../define/index.ts';
import { EsteiraError } from '../../../errors.ts';
import { type Node, whereOf } from '../../../graph/index.ts';
import { cancelled } from '../../../ports/index.ts';
import type { StepRun } from '../../step.ts';
import type { Taken } from './bring.ts';

interface Program {
  readonly command: readonly [string, ...string[]];
  readonly variables?: readonly string[];
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
}

/** Of a line that is kept with the run, and of all of them. */
const longestLine = 2000;
const mostLines = 2000;
/** Of the last ones, for people: so many, and so much of each. */
const lastLines = 15;
const longestSaid = 500;
/** In milliseconds: so long the last lines of a program that has ended are waited for. */
const patience = 2000;
/** In bytes. */
const largest = 2 ** 30;

/**
 * Trains by a program of the project's: it finds its rows in a folder, and leaves the model there. Whatever it has started ends with it, with the signal, and
 * where it fails. Throws TRAINING_FAILED.
 */
export async function bringProgram(
  node: Node<AnyModel>,
  {
    run,
    scratch,
    writeRows,
  }: { readonly run: StepRun; readonly scratch: string; readonly writeRows: (file: string) => Promise<void> },
): Promise<Taken> {
  const { facts } = node.definition;
  const { command, variables = [], parameters = {} } = facts.learner.options as unknown as Program;
  const where = whereOf(node.definition);
  const folder = path.join(scratch, 'training');
  mkdirSync(folder);
  await writeRows(path.join(folder, 'rows.parquet'));
  const { features, target } = facts;
  const training = { model: node.definition.name, features, target, date: run.values.date.toString(), parameters };
  writeFileSync(path.join(folder, 'training.json'), `${JSON.stringify(training, undefined, 2)}\n`);
  const env: Record<string, string> = { ESTEIRA_TRAINING: folder };
  for (const name of ['PATH', 'HOME', 'TMPDIR']) if (process.env[name] !== undefined) env[name] = process.env[name];
  for (const name of variables) env[name] = run.project.variable?.(name) ?? '';
  const started = performance.now();
  const last: string[] = [];
  let count = 0;
  const line = (text: string): void => {
    const short = text.length > longestLine ? `${text.slice(0, longestLine)}…` : text;
    count += 1;
    last.push(short.slice(0, longestSaid));
    if (last.length > lastLines) last.shift();
    run.onProgress?.(node.id, short);
    if (count <= mostLines) run.onLine?.(node.id, short);
    else if (count === mostLines + 1) run.onLine?.(node.id, `more than ${mostLines} lines: the others are not kept`);
  };
  const ended = await carriedOut(command, { cwd: run.project.folder, env, line, signal: run.signal });
  const failed = (what: string, got: string | undefined, next: string): EsteiraError =>
    new EsteiraError('TRAINING_FAILED', { what, where, ...(got ? { got } : {}), next });
  const called = command.join(' ');
  if ('error' in ended)
    throw failed(
      `The program that trains could not be started: ${ended.error}`,
      called,
      "Install it, or correct its path: it is looked for from the project's folder.",
    );
  if (ended.by !== 0)
    throw failed(
      `The program that trains ended with ${typeof ended.by === 'number' ? `exit code ${ended.by}` : ended.by}.`,
      last.join('\n') || 'it said nothing',
      `Run it by itself, or look at all that it said: esteira logs ${run.held.runId}.`,
    );
  const left = ['model.onnx', 'model.txt'].filter((name) =>
    statSync(path.join(folder, name), { throwIfNoEntry: false })?.isFile(),
  );
  const [name, other] = left;
  if (!name || other)
    throw failed(
      name
        ? 'The program that trains has left two models.'
        : 'The program that trains has ended well, and has left no model.',
      name ? left.join(' and ') : last.join('\n'),
      'It is to write either model.onnx or model.txt into the folder that it is given as ESTEIRA_TRAINING.',
    );
  const { size } = statSync(path.join(folder, name));
  if (size === 0 || size > largest)
    throw failed(`The model that the program has left has ${size} bytes.`, name, `It may have up to ${largest}.`);
  const bytes = readFileSync(path.join(folder, name));
  return {
    brought: { file: name === 'model.onnx' ? { onnx: bytes } : { text: bytes.toString('utf8') } },
    about: {
      by: 'program',
      file: called,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      format: name === 'model.onnx' ? 'onnx' : 'model.txt',
      seconds: Math.round(performance.now() - started) / 1000,
      lines: count,
    },
  };
}

/** Throws what the signal says. */
async function carriedOut(
  [program, ...words]: Program['command'],
  of: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly line: (text: string) => void;
    readonly signal: AbortSignal;
  },
): Promise<{ readonly by: number | string } | { readonly error: string }> {
  const { cwd, env, line, signal } = of;
  if (signal.aborted) throw cancelled(signal.reason);
  // A group of its own: what it starts ends with it.
  const child = spawn(program, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    const said = [child.stdout, child.stderr].map((stream) => linesOf(stream, line));
    const ended = await new Promise<{ readonly by: number | string } | { readonly error: string }>((resolve) => {
      child.on('error', ({ message }) => resolve({ error: message }));
      child.on('exit', (code, by) => resolve({ by: code ?? by ?? 'an unknown end' }));
    });
    // Whatever it has left running would keep the streams open; so does what has left its group.
    end();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
    }, patience);
    await Promise.all(said)
      .catch((error: unknown) => {
        if (!isLate) throw error;
      })
      .finally(() => clearTimeout(timer));
    if (signal.aborted) throw cancelled(signal.reason);
    return ended;
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

/** A line without an end must not fill the memory. */
async function linesOf(stream: Readable, line: (text: string) => void): Promise<void> {
  const bounded = async function* (): AsyncGenerator<string> {
    let since = 0;
    for await (const chunk of stream.setEncoding('utf8')) {
      const text = String(chunk);
      since = text.includes('\n') ? text.length - text.lastIndexOf('\n') : since + text.length;
      yield text;
      if (since > 65_536) {
        yield '\n';
        since = 0;
      }
    }
  };
  for await (const one of createInterface({ input: Readable.from(bounded()), crlfDelay: Infinity })) line(one);
}
