import type { Columns } from '../../columns/index.ts';
import type { AnyModel } from '../../define/index.ts';
import { shareOf } from '../../learn/ranking/split.ts';
import type { Clock, KeptFiles, OnnxRuntimeAt } from '../../ports/index.ts';
import { publishedPath, publishedPlace } from '../../registry/index.ts';
import { lookedAtSoon } from '../model/away.ts';
import type { WantedModel } from '../model/index.ts';
import type { Figure, Logged, Row, Say, ShadowPart, Shows } from '../parts.ts';
import { readChoice, type ShadowChoice } from './choice.ts';
import { keepSeen } from './figure-files.ts';
import { type Packing, packingOf } from './packing.ts';
import { limitsFor, Runner, type RunnerTold, type ShadowLimits } from './runner.ts';
import { type ShadowError, Tally } from './tally.ts';

interface Spec {
  readonly endpoint: string;
  readonly wanted: WantedModel;
  readonly model: AnyModel;
  readonly models: Pick<KeptFiles, 'read'>;
  readonly files: KeptFiles;
  readonly process: string;
  readonly clock: Clock;
  /** Of the requests, now. */
  readonly share: () => number;
  readonly say: Say;
  /** What it has predicted, for the log. */
  readonly predicted?: (predicted: Logged) => void;
  readonly limits?: Partial<ShadowLimits>;
  /** What carries out models of the ONNX format. */
  readonly onnx?: OnnxRuntimeAt;
  /** What the thread runs; by default Esteira's own. */
  readonly file?: (version: string) => URL | undefined;
}

/** A request that is being predicted a second time. */
interface Going {
  readonly id: string;
  readonly at: number;
  readonly rows: readonly Row[];
  readonly milliseconds: number;
  readonly share: number;
  readonly tally: Tally;
}
type Result = 'predicted' | ShadowError | 'dropped';

/** Has another version predict a share of the requests, beside the champion and without its noticing. */
export class Shadow implements ShadowPart, Shows {
  readonly #spec: Spec;
  readonly #elapsed: () => number;
  readonly #packing: Packing;
  /** The model's first output is a score, by which rows are ranked. */
  readonly #isScored: boolean;
  #choice: ShadowChoice | undefined;
  #version: string | undefined;
  #runner: Runner | undefined;
  /** Why it is given up. */
  #why: string | undefined;
  #lastTrouble: string | undefined;
  readonly #going = new Map<number, Going>();
  #number = 0;
  /** By version and champion; those of a version that has shown more than was kept are in `unkept`. */
  readonly #tallies = new Map<string, Map<string, Tally>>();
  readonly #unkept = new Set<string>();
  readonly #results = new Map<Result, number>();
  #seconds = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  readonly #ending = new AbortController();

  constructor(spec: Spec) {
    this.#spec = spec;
    this.#elapsed = spec.clock.elapsed ?? (() => performance.now());
    this.#packing = packingOf(spec.wanted);
    this.#isScored = Object.values<Columns[string]>(spec.model.output)[0]?.facts.kind === 'real';
  }

  /** Looks which version it is, now and each minute, and keeps what was seen. */
  start(): void {
    const turn = (): Promise<void> => this.look().then(() => this.flush());
    void turn();
    this.#timer = setInterval(() => void turn(), minute);
    this.#timer.unref();
  }

  offer(predicted: Parameters<ShadowPart['offer']>[0]): void {
    const { id, isAsked, version: champion, rows, outputs, at, milliseconds } = predicted;
    const runner = this.#runner;
    if (!runner || rows.length === 0 || champion === this.#version) return;
    // Whoever asks for it is there for certain.
    const share = isAsked ? 1 : this.#spec.share();
    if (shareOf(id, seed) >= share) return;
    const tally = this.#tallyOf(champion);
    const bytes = rows.length * this.#packing.bytes;
    const refused = runner.refuses(bytes);
    if (refused) {
      tally.dropped(refused, at);
      this.#count('dropped');
      return;
    }
    this.#number += 1;
    const number = this.#number;
    const [score = ''] = this.#spec.wanted.outputs;
    const packed = this.#packing.pack(rows);
    const scores = Float64Array.from(outputs, (output) => Number(output[score] ?? Number.NaN));
    // Their order may change once this returns; a copy of rows with many columns would cost more than all else.
    const kept = this.#spec.predicted ? rows.slice() : [];
    this.#going.set(number, { id, at, rows: kept, milliseconds, share, tally });
    runner.send({ number, packed, scores }, bytes);
  }

  /** Follows what the store says; what cannot be read leaves everything as it is, and is said. */
  look(): Promise<void> {
    this.#looking = this.#looking
      .then(() => this.#look())
      .catch((error: unknown) => {
        if (!this.#ending.signal.aborted) this.#trouble((error as Error).message);
      });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const found = await readChoice(lookedAtSoon(this.#spec.files, this.#ending.signal), this.#spec.endpoint);
    if (found.is === 'broken') throw new Error(`shadow.json: ${found.why}`);
    const choice = found.is === 'whole' ? found.choice : undefined;
    if (choice?.version !== this.#version) await this.#change(choice?.version);
    this.#choice = choice;
    this.#trouble(undefined);
  }

  async #change(version: string | undefined): Promise<void> {
    const { models, wanted, limits, file, onnx } = this.#spec;
    const path = version === undefined ? undefined : publishedPath(publishedPlace(wanted.model), version);
    const bytes = path === undefined ? undefined : await models.read(path);
    if (path !== undefined && !bytes) throw new Error(`${path} is not there yet`);
    await this.#runner?.end();
    this.#going.clear();
    this.#version = version;
    this.#runner =
      bytes === undefined || version === undefined
        ? undefined
        : new Runner({
            data: { bytes, version, wanted, isScored: this.#isScored, ...(onnx && { onnx }) },
            limits: limitsFor(bytes.length, limits),
            elapsed: this.#elapsed,
            file: file?.(version),
            told: {
              predicted: (answer) => this.#predicted(answer),
              failed: (numbers, error, why) => this.#failed(numbers, error, why),
              givenUp: (why) => this.#givenUp(why),
            },
          });
    this.#why = undefined;
    this.#spec.say({ level: 'info', event: 'shadow', version: version ?? 'none' });
  }

  #predicted({ number, outputs, beside, milliseconds }: Parameters<RunnerTold['predicted']>[0]): void {
    const going = this.#take(number);
    if (!going) return;
    const { tally, id, at, rows, share } = going;
    tally.answered(beside, { at, champion: going.milliseconds, shadow: milliseconds });
    this.#seconds += milliseconds / 1000;
    this.#count('predicted');
    const { predicted, wanted } = this.#spec;
    if (!predicted || this.#version === undefined) return;
    const said = rows.map((_, row): Row => {
      const values = wanted.outputs.map((name, place) => [name, outputs[place]?.[row] ?? Number.NaN] as const);
      return Object.fromEntries(values.map(([name, value]) => [name, Number.isNaN(value) ? null : value]));
    });
    predicted({ id, at, version: this.#version, role: 'shadow', share, rows, outputs: said });
  }

  #failed(numbers: readonly number[], error: ShadowError, why: string): void {
    for (const number of numbers) {
      const going = this.#take(number);
      going?.tally.failed(error, why, going.at);
      this.#count(error);
    }
    this.#spec.say({ level: 'warn', event: 'shadow failed', version: this.#version ?? '', error, why });
  }

  #givenUp(why: string): void {
    this.#why = why;
    const version = this.#version ?? '';
    this.#unkept.add(version);
    for (const tally of this.#tallies.get(version)?.values() ?? []) tally.gaveUp(why, this.#now());
    this.#spec.say({ level: 'error', event: 'shadow given up', version, why });
  }

  #take(number: number): Going | undefined {
    const going = this.#going.get(number);
    this.#going.delete(number);
    return going;
  }

  #tallyOf(champion: string): Tally {
    const version = this.#version ?? '';
    this.#unkept.add(version);
    const own = this.#tallies.get(version) ?? new Map<string, Tally>();
    this.#tallies.set(version, own);
    const known = own.get(champion);
    if (known) return known;
    const tally = new Tally();
    if (this.#why !== undefined) tally.gaveUp(this.#why, this.#now());
    own.set(champion, tally);
    return tally;
  }

  #count(result: Result): void {
    this.#results.set(result, (this.#results.get(result) ?? 0) + 1);
  }
  #now(): number {
    return this.#spec.clock.now().epochMilliseconds;
  }
  /** Said when it is another, and when it is over. */
  #trouble(why: string | undefined): void {
    if (why === this.#lastTrouble) return;
    this.#lastTrouble = why;
    if (why !== undefined) this.#spec.say({ level: 'warn', event: 'shadow', why });
  }

  /** Keeps what was seen; what the store does not take is kept with the next. */
  flush(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#keep());
    return this.#looking;
  }

  async #keep(): Promise<void> {
    const { endpoint, process, files } = this.#spec;
    for (const version of [...this.#unkept]) {
      this.#unkept.delete(version);
      try {
        const own = [...(this.#tallies.get(version) ?? [])].map(([name, tally]) => [name, tally.toJSON()] as const);
        await keepSeen(files, { endpoint, version, process, champions: Object.fromEntries(own) });
      } catch (error) {
        this.#unkept.add(version);
        this.#trouble(`what it has shown is not kept yet: ${(error as Error).message}`);
      }
    }
  }

  state(): object {
    const { version: _, ...chosen } = this.#choice ?? {};
    return {
      ...(this.#version === undefined ? {} : { version: this.#version, state: this.#runner?.state ?? 'idle' }),
      ...chosen,
      ...(this.#why === undefined ? {} : { why: this.#why }),
      ...(this.#lastTrouble === undefined ? {} : { trouble: this.#lastTrouble }),
      ...Object.fromEntries(this.#results),
    };
  }

  figures(): readonly Figure[] {
    const results: readonly Result[] = ['predicted', 'threw', 'late', 'died', 'dropped'];
    const many = results.map((result) => ({ labels: { result }, value: this.#results.get(result) ?? 0 }));
    const [name, help] = ['shadow_total', 'Requests that another version was to predict too.'];
    const seconds = { name: 'shadow_seconds_total', help: 'Time in which another version has predicted.' };
    return [
      { name, help, type: 'counter', values: many },
      { ...seconds, type: 'counter', values: [{ value: this.#seconds }] },
    ];
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#ending.abort(new Error('the process ends'));
    await this.#looking;
    await this.#runner?.end();
    await this.#keep();
  }
}

const minute = 60_000;
/** Requests that are logged and those that have a shadow are chosen without regard to each other. */
const seed = 1;
