/** What the gateway does in the place of an answer. */
export interface Fault {
  readonly is:
    | '401 no key'
    | '401 invalid key'
    | '429'
    | '500'
    | '502'
    | '503'
    /** Nothing is ever answered. */
    | 'hang'
    /** The connection is cut. */
    | 'cut'
    /** The answer begins, and is cut in its middle. */
    | 'cut within';
  /** Requests that meet it; default 1. */
  readonly times?: number;
  /** Only requests for which this holds. */
  readonly of?: (request: SeenRequest) => boolean;
  /** What was asked for is done all the same: only the answer is lost. After so many milliseconds, where that is said. */
  readonly carriedOut?: true | { readonly after: number };
  /** Seconds, of 429 and 503. */
  readonly retryAfter?: number;
}
export interface SeenRequest {
  readonly method: string;
  /** Below `/rest/v1`, without the query: `/users`. */
  readonly path: string;
  /** Method, address and version, in bytes. */
  readonly line: number;
  readonly query: string;
  readonly body: string;
  /** When it came, in milliseconds since the double was begun. */
  readonly at: number;
}

interface Waiting {
  readonly fault: Fault;
  left: number;
}
/** Faults that wait for the requests that will meet them, the first first. */
export class Faults {
  #waiting: Waiting[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#waiting = [];
  }

  take(request: SeenRequest): Fault | undefined {
    const found = this.#waiting.find(({ fault: { of } }) => of?.(request) ?? true);
    if (!found) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.#waiting = this.#waiting.filter((one) => one !== found);
    return found.fault;
  }
}
