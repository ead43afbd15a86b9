import type { Clock } from '../ports/index.ts';
import { durationBounds, type FallbackReason } from './counts.ts';
import type { RefusalCode } from './refusals.ts';

/** Reloads by their result. */
export type Reloads = Readonly<Record<string, number>>;

/** What is counted from one moment on. */
export class Sums {
  readonly from: Temporal.Instant;
  /** Until the day is over it is the tally that knows them. */
  reloads: Reloads = {};
  requests = 0;
  predictions = 0;
  failed = 0;
  refused = 0;
  /** Milliseconds. */
  sum = 0;
  readonly durations: number[] = new Array<number>(durationBounds.length + 1).fill(0);
  readonly fallbacks: Record<FallbackReason, number> = {
    'no model': 0,
    'unfit model': 0,
    error: 0,
    deadline: 0,
  };
  readonly versions: Map<string, number> = new Map();
  readonly refusals: Map<RefusalCode, number> = new Map();

  constructor(from: Temporal.Instant) {
    this.from = from;
  }

  predicted(version: string, milliseconds: number): void {
    this.predictions += 1;
    this.versions.set(version, (this.versions.get(version) ?? 0) + 1);
    this.#answered(milliseconds);
  }
  fellBack(reason: FallbackReason, milliseconds: number): void {
    this.fallbacks[reason] += 1;
    this.#answered(milliseconds);
  }
  /** Not even the fallback could answer. */
  failedToAnswer(milliseconds: number): void {
    this.failed += 1;
    this.#answered(milliseconds);
  }
  refusedAs(code: RefusalCode): void {
    this.refused += 1;
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }

  #answered(milliseconds: number): void {
    this.requests += 1;
    this.sum += milliseconds;
    let at = 0;
    while (at < durationBounds.length && milliseconds > (durationBounds[at] as number)) at += 1;
    this.durations[at] = (this.durations[at] as number) + 1;
  }

  /** These and those. */
  add(other: Sums): void {
    this.requests += other.requests;
    this.predictions += other.predictions;
    this.failed += other.failed;
    this.refused += other.refused;
    this.sum += other.sum;
    for (const [at, count] of other.durations.entries()) this.durations[at] = (this.durations[at] ?? 0) + count;
    for (const reason of Object.keys(this.fallbacks) as FallbackReason[])
      this.fallbacks[reason] += other.fallbacks[reason];
    for (const [version, count] of other.versions)
      this.versions.set(version, (this.versions.get(version) ?? 0) + count);
    for (const [code, count] of other.refusals) this.refusals.set(code, (this.refusals.get(code) ?? 0) + count);
  }
}

/** Sums by days in UTC, of which the last is counted into. */
export class Tally {
  readonly #clock: Clock;
  readonly #reloads: () => Partial<Reloads>;
  /** Those of days that are over. */
  #reloadsBefore: Partial<Reloads> = {};
  #day: Sums;
  /** Of days that are over, and not yet written for the last time. */
  readonly over: Sums[] = [];
  readonly #before: Sums;

  /** `reloads`: since the process began. */
  constructor(clock: Clock, reloads: () => Partial<Reloads> = () => ({})) {
    this.#clock = clock;
    this.#reloads = reloads;
    this.#day = new Sums(clock.now());
    this.#before = new Sums(clock.now());
  }

  get day(): Sums {
    return this.#day;
  }
  /** Of the day that goes on. */
  get reloads(): Reloads {
    const ofDay = Object.entries(this.#reloads()).map(([result, count = 0]) => [
      result,
      count - (this.#reloadsBefore[result] ?? 0),
    ]);
    return Object.fromEntries(ofDay);
  }
  /** Since the process began. */
  get all(): Sums {
    const all = new Sums(this.#before.from);
    all.add(this.#before);
    all.add(this.#day);
    return all;
  }

  /** Begins another day when it is one; asked each second, so that no request has to. */
  turn(): void {
    const now = this.#clock.now();
    if (dateOf(now) === dateOf(this.#day.from)) return;
    this.#day.reloads = this.reloads;
    this.#reloadsBefore = { ...this.#reloads() };
    this.over.push(this.#day);
    this.#before.add(this.#day);
    this.#day = new Sums(now);
  }
}

export const dateOf = (at: Temporal.Instant): string => at.toString().slice(0, 10);
