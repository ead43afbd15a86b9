import type { ChangeTaker, Following, Landed } from '../../../ports/index.ts';
import { type PostgresType, saidAs } from '../values.ts';
import { aboutTables, fieldsOf, identityOf, Shape } from './decoder.ts';
import { given, type LoggedColumn, Messages, type Relation } from './messages.ts';
import type { Replication } from './replication.ts';
import type { Ask, FoundTable } from './tables.ts';
import { foreignIn, translated } from './translate.ts';

interface StreamOptions {
  readonly replication: Replication;
  /** By their number in the database. */
  readonly tables: ReadonlyMap<number, FoundTable>;
  readonly taker: ChangeTaker;
  readonly following: Following;
  /** Before each identity. */
  readonly prefix: string;
  readonly trace: (point: string) => void | Promise<void>;
  readonly ask: Ask;
  /** A table may have been changed since it was looked up. */
  lookUp(relation: Relation): Promise<{ readonly found: FoundTable; readonly types: readonly PostgresType[] }>;
}

/** Between two looks at what waits, and two words to the server, in milliseconds. */
const lookEvery = 50;
const sayEvery = 10_000;
const askEvery = 100;
/** A server that says nothing for so long is not there. */
const longestSilence = 60_000;

/** Puts what the log says into rows, and has them landed at the ends of transactions. */
export class Stream {
  readonly #options: StreamOptions;
  readonly #messages = new Messages();
  /** By number; nothing for a table that nobody asked for. */
  readonly #shapes = new Map<number, Shape | undefined>();
  /** The types of tables with values that only the server can read. */
  readonly #foreign = new Map<number, readonly PostgresType[]>();
  /** Of those that go into the transaction at hand. */
  readonly #skipped = new Set<Shape>();
  #isOpen = false;
  #lsn = 0n;
  #committed = 0n;
  #identity: (ordinal: number) => string = String;
  #ordinal = 0;
  #clock: bigint;
  #changes = 0;
  /** When the first of them came. */
  #since = 0;
  /** Everything before has come. */
  #position: bigint;
  #landed: bigint;
  #newest = 0n;
  #landedAt = performance.now();
  #saidAt = performance.now();
  #heardAt = performance.now();
  /** What goes on while nothing more is taken, and what came meanwhile. */
  #holding: Promise<void> | undefined;
  #held: Buffer[] = [];
  #isDone = false;

  constructor(options: StreamOptions) {
    this.#options = options;
    const { landed, clock } = options.following;
    this.#position = least(landed);
    this.#landed = this.#position;
    this.#clock = clock;
  }

  get landed(): bigint {
    return this.#landed;
  }

  /** Follows from there until it is done or ended; what goes on then is waited for. */
  async follow(start: string): Promise<void> {
    const { replication } = this.#options;
    const look = setInterval(() => this.#look(), lookEvery);
    try {
      await replication.follow(start, {
        message: (bytes, from) => {
          this.#heardAt = performance.now();
          if (this.#holding) this.#held.push(Buffer.from(bytes.subarray(from)));
          else this.#take(bytes, from);
        },
        reached: (position, wantsReply) => {
          this.#heardAt = performance.now();
          // Within a transaction, or before what is held has been taken, it says nothing of what has come.
          if (!this.#isOpen && !this.#holding && position > this.#position) this.#position = position;
          if (wantsReply) this.#say(false);
          this.#look();
        },
      });
    } finally {
      clearInterval(look);
      await this.#holding;
    }
  }

  #say(reply: boolean): void {
    this.#saidAt = performance.now();
    this.#options.replication.acknowledge(this.#landed, reply);
  }

  /** What is due by the time that has passed. */
  #look(): void {
    if (this.#holding) {
      // The server is not to think that nobody is there.
      if (performance.now() - this.#saidAt > sayEvery) this.#say(false);
      this.#heardAt = performance.now();
      return;
    }
    const now = performance.now();
    const { until, together } = this.#options.following;
    const isDone = until !== undefined && this.#position >= until;
    const isIdle = this.#changes === 0 && this.#position > this.#landed && now - this.#landedAt > sayEvery;
    const awaited = this.#options.following.awaited?.();
    const isAwaited = awaited !== undefined && this.#landed < awaited;
    const isDue =
      (this.#changes > 0 && now - this.#since >= together.milliseconds) || (isAwaited && this.#position >= awaited);
    if (now - this.#heardAt > longestSilence) this.#options.replication.stop(new Error('connection error: no answer'));
    else if (!this.#isOpen && until !== undefined && this.#landed >= until) this.#end();
    else if (!this.#isOpen && (isDone || isIdle || isDue)) this.#hold(() => this.#land());
    else if (now - this.#saidAt > (until === undefined && !isAwaited ? sayEvery : askEvery)) this.#say(true);
  }

  #end(): void {
    this.#isDone = true;
    this.#options.replication.stop();
  }

  /** Nothing more is taken until the work is done. */
  #hold(work: () => Promise<void>): void {
    const { replication } = this.#options;
    replication.pause();
    this.#holding = work()
      .then(() => {
        this.#holding = undefined;
        const { until } = this.#options.following;
        // What has come meanwhile is of later.
        if (until !== undefined && this.#landed >= until && !this.#isOpen) {
          this.#end();
          return;
        }
        this.#takeHeld();
        if (this.#holding) return;
        replication.resume();
        this.#look();
      })
      .catch((error: unknown) => {
        this.#holding = undefined;
        replication.stop(error);
      });
  }

  #takeHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const [index, bytes] of held.entries()) {
      this.#take(bytes, 0);
      if (this.#holding) {
        this.#held.push(...held.slice(index + 1));
        return;
      }
    }
  }

  async #land(): Promise<void> {
    const { taker, trace } = this.#options;
    const position = this.#position;
    const shapes = [...this.#shapes.values()].filter((shape) => shape !== undefined);
    await trace('received');
    for (const shape of shapes) shape.flush(taker);
    await taker.land({
      ...{ position, rows: this.#changes, ...aboutTables(shapes) },
      ...(this.#newest > 0n ? { committedAt: Temporal.Instant.fromEpochNanoseconds(this.#newest * 1000n) } : {}),
    });
    this.#changes = 0;
    this.#newest = 0n;
    this.#landed = position;
    this.#landedAt = performance.now();
    await trace('before-acknowledge');
    this.#say(false);
    await trace('acknowledged');
  }

  #take(bytes: Buffer, from: number): void {
    if (this.#isDone) return;
    const messages = this.#messages;
    const letter = messages.read(bytes, from);
    switch (letter) {
      case 'I':
      case 'U':
      case 'D': {
        const types = this.#foreign.get(messages.relation);
        if (types) this.#holdRow(Buffer.from(bytes.subarray(from)), types);
        else this.#row(letter, bytes);
        break;
      }
      case 'B':
        this.#begin();
        break;
      case 'C':
        this.#commit();
        break;
      case 'R':
        this.#describe(messages.described as Relation);
        break;
      case 'T':
        this.#truncate(messages.truncated);
        break;
      case '':
        break;
    }
  }

  #row(letter: 'I' | 'U' | 'D', bytes: Buffer): void {
    if (letter === 'I') this.#insert(bytes);
    else if (letter === 'U') this.#update(bytes);
    else this.#delete(bytes);
  }

  /** The server is asked what some of its values say. */
  #holdRow(bytes: Buffer, types: readonly PostgresType[]): void {
    this.#hold(async () => {
      const messages = this.#messages;
      const letter = messages.read(bytes) as 'I' | 'U' | 'D';
      if (!this.#shape()) return;
      const tuples = [...(letter === 'D' ? [] : [messages.now]), ...(messages.oldHas === '' ? [] : [messages.old])];
      this.#row(letter, await translated(bytes, { tuples, types, ask: this.#options.ask }));
    });
  }

  #begin(): void {
    const { lsn, committedAt } = this.#messages;
    this.#isOpen = true;
    this.#lsn = lsn;
    this.#committed = committedAt;
    this.#ordinal = 0;
    this.#identity = identityOf(this.#options.prefix, lsn, ':');
    this.#skipped.clear();
    for (const shape of this.#shapes.values()) if (shape && this.#isLanded(shape)) this.#skipped.add(shape);
  }
  /** Of a table the transaction has been landed already, with a snapshot or in the life of another reader. */
  #isLanded({ found }: Shape): boolean {
    const landed = this.#options.following.landed.get(found.captured.step);
    return landed !== undefined && this.#lsn < landed.position;
  }

  #commit(): void {
    this.#isOpen = false;
    const { end, committedAt } = this.#messages;
    if (end > this.#position) this.#position = end;
    if (this.#changes > 0 && committedAt > this.#newest) this.#newest = committedAt;
    const { until, together } = this.#options.following;
    const isDone = until !== undefined && this.#position >= until;
    if (this.#changes >= together.changes || isDone) this.#hold(() => this.#land());
  }

  #describe(relation: Relation): void {
    const { tables, lookUp, taker } = this.#options;
    this.#shapes.get(relation.id)?.flush(taker);
    if (!tables.has(relation.id)) {
      this.#shapes.set(relation.id, undefined);
      return;
    }
    this.#hold(async () => {
      const { found, types } = await lookUp(relation);
      const shape = new Shape(found, fieldsOf(relation.columns as readonly LoggedColumn[], types.map(saidAs)));
      this.#shapes.set(relation.id, shape);
      this.#foreign.delete(relation.id);
      if (foreignIn(types).length > 0) this.#foreign.set(relation.id, types);
      if (this.#isOpen && this.#isLanded(shape)) this.#skipped.add(shape);
    });
  }

  /** Where the change goes; nothing where it is not wanted. */
  #shape(): Shape | undefined {
    const shape = this.#shapes.get(this.#messages.relation);
    return shape && !this.#skipped.has(shape) ? shape : undefined;
  }

  #insert(bytes: Buffer): void {
    const shape = this.#shape();
    if (shape) this.#add(shape, bytes, 'insert', this.#messages.now);
  }

  #update(bytes: Buffer): void {
    const shape = this.#shape();
    if (!shape) return;
    const { old, now, oldHas } = this.#messages;
    const isMoved = oldHas === 'K' || (oldHas === 'O' && shape.isOther(bytes, this.#messages));
    if (isMoved) this.#add(shape, bytes, 'delete', old, true);
    // The old row, where it is sent, has what was not touched.
    if (oldHas === 'O' && now.unchanged) {
      for (let index = 0; index < now.count; index++) {
        if (now.kinds[index] !== given.unchanged) continue;
        now.kinds[index] = old.kinds[index] as number;
        now.starts[index] = old.starts[index] as number;
        now.lengths[index] = old.lengths[index] as number;
      }
      now.unchanged = false;
    }
    this.#add(shape, bytes, isMoved ? 'insert' : 'update', now);
    if (now.unchanged) shape.keep(now);
  }

  #delete(bytes: Buffer): void {
    const shape = this.#shape();
    if (shape) this.#add(shape, bytes, 'delete', this.#messages.old);
  }

  #add(
    shape: Shape,
    bytes: Buffer,
    operation: 'insert' | 'update' | 'delete',
    tuple: Messages['now'],
    moved = false,
  ): void {
    if (shape.rows.isFull) shape.flush(this.#options.taker);
    if (this.#changes === 0) this.#since = performance.now();
    this.#changes += 1;
    this.#ordinal += 1;
    shape.add(bytes, tuple, {
      ...{ operation, lsn: this.#lsn, committed: this.#committed, synced: this.#tick(), moved },
      identity: this.#identity(this.#ordinal),
    });
  }

  #tick(): bigint {
    const next = this.#clock + 1n;
    this.#clock = next > this.#committed ? next : this.#committed;
    return this.#clock;
  }

  #truncate(relations: readonly number[]): void {
    const { taker } = this.#options;
    for (const id of relations) {
      const shape = this.#shapes.get(id);
      if (!shape || this.#skipped.has(shape)) continue;
      shape.flush(taker);
      if (this.#changes === 0) this.#since = performance.now();
      this.#changes += 1;
      this.#ordinal += 1;
      const { step } = shape.found.captured;
      const of = { lsn: this.#lsn, committed: this.#committed, synced: this.#tick() };
      taker.emptied(step, { ...of, identity: this.#identity(this.#ordinal) });
    }
  }
}

export const least = (landed: ReadonlyMap<string, Landed>): bigint =>
  [...landed.values()].reduce<bigint | undefined>(
    (all, { position }) => (all === undefined || position < all ? position : all),
    undefined,
  ) ?? 0n;
