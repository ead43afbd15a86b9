/** The two-sample test of Kolmogorov and Smirnov. */
export interface KolmogorovSmirnov {
  /** The largest distance of the two shares of values up to x, over all x: from 0 to 1. */
  readonly distance: number;
  /** How likely a distance at least as large is when both come from one distribution; computed when it is asked for, up to half a second of thousands of rows. */
  readonly probability: () => number;
}

/** exp(−x) is 0 for so great an x, and so is a hundred times that. */
const noNumber = 750;
/** With more rows on a side than this the probability is that of its limit; scipy's `ks_2samp` changes at the same number. */
const exactUpTo = 10_000;

/** Of values in rising order; NaN where one side has none. */
export function kolmogorovSmirnov(before: ArrayLike<number>, now: ArrayLike<number>): KolmogorovSmirnov {
  const [all, others] = [before.length, now.length];
  if (all === 0 || others === 0) return { distance: Number.NaN, probability: () => Number.NaN };
  const most = mostApart(before, now);
  const distance = most / (all * others);
  const found = (): number =>
    Math.max(all, others) <= exactUpTo
      ? exact(distance, all, others)
      : beyond(distance, Math.round((all / (all + others)) * others));
  return { distance, probability: () => Math.min(1, Math.max(0, found())) };
}

/** The largest difference of the shares in whole numbers, multiples of 1 ÷ (all × others). */
function mostApart(before: ArrayLike<number>, now: ArrayLike<number>): number {
  const all = before.length;
  const others = now.length;
  let most = 0;
  let one = 0;
  let other = 0;
  // Which side is next is chance, so there is no branch for it; a value is looked at once all that equal it are behind.
  while (one < all && other < others) {
    const mine = before[one] as number;
    const theirs = now[other] as number;
    const value = Math.min(mine, theirs);
    one += +(mine <= theirs);
    other += +(theirs <= mine);
    const apart = Math.abs(one * others - other * all);
    if (apart > most && before[one] !== value && now[other] !== value) most = apart;
  }
  const last = Math.max(before[one - 1] ?? -Infinity, now[other - 1] ?? -Infinity);
  while (one < all && before[one] === last) one += 1;
  while (other < others && now[other] === last) other += 1;
  return Math.max(most, Math.abs(one * others - other * all));
}

/**
 * The share of the orders of both sides' values in which a distance is as large: paths from (0, 0) to (all, others) that leave a band, by Hodges (1958),
 * "The significance probability of the Smirnov two-sample test". What leaves it is added up, step by step, so that a small share has all its digits.
 */
function exact(distance: number, all: number, others: number): number {
  const [rows, columns] = [Math.min(all, others), Math.max(all, others)];
  // Distances are whole multiples of 1 ÷ (rows × columns); between two of them nothing is.
  const most = (Math.floor(distance * rows * columns - 1e-7) + 0.5) / (rows * columns);
  if (most < 0) return 1;
  // It is hardly above 2 exp(−2 z²): Wei and Dudley (2012), "Two-sample Dvoretzky–Kiefer–Wolfowitz inequalities". No number is that small.
  if (2 * distance ** 2 * (rows / (rows + columns)) * columns > noNumber) return 0;
  const firstOf = (row: number): number => Math.max(0, Math.ceil((row / rows - most) * columns));
  const lastOf = (row: number): number => Math.min(columns, Math.floor((row / rows + most) * columns));
  /** By column: the share of the paths that come from the row before. */
  const down = new Float64Array(columns + 1);
  down[0] = 1;
  let left = 0;
  for (let row = 0; row <= rows; row += 1) {
    const [last, next] = [lastOf(row), firstOf(row + 1)];
    let along = 0;
    for (let column = firstOf(row); column <= last; column += 1) {
      const share = (down[column] as number) + along;
      const steps = rows + columns - row - column;
      if (steps === 0) break;
      along = (share * (columns - column)) / steps;
      const below = (share * (rows - row)) / steps;
      if (column < next) left += below;
      down[column] = column < next ? 0 : below;
    }
    left += last < columns ? along : 0;
  }
  return left;
}

/**
 * 1 − the distribution of the distance of so many rows to their own, which is that of two samples with that many rows in effect: Pelz and Good (1976), as
 * Simard and L'Ecuyer (2011), "Computing the two-sided Kolmogorov–Smirnov distribution", print it; and far out the first term of Kolmogorov's own series.
 */
function beyond(distance: number, rows: number): number {
  const z = distance * Math.sqrt(rows);
  if (z < 0.05) return 1;
  if (z > 3) return 2 * Math.exp(-2 * z * z);
  const [square, fourth, sixth] = [z ** 2, z ** 4, z ** 6];
  let [limit, first, second, third] = [0, 0, 0, 0];
  for (let k = 0; k < 20; k += 1) {
    const [odd, even] = [(Math.PI * (k + 0.5)) ** 2, (Math.PI * k) ** 2];
    const [weight, other] = [Math.exp(-odd / (2 * square)), Math.exp(-even / (2 * square))];
    limit += weight;
    first += (odd - square) * weight;
    second +=
      (6 * sixth + 2 * fourth + odd * (2 * fourth - 5 * square) + odd ** 2 * (1 - 2 * square)) * weight -
      2 * z ** 4 * even * other;
    third +=
      (odd ** 3 * (5 - 30 * square) +
        odd ** 2 * (-60 * square + 212 * fourth) +
        odd * (135 * fourth - 96 * sixth) -
        (30 * sixth + 90 * z ** 8)) *
        weight +
      60 * fourth * (-(even ** 2) + 3 * even * square) * other;
  }
  const half = Math.sqrt(Math.PI / 2);
  // Each sum goes over negative k too, with the same terms.
  const share =
    (2 * half * limit) / z +
    (2 * half * first) / (6 * fourth * Math.sqrt(rows)) +
    (2 * half * second) / (72 * z ** 7 * rows) +
    (2 * half * third) / (6480 * z ** 10 * rows ** 1.5);
  return 1 - share;
}
