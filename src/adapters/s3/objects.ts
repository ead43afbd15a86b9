import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import nodePath from 'node:path';
import { type FileStore, namesIn, type Published, type SourceFile } from '../../ports/index.ts';
import { formatOf } from '../common/format.ts';
import { byCodePoint, isOf, segments } from '../common/pattern.ts';
import { elementsIn, keyIn, textIn } from './answer.ts';
import { isAbsent, Refusal } from './faults.ts';
import type { Answered, Requests } from './requests.ts';
import { isUnanswered, putOver, type Sizes } from './upload.ts';

interface Listed {
  readonly path: string;
  readonly bytes: number;
  readonly fingerprint: string;
}
/** Brought side by side. */
const atOnce = 8;

/** Objects of a bucket as files of sources, and as files that are replaced as a whole. */
export function objectsOf({
  requests,
  start,
  describe,
  sizes,
  temporary,
}: {
  readonly requests: Requests;
  /** Before each key. */
  readonly start: string;
  readonly describe: string;
  readonly sizes: Sizes;
  readonly temporary: string;
}) {
  const keyOf = (path: string): string => start + namesIn(path).join('/');
  const placeOf = (path: string): string => `${describe}/${path}`;

  async function page(prefix: string, query: Readonly<Record<string, string>>): Promise<string> {
    const asked = { 'list-type': '2', 'encoding-type': 'url', prefix, ...query };
    return new TextDecoder().decode((await requests.ask({ method: 'GET', query: asked })).bytes);
  }
  /** Objects whose key begins so, a page of them in memory; in the order of the server, that of code points. */
  async function* listed(prefix: string): AsyncGenerator<Listed> {
    for (let next: string | undefined, isMore = true; isMore; ) {
      const xml = await page(prefix, next === undefined ? {} : { 'continuation-token': next });
      const isEscaped = textIn(xml, 'EncodingType') === 'url';
      for (const one of elementsIn(xml, 'Contents')) {
        const key = textIn(one, 'Key') ?? '';
        const path = (isEscaped ? keyIn(key) : key).slice(start.length);
        yield { path, bytes: Number(textIn(one, 'Size')), fingerprint: textIn(one, 'ETag') ?? '' };
      }
      next = textIn(xml, 'NextContinuationToken');
      isMore = textIn(xml, 'IsTruncated') === 'true' && next !== undefined;
    }
  }
  async function head(path: string): Promise<Answered | undefined> {
    try {
      return await requests.ask({ method: 'HEAD', key: keyOf(path) }, 404);
    } catch (error) {
      if (error instanceof Refusal && isAbsent(error)) return undefined;
      throw requests.named(error);
    }
  }
  async function bringOne({ path, bytes, fingerprint }: SourceFile, file: string): Promise<void> {
    try {
      const headers = { 'if-match': fingerprint };
      await requests.ask({ method: 'GET', key: keyOf(path), headers, into: { file, bytes } }, 404, 412);
    } catch (error) {
      const isOther = error instanceof Refusal && (error.status === 412 || isAbsent(error));
      if (!isOther) throw requests.named(error);
    }
  }

  const store: Pick<FileStore, 'list' | 'isAsListed' | 'put'> & Required<Pick<FileStore, 'bring'>> = {
    async list(pattern) {
      const wanted = segments(pattern);
      // Names up to the first star are the same in all.
      const [fixed = ''] = pattern.split('*');
      const from = fixed
        .split('/')
        .filter((name) => name !== '' && name !== '.')
        .join('/');
      const prefix = start + from + (fixed.endsWith('/') && from !== '' ? '/' : '');
      const found: SourceFile[] = [];
      for await (const { path, ...one } of listed(prefix)) {
        const format = formatOf(path);
        const names = path.split('/');
        if (format && !names.some((name) => ['', '.', '..'].includes(name)) && isOf(wanted, names))
          found.push({ path, location: placeOf(path), format, ...one });
      }
      return found.sort((one, other) => byCodePoint(one.path, other.path));
    },
    isAsListed: async ({ path, fingerprint }) => (await head(path))?.etag === fingerprint,
    async bring(files) {
      const folder = nodePath.join(temporary, `brought-${randomUUID()}`);
      const release = () => rm(folder, { recursive: true, force: true });
      const here = files.map((file, index) => {
        const [ending = ''] = /\.\w+(\.gz)?$/i.exec(file.path) ?? [];
        return { ...file, location: nodePath.join(folder, `${index}${ending}`) };
      });
      const waiting = here.entries();
      const bringSome = async (): Promise<void> => {
        for (const [index, { location }] of waiting) await bringOne(files[index] as SourceFile, location);
      };
      try {
        await mkdir(folder, { recursive: true });
        await Promise.all(Array.from({ length: atOnce }, bringSome));
      } catch (error) {
        await release();
        throw error;
      }
      return { files: here, release };
    },
    async put(path, file, of) {
      const body = await openAsBlob(file);
      const said = aboutOf(of);
      for (;;) {
        const there = await head(path);
        if (there?.about === said) return { place: placeOf(path), fingerprint: there.etag ?? '' };
        if (of && isLater(there?.about, of)) return undefined;
        const condition = there ? { 'if-match': there.etag ?? '' } : { 'if-none-match': '*' };
        const etag = await putOver(requests, keyOf(path), body, { condition, said, sizes }).catch(async (error) => {
          // Whoever is refused while he still sends is cut off, and does not hear why.
          if (!isUnanswered(error) || (await head(path))?.etag === there?.etag) throw error;
        });
        if (etag !== undefined) return { place: placeOf(path), fingerprint: etag };
      }
    },
  };
  return { ...store, page, listed };
}

/** Unlike that of any other attempt, so that one whose answer was lost is known again. */
const aboutOf = (of: Published | undefined): string =>
  [randomUUID(), ...(of ? [String(of.sequence), encodeURIComponent(of.generation)] : [])].join(' ');

function isLater(said: string | undefined, { sequence, generation }: Published): boolean {
  const [, other, its] = said?.split(' ') ?? [];
  return other !== undefined && its === encodeURIComponent(generation) && BigInt(other) > sequence;
}
