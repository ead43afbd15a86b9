import { openAsBlob } from 'node:fs';
import { type Content, type KeptFiles, type LookedFile, namesIn } from '../../ports/index.ts';
import { type Times, usualTimes } from '../common/attempts.ts';
import { keyIn, textIn, textsIn } from './answer.ts';
import { refuseUnconditional } from './conditions.ts';
import { Refusal } from './faults.ts';
import { type Answered, type Asked, type Bucket, Requests } from './requests.ts';
import { heard, isUnanswered, putNew, type Sizes, usualSizes } from './upload.ts';

export interface S3Options extends Omit<Bucket, 'times' | 'attempts' | 'patience'> {
  /** Before each path, without a slash at its end. */
  readonly prefix?: string;
  readonly times?: Times;
  readonly attempts?: number;
  readonly patience?: number;
  readonly sizes?: Sizes;
}

const asBlob = async (content: Content): Promise<Blob> =>
  'file' in content ? openAsBlob(content.file) : new Blob([content.bytes as Uint8Array<ArrayBuffer>]);

/** There is no such object; a bucket or a user that is not there is another thing. */
const isAbsent = ({ status, code }: Refusal): boolean => status === 404 && ['NoSuchKey', '404'].includes(code);

type S3Files = KeptFiles & Required<Pick<KeptFiles, 'probe'>>;

/** Objects of a bucket, by the protocol of S3. */
export function s3Store({ prefix = '', sizes = usualSizes, ...of }: S3Options): S3Files {
  const start = prefix === '' ? '' : `${prefix}/`;
  const describe = `s3://${of.bucket}/${prefix}`.replace(/\/$/, '');
  const requests = new Requests({ times: usualTimes, attempts: 5, patience: 10_000, ...of }, describe);
  /** Its server keeps conditions: asked once, by the first small object that is put. */
  let isProven = false;
  const keyOf = (path: string): string => start + namesIn(path).join('/');

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

  async function page(folder: string, query: Readonly<Record<string, string>>): Promise<string> {
    const asked = { 'list-type': '2', 'encoding-type': 'url', prefix: folder, ...query };
    return new TextDecoder().decode((await requests.ask({ method: 'GET', query: asked })).bytes);
  }

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
      const asked = folder === '' ? start : `${keyOf(folder)}/`;
      const found: string[] = [];
      for (let next: string | undefined, isMore = true; isMore && found.length < limit; ) {
        const xml = await page(asked, next === undefined ? {} : { 'continuation-token': next });
        const isEscaped = textIn(xml, 'EncodingType') === 'url';
        const keys = textsIn(xml, 'Key').map((key) => (isEscaped ? keyIn(key) : key).slice(start.length));
        found.push(...keys.filter((key) => !key.split('/').some((name) => name === '' || name.startsWith('.'))));
        next = textIn(xml, 'NextContinuationToken');
        isMore = textIn(xml, 'IsTruncated') === 'true' && next !== undefined;
      }
      return found.slice(0, limit);
    },
    async probe() {
      await page(start, { 'max-keys': '1' });
    },
  });
}
