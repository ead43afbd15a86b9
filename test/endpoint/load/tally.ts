/** One request and what came of it. Times in milliseconds; `took` counts from the planned time to the last byte. */
export interface Answered {
  readonly index: number;
  /** Which of the bodies. */
  readonly body: number;
  readonly planned: number;
  readonly took: number;
  /** 0: no answer, `error` says why. */
  readonly status: number;
  readonly text: string;
  readonly error?: string;
  /** What the answer's headers say. */
  readonly version?: string;
  readonly by?: string;
}

export interface Figures {
  readonly sent: number;
  /** Those without an answer, and those whose answer is no 2xx. */
  readonly failed: number;
  /** By status, or by what went wrong. */
  readonly failures: Readonly<Record<string, number>>;
  /** Answers by version of the model, and by who answered. */
  readonly versions: Readonly<Record<string, number>>;
  readonly by: Readonly<Record<string, number>>;
  /** Of all requests, the failed ones too, from their planned time. */
  readonly latency: { readonly p50: number; readonly p95: number; readonly p99: number; readonly most: number };
  /** How late the generator itself sent: above a millisecond or two, it is the machine that was slow. */
  readonly late: { readonly p50: number; readonly p99: number };
  /** Sent and not yet answered. */
  readonly inFlight: { readonly median: number; readonly most: number };
}

/** The nearest rank: a latency that some request had. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;

const increasing = (values: readonly number[]): number[] => values.toSorted((one, other) => one - other);

export class Tally {
  readonly #took: number[] = [];
  readonly #late: number[] = [];
  readonly #flying: number[] = [];
  readonly #failures: Record<string, number> = {};
  readonly #versions: Record<string, number> = {};
  readonly #by: Record<string, number> = {};
  #failed = 0;

  get inFlight(): number {
    return this.#late.length - this.#took.length;
  }

  sent(late: number): void {
    this.#late.push(late);
    this.#flying.push(this.inFlight);
  }

  answered({ took, status, error, version, by }: Answered): void {
    const count = (where: Record<string, number>, what: string): void => {
      where[what] = (where[what] ?? 0) + 1;
    };
    this.#took.push(took);
    if (version !== undefined) count(this.#versions, version);
    if (by !== undefined) count(this.#by, by);
    if (status >= 200 && status < 300) return;
    this.#failed += 1;
    count(this.#failures, error ?? String(status));
  }

  figures(): Figures {
    const [took, late, flying] = [this.#took, this.#late, this.#flying].map(increasing) as [
      number[],
      number[],
      number[],
    ];
    return {
      ...{ sent: late.length, failed: this.#failed, failures: this.#failures, versions: this.#versions, by: this.#by },
      latency: {
        p50: quantile(took, 0.5),
        p95: quantile(took, 0.95),
        p99: quantile(took, 0.99),
        most: took.at(-1) ?? 0,
      },
      late: { p50: quantile(late, 0.5), p99: quantile(late, 0.99) },
      inFlight: { median: quantile(flying, 0.5), most: flying.at(-1) ?? 0 },
    };
  }
}
