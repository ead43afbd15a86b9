import { EsteiraError } from '../../errors.ts';
import { cancelled } from '../../ports/index.ts';
import { pauseAfter, type Times, usualTimes } from '../common/attempts.ts';
import { Fault, faultOf, faultWithout } from './faults.ts';

export interface RestOptions {
  /** Of the project; a path in it is where PostgREST is, else that is `/rest/v1`. */
  readonly url: string;
  /** Without one nothing is sent for it. */
  readonly key: string;
  readonly times?: Times;
  /** Milliseconds until a request counts as not answered, and between two pieces of an answer. */
  readonly answer?: number;
  /** Milliseconds for which `ask` tries again what may pass, beside what the server itself would have waited for; 0: it does not. */
  readonly patience?: number;
}

export interface Asked {
  /** Default GET. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PATCH';
  /** `users`, `crm.users`, `rpc/name`; nothing for the description of all. */
  readonly name: string;
  readonly query?: readonly (readonly [name: string, value: string])[];
  /** JSON. */
  readonly body?: string;
  /** `count=exact`, `return=representation`. */
  readonly prefer?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export interface Answered {
  readonly text: string;
  /** Rows that there are of what was asked for, where the server counts them. */
  readonly total: number | undefined;
  /** The server's clock, where it says it. */
  readonly at: Temporal.Instant | undefined;
}

/** What the server would have waited for is waited for so long at most, and so often. */
const longestWait = 60_000;
const mostWaits = 10;

/** The API of a project: the requests of one key. Connections are kept between them by `fetch`. */
export class Rest {
  /** For people: host and port. */
  readonly host: string;
  /** Row security does not apply to the role of the key, as far as the key says. */
  readonly seesAll: boolean;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #times: Times;
  readonly #answer: number;
  readonly #patience: number;

  constructor({ url, key, times = usualTimes, answer = 30_000, patience = 30_000 }: RestOptions) {
    const base = baseOf(url);
    this.host = base.host;
    this.#base = `${base.origin}${base.pathname}`;
    this.#headers = headersOf(key);
    this.seesAll = key.trim().startsWith('sb_secret_') || roleOf(key) === 'service_role';
    this.#times = times;
    this.#answer = answer;
    this.#patience = patience;
  }

  /** The path of a request with what it asks. */
  lineOf({ name, query = [] }: Pick<Asked, 'name' | 'query'>): string {
    const search = query.map(([its, value]) => `${escaped(its)}=${escaped(value)}`).join('&');
    return `${escaped(placeOf(name).path).replaceAll('%2F', '/')}${search && `?${search}`}`;
  }

  /** Throws Fault; what the signal ends is CANCELLED. */
  async once(asked: Asked): Promise<Answered> {
    const { method = 'GET', body, prefer = [], signal } = asked;
    const { schema } = placeOf(asked.name);
    const headers = {
      ...this.#headers,
      ...(schema === undefined
        ? {}
        : { [method === 'GET' || method === 'HEAD' ? 'accept-profile' : 'content-profile']: schema }),
      ...(prefer.length > 0 ? { prefer: prefer.join(',') } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const late = new Late(this.#answer);
    const ends = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
    try {
      // Who is told to go elsewhere would take the key there.
      const request = {
        method,
        headers,
        signal: ends,
        redirect: 'manual' as const,
        ...(body === undefined ? {} : { body }),
      };
      const answer = await fetch(`${this.#base}/${this.lineOf(asked)}`, request);
      const text = await textOf(answer, late);
      if (answer.ok) return { text, total: totalIn(answer.headers), at: timeIn(answer.headers) };
      throw faultOf(answer.status, text, answer.headers, this.#times.now());
    } catch (error) {
      if (signal?.aborted) throw cancelled(signal.reason);
      throw error instanceof Fault ? error : faultWithout(error);
    } finally {
      late.end();
    }
  }

  /** The same, what may pass again and again for a while. Of what changes something only what may be carried out twice. */
  async ask(asked: Asked, retried: (fault: Fault) => boolean = ({ is }) => is === 'passing'): Promise<Answered> {
    const times = this.#times;
    const until = times.now().epochMilliseconds + this.#patience;
    let waited = 0;
    for (let attempt = 1, waits = 0; ; attempt += 1) {
      try {
        return await this.once(asked);
      } catch (error) {
        if (!(error instanceof Fault) || !retried(error) || this.#patience === 0) throw error;
        const isTold = error.after !== undefined && waits < mostWaits;
        const pause = isTold ? Math.min(error.after ?? 0, longestWait) : pauseAfter(attempt, times);
        if (isTold) [waits, waited] = [waits + 1, waited + pause];
        else if (times.now().epochMilliseconds + pause > until + waited) throw error;
        await times.pause(pause, asked.signal);
        if (asked.signal?.aborted) throw cancelled(asked.signal.reason);
      }
    }
  }
}

/** A schema is before the first dot; without one it is the first that the API shows. */
export function placeOf(name: string): { readonly schema?: string; readonly path: string } {
  const dot = name.startsWith('rpc/') ? -1 : name.indexOf('.');
  return dot < 0 ? { path: name } : { schema: name.slice(0, dot), path: name.slice(dot + 1) };
}

/** What a part of a query needs no more: commas, quotes and parentheses stand as they are, which makes lines shorter. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/%(2C|3A|24|40)/g, (part) => decodeURIComponent(part));

function baseOf(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  // Else `fetch` would say name and password.
  if (base && /^https?:$/.test(base.protocol) && base.username === '' && base.password === '') {
    base.pathname = base.pathname.replace(/\/+$/, '') || '/rest/v1';
    return base;
  }
  throw new EsteiraError('CONFIG_INVALID', {
    what: 'supabase(…) needs the address of a project.',
    allowed: "env('SUPABASE_URL') with a value such as https://abcd.supabase.co, without name and password",
    next: 'Correct the variable of the address.',
  });
}

function headersOf(key: string): Readonly<Record<string, string>> {
  const own = key.trim();
  if (own === '') return {};
  // Else `fetch` would say what it cannot send.
  if (/^[\x21-\x7e]+$/.test(own)) return { apikey: own, authorization: `Bearer ${own}` };
  throw new EsteiraError('CONFIG_INVALID', {
    what: 'The API key of supabase(…) cannot be one.',
    got: 'a text with blanks, line ends or letters with accents',
    next: 'Correct the variable of the key: it was probably copied with something else.',
  });
}

/** Of a key that is a JWT. */
function roleOf(key: string): unknown {
  try {
    const payload = Buffer.from(key.split('.')[1] ?? '', 'base64url').toString();
    return (JSON.parse(payload) as { readonly role?: unknown }).role;
  } catch {
    return undefined;
  }
}

/** Ends what is not answered in time; each piece of an answer gives it as much time again. */
class Late {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  constructor(milliseconds: number) {
    this.#timer = setTimeout(() => this.#controller.abort(new DOMException('late', 'TimeoutError')), milliseconds);
  }
  get signal(): AbortSignal {
    return this.#controller.signal;
  }
  again(): void {
    this.#timer.refresh();
  }
  end(): void {
    clearTimeout(this.#timer);
  }
}

async function textOf({ body }: Response, late: Late): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of body ?? []) {
    late.again();
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

/** `0-99/1200`, `*` of what is not counted. */
function totalIn(headers: Headers): number | undefined {
  const total = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
  return total === undefined ? undefined : Number(total);
}

function timeIn(headers: Headers): Temporal.Instant | undefined {
  const milliseconds = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(milliseconds) ? undefined : Temporal.Instant.fromEpochMilliseconds(milliseconds);
}
