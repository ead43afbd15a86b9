import { createHash } from 'node:crypto';
import type { Line } from '../modes/rows.ts';

/** A line with where it stands: `things/01.jsonl:0000000001`. */
export interface Arrived {
  readonly line: Line;
  readonly at: string;
}
interface Seen {
  readonly k: number;
  readonly value: string;
  readonly amount: number;
  readonly gone: boolean;
  readonly seen: number;
  readonly at: string;
}

const isNumber = (value: unknown): value is number => typeof value === 'number';
const isGood = (line: Line): boolean =>
  typeof line['value'] === 'string' && isNumber(line['amount']) && line['amount'] >= 0;

/** Of a row that has ended only its key and when are asked. */
const isChange = (line: Line): boolean =>
  isNumber(line['k']) &&
  isNumber(line['version']) &&
  (line['gone'] === true || (line['gone'] === false && isGood(line)));

const dayOf = (number: number): string => Temporal.PlainDate.from('2026-01-01').add({ days: number }).toString();

/** As the engine makes JSON of a row, and the md5 of that. */
const contentOf = ({ k, value, amount, gone, seen }: Seen): string =>
  createHash('md5')
    .update(JSON.stringify({ k, value, amount, gone, seen: dayOf(seen) }))
    .digest('hex');

/** What a history should show of the lines that have arrived, whatever their order: of one time the line that stands last, or a delete, then the greatest content. */
export function versionsOf(arrived: readonly Arrived[], by: 'place' | 'content'): readonly string[] {
  const rows = arrived.flatMap(({ line, at }): Seen[] =>
    isChange(line) ? [{ ...(line as unknown as Seen), seen: line['version'] as number, at }] : [],
  );
  const rank = (row: Seen): string => (by === 'place' ? row.at : `${Number(row.gone)} ${contentOf(row)}`);
  return [...Map.groupBy(rows, ({ k }) => k).values()].flatMap((life) => {
    const moments = [...Map.groupBy(life, ({ seen }) => seen).values()].map((same) =>
      same.reduce((one, other) => (rank(other) > rank(one) ? other : one)),
    );
    const ordered = moments.toSorted((one, other) => one.seen - other.seen);
    const says = ({ gone, value, amount }: Seen): string => (gone ? 'gone' : JSON.stringify([value, amount]));
    const starts = ordered.filter((row, index) => index === 0 || says(row) !== says(ordered[index - 1] as Seen));
    return starts.flatMap((row, index) => {
      const next = starts[index + 1];
      const until = next ? dayOf(next.seen) : null;
      const { k, value, amount, seen } = row;
      return row.gone ? [] : [JSON.stringify([k, value, amount, dayOf(seen), dayOf(seen), until])];
    });
  });
}
export const invalidChanges = (arrived: readonly Arrived[]): number =>
  arrived.filter(({ line }) => !isChange(line)).length;

const isDaily = (line: Line): boolean =>
  typeof line['day'] === 'string' && isNumber(line['k']) && isNumber(line['version']) && isGood(line);

/** Every good line of each day. */
export const daysOf = (arrived: readonly Arrived[]): readonly string[] =>
  arrived.filter(({ line }) => isDaily(line)).map(({ line }) => textOf(line));
const textOf = ({ day, k, value, amount, version }: Line): string => JSON.stringify([day, k, value, amount, version]);

function latest(arrived: readonly Arrived[]): readonly Line[] {
  const found = new Map<string, Arrived>();
  for (const one of arrived.filter(({ line }) => isDaily(line))) {
    const key = JSON.stringify([one.line['day'], one.line['k']]);
    const before = found.get(key);
    const order = (row: Arrived) => row.line['version'] as number;
    const isLater = !before || order(one) > order(before) || (order(one) === order(before) && one.at > before.at);
    if (isLater) found.set(key, one);
  }
  return [...found.values()].map(({ line }) => line);
}
export const latestOf = (arrived: readonly Arrived[]): readonly string[] => latest(arrived).map(textOf);
export const invalidDays = (arrived: readonly Arrived[]): number => arrived.filter(({ line }) => !isDaily(line)).length;

/** Days with an even number of rows. */
export const sumsOf = (arrived: readonly Arrived[]): readonly string[] =>
  [...Map.groupBy(latest(arrived), (line) => line['day'])].flatMap(([day, lines]) =>
    lines.length % 2 === 0
      ? [JSON.stringify([day, lines.reduce((sum, line) => sum + (line['amount'] as number), 0)])]
      : [],
  );
