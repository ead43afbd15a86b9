import type { Samples } from './rounds.ts';

/** What a figure must reach, and what was measured. */
export interface Goal {
  readonly text: string;
  readonly measured: number;
  readonly atMost: number;
  readonly unit: string;
}

export interface Outcome {
  readonly samples: Samples;
  readonly goals: readonly Goal[];
  /** What was not measured, and why. */
  readonly skipped: readonly string[];
  /** What a reader of the result must know: sizes, sums that were compared. */
  readonly notes: readonly string[];
  readonly versions?: Readonly<Record<string, string>>;
}

export interface Circumstances {
  readonly rounds: number;
  /** Another size than the figure's own, to try it out: such a result is not kept. */
  readonly size?: number;
  readonly say: (line: string) => void;
}

export interface Figure {
  /** One sentence: what is compared. */
  readonly about: string;
  /** Unless the command line says otherwise. */
  readonly rounds: number;
  readonly measure: (circumstances: Circumstances) => Promise<Outcome>;
}
