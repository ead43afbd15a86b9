import type { FeatureColumn } from '../features.ts';
import { requestsOf } from '../ranking/requests.ts';
import type { Lesson } from './learned.ts';
import { pickedAll, rowsWhere } from './rows.ts';

/** Rows as they are asked for, one request after the other. */
export interface Requests {
  readonly columns: Readonly<Record<string, FeatureColumn>>;
  readonly sizes: Int32Array;
}
/** Enough to ask for one after the other, in rows. */
const usual = 10_000;

/** Every so many of the requests that were kept to judge with, or of those that there are: whole ones; a row alone where there are no requests. */
export function requestsIn(
  { columns, held, group }: Pick<Lesson, 'columns' | 'held' | 'group'>,
  count: number,
  { most = usual }: { readonly most?: number } = {},
): Requests {
  const kept = rowsWhere(count, (row) => held?.[row] === 1);
  const rows = kept.length > 0 ? kept : rowsWhere(count, () => true);
  const every = Math.ceil(rows.length / most);
  if (!group) {
    const some = rows.filter((_, at) => at % every === 0);
    return { columns: pickedAll(columns, some), sizes: new Int32Array(some.length).fill(1) };
  }
  const keys = group.of === 'texts' ? group.codes : group.values;
  const { order, groups } = requestsOf(Int32Array.from(rows, (row) => keys[row] as number));
  const places: number[] = [];
  let start = 0;
  for (const [request, size] of groups.entries()) {
    if (request % every === 0) for (let at = start; at < start + size; at += 1) places.push(order[at] as number);
    start += size;
  }
  return {
    columns: pickedAll(
      columns,
      Int32Array.from(places, (place) => rows[place] as number),
    ),
    sizes: groups.filter((_, request) => request % every === 0),
  };
}
