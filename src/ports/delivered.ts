/** What became of rows that a run was to write elsewhere, as the publication of their receipts says it. */
export interface Delivered {
  /** For people: `public.users of http://…`. */
  readonly place: string;
  /** Which of the publications of the table they are of. */
  readonly sequence: string;
  readonly generation: string;
  /** What receipts there were before: later ones are of these rows. */
  readonly since: string;
  /** Of those that were tried: `rows` = `sent` + `unchanged` + `failed`. */
  readonly rows: number;
  readonly sent: number;
  readonly unchanged: number;
  readonly failed: number;
  /** Those that were not tried: it was stopped, or the place could not be reached any more. */
  readonly left: number;
  readonly batches: number;
  /** The number of the last batch: a run that goes on counts from there. */
  readonly last: number;
  /** Requests that had to be sent again. */
  readonly retries: number;
  readonly seconds: number;
}

/** Rows are not there yet that should be. */
export const isOwing = (delivered: Delivered | undefined): boolean =>
  delivered !== undefined && delivered.failed + delivered.left > 0;
