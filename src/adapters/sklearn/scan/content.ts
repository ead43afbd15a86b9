import { open } from 'node:fs/promises';
import { gunzipSync, inflateSync } from 'node:zlib';
import { Broken } from './bytes.ts';

/** Of a file, and of what is in it when it is compressed. */
export const largest = 1024 ** 3;
const gibibyte = '1 GiB';

const others: readonly (readonly [name: string, begins: readonly number[]])[] = [
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['lzma', [0x5d, 0x00]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['zstandard', [0x28, 0xb5, 0x2f, 0xfd]],
  ["joblib's own before 0.10", [0x5a, 0x46]],
  ['zip', [0x50, 0x4b]],
];

/** What is pickled in a file, not compressed any more: this, and nothing else, is loaded. Throws Broken. */
export async function contentOf(file: string): Promise<Uint8Array> {
  const bytes = await read(file);
  const begins = (with_: readonly number[]): boolean => with_.every((byte, at) => bytes[at] === byte);
  if (begins([0x1f, 0x8b])) return inflated(() => gunzipSync(bytes, { maxOutputLength: largest }));
  if (begins([0x78]) && ((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)) % 31 === 0)
    return inflated(() => inflateSync(bytes, { maxOutputLength: largest }));
  const [found] = others.find(([, some]) => begins(some)) ?? [];
  if (found) throw new Broken(`it is compressed with ${found}; save it again with joblib.dump(…, compress=0)`);
  return bytes;
}

async function read(file: string): Promise<Uint8Array> {
  const opened = await open(file, 'r');
  try {
    const { size } = await opened.stat();
    if (size > largest) throw new Broken(`it is larger than ${gibibyte}`);
    // Cut where it was when it was looked at: what is added meanwhile is not read.
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await opened.read(bytes, 0, size, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await opened.close();
  }
}

function inflated(inflate: () => Uint8Array): Uint8Array {
  try {
    return inflate();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new Broken(`what is compressed in it is larger than ${gibibyte}`);
    throw new Broken(`what is compressed in it cannot be read: ${message}`);
  }
}
