/** Why a request has no answer, as its status and body say. `docs/reference/endpoints.md` lists them, and a test keeps the two equal. */
export const refusals = Object.freeze({
  REQUEST_MALFORMED: { status: 400, means: 'What was sent is no HTTP.' },
  REQUEST_NOT_JSON: { status: 400, means: 'The body is no JSON in UTF-8.' },
  TOKEN_NEEDED: { status: 401, means: 'From another machine this needs the token of the endpoint.' },
  PATH_UNKNOWN: { status: 404, means: 'Nothing is at that path.' },
  METHOD_WRONG: { status: 405, means: 'The path is there, and takes another method.' },
  REQUEST_SLOW: { status: 408, means: 'The request did not arrive in time.' },
  REQUEST_TOO_LARGE: { status: 413, means: 'The body, a list or a batch is larger than the endpoint takes.' },
  CONTENT_TYPE_WRONG: { status: 415, means: 'The body is not sent as application/json.' },
  REQUEST_INVALID: { status: 422, means: 'A field is missing, unknown, or not what is declared.' },
  REQUEST_REFUSED: { status: 422, means: 'The endpoint itself cannot answer such a request, and says why.' },
  HEADERS_TOO_LARGE: { status: 431, means: 'The headers are larger than 16 KiB.' },
  ANSWER_FAILED: { status: 500, means: 'No answer could be made: the fallback failed too, or there is none.' },
  MODEL_MISSING: { status: 503, means: 'There is no model yet, and no fallback.' },
  NOT_READY: { status: 503, means: 'Rows that the endpoint looks up are not published yet.' },
  ANSWER_LATE: { status: 504, means: 'No answer came, from the fallback neither.' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly means: string }>>);

export type RefusalCode = keyof typeof refusals;
export interface RefusalDetails {
  readonly message: string;
  /** A field, such as `cases[3].lawyer_ids[0]`, a header, a path. */
  readonly where?: string;
  readonly got?: string;
  readonly allowed?: string;
  readonly next?: string;
}

/** A request that is not answered; whoever sent it is told why, and nobody else. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly details: RefusalDetails;

  constructor(code: RefusalCode, details: RefusalDetails) {
    // Bad requests are many, and where in this code they are refused says nothing.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(details.message);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return refusals[this.code].status;
  }
  toJSON(): object {
    return { code: this.code, ...this.details };
  }
}

const longest = 80;
/** A value of a request, for whoever sent it. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  // JSON has no infinity: it is a number beyond what a double holds.
  if (value === Infinity || value === -Infinity) return `a number ${value > 0 ? 'above 1.8e308' : 'below -1.8e308'}`;
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
