import type { FeatureColumn } from '../features.ts';
import { Random } from '../random.ts';

/** For tests and the long count: sales of products whose elasticities are known, with everything that hides them. */
export interface Simulated {
  readonly columns: Readonly<Record<string, FeatureColumn>>;
  readonly units: Float64Array;
  /** Of each product, in the order of their names. */
  readonly truth: Float64Array;
  /** What is left of it once the rival has answered. */
  readonly left: Float64Array;
  readonly products: readonly string[];
}
export interface Simulation {
  readonly seed: number;
  readonly products?: number;
  readonly days?: number;
  /** Share of the events that the calendar knows. */
  readonly known?: number;
  /** Which of the three are there; all by default. */
  readonly events?: boolean;
  readonly stockOuts?: boolean;
  readonly rivals?: boolean;
  /** Prices are held for a week. */
  readonly weekly?: boolean;
  /** How far what nobody explains of a day is that of the day before. */
  readonly memory?: number;
  /** So many days later the rival follows our price of a usual day; at once, and on event days too, where it is 0. */
  readonly follows?: number;
}

/**
 * Daily demand of the constant-elasticity form. Prices are raised on event days and in season (the elasticity looks smaller), demand is cut off at a stock of a
 * quarter more than usual, and a rival follows 70 % of every move.
 */
export function simulated({
  seed,
  products = 200,
  days = 365,
  known = 1,
  events = true,
  stockOuts = true,
  rivals = true,
  weekly = false,
  memory = 0,
  follows = 0,
}: Simulation): Simulated {
  const random = new Random(seed);
  const normal = (mean = 0, deviation = 1): number =>
    mean + deviation * Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const rows = products * days;
  const numbers = (): Float64Array => new Float64Array(rows);
  const [price, rival, month, units] = [numbers(), numbers(), numbers(), numbers()];
  const [event, soldOut] = [new Uint8Array(rows), new Uint8Array(rows)];
  const [truth, left] = [new Float64Array(products), new Float64Array(products)];
  for (let product = 0; product < products; product += 1) {
    const own = normal(-2.6, 0.4);
    truth[product] = own;
    const [cross, ofEvent, level] = [normal(0.5, 0.12), normal(0.8, 0.15), normal(5, 0.4)];
    left[product] = own + (rivals ? 0.7 * cross : 0);
    const months = Array.from({ length: 12 }, () => normal(0, 0.15));
    let [usual, unexplained] = [0, memory > 0 ? normal(0, 0.35) : 0];
    const calm = new Float64Array(days);
    for (let day = 0; day < days; day += 1) {
      const row = product * days + day;
      const place = Math.floor(day / 30.5) % 12;
      const isEvent = events && random.next() < 0.12;
      const season = events ? (months[place] as number) : 0;
      if (!weekly || day % 7 === 0) usual = normal(0, 0.08);
      const move = usual + (isEvent ? 0.18 : 0) + 0.3 * season;
      calm[day] = usual + 0.3 * season;
      const followed = follows === 0 ? move : (calm[day - follows] ?? 0);
      const answer = (rivals ? 0.7 * followed : 0) + normal(0, 0.08);
      unexplained = memory * unexplained + Math.sqrt(1 - memory ** 2) * normal(0, 0.35);
      const demand = level + own * move + cross * answer + (isEvent ? ofEvent : 0) + season + unexplained;
      const stock = stockOuts ? level + Math.log(1.25) + normal(0, 0.15) : Number.POSITIVE_INFINITY;
      price[row] = 20 * Math.exp(move);
      rival[row] = 20 * Math.exp(answer);
      month[row] = place + 1;
      units[row] = Math.exp(Math.min(demand, stock));
      soldOut[row] = demand > stock ? 1 : 0;
      event[row] = isEvent && random.next() < known ? 1 : 0;
    }
  }
  const names = Array.from({ length: products }, (_, product) => `p${String(product).padStart(4, '0')}`);
  const dates = Array.from({ length: days }, (_, day) => new Date(day * 86_400_000).toISOString().slice(0, 10));
  const of = { numbers: 'numbers', booleans: 'booleans' } as const;
  return {
    truth,
    left,
    units,
    products: names,
    columns: {
      sku: { of: 'texts', codes: Int32Array.from({ length: rows }, (_, row) => Math.floor(row / days)), words: names },
      price: { of: of.numbers, values: price },
      competitor_price: { of: of.numbers, values: rival },
      month: { of: of.numbers, values: month },
      promotion: { of: of.booleans, values: event },
      out_of_stock: { of: of.booleans, values: soldOut },
      date: { of: 'texts', codes: Int32Array.from({ length: rows }, (_, row) => row % days), words: dates },
    },
  };
}

/** How far estimates are from the truth. */
export interface Agreement {
  readonly bias: number;
  /** Share of the intervals that have the truth in them. */
  readonly coverage: number;
}
export function agreementOf(
  truth: Float64Array,
  found: readonly { readonly value: number; readonly low: number; readonly high: number }[],
): Agreement {
  const mean = (of: (one: (typeof found)[number], is: number) => number): number =>
    found.reduce((sum, one, at) => sum + of(one, truth[at] as number), 0) / found.length;
  return {
    bias: mean(({ value }, is) => value - is),
    coverage: mean(({ low, high }, is) => (low <= is && is <= high ? 1 : 0)),
  };
}
