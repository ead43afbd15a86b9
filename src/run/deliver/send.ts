import type { Clock, Target, TargetBatch, TargetResult } from '../../ports/index.ts';
import { TargetFault } from '../../ports/index.ts';
import { rest } from '../patience.ts';
import { type Batch, part } from './rows.ts';

/** What became of a batch. */
export interface Sent {
  readonly number: number;
  readonly hash: string;
  /** Of each row, in their order. */
  readonly status: readonly ('sent' | 'unchanged' | 'failed')[];
  /** By the place of a row: why it failed, or what is not known of it. */
  readonly reasons: Readonly<Record<number, string>>;
  /** Rows that failed, of which a request may have been carried out all the same. */
  readonly inDoubt: readonly number[];
  /** Requests that it needed. */
  readonly tries: number;
  readonly seconds: number;
  readonly at: string;
}

/** How long a place elsewhere is waited for. */
export interface Waits {
  /** A request is sent so often, where others come through meanwhile. */
  readonly tries: number;
  /** Before the second try, in milliseconds; doubled before each further one, up to `longest`. */
  readonly first: number;
  readonly longest: number;
  /** Where nothing comes through any more: so long in all, with what the requests take. */
  readonly patience: number;
}
export const usualWaits: Waits = Object.freeze({ tries: 3, first: 1000, longest: 15_000, patience: 120_000 });

/** Nothing more is sent after it: the place could not be reached for too long, or will take nothing. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly fault: TargetFault;
  /** For people. */
  readonly place: string;

  constructor(fault: TargetFault, place: string) {
    super(fault.message, { cause: fault });
    this.fault = fault;
    this.place = place;
  }
}

interface Sending {
  /** Opened twice: what is sent for the first time may say that what is there already is written all the same; what is sent again never does. */
  readonly first: Target;
  readonly again: Target;
  readonly parallel: number;
  readonly waits: Waits;
  readonly clock: Clock;
  /** Nothing new is begun once it is aborted; what is under way ends, for a moment. */
  readonly signal: AbortSignal;
  /** An earlier attempt of the run has sent the row that says this, and nobody knows what became of that. */
  isInDoubt(rowHash: string): boolean;
  /** Told of each batch before it is sent. */
  onBegin(batch: Batch): Promise<void>;
  /** Told of each batch when it is over, before another is begun in its place. */
  onSent(batch: Batch, sent: Sent): Promise<void>;
  onRetry(): void;
}

/** How long a request that is under way is waited for when all is to stop, in milliseconds. */
const grace = 3000;

/** Sends batches, some at once; whatever becomes of one, the others go on. Throws Stopped, when those under way are over. */
export async function sendAll(batches: AsyncIterator<Batch>, sending: Sending): Promise<void> {
  const over = new AbortController();
  const late = (): void => void setTimeout(() => over.abort(sending.signal.reason), grace).unref();
  sending.signal.addEventListener('abort', late, { once: true });
  const sender = new Sender(sending, over.signal);
  const work = async (): Promise<void> => {
    while (!sending.signal.aborted && !sender.stopped) {
      const { value, done } = await batches.next();
      if (done) return;
      const sent = await sender.send(value);
      if (sent) await sending.onSent(value, sent);
    }
  };
  try {
    const ended = await Promise.allSettled(Array.from({ length: sending.parallel }, work));
    const broken = ended.find((one) => one.status === 'rejected');
    if (broken) throw broken.reason;
    if (sender.stopped) throw sender.stopped;
  } finally {
    sending.signal.removeEventListener('abort', late);
    await batches.return?.();
  }
}

interface Count {
  tries: number;
  /** None of its rows was sent by an earlier attempt. */
  readonly isFirst: boolean;
}
/** Rows of a batch that are sent as one. */
interface Part {
  readonly from: number;
  readonly to: number;
  /** A request that nobody knows the end of may have written them. */
  inDoubt: boolean;
}

class Sender {
  readonly #of: Sending;
  /** Of the requests themselves. */
  readonly #over: AbortSignal;
  /** Requests that came through, of all batches, and when the last did. */
  #through = 0;
  #throughAt = Number.NEGATIVE_INFINITY;
  #stopped: Stopped | undefined;

  constructor(of: Sending, over: AbortSignal) {
    this.#of = of;
    this.#over = over;
  }
  get stopped(): Stopped | undefined {
    return this.#stopped;
  }

  /** Nothing where nobody knows what became of it: it was to stop. */
  async send(batch: Batch): Promise<Sent | undefined> {
    const { elapsed = () => performance.now() } = this.#of.clock;
    const started = elapsed();
    const doubted = batch.rowHashes.map((rowHash) => this.#of.isInDoubt(rowHash));
    const results: TargetResult[] = [];
    const reasons: Record<number, string> = {};
    const inDoubt: number[] = [];
    const count: Count = { tries: 0, isFirst: !doubted.includes(true) };
    await this.#of.onBegin(batch);
    // A part that is refused for one of its rows is sent in halves, the first half first.
    const open: Part[] = [{ from: 0, to: batch.rows, inDoubt: false }];
    for (let next = open.pop(); next; next = open.pop()) {
      const { from, to } = next;
      const said = await this.#sendPart(part(batch, from, to), next, count);
      if (said === undefined) return undefined;
      if (said instanceof TargetFault && said.is === 'of rows' && to - from > 1) {
        const half = from + Math.ceil((to - from) / 2);
        open.push({ ...next, from: half }, { ...next, to: half });
        continue;
      }
      for (let row = from; row < to; row += 1) {
        const mayBeThere = next.inDoubt || doubted[row] === true;
        const result: TargetResult =
          said instanceof TargetFault ? { is: 'refused', why: said.message } : (said[row - from] as TargetResult);
        // As far as anybody can tell, this run has written it.
        const isWritten = mayBeThere && result.is === 'unchanged';
        results[row] = isWritten ? { is: 'sent' } : result;
        const reason = isWritten ? sentTwice : reasonOf(result);
        if (reason !== undefined) reasons[row] = reason;
        if (mayBeThere && said instanceof TargetFault) inDoubt.push(row);
      }
    }
    return {
      number: batch.number,
      hash: batch.hash,
      status: results.map(({ is }) => (is === 'sent' || is === 'unchanged' ? is : 'failed')),
      ...{ reasons, inDoubt },
      tries: count.tries,
      seconds: Math.round(elapsed() - started) / 1000,
      at: this.#of.clock.now().toString(),
    };
  }

  /** What became of its rows, or why it came to nothing; nothing where it was to stop meanwhile. */
  async #sendPart(
    rows: TargetBatch,
    of: Part,
    count: Count,
  ): Promise<readonly TargetResult[] | TargetFault | undefined> {
    const { first, again, waits, clock, signal } = this.#of;
    const { elapsed = () => performance.now() } = clock;
    const [before, begun] = [this.#through, elapsed()];
    for (let number = 1; ; number += 1) {
      if (this.#stopped) return undefined;
      count.tries += 1;
      try {
        const results = await (count.tries === 1 && count.isFirst ? first : again).write(rows, this.#over);
        this.#comesThrough(elapsed());
        return results;
      } catch (thrown) {
        if (this.#over.aborted) return undefined;
        if (!(thrown instanceof TargetFault)) throw thrown;
        if (thrown.is === 'of rows') {
          // It was understood: the place is there.
          this.#comesThrough(elapsed());
          return thrown;
        }
        // What has come to nothing may have been written all the same.
        if (thrown.is === 'passing') of.inDoubt = true;
        const patience = waits.patience - (elapsed() - Math.max(begun, this.#throughAt));
        if (thrown.is === 'of all' || patience <= 0) {
          this.#stopped ??= new Stopped(thrown, again.place);
          return thrown;
        }
        if (number >= waits.tries && this.#through > before) return thrown;
        this.#of.onRetry();
        await rest(clock, Math.min(waitAfter(number, thrown, waits), patience), signal);
        if (signal.aborted) return undefined;
      }
    }
  }

  #comesThrough(at: number): void {
    this.#through += 1;
    this.#throughAt = at;
  }
}

/** As long as the place says; but it is not asked again and again without a pause. */
function waitAfter(tries: number, { after }: TargetFault, { first, longest }: Waits): number {
  const usual = Math.min(first * 2 ** (tries - 1), longest);
  return tries === 1 ? (after ?? usual) : Math.max(after ?? 0, usual);
}

/** How the reason begins of a row that was written, and is rounded there, or changed by a trigger. */
export const saysOther = 'it was written, and says something else there';
const sentTwice = 'it was sent twice: what became of the first request is not known';

function reasonOf(result: TargetResult): string | undefined {
  if (result.is === 'missing') return result.why ?? 'there is no such row';
  if (result.is === 'other') return `${saysOther}: ${result.why}`;
  return result.is === 'refused' ? result.why : undefined;
}
