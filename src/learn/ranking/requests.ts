/** Rows by request: `groups` has how many rows each request has, and `order` brings those of one request together. */
export interface Requests {
  readonly order: Int32Array;
  readonly groups: Int32Array;
  /** The row of each request that was seen first. */
  readonly firsts: Int32Array;
}

/** Requests in the order in which they first appear, their rows in the order in which they stand. */
export function requestsOf(keys: ArrayLike<number | bigint | string>): Requests {
  const places = new Map<number | bigint | string, number>();
  const firsts: number[] = [];
  const counts: number[] = [];
  const own = new Int32Array(keys.length);
  for (let row = 0; row < keys.length; row += 1) {
    const key = keys[row] as number | bigint | string;
    let place = places.get(key);
    if (place === undefined) {
      place = firsts.length;
      places.set(key, place);
      firsts.push(row);
      counts.push(0);
    }
    own[row] = place;
    counts[place] = (counts[place] as number) + 1;
  }
  const ends: number[] = [];
  for (const count of counts) ends.push((ends.at(-1) ?? 0) + count);
  const next = counts.map((count, place) => (ends[place] as number) - count);
  const order = new Int32Array(keys.length);
  for (let row = 0; row < keys.length; row += 1) {
    const place = own[row] as number;
    order[next[place] as number] = row;
    next[place] = (next[place] as number) + 1;
  }
  return { order, groups: Int32Array.from(counts), firsts: Int32Array.from(firsts) };
}

/** Candidates of requests as they were ranked and as they turned out; rows of a request stand together. */
export interface Judged {
  readonly scores: ArrayLike<number>;
  /** 0: not chosen. */
  readonly grades: ArrayLike<number>;
  readonly groups: Int32Array;
}

/** Each request's rows, from `start` to before `end`. */
export function* eachRequest(
  groups: Int32Array,
): Generator<{ readonly request: number; readonly start: number; readonly end: number }> {
  let start = 0;
  for (const [request, rows] of groups.entries()) {
    yield { request, start, end: start + rows };
    start += rows;
  }
}

/** Rows of the request that has most. */
export const longest = (groups: Int32Array): number => groups.reduce((most, rows) => Math.max(most, rows), 0);

/** Rows of a request by falling score. */
export function ranked(scores: ArrayLike<number>, start: number, end: number): Int32Array {
  const order = Int32Array.from({ length: end - start }, (_, place) => start + place);
  // Sorting is stable: equal ones stay as they stand.
  return order.sort((one, other) => (scores[other] as number) - (scores[one] as number));
}

/** Where among ranked rows the ties end that begin at a place. */
export function tieEnd(order: Int32Array, scores: ArrayLike<number>, place: number): number {
  let end = place + 1;
  while (end < order.length && scores[order[end] as number] === scores[order[place] as number]) end += 1;
  return end;
}
