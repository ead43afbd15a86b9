import type { Verdict } from '../../../ports/index.ts';

/** One number of a monitor, or one for each of the things that it measures one by one. */
export interface Measured {
  /** Without a value: not known yet. */
  readonly parts: readonly { readonly of: string; readonly value?: number }[];
  /** Of all parts together, where it is not that of the worst. */
  readonly value?: number;
  /** Why there is no number yet, as a sentence without its end. */
  readonly unknown?: string;
  /** Of how many rows or requests it is. */
  readonly samples?: number;
  /** One sentence without its end, of the part that is worst. */
  readonly what: (worst: string, value: number) => string;
  /** What a person wants to know of those that are broken; asked for only then. */
  readonly facts: (broken: readonly string[]) => Promise<readonly string[]>;
  /** Commands that show more, of those that are broken. */
  readonly look: (broken: readonly string[]) => readonly string[];
}
export type Judgement = Exclude<Verdict, 'failed'>;
