import { Sketch, type SketchText } from '../../quality/sketch.ts';

/** Why a request that was taken has no prediction of the shadow. */
export type ShadowError = 'threw' | 'late' | 'died';
/** Why one that was offered was not taken; the champion's answer never waits. */
export type ShadowDrop = 'starting' | 'resting' | 'full' | 'over budget' | 'given up';

/** What a version was seen to do beside one champion, as it is kept. */
export interface TallyText {
  /** ISO texts in UTC: of the first request, and of the last. */
  readonly since: string;
  readonly until: string;
  /** Requests that both have predicted. */
  readonly requests: number;
  /** Of requests with more than five rows the sum of their overlaps. */
  readonly overlaps: { readonly requests: number; readonly sum: number };
  readonly topChanged: number;
  readonly correlations: { readonly requests: number; readonly sum: number };
  /** |score − the champion's|, row by row. */
  readonly differences: SketchText;
  /** Milliseconds. */
  readonly champion: SketchText;
  readonly shadow: SketchText;
  readonly errors: Readonly<Record<string, number>>;
  readonly dropped: Readonly<Record<string, number>>;
  /** The last thing that went wrong, in words. */
  readonly trouble?: string;
  /** It failed so often in a row that it is not tried any more. */
  readonly givenUp?: string;
}

/** How two predictions of one request differ; NaN where that says nothing. */
export interface Beside {
  readonly overlap: number;
  readonly isTopChanged: boolean;
  readonly correlation: number;
  readonly differences: Float64Array;
}

/** Counts what one process sees of a version beside one champion. */
export class Tally {
  /** Milliseconds since 1970. */
  #since: number | undefined;
  #until = 0;
  #requests = 0;
  readonly #overlaps = { requests: 0, sum: 0 };
  readonly #correlations = { requests: 0, sum: 0 };
  #topChanged = 0;
  readonly #differences = new Sketch();
  readonly #champion = new Sketch();
  readonly #shadow = new Sketch();
  readonly #errors: Record<string, number> = {};
  readonly #dropped: Record<string, number> = {};
  #trouble: string | undefined;
  #givenUp: string | undefined;

  answered(beside: Beside | undefined, of: { at: number; champion: number; shadow: number }): void {
    this.#seen(of.at);
    this.#requests += 1;
    this.#champion.add(of.champion);
    this.#shadow.add(of.shadow);
    if (!beside) return;
    count(this.#overlaps, beside.overlap);
    count(this.#correlations, beside.correlation);
    if (beside.isTopChanged) this.#topChanged += 1;
    for (const one of beside.differences) this.#differences.add(one);
  }

  failed(error: ShadowError, trouble: string, at: number): void {
    this.#seen(at);
    this.#errors[error] = (this.#errors[error] ?? 0) + 1;
    this.#trouble = trouble;
  }

  dropped(why: ShadowDrop, at: number): void {
    this.#seen(at);
    this.#dropped[why] = (this.#dropped[why] ?? 0) + 1;
  }

  gaveUp(why: string, at: number): void {
    this.#seen(at);
    this.#givenUp = why;
  }

  #seen(at: number): void {
    this.#since ??= at;
    this.#until = at;
  }

  toJSON(): TallyText {
    return {
      ...{ since: textOf(this.#since ?? 0), until: textOf(this.#until), requests: this.#requests },
      ...{ overlaps: this.#overlaps, topChanged: this.#topChanged, correlations: this.#correlations },
      differences: this.#differences.toJSON(),
      ...{ champion: this.#champion.toJSON(), shadow: this.#shadow.toJSON() },
      ...{ errors: this.#errors, dropped: this.#dropped },
      ...(this.#trouble === undefined ? {} : { trouble: this.#trouble }),
      ...(this.#givenUp === undefined ? {} : { givenUp: this.#givenUp }),
    };
  }
}

const textOf = (at: number): string => new Date(at).toISOString();
function count(into: { requests: number; sum: number }, value: number): void {
  if (Number.isNaN(value)) return;
  into.requests += 1;
  into.sum += value;
}
