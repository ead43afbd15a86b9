import { EsteiraError } from '../../errors.ts';
import { textIn } from './answer.ts';
import { isAbsent, Refusal } from './faults.ts';
import { about, type Requests } from './requests.ts';

export interface Sizes {
  /** What is larger goes in parts. */
  readonly whole: number;
  readonly part: number;
}
export const usualSizes: Sizes = { whole: 64 * 2 ** 20, part: 16 * 2 ** 20 };
const mostParts = 10_000;

/**
 * A server that refuses a put need not read it to its end: whoever still sends is cut off, and does not hear why. Smaller ones are on their way before
 * that, in bytes.
 */
export const heard = 64 * 2 ** 10;

async function isThere(requests: Requests, key: string): Promise<boolean> {
  try {
    await requests.ask({ method: 'HEAD', key }, 404);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/** Puts an object there as long as none is: `there` when one is, with whether an attempt that had no answer may have put it. */
export async function putNew(
  requests: Requests,
  key: string,
  body: Blob,
  { whole, part }: Sizes,
): Promise<{ readonly put: 'kept' | 'there'; readonly again: boolean }> {
  const condition = { 'if-none-match': '*' };
  if (body.size > heard && (await isThere(requests, key))) return { put: 'there', again: false };
  try {
    if (body.size <= whole) {
      const { again } = await requests.ask({ method: 'PUT', key, headers: condition, body }, 412);
      return { put: 'kept', again };
    }
    const { again } = await inParts(requests, key, body, { size: sizeOf(body, part), condition });
    return { put: 'kept', again };
  } catch (error) {
    // An upload that is not there any more was finished by the attempt that had no answer.
    const isTold = error instanceof Refusal && (error.status === 412 || 'again' in error);
    if (isTold) return { put: 'there', again: 'again' in error };
    if (body.size > heard && isUnanswered(error) && (await isThere(requests, key)))
      return { put: 'there', again: true };
    throw requests.named(error);
  }
}

/** Never more parts than there may be. */
const sizeOf = (body: Blob, part: number): number => Math.max(part, Math.ceil(body.size / mostParts));

/** Puts an object in the place of what is there, as long as the condition holds; gives its mark, or nothing where it does not hold. */
export async function putOver(
  requests: Requests,
  key: string,
  body: Blob,
  {
    condition,
    said,
    sizes: { whole, part },
  }: { readonly condition: Readonly<Record<string, string>>; readonly said: string; readonly sizes: Sizes },
): Promise<string | undefined> {
  try {
    if (body.size > whole)
      return (await inParts(requests, key, body, { size: sizeOf(body, part), condition, said })).etag;
    const headers = { ...condition, [about]: said };
    return (await requests.ask({ method: 'PUT', key, headers, body }, 404, 412)).etag;
  } catch (error) {
    const isRefused = error instanceof Refusal && (error.status === 412 || isAbsent(error) || 'again' in error);
    if (isRefused) return undefined;
    throw requests.named(error);
  }
}

/** After all attempts. */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof EsteiraError && error.code === 'STORE_UNREACHABLE';

/** Nothing is seen of it until the last request; parts of one that ends before are taken away. */
async function inParts(
  requests: Requests,
  key: string,
  body: Blob,
  {
    size,
    condition,
    said,
  }: { readonly size: number; readonly condition: Readonly<Record<string, string>>; readonly said?: string },
): Promise<{ readonly again: boolean; readonly etag: string | undefined }> {
  const headers = said === undefined ? {} : { [about]: said };
  const begun = await requests.ask({ method: 'POST', key, query: { uploads: '' }, headers });
  const uploadId = textIn(new TextDecoder().decode(begun.bytes), 'UploadId') ?? '';
  try {
    const parts: string[] = [];
    for (let from = 0, number = 1; from < body.size; from += size, number += 1) {
      const query = { partNumber: String(number), uploadId };
      const { etag = '' } = await requests.ask({ method: 'PUT', key, query, body: body.slice(from, from + size) });
      parts.push(`<Part><PartNumber>${number}</PartNumber><ETag>${etag.replaceAll('"', '&quot;')}</ETag></Part>`);
    }
    const list = new Blob([`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`]);
    const last = { method: 'POST', key, query: { uploadId }, headers: condition, body: list } as const;
    const { again, bytes } = await requests.ask(last, 404, 412);
    return { again, etag: textIn(new TextDecoder().decode(bytes), 'ETag') };
  } catch (error) {
    // Where that cannot be done either, the bucket's own rule for uploads that were left does it.
    await requests.ask({ method: 'DELETE', key, query: { uploadId } }, 404).catch(() => undefined);
    throw error;
  }
}
