import { type Duration, millisecondsOf } from '../../columns/index.ts';
import type { AnyModel, Setting } from '../../define/index.ts';
import type { Clock, KeptFiles, LookedFile, OnnxRuntimeAt } from '../../ports/index.ts';
import { isSameMove, latestPath, type PublishedPlace, publishedPlace, readMove } from '../../registry/index.ts';
import { PlainError } from '../briefly.ts';
import type { Figure, ModelsPart, ModelUse, Row, Say } from '../parts.ts';
import { Away, answeredSoon, longestTimer, pauseAfter, pauseUntilThere } from './away.ts';
import { compared } from './comparison.ts';
import { rounded } from './durations.ts';
import { whySlow } from './judge.ts';
import { speedLimit } from './limit.ts';
import { load, onnxFor } from './load.ts';
import { type Loaded, loadAside } from './loading.ts';
import { nextOf } from './next.ts';
import { Unservable } from './pack.ts';
import type { NamedVersion, Receipt } from './receipt.ts';
import { Receipts } from './receipts.ts';
import { RecentRequests } from './requests.ts';
import { type ServedModel, servedModel } from './served.ts';
import { InService } from './serving.ts';
import type { ModelsState } from './state.ts';
import { type WantedModel, wantedOf } from './wanted.ts';

export interface ModelsOptions {
  readonly endpoint: string;
  /** `catalog.schema.name`. */
  readonly id: string;
  readonly model: AnyModel;
  readonly models: KeptFiles;
  /** Where receipts are kept. */
  readonly files: KeptFiles;
  readonly clock: Clock;
  readonly process: string;
  /** How long it is from one look at the store to the next. */
  readonly every: () => Duration;
  /** The value of what may be a setting. */
  readonly setting: (of: Duration | Setting<Duration>) => Duration;
  readonly say: Say;
  /** What carries out models of the ONNX format. */
  readonly onnx?: OnnxRuntimeAt;
}

/** The version that is in use, as the store has it: another one is swapped in when it has been read, checked and tried, and until then the old one answers. */
export class Models implements ModelsPart {
  readonly #of: ModelsOptions;
  readonly #wanted: WantedModel;
  readonly #place: PublishedPlace;
  readonly #recent: RecentRequests;
  readonly #receipts: Receipts;
  #inService: InService | undefined;
  /** What the store had when a version of it was served or refused. */
  #settled: { readonly mark: string; readonly refused?: Receipt } | undefined;
  #going: Promise<Receipt> | undefined;
  /** The store has said what it has; what it is told after that is seen by the next look. */
  #isAnswered = false;
  #following: Promise<Receipt> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Without a version to answer with. */
  #looks = 0;
  #away: { readonly since: string; readonly tries: number; readonly error: string } | undefined;
  #looked: string | undefined;
  #next: string | undefined;
  #isClosed = false;
  readonly #ending = new AbortController();

  constructor(of: ModelsOptions) {
    this.#of = of;
    this.#wanted = wantedOf({ id: of.id, definition: of.model });
    this.#place = publishedPlace(of.id);
    this.#recent = new RecentRequests(this.#wanted);
    this.#receipts = new Receipts(of);
  }

  get current(): ServedModel | undefined {
    return this.#inService?.model;
  }
  /** The last ones, the newest first. */
  get receipts(): readonly Receipt[] {
    return this.#receipts.all;
  }

  get results(): ModelsState['results'] {
    return this.#receipts.results;
  }

  get unserved(): ModelsState['wanted'] {
    const { to, result, why = '', next = '', at } = this.#settled?.refused ?? {};
    return result && at ? { ...to, is: result, why, next, at } : undefined;
  }

  async start(): Promise<void> {
    await this.reload('start');
  }

  begin(): ModelUse {
    const own = this.#inService;
    own?.begin();
    return {
      ...(own && { served: own.model }),
      predict: (rows) => {
        if (!own) throw new PlainError('there is no model');
        const found = own.model.predict(rows) as readonly Row[];
        this.#recent.see(rows);
        return found;
      },
      end: (how) => own?.end(how),
    };
  }

  /** Looks at the store now; who asks before another's look has been answered shares it, later ones share the next. Never throws. */
  reload(by: string): Promise<Receipt> {
    if (this.#going && !this.#isAnswered) return this.#going;
    this.#following ??= (this.#going ?? Promise.resolve()).then(() => {
      this.#following = undefined;
      return this.#begin(by);
    });
    return this.#following;
  }

  #begin(by: string): Promise<Receipt> {
    this.#isAnswered = false;
    this.#going = this.#look(by).finally(() => {
      this.#going = undefined;
      this.#lookLater();
    });
    return this.#going;
  }

  async #look(by: string): Promise<Receipt> {
    clearTimeout(this.#timer);
    const began = performance.now();
    const at = this.#of.clock.now().toString();
    let there: LookedFile | undefined;
    try {
      there = await answeredSoon(this.#of.models.look(latestPath(this.#place)), this.#ending.signal);
    } catch (error) {
      return this.#wasAway(error as Error, { by, at });
    }
    this.#isAnswered = true;
    this.#isBack(at);
    void this.#receipts.flush();
    const about = { by, at, stages: { read: rounded(performance.now() - began) } };
    if (!there) return this.#ended({ ...about, result: 'none', why: unpublished });
    const before = this.#settled;
    // What was refused is tried again when somebody asks for it.
    if (before?.mark === there.mark && !(before.refused && by !== 'poll'))
      return this.#ended({ ...about, result: 'unchanged' });
    const receipt = await this.#take(there.bytes, about);
    if (receipt.result === 'away') return receipt;
    const isRefused = receipt.result !== 'swapped' && receipt.result !== 'unchanged';
    this.#settled = { mark: there.mark, ...(isRefused ? { refused: receipt } : {}) };
    return receipt;
  }

  async #take(bytes: Uint8Array, about: About): Promise<Receipt> {
    const before = this.#inService;
    const stages: Record<string, number> = { ...about.stages };
    const timed = async <T>(stage: keyof Receipt['stages'], work: () => Promise<T> | T): Promise<T> => {
      const since = performance.now();
      try {
        return await work();
      } finally {
        stages[stage] = rounded(performance.now() - since);
      }
    };
    let found: Partial<Receipt> = {};
    try {
      const loaded = await timed('load', () => this.#load(bytes, before, about.by));
      const { packed, timing } = loaded;
      for (const [stage, took] of Object.entries(loaded.stages)) stages[stage] = rounded(took);
      const { version, contentHash, move } = packed;
      if (!move) throw new Unservable('corrupt', 'it does not say which move it is of');
      found = { to: { version, move: move.number, contentHash }, move, ...(timing ? { timing } : {}) };
      const history = await this.#historyOf(move, before?.model);
      if (history === 'same') return this.#ended({ ...about, ...found, stages, result: 'unchanged' });
      if (history === 'other') found = { ...found, otherHistory: true };
      const model = servedModel(packed, await onnxFor(packed, this.#of.onnx));
      const comparison = await timed('warm', () => this.#warm(model, before, loaded));
      if (comparison) found = { ...found, comparison };
      const swapping = performance.now();
      const inFlight = before?.inFlight ?? 0;
      const fresh = new InService({ model, timing, since: this.#of.clock.now().toString() });
      this.#inService = fresh;
      stages['swap'] = rounded(performance.now() - swapping);
      const receipt = this.#receipt({ ...about, ...found, stages, result: 'swapped', from: named(before?.model) });
      return this.#receipts.swapped(receipt, { before, fresh, inFlight });
    } catch (error) {
      if (error instanceof Away) return this.#wasAway(error, about);
      // A defect of the code that reads is a reason to keep the old one, too.
      const { message } = error as Error;
      const is = error instanceof Unservable ? error.is : 'corrupt';
      const why = is === 'corrupt' ? `${latestPath(this.#place)}: ${message}` : message;
      const next = nextOf(is, this.#of.id);
      const of = error instanceof Unservable ? error.of : undefined;
      const to = of && { to: named(of) as NamedVersion, ...(of.move ? { move: of.move } : {}) };
      return this.#ended({ ...about, ...found, ...to, stages, result: is, why, next, from: named(before?.model) });
    }
  }

  async #load(bytes: Uint8Array, before: InService | undefined, by: string): Promise<Loaded> {
    const { model, setting, say, onnx } = this.#of;
    const limit = speedLimit(model, { before: before?.timing, setting });
    const loading = {
      bytes,
      wanted: this.#wanted,
      requests: this.#recent.all,
      ...(limit && { limit }),
      ...(onnx && { onnx }),
    };
    // A process that begins has nothing to answer with, and is there sooner without a thread.
    const loaded = before || by !== 'start' ? await loadAside(loading) : await load(loading);
    const why = whySlow(loaded.timing, limit);
    if (why === undefined) return loaded;
    if (before) throw new Unservable('slow', why, loaded.packed);
    // There is nothing faster to go on with.
    say({ level: 'warn', event: 'slow', version: loaded.packed.version, why });
    return loaded;
  }

  #warm(model: ServedModel, before: InService | undefined, { pretended }: Loaded) {
    const recent = this.#recent.all;
    const [requests, of] = recent.length > 0 ? ([recent, 'requests'] as const) : ([pretended, 'pretended'] as const);
    return compared(model, before?.model, { requests, of });
  }

  /** Whether a move follows those of the version that answers. Throws Unservable for one that the store has gone beyond before. */
  async #historyOf(
    move: NonNullable<Receipt['move']>,
    before: ServedModel | undefined,
  ): Promise<'same' | 'next' | 'other'> {
    const own = before?.move;
    if (!own || move.number > own.number) return 'next';
    if (isSameMove(move, own)) return 'same';
    const found = readMove(this.#of.models, this.#place, own.number);
    const there = await answeredSoon(found, this.#ending.signal).catch((error: Error) => {
      throw new Away(error.message);
    });
    if (!there || !isSameMove(there, own)) return 'other';
    throw new Unservable('older', `it is of move ${move.number}, and move ${own.number} of the same history is served`);
  }

  #wasAway({ message }: Error, { by, at }: Pick<About, 'by' | 'at'>): Receipt {
    const before = this.#away;
    this.#away = { since: before?.since ?? at, tries: (before?.tries ?? 0) + 1, error: message };
    if (before?.error !== message)
      this.#of.say({ level: 'warn', event: 'store away', store: this.#of.models.describe, error: message });
    return this.#ended({ by, at, stages: {}, result: 'away', why: message });
  }

  #isBack(at: string): void {
    const { since, tries } = this.#away ?? {};
    this.#looked = at;
    this.#away = undefined;
    if (since !== undefined) this.#of.say({ level: 'info', event: 'store back', since, tries });
  }

  #ended(of: About & Pick<Receipt, 'result'> & { readonly from?: NamedVersion | undefined }): Receipt {
    const receipt = this.#receipt(of);
    this.#receipts.ended(receipt);
    return receipt;
  }

  #receipt({ from, ...of }: About & Pick<Receipt, 'result'> & { readonly from?: NamedVersion | undefined }): Receipt {
    const { endpoint, id, process } = this.#of;
    return { endpoint, model: id, process, complete: of.result !== 'swapped', ...of, ...(from ? { from } : {}) };
  }

  #lookLater(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    const every = millisecondsOf(this.#of.every());
    const tries = this.#away?.tries ?? 0;
    // Processes that began together do not ask together.
    this.#looks = this.#inService ? 0 : this.#looks + 1;
    const own = tries > 0 || this.#inService ? pauseAfter(tries, every) : pauseUntilThere(this.#looks, every);
    const pause = Math.min(own * (0.9 + 0.2 * Math.random()), longestTimer);
    this.#next = this.#of.clock
      .now()
      .add({ milliseconds: Math.round(pause) })
      .toString();
    this.#timer = setTimeout(() => void this.reload('poll'), pause);
    this.#timer.unref();
  }

  /** By version: requests that have begun and not ended. */
  state(): ModelsState {
    const own = this.#inService;
    const served = own && named(own.model);
    const { date } = own?.model.about ?? {};
    return {
      model: this.#of.id,
      ...(own && served
        ? {
            served: {
              ...{ ...served, since: own.since, inFlight: own.inFlight, trainedFor: date as string },
              servedSeconds: Math.round(this.#of.clock.now().since(own.since).total('seconds')),
            },
          }
        : {}),
      ...(this.unserved ? { wanted: this.unserved } : {}),
      isWanted: own !== undefined && this.unserved === undefined,
      isReloading: (this.#following ?? this.#going) !== undefined,
      ...(this.#looked === undefined ? {} : { looked: this.#looked }),
      ...(this.#next === undefined ? {} : { next: this.#next }),
      ...(this.#away ? { away: this.#away } : {}),
      ...(this.#receipts.all[0] ? { last: this.#receipts.all[0] } : {}),
      results: this.#receipts.results,
    };
  }

  figures(): readonly Figure[] {
    const own = this.#inService;
    const results = Object.entries(this.#receipts.results);
    return [
      {
        ...{ name: 'reload_total', help: 'Looks at the store for another version, by what came of them.' },
        type: 'counter',
        values: results.map(([result, value]) => ({ labels: { result }, value })),
      },
      {
        ...{ name: 'model_wanted', help: '1: the version that is published is the one that answers.', type: 'gauge' },
        values: [{ value: this.state().isWanted ? 1 : 0 }],
      },
      {
        ...{ name: 'model_move', help: 'The move of the champion that made the version that answers.', type: 'gauge' },
        values: own?.model.move ? [{ labels: { version: own.model.version }, value: own.model.move.number }] : [],
      },
    ];
  }

  /** Whatever goes on is waited for, and what is not complete yet is completed with what is known. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#ending.abort(new Error('the process ends'));
    await (this.#following ?? this.#going);
    await this.#receipts.close();
  }
}

/** For people, of what is no trouble of the store. */
const unpublished = 'nothing is published yet: esteira run trains it, and esteira publish brings it here';

type About = Pick<Receipt, 'by' | 'at' | 'stages'> & Omit<Partial<Receipt>, 'from'>;

const named = (model: Pick<ServedModel, 'version' | 'contentHash' | 'move'> | undefined): NamedVersion | undefined =>
  model && { version: model.version, move: model.move?.number ?? 0, contentHash: model.contentHash };
