import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { NoAnswer, pauseAfter, type Times } from '../common/attempts.ts';
import { textIn } from './answer.ts';
import { isPassing, named, Refusal, withoutAnswer } from './faults.ts';
import { type Credentials, escaped, signed } from './sign.ts';

export interface Bucket {
  readonly bucket: string;
  /** Address of the server; without it Amazon's. */
  readonly endpoint?: string;
  readonly region: string;
  /** The bucket is in the path of an address, instead of its host. */
  readonly pathStyle: boolean;
  readonly credentials: Credentials;
  readonly times: Times;
  /** How often a request is tried that had no answer, or that the server was too busy for. */
  readonly attempts: number;
  /** Until an attempt counts as not answered, in milliseconds, beside the time for what it carries. */
  readonly patience: number;
  /** Nothing more is asked once it is aborted, and what is asked is left. */
  readonly signal?: AbortSignal;
}
export interface Asked {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Blob;
  /** A file of this machine to which what is answered is written, and how many bytes that will be. */
  readonly into?: { readonly file: string; readonly bytes: number };
}
/** Of an object, beside its content: what whoever has put it says of it, in one line. */
export const about = 'x-amz-meta-esteira';
export interface Answered {
  readonly bytes: Uint8Array;
  readonly etag: string | undefined;
  readonly about: string | undefined;
  /** An attempt before had no answer, and may have been carried out. */
  readonly again: boolean;
}

/** A slow line carries so many bytes in a millisecond. */
const slowest = 100;

async function hashOf(body: Blob | undefined): Promise<string> {
  const hash = createHash('sha256');
  if (body) for await (const piece of body.stream()) hash.update(piece);
  return hash.digest('hex');
}

/** A conversation with one bucket: signed, tried again where that may help, refusals by name. */
export class Requests {
  readonly #of: Bucket;
  readonly #base: URL;
  readonly #folder: string;
  readonly describe: string;

  constructor(of: Bucket, describe: string) {
    this.#of = of;
    this.describe = describe;
    const base = new URL(of.endpoint ?? `https://s3.${of.region}.amazonaws.com`);
    if (!of.pathStyle) base.host = `${of.bucket}.${base.host}`;
    this.#base = base;
    this.#folder = `${base.pathname.replace(/\/$/, '')}${of.pathStyle ? `/${escaped(of.bucket)}` : ''}`;
  }

  /** A refusal that meant nothing to whoever asked. */
  named(error: unknown): unknown {
    return named(error, this.describe);
  }

  /** Throws a `Refusal` for a status among `told`, which means something to whoever asks; all else with a code of ours. */
  async ask(asked: Asked, ...told: readonly number[]): Promise<Answered> {
    const { attempts, times } = this.#of;
    const hash = await hashOf(asked.body);
    for (let attempt = 1, again = false; ; attempt += 1) {
      try {
        return { ...(await this.#once(asked, hash)), again };
      } catch (error) {
        const isTold = error instanceof Refusal && told.includes(error.status);
        if (isTold && !isPassing(error)) throw again ? Object.assign(error, { again }) : error;
        if (!isPassing(error) || attempt >= attempts || this.#of.signal?.aborted) throw this.named(error);
        again ||= error instanceof NoAnswer || (error as Refusal).status >= 500;
      }
      await times.pause(pauseAfter(attempt, times));
    }
  }

  async #once({ method, key = '', query = {}, headers = {}, body, into }: Asked, hash: string) {
    const { credentials, region, times, patience, signal: ends } = this.#of;
    const url = new URL(this.#base);
    const search = Object.entries(query).map(([name, value]) => `${escaped(name)}=${escaped(value)}`);
    url.pathname = `${this.#folder}/${key.split('/').map(escaped).join('/')}`;
    url.search = search.join('&');
    const all = signed({ method, url, headers, hash, credentials, region, at: times.now() });
    const late = AbortSignal.timeout(patience + Math.ceil(((body?.size ?? 0) + (into?.bytes ?? 0)) / slowest));
    const signal = ends ? AbortSignal.any([late, ends]) : late;
    let answer: Response;
    let bytes: Uint8Array;
    try {
      answer = await fetch(url, { method, headers: all, signal, redirect: 'manual', ...(body && { body }) });
      bytes = answer.ok && into ? await saved(answer, into.file, signal) : new Uint8Array(await answer.arrayBuffer());
    } catch (error) {
      if (isOfDisk(error)) throw error;
      throw withoutAnswer(error);
    }
    const etag = answer.headers.get('etag') ?? undefined;
    const said = answer.ok && method !== 'POST' ? '' : new TextDecoder().decode(bytes.subarray(0, 4000));
    // What is put together of parts may be refused after it was begun to be answered.
    if (answer.ok && !said.includes('<Error>')) return { bytes, etag, about: answer.headers.get(about) ?? undefined };
    const inRegion = answer.headers.get('x-amz-bucket-region') ?? textIn(said, 'Region');
    throw new Refusal(
      answer.ok ? 500 : answer.status,
      textIn(said, 'Code') ?? String(answer.status),
      textIn(said, 'Message') ?? '',
      inRegion,
    );
  }
}

async function saved({ body }: Response, file: string, signal: AbortSignal): Promise<Uint8Array> {
  await pipeline(Readable.fromWeb(body as WebStream), createWriteStream(file), { signal });
  return new Uint8Array();
}
const isOfDisk = (error: unknown): boolean =>
  ['open', 'write'].includes((error as NodeJS.ErrnoException).syscall ?? '');
