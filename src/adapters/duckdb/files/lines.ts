import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { SourceFile } from '../../../ports/index.ts';

/** Why a file cannot be read, for people. */
export class BadFile extends Error {}

const reasons: Readonly<Record<string, string>> = Object.freeze({
  ENOENT: 'it is not there any more',
  EACCES: 'there is no permission to read it',
  EISDIR: 'it is a folder',
  Z_BUF_ERROR: 'the gzip stream is cut off',
  Z_DATA_ERROR: 'it is not a gzip stream, or a damaged one',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8 text',
});
export function whyBad(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return reasons[code ?? ''] ?? message?.split('\n')[0] ?? String(error);
}

export const isGzip = (file: SourceFile): boolean => file.path.toLowerCase().endsWith('.gz');

/** The bytes of a file, unpacked. */
async function* bytes(file: SourceFile): AsyncGenerator<Buffer> {
  const raw = createReadStream(file.location, { highWaterMark: 1 << 20 });
  if (!isGzip(file)) {
    yield* raw;
    return;
  }
  const unpacked = createGunzip({ chunkSize: 1 << 20 });
  raw.on('error', (error) => unpacked.destroy(error));
  try {
    yield* raw.pipe(unpacked);
  } finally {
    raw.destroy();
  }
}

/** How many bytes a file has unpacked; throws where the stream is cut off or damaged, which DuckDB does not notice. */
export async function unpackedBytes(file: SourceFile): Promise<number> {
  if (!isGzip(file)) return file.bytes;
  let count = 0;
  for await (const chunk of bytes(file)) count += chunk.length;
  return count;
}

/** The text of a file a piece at a time, without its byte order mark. */
export async function* pieces(file: SourceFile): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of bytes(file)) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

const trimmed = (text: string): string => text.replace(/^[ \t\r]+|[ \t\r]+$/g, '');

/** Lines with their numbers, without those that are empty. */
export async function* lines(file: SourceFile): AsyncGenerator<{ readonly number: number; readonly text: string }> {
  let rest = '';
  let number = 0;
  for await (const piece of pieces(file)) {
    const parts = (rest + piece).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      number += 1;
      const text = trimmed(part);
      if (text) yield { number, text };
    }
  }
  if (trimmed(rest)) yield { number: number + 1, text: trimmed(rest) };
}
