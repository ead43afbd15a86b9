import { Agent, request } from 'node:http';
import { Random } from '../../../src/learn/random.ts';
import { type Answered, Tally } from './tally.ts';

/** What is sent, and when. All of it can be given to another process. */
export interface Plan {
  /** `http://127.0.0.1:8080/api/match/rank` */
  readonly url: string;
  /** Requests in a second, on average. */
  readonly rate: number;
  /** How long; without it until told to stop. */
  readonly seconds?: number;
  /** JSON texts, one after the other, from the first again. */
  readonly bodies: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly seed?: number;
  /** Gaps: of chance (as of many callers who know nothing of each other; the default), or all the same. */
  readonly gaps?: 'random' | 'even';
  /** Connections, kept alive; a request without one waits, and this waiting counts. */
  readonly connections?: number;
  /** A request without its whole answer after this many milliseconds has failed. */
  readonly patience?: number;
}

/** When each request is to be sent: milliseconds after the beginning. The same seed plans the same times. */
export function* times({ rate, seconds = Number.POSITIVE_INFINITY, seed = 1, gaps = 'random' }: Plan) {
  const random = new Random(seed);
  const mean = 1000 / rate;
  let at = 0;
  while (at < seconds * 1000) {
    yield at;
    at += gaps === 'even' ? mean : -mean * Math.log(1 - random.next());
  }
}

/**
 * Sends each request at its planned time whatever the answers do, and counts its latency from that time: a server that stands still for a second
 * is seen by all that would have asked in it, not only by those that it kept waiting.
 */
export function openLoop(plan: Plan, seen: (answered: Answered) => void = () => {}) {
  const { bodies, seed = 1, connections = 64, patience = 10_000 } = plan;
  const { hostname, port, pathname, search } = new URL(plan.url);
  const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
  const tally = new Tally();
  const due = times(plan);
  const lengths = bodies.map((body) => String(Buffer.byteLength(body)));
  const began = performance.now();
  const ended = Promise.withResolvers<void>();
  let next = due.next();
  let count = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const send = (planned: number, index: number): void => {
    const body = index % bodies.length;
    tally.sent(performance.now() - began - planned);
    let over = false;
    const done = (rest: Pick<Answered, 'status' | 'text' | 'error'> & Partial<Answered>): void => {
      if (over) return;
      over = true;
      const answered = { index, body, planned, took: performance.now() - began - planned, ...rest };
      tally.answered(answered);
      seen(answered);
      if ((stopped || next.done) && tally.inFlight === 0) ended.resolve();
    };
    const sent = request(
      {
        ...{ hostname, port, path: pathname + search, method: 'POST', agent, timeout: patience },
        headers: {
          'content-type': 'application/json',
          'content-length': lengths[body],
          'x-request-id': `load-${seed}-${index}`,
          ...plan.headers,
        },
      },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', (error: NodeJS.ErrnoException) => done({ status: 0, text: '', error: error.code ?? '?' }));
        response.on('end', () => {
          const { 'x-model-version': version, 'x-answered-by': by } = response.headers;
          done({
            ...{ status: response.statusCode ?? 0, text: Buffer.concat(pieces).toString() },
            ...(typeof version === 'string' ? { version } : {}),
            ...(typeof by === 'string' ? { by } : {}),
          });
        });
      },
    );
    sent.on('timeout', () => sent.destroy(Object.assign(new Error('no answer'), { code: 'no answer in time' })));
    sent.on('error', (error: NodeJS.ErrnoException) => done({ status: 0, text: '', error: error.code ?? '?' }));
    sent.end(bodies[body]);
  };

  const turn = (): void => {
    while (!stopped && !next.done && next.value <= performance.now() - began) {
      send(next.value, count++);
      next = due.next();
    }
    if (stopped || next.done) {
      if (tally.inFlight === 0) ended.resolve();
    } else timer = setTimeout(turn, Math.max(0, next.value - (performance.now() - began)));
  };
  turn();

  return {
    /** Sends no more; what is in flight is still waited for. */
    stop(): void {
      stopped = true;
      clearTimeout(timer);
      if (tally.inFlight === 0) ended.resolve();
    },
    ended: ended.promise.then(() => {
      agent.destroy();
      return tally.figures();
    }),
  };
}
