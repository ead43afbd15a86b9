import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import type { SourceFile } from '../../../ports/index.ts';

const reasons: Readonly<Record<string, string>> = Object.freeze({
  ENOENT: 'it is not there any more',
  EACCES: 'there is no permission to read it',
  EISDIR: 'it is a folder',
  CUT_OFF: 'it is cut off: its last line ends in the middle',
  Z_BUF_ERROR: 'the gzip stream is cut off',
  Z_DATA_ERROR: 'it is not a gzip stream, or a damaged one',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8 text',
});
/** The file ends in the middle of a row: it was cut off, or is still being written. */
export class CutOff extends Error {
  readonly code = 'CUT_OFF';
}

/** Why a file cannot be read, for people; throws an error of another origin again. */
export function whyBad(error: unknown): string {
  // What has no code is not about the file: the engine, or this program.
  if (!(error instanceof Error && ('code' in error || error instanceof RangeError))) throw error;
  const { code, message } = error as NodeJS.ErrnoException;
  return reasons[code ?? ''] ?? message.split('\n')[0] ?? message;
}

const isGzip = (file: SourceFile): boolean => file.path.toLowerCase().endsWith('.gz');

/** The bytes of a file, unpacked. */
async function* chunks(file: SourceFile): AsyncGenerator<Buffer> {
  const raw = createReadStream(file.location, { highWaterMark: 1 << 20 });
  if (!isGzip(file)) {
    yield* raw;
    return;
  }
  const unpacked = createGunzip({ chunkSize: 1 << 20 });
  // `pipe` does not hand errors on: without this a file that is gone would be waited for.
  raw.on('error', (error) => unpacked.destroy(error));
  try {
    yield* raw.pipe(unpacked);
  } finally {
    raw.destroy();
  }
}

const lineEnd = 10;
export interface Extent {
  readonly bytes: number;
  /** Its last line has an end. */
  readonly ended: boolean;
}

/** How far a file goes, unpacked; throws where the stream is cut off or damaged, which DuckDB does not notice. */
export async function extentOf(file: SourceFile): Promise<Extent> {
  if (!isGzip(file)) return await extentOfPlain(file);
  let bytes = 0;
  let last: number | undefined;
  for await (const chunk of chunks(file)) {
    bytes += chunk.length;
    last = chunk.at(-1) ?? last;
  }
  return { bytes, ended: last === lineEnd };
}

/** Only the last byte is read. */
async function extentOfPlain(file: SourceFile): Promise<Extent> {
  const handle = await open(file.location);
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
    return { bytes: size, ended: bytesRead === 1 && buffer[0] === lineEnd };
  } finally {
    await handle.close();
  }
}

/** How many lines a file has, those without anything in them too. */
export async function countLines(file: SourceFile, { ended, bytes }: Extent): Promise<number> {
  let count = 0;
  for await (const chunk of chunks(file))
    for (let at = chunk.indexOf(lineEnd); at >= 0; at = chunk.indexOf(lineEnd, at + 1)) count += 1;
  return ended || bytes === 0 ? count : count + 1;
}

/** The text of a file a piece at a time, without its byte order mark. */
export async function* pieces(file: SourceFile): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of chunks(file)) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

const trimmed = (text: string): string => text.replace(/^[ \t\r]+|[ \t\r]+$/g, '');

interface Line {
  readonly number: number;
  readonly text: string;
  /** A line end follows. */
  readonly ended: boolean;
}

/** Lines with their numbers, without those that are empty. */
export async function* lines(file: SourceFile): AsyncGenerator<Line> {
  let rest = '';
  let number = 0;
  for await (const piece of pieces(file)) {
    const parts = (rest + piece).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      number += 1;
      const text = trimmed(part);
      if (text) yield { number, text, ended: true };
    }
  }
  if (trimmed(rest)) yield { number: number + 1, text: trimmed(rest), ended: false };
}
