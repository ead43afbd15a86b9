import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

// As they stand beside this file, in the source and built.
const own = (name: string): string => fileURLToPath(new URL(`./${name}.py`, import.meta.url));
const parts = ['load', 'convert', 'encoders', 'trees'];

export interface Limits {
  /** Bytes. */
  readonly memory: number;
  readonly seconds: number;
}
export interface Answer {
  readonly header: Readonly<Record<string, unknown>>;
  readonly parts: readonly Uint8Array[];
}
/** It has ended otherwise than by an answer. */
export class ChildFailed extends Error {
  override readonly name = 'ChildFailed';
}

/** The system does not keep it apart, and nothing was loaded: said by what keeps apart, where nothing that is loaded can say it. */
export class NotApart extends Error {
  override readonly name = 'NotApart';
}

const mebibyte = 1024 ** 2;
/** Of an answer: a model is never as large. */
const longestAnswer = 1024 * mebibyte;
const longestTalk = 16 * mebibyte;

/** Sends frames to the process that loads, and gives the one that it answers with. Throws ChildFailed, NotApart, and what aborts `signal`. */
export async function runChild(
  { command, site }: { readonly command: string; readonly site: string },
  sent: { readonly header: object; readonly parts: readonly Uint8Array[] },
  {
    apart,
    limits,
    signal,
  }: { readonly apart: boolean; readonly limits: Limits; readonly signal?: AbortSignal | undefined },
): Promise<Answer> {
  signal?.throwIfAborted();
  const folder = mkdtempSync(path.join(tmpdir(), 'esteira-convert-'));
  const asked = JSON.stringify({ ...limits, apart, folder, site, own: parts.map(own) });
  const child = spawn(command, ['-I', '-S', '-B', '-X', 'utf8', own('isolate'), asked], {
    cwd: folder,
    env: {},
    // The last is closed where something is loaded.
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  let why: string | undefined;
  const stop = (text?: string): void => {
    why ??= text;
    child.kill('SIGKILL');
  };
  const abort = (): void => stop();
  signal?.addEventListener('abort', abort, { once: true });
  // What waits uses no processor.
  const timer = setTimeout(() => stop(`It took longer than ${limits.seconds} s.`), limits.seconds * 1000);
  const answer: Buffer[] = [];
  let [answered, talked, said] = [0, 0, ''];
  let refused = '';
  const keeper = child.stdio[3] as Readable;
  if (apart)
    keeper.on('data', (part: Buffer) => {
      refused = (refused + part.toString('utf8')).slice(0, 2000);
    });
  else keeper.resume();
  child.stdout.on('data', (part: Buffer) => {
    answered += part.length;
    if (answered > longestAnswer) stop('It answers without end.');
    else answer.push(part);
  });
  child.stderr.on('data', (part: Buffer) => {
    talked += part.length;
    said = (said + part.toString('latin1')).slice(-2000);
    if (talked > longestTalk) stop('It prints without end.');
  });
  // It may be gone before all of it is read.
  child.stdin.on('error', () => {});
  for (const part of framed(sent.header, sent.parts)) child.stdin.write(part);
  child.stdin.end();
  try {
    const ended = await new Promise<number | string>((resolve, reject) =>
      child.on('error', reject).on('close', (code, by) => resolve(code ?? by ?? 'unknown')),
    );
    signal?.throwIfAborted();
    if (refused !== '') throw new NotApart(shown(refused));
    if (why !== undefined) throw new ChildFailed(why);
    return answerOf(Buffer.concat(answer), () => new ChildFailed(endText(ended, said, limits)));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

function* framed(header: object, some: readonly Uint8Array[]): Generator<Uint8Array> {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  yield length;
  yield text;
  yield* some;
}

/** What a process answers that has loaded anything is only looked at, never believed. */
function answerOf(bytes: Buffer, failed: () => ChildFailed): Answer {
  if (bytes.length < 8) throw failed();
  const length = Number(bytes.readBigUInt64LE(0));
  if (!(length <= bytes.length - 8)) throw failed();
  let header: { readonly parts?: unknown };
  try {
    header = JSON.parse(bytes.toString('utf8', 8, 8 + length));
  } catch {
    throw failed();
  }
  const lengths = Array.isArray(header?.parts) ? header.parts : undefined;
  if (!lengths?.every((one) => Number.isSafeInteger(one) && one >= 0)) throw failed();
  let at = 8 + length;
  const found = lengths.map((one: number) => {
    at += one;
    return bytes.subarray(at - one, at);
  });
  if (at !== bytes.length) throw failed();
  return { header: header as Answer['header'], parts: found };
}

/** What it says, for people: on one line, and nothing that a terminal obeys. */
export const shown = (of: string): string =>
  of
    .slice(0, 2000)
    .replace(/\s+/g, ' ')
    .replace(/[\p{C}\p{Z}]/gu, (sign) => (sign === ' ' ? sign : '?'))
    .slice(0, 400);

const signals: Readonly<Record<number, string>> = {
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
  25: 'SIGXFSZ',
};

function endText(ended: number | string, said: string, { seconds, memory }: Limits): string {
  const by = typeof ended === 'number' && ended > 128 ? (signals[ended - 128] ?? `signal ${ended - 128}`) : ended;
  if (ended === 128 + 24 || ended === 'SIGXCPU') return `It computes for longer than ${seconds} s.`;
  if (by === 'SIGKILL')
    return `The system ended it: it computed too long, or took more memory than there is (it may have ${Math.round(memory / mebibyte)} MB).`;
  const last = shown(said.trim().split('\n').at(-1) ?? '');
  return `The process that loads it ended with ${by}${last ? `: ${last}` : ''}.`;
}
