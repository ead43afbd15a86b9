import { type Duration, millisecondsOf } from '../columns/index.ts';
import type { EndpointFacts } from '../define/index.ts';
import type { Clock } from '../ports/index.ts';
import { type Writer, writerOf } from './body/write.ts';
import { briefly } from './briefly.ts';
import type { FallbackReason } from './counts.ts';
import type { Lookup, ModelUse, Parts, Row, Say } from './parts.ts';
import { Refusal, type RefusalDetails } from './refusals.ts';
import { Sparing } from './sparing.ts';
import type { Tally } from './tally.ts';

/** Milliseconds for an answer of which nothing else says how long it may take. */
const patience = 30_000;

export interface Answer {
  /** JSON. */
  readonly text: string;
  readonly by: 'model' | 'fallback';
  readonly version?: string;
}

/** A request that was read, with the version and the tables that it keeps. */
export interface Asked {
  readonly id: string;
  readonly request: Row;
  readonly use: ModelUse;
  readonly lookup: Lookup;
  /** It has the header by which the other version predicts it, too. */
  readonly isShadowed: boolean;
}

/** What a handler is given. */
class Call {
  readonly id: string;
  readonly request: Row;
  readonly lookup: Lookup;
  readonly predict: (rows: readonly Row[]) => readonly Row[];
  rows: readonly Row[] = [];
  outputs: readonly Row[] = [];
  /** Milliseconds that predicting took. */
  took = 0;

  constructor({ id, request, lookup, use }: Asked, elapsed: () => number) {
    this.id = id;
    this.request = request;
    this.lookup = lookup;
    // Not assigned at once: V8 makes a function that is assigned to a property in the old space, from where it keeps what it sees, the rows.
    const predict: Call['predict'] = (rows) => {
      const began = elapsed();
      const outputs = use.predict(rows);
      this.took += elapsed() - began;
      const isFirst = this.rows.length === 0;
      // The handler may sort or empty its own lists before they are told.
      this.rows = isFirst ? rows.slice() : [...this.rows, ...rows];
      this.outputs = isFirst ? outputs.slice() : [...this.outputs, ...outputs];
      return outputs;
    };
    this.predict = predict;
  }

  refuse(message: string, about: Omit<RefusalDetails, 'message'> = {}): never {
    throw new Refusal('REQUEST_REFUSED', { message, ...about });
  }
}

/** Answers requests: by the model while that is in time and right, else by the fallback. Knows no HTTP. */
export class Answers {
  readonly #facts: EndpointFacts;
  readonly #parts: Parts;
  readonly #tally: Tally;
  readonly #clock: Clock;
  readonly #sparing: Sparing;
  readonly #write: Writer;
  readonly #elapsed: () => number;

  constructor(of: {
    readonly facts: EndpointFacts;
    readonly parts: Parts;
    readonly tally: Tally;
    readonly clock: Clock;
    readonly say: Say;
  }) {
    this.#facts = of.facts;
    this.#parts = of.parts;
    this.#tally = of.tally;
    this.#clock = of.clock;
    this.#elapsed = of.clock.elapsed ?? (() => performance.now());
    this.#sparing = new Sparing(of.say);
    this.#write = writerOf(of.facts.answer);
  }

  /** Throws Refusal, or gives a promise that does. At once where the handler does not wait for anything. */
  answer(asked: Asked): Answer | Promise<Answer> {
    const began = this.#elapsed();
    if (!asked.use.served) return this.#instead(asked, this.#parts.models.unserved ? 'unfit model' : 'no model', began);
    const call = new Call(asked, this.#elapsed);
    try {
      const given = this.#facts.handle(call);
      return isPromise(given) ? this.#awaited(given, asked, call, began) : this.#made(given, asked, call, began);
    } catch (error) {
      return this.#failed(error, asked, began);
    }
  }

  /** Says what of the last second was not told yet. */
  close(): void {
    this.#sparing.close();
  }

  async #awaited(given: Promise<unknown>, asked: Asked, call: Call, began: number): Promise<Answer> {
    const deadline = this.#deadline();
    try {
      const answer = await within(given, (deadline ?? patience) - (this.#elapsed() - began));
      if (answer === late) return this.#instead(asked, 'deadline', began);
      return await this.#made(answer, asked, call, began);
    } catch (error) {
      return this.#failed(error, asked, began);
    }
  }

  #failed(error: unknown, asked: Asked, began: number): Answer | Promise<Answer> {
    if (error instanceof Refusal) throw error;
    return this.#instead(asked, 'error', began, error);
  }

  /** The handler has come to its end; one that waits for nothing cannot be interrupted, so it is now that it may be late. */
  #made(given: unknown, asked: Asked, call: Call, began: number): Answer | Promise<Answer> {
    const version = asked.use.served?.version ?? '';
    const text = this.#write(given);
    const milliseconds = this.#elapsed() - began;
    if (milliseconds > (this.#deadline() ?? Number.POSITIVE_INFINITY)) return this.#instead(asked, 'deadline', began);
    this.#tally.day.predicted(version, milliseconds);
    this.#tell(asked, given, { call, version });
    return { text, by: 'model', version };
  }

  #instead(asked: Asked, reason: FallbackReason, began: number, error?: unknown): Answer | Promise<Answer> {
    const { id, request, lookup } = asked;
    const said = { ...{ reason, request: id }, ...(error !== undefined && { error: briefly(error) }) };
    this.#sparing.say(`fallback ${reason}`, { level: 'warn', event: 'fallback', ...said });
    const { fallback } = this.#facts;
    if (!fallback) {
      const isMissing = reason === 'no model' || reason === 'unfit model';
      const code = isMissing ? 'MODEL_MISSING' : reason === 'deadline' ? 'ANSWER_LATE' : 'ANSWER_FAILED';
      throw this.#without(code, began);
    }
    const fell = (given: unknown): Answer => {
      const text = this.#write(given);
      this.#tally.day.fellBack(reason, this.#elapsed() - began);
      this.#tell(asked, given);
      return { text, by: 'fallback' };
    };
    const broken = (thrown: unknown): never => {
      if (thrown instanceof Refusal) throw thrown;
      this.#sparing.say('failed', { level: 'error', event: 'no answer', request: id, error: briefly(thrown) });
      throw this.#without('ANSWER_FAILED', began);
    };
    try {
      const given = fallback({ id, request, lookup, refuse: Call.prototype.refuse });
      if (!isPromise(given)) return fell(given);
      return within(given, patience)
        .then((answer) => {
          if (answer === late) throw this.#without('ANSWER_LATE', began);
          return fell(answer);
        })
        .catch(broken);
    } catch (thrown) {
      return broken(thrown);
    }
  }

  #without(code: 'MODEL_MISSING' | 'ANSWER_FAILED' | 'ANSWER_LATE', began: number): Refusal {
    this.#tally.day.failedToAnswer(this.#elapsed() - began);
    const { missing } = this.#parts.tables;
    if (code === 'ANSWER_FAILED' && missing.length > 0)
      return new Refusal('NOT_READY', {
        message: `Nothing is published yet of what the endpoint looks up: ${missing.join(', ')}.`,
        next: 'Try again later. For who runs it: esteira run builds it, and esteira publish brings it here.',
      });
    if (code === 'MODEL_MISSING')
      return new Refusal(code, {
        message: this.#parts.models.unserved
          ? 'What is published of the model cannot be served.'
          : 'There is no model yet.',
        next: 'Try again later. For who runs it: esteira run trains one, esteira publish brings it here, and health says more.',
      });
    return new Refusal(code, {
      message: { ANSWER_FAILED: 'No answer could be made.', ANSWER_LATE: 'No answer came in time.' }[code],
      next: 'Try again; the log of the endpoint says why, under the id of this request.',
    });
  }

  /** The log, the other version and the events; none of them may cost anybody the answer, nor the others what they are told. */
  #tell(asked: Asked, answer: unknown, predicted?: { readonly call: Call; readonly version: string }): void {
    const { log, shadow, events } = this.#parts;
    const { id, request, isShadowed } = asked;
    const at = this.#clock.now();
    if (predicted && predicted.call.rows.length > 0) {
      const { version, call } = predicted;
      const of = { id, at: at.epochMilliseconds, version, rows: call.rows, outputs: call.outputs };
      this.#attempt('log', id, () => log.add(of));
      if (shadow)
        this.#attempt('shadow', id, () => shadow.offer({ ...of, isAsked: isShadowed, milliseconds: call.took }));
    }
    const eventOf = this.#facts.events?.of;
    if (!events || !eventOf) return;
    this.#attempt('events', id, () => {
      const row = eventOf({ id, at, request, answer, ...(predicted && { version: predicted.version }) });
      if (row !== undefined) events.send(row as Row);
    });
  }

  #attempt(part: string, request: string, tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#sparing.say(`told ${part}`, { level: 'error', event: 'not told', part, request, error: briefly(error) });
    }
  }

  #deadline(): number | undefined {
    const { deadline } = this.#facts;
    if (deadline === undefined) return undefined;
    return milliseconds(this.#parts.tables.setting(deadline));
  }
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';

const late = Symbol('late');
/** What is given, or `late` when it does not come within so many milliseconds; nobody hears of it then, nor of its failing. */
const within = (given: Promise<unknown>, left: number): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, Math.max(0, left), late);
    const over = (settle: (value: unknown) => void) => (value: unknown) => {
      clearTimeout(timer);
      settle(value);
    };
    given.then(over(resolve), over(reject));
  });

const known = new Map<Duration, number>();
/** The same few durations are asked for with every request. */
function milliseconds(text: Duration): number {
  const before = known.get(text);
  if (before !== undefined) return before;
  const found = millisecondsOf(text);
  known.set(text, found);
  return found;
}
