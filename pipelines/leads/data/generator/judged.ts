import type { Person } from './people.ts';

/** How well whoever knows the truth would do: nobody does better, but for chance. */
export interface Best {
  readonly auc: number;
  readonly brier: number;
  readonly lift_top_decile: number;
}

export function bestOf(people: readonly (Person & { readonly converted: boolean })[]): Best {
  const sorted = people.toSorted((one, other) => one.chance - other.chance);
  const clients = sorted.filter(({ converted }) => converted).length;
  let [below, area] = [0, 0];
  for (const { converted } of sorted) {
    if (converted) area += below;
    else below += 1;
  }
  const tenth = sorted.slice(-Math.round(sorted.length / 10));
  const share = tenth.filter(({ converted }) => converted).length / tenth.length;
  return {
    auc: area / (clients * (sorted.length - clients)),
    brier: sorted.reduce((sum, { chance, converted }) => sum + (chance - Number(converted)) ** 2, 0) / sorted.length,
    lift_top_decile: share / (clients / sorted.length),
  };
}

/** By tenths, those with the greatest chance first: the mean of what is true of them. */
export function ratesByTenth(of: readonly { readonly score: number; readonly chance: number }[]): readonly {
  readonly score: number;
  readonly chance: number;
}[] {
  const sorted = of.toSorted((one, other) => other.score - one.score);
  return Array.from({ length: 10 }, (_, tenth) => {
    const own = sorted.slice(Math.round((tenth * sorted.length) / 10), Math.round(((tenth + 1) * sorted.length) / 10));
    const mean = (part: (one: (typeof own)[number]) => number): number =>
      own.reduce((sum, one) => sum + part(one), 0) / Math.max(1, own.length);
    return { score: mean(({ score }) => score), chance: mean(({ chance }) => chance) };
  });
}
