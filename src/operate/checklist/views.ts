/** `unknown`: there is nothing to judge it by yet; it does not fail. */
export type ItemState = 'ok' | 'failed' | 'unknown';

/** One thing that is looked at before a day is called good. */
export interface ItemView {
  /** A built-in look, or the monitor or check of that name. */
  readonly kind: 'event' | 'rows' | 'monitor' | 'check' | 'objective' | 'activation';
  readonly item: string;
  readonly state: ItemState;
  /** One sentence, with the figure. */
  readonly what: string;
  /** What was expected. */
  readonly limit?: string;
  /** The event or query, line by line. */
  readonly evidence: readonly string[];
  /** When it was measured. */
  readonly at: string;
  readonly run?: string;
  readonly next: readonly string[];
}
export interface ChecklistView {
  readonly pipeline: string;
  readonly date: string;
  readonly environment: string;
  readonly items: readonly ItemView[];
  /** What the pipeline is for beyond one good day; of one whose models are trained by a schedule, or served. They look back 30 days. */
  readonly objectives: readonly ItemView[];
  /** None of the items has failed; whether the objectives are reached is another matter. */
  readonly ok: boolean;
}
