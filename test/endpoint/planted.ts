import { evidenceP } from '../../src/quality/degradation/evidence.ts';
import { pairs, type Sample } from '../../src/quality/degradation/pairs.ts';
import { Random } from '../run/support/random.ts';

/** What comes of requests, as it was planted. */
export interface Planted {
  readonly seed: number;
  /** Share of requests with a hit, of the versions before and of the new one, at noon of an ordinary day. */
  readonly before: number;
  readonly own: number;
  /** Requests of an hour, on average over a day; at night there are few. */
  readonly traffic: number;
  /** How far hits go up and down with the hour of the day, and at weekends; of both versions. */
  readonly cycle?: number;
  /** How far they have gone down by the end, evenly, whoever answers; traffic grows by half meanwhile. */
  readonly drift?: number;
  readonly days?: number;
}

const hour = 3_600_000;
const start = Date.parse('2026-03-02T00:00:00Z');
/** The versions before answered for so many days, unless it is said otherwise; then the new one does. */
const daysBefore = 28;

export function lifeOf({ seed, before, own, traffic, cycle = 0, drift = 0, days = 30 }: Planted): {
  readonly before: readonly Sample[];
  readonly own: readonly Sample[];
} {
  const random = new Random(seed);
  const draw = (from: number, to: number, rate: number): Sample[] => {
    const found: Sample[] = [];
    for (let at = from; at < to; at += hour) {
      const day = (at / hour / 24) % 7;
      const wave = Math.sin(((at / hour) % 24) * (Math.PI / 12) - Math.PI / 2);
      const passed = (at - start) / ((daysBefore + days) * 24 * hour);
      const wanted = traffic * (1 + 0.9 * wave) * (drift > 0 ? 1 + passed / 2 : 1);
      const share = rate + cycle * wave - (day >= 2 && day < 4 ? cycle / 2 : 0) - drift * passed;
      const requests = Math.floor(wanted) + (random.chance(wanted % 1) ? 1 : 0);
      for (let one = 0; one < requests; one += 1)
        found.push({ at: at + Math.floor((one / requests) * hour), value: random.chance(share) ? 1 : 0 });
    }
    return found;
  };
  const turn = start + daysBefore * 24 * hour;
  return { before: draw(start, turn, before).toReversed(), own: draw(turn, turn + days * 24 * hour, own) };
}

/** When somebody who looks each hour sees that it is worse: the samples of the new version by then; nothing where he never does. */
export function seenAfter(
  life: ReturnType<typeof lifeOf>,
  { margin, level, least }: { readonly margin: number; readonly level: number; readonly least: number },
): number | undefined {
  const { differences } = pairs(life.own, life.before);
  const isSeen = (count: number): boolean => evidenceP(differences.subarray(0, count), margin) <= level;
  if (differences.length < least || !isSeen(differences.length)) return undefined;
  // What was seen once stays seen: the first time is found by halving.
  let [below, seen] = [0, differences.length];
  while (seen - below > 1) {
    const middle = Math.floor((below + seen) / 2);
    if (isSeen(middle)) seen = middle;
    else below = middle;
  }
  const needed = Math.max(seen, least);
  const paired = pairedUpTo(life, needed);
  const looked = (Math.floor((life.own[paired - 1] as Sample).at / hour) + 1) * hour;
  return life.own.filter(({ at }) => at < looked).length;
}

/** How many samples there must be so that so many are compared. */
function pairedUpTo({ own, before }: ReturnType<typeof lifeOf>, wanted: number): number {
  let [below, enough] = [wanted - 1, own.length];
  while (enough - below > 1) {
    const middle = Math.floor((below + enough) / 2);
    if (pairs(own.slice(0, middle), before).differences.length >= wanted) enough = middle;
    else below = middle;
  }
  return enough;
}
