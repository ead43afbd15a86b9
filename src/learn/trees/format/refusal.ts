/** Why a model file is not read. */
export type Unreadable = 'cut off' | 'contradicts itself' | 'of a kind that is not known';

/** A model file that cannot be trusted is refused whole: a tree less, or a number read wrongly, would predict without anybody seeing it. */
export class UnreadableModel extends RangeError {
  override readonly name = 'UnreadableModel';
  readonly reason: Unreadable;
  /** What stands there. */
  readonly got: string | undefined;

  constructor(reason: Unreadable, what: string, got?: string) {
    super(`the model file ${what}${got === undefined ? '' : `: ${got.slice(0, 80)}`}`);
    this.reason = reason;
    this.got = got;
  }
}

export const broken = (what: string, got?: string): UnreadableModel =>
  new UnreadableModel('contradicts itself', what, got);
export const unknown = (what: string, got?: string): UnreadableModel =>
  new UnreadableModel('of a kind that is not known', what, got);
export const cut = (what: string): UnreadableModel => new UnreadableModel('cut off', what);
