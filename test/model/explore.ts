import { isAtRest, wrongIn } from './judge.ts';
import { isOutside, type Limits, moves } from './moves.ts';
import { beginning, isSettled, nameOf, type Variant, type World } from './state.ts';

export interface Explored {
  readonly worlds: number;
  /** Worlds in which nothing is left to be done. */
  readonly ends: number;
  readonly bad: number;
  /** From here no way leads on. */
  readonly stuck: number;
  readonly wrongs: Readonly<Record<string, number>>;
  /** The shortest way to a bad world. */
  readonly way?: readonly string[];
}
interface Reached {
  readonly world: World;
  readonly said?: string;
  readonly from?: Reached;
}

function wayTo(end: Reached): readonly string[] {
  const way: string[] = [];
  for (let at: Reached | undefined = end; at?.said; at = at.from) way.unshift(at.said);
  return way;
}

/**
 * Every world that can be reached, in every order in which the processes' actions and what disturbs them can fall; the nearest first.
 * `untilBad`: a bad world ends it.
 */
export function explore(variant: Variant, limits: Limits, { untilBad = false } = {}): Explored {
  const seen = new Set([nameOf(beginning)]);
  const wrongs: Record<string, number> = {};
  let [ends, bad, stuck] = [0, 0, 0];
  let way: readonly string[] | undefined;
  let near: Reached[] = [{ world: beginning }];
  while (near.length > 0 && !(untilBad && bad > 0)) {
    const far: Reached[] = [];
    for (const at of near) {
      const { world } = at;
      if (isAtRest(world, variant)) ends++;
      const wrong = wrongIn(world, variant);
      if (wrong) {
        bad++;
        wrongs[wrong] = (wrongs[wrong] ?? 0) + 1;
        way ??= [...wayTo(at), wrong];
        continue;
      }
      const next = moves(world, variant, limits);
      if (!isSettled(world, variant) && next.every(isOutside)) stuck++;
      for (const { said, world: reached } of next) {
        const name = nameOf(reached);
        if (seen.has(name)) continue;
        seen.add(name);
        far.push({ world: reached, said, from: at });
      }
    }
    near = far;
  }
  return { worlds: seen.size, ends, bad, stuck, wrongs, ...(way ? { way } : {}) };
}
