import type { Sample } from './measure.ts';

/** Something that is measured beside others. */
export interface Contender {
  readonly name: string;
  /** What must be there before each round, not measured. */
  readonly prepare?: (round: number) => Promise<void> | void;
  readonly run: (round: number) => Promise<Sample>;
}

export type Samples = ReadonlyMap<string, readonly Sample[]>;

/** A B C, A B C, …: what else the machine does meets all of them alike. The first round only warms, and is not kept. */
export async function interleave(options: {
  readonly contenders: readonly Contender[];
  readonly rounds: number;
  readonly warm?: boolean;
  readonly say: (line: string) => void;
}): Promise<Samples> {
  const samples = new Map<string, Sample[]>(options.contenders.map((one) => [one.name, []]));
  for (let round = options.warm === false ? 1 : 0; round <= options.rounds; round++) {
    for (const one of options.contenders) {
      await one.prepare?.(round);
      const sample = await one.run(round);
      if (round > 0) samples.get(one.name)?.push(sample);
      const processor = sample.cpu === null ? '' : `, cpu ${sample.cpu.toFixed(2)} s`;
      options.say(`  round ${round}  ${one.name.padEnd(14)} ${sample.wall.toFixed(3)} s${processor}`);
    }
  }
  return samples;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

/** Medians of one contender's rounds, in seconds and bytes; NaN when it was not measured. */
export function medians(samples: Samples, name: string): { wall: number; cpu: number; memory: number } {
  const own = samples.get(name) ?? [];
  const of = (pick: (sample: Sample) => number | null) => median(own.map((sample) => pick(sample) ?? Number.NaN));
  return { wall: of((sample) => sample.wall), cpu: of((sample) => sample.cpu), memory: of((sample) => sample.memory) };
}
