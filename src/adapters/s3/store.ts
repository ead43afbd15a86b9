import { openAsBlob } from 'node:fs';
import { tmpdir } from 'node:os';
import { type Content, type FileStore, type LookedFile, namesIn } from '../../ports/index.ts';
import { type Times, usualTimes } from '../common/attempts.ts';
import { refuseUnconditional } from './conditions.ts';
import { isAbsent, Refusal } from './faults.ts';
import { objectsOf } from './objects.ts';
import { type Answered, type Asked, type Bucket, Requests } from './requests.ts';
import { heard, isUnanswered, putNew, type Sizes, usualSizes } from './upload.ts';

export interface S3Options extends Omit<Bucket, 'times' | 'attempts' | 'patience'> {
  /** Before each path, without a slash at its end. */
  readonly prefix?: string;
  readonly times?: Times;
  readonly attempts?: number;
  readonly patience?: number;
  readonly sizes?: Sizes;
  /** The folder of this machine below which what is brought stands until it is read; that of the system by default. */
  readonly temporary?: string;
}

const asBlob = async (content: Content): Promise<Blob> =>
  'file' in content ? openAsBlob(content.file) : new Blob([content.bytes as Uint8Array<ArrayBuffer>]);

type S3Files = FileStore & Required<Pick<FileStore, 'probe' | 'bring'>>;

/** Objects of a bucket, by the protocol of S3. */
export function s3Store({ prefix = '', sizes = usualSizes, temporary = tmpdir(), ...of }: S3Options): S3Files {
  const start = prefix === '' ? '' : `${prefix}/`;
  const describe = `s3://${of.bucket}/${prefix}`.replace(/\/$/, '');
  const requests = new Requests({ times: usualTimes, attempts: 5, patience: 10_000, ...of }, describe);
  /** Its server keeps conditions: asked once, by the first small object that is put. */
  let isProven = false;
  const keyOf = (path: string): string => start + namesIn(path).join('/');
  const objects = objectsOf({ requests, start, describe, sizes, temporary });

  async function unlessAbsent(asked: Asked): Promise<Answered | undefined> {
    try {
      return await requests.ask(asked, 404);
    } catch (error) {
      if (error instanceof Refusal && isAbsent(error)) return undefined;
      throw requests.named(error);
    }
  }
  async function look(path: string): Promise<LookedFile | undefined> {
    const found = await unlessAbsent({ method: 'GET', key: keyOf(path) });
    return found && { bytes: found.bytes, mark: found.etag ?? '' };
  }
  /** After an attempt without an answer: was it that one which was carried out? */
  const isThere = async (path: string, bytes: Uint8Array): Promise<boolean> =>
    Buffer.compare((await look(path))?.bytes ?? Buffer.alloc(0), bytes) === 0;

  return Object.freeze<S3Files>({
    describe,
    look,
    read: async (path) => (await look(path))?.bytes,
    async keep(path, content) {
      const body = await asBlob(content);
      const { put, again } = await putNew(requests, keyOf(path), body, sizes);
      if (put === 'kept' && !again && !isProven && body.size <= heard) {
        await refuseUnconditional(requests, keyOf(path), body);
        isProven = true;
      }
      if (put === 'kept' || !again || 'file' in content) return put;
      return (await isThere(path, content.bytes)) ? 'kept' : 'there';
    },
    async replace(path, { bytes, mark }) {
      const headers = { 'if-match': mark };
      try {
        await requests.ask({ method: 'PUT', key: keyOf(path), headers, body: await asBlob({ bytes }) }, 404, 412);
        return 'replaced';
      } catch (error) {
        const isRefused = error instanceof Refusal && (error.status === 412 || isAbsent(error));
        const isCutOff = bytes.length > heard && isUnanswered(error) && (await look(path))?.mark !== mark;
        if (!isRefused && !isCutOff) throw requests.named(error);
        const mayBeOurs = isCutOff || 'again' in (error as Refusal);
        return mayBeOurs && (await isThere(path, bytes)) ? 'replaced' : 'overtaken';
      }
    },
    async remove(path) {
      await unlessAbsent({ method: 'DELETE', key: keyOf(path) });
    },
    async below(folder, limit) {
      const found: string[] = [];
      for await (const { path } of objects.listed(folder === '' ? start : `${keyOf(folder)}/`)) {
        if (found.length >= limit) break;
        if (!path.split('/').some((name) => name === '' || name.startsWith('.'))) found.push(path);
      }
      return found;
    },
    async probe() {
      await objects.page(start, { 'max-keys': '1' });
    },
    list: objects.list,
    isAsListed: objects.isAsListed,
    bring: objects.bring,
    put: objects.put,
  });
}
