import { setTimeout as rest } from 'node:timers/promises';
import type { PlainRow } from './pretended.ts';
import type { PredictedRow } from './readers.ts';
import { type ServedModel, UnknownMember } from './served.ts';

/** How far a version is from the one before it, on the same rows. */
export interface Comparison {
  /** Of recent requests, or such as the training rows were where there was none. */
  readonly of: 'requests' | 'pretended';
  readonly requests: number;
  readonly rows: number;
  /** By what is predicted: the mean and the greatest distance of the two, over rows of which both say something. */
  readonly outputs: Readonly<Record<string, { readonly mean: number; readonly most: number }>>;
  /** Requests whose row with the greatest first output is the same, as a share of those with several rows. */
  readonly sameFirst?: number;
}

/** In milliseconds: after so much work the process has so long for what it is asked. */
const work = 1;
const breath = 3;

/**
 * Has a version predict these requests on the thread that will serve it, by and by, and compares what it says with another. Requests that one of the two cannot
 * predict are left out.
 */
export async function compared(
  fresh: ServedModel,
  before: ServedModel | undefined,
  { requests, of }: { readonly requests: readonly (readonly PlainRow[])[]; readonly of: Comparison['of'] },
): Promise<Comparison | undefined> {
  const pairs: [readonly PredictedRow[], readonly PredictedRow[]][] = [];
  let rested = performance.now();
  for (const rows of requests) {
    const pair = [fresh, before].map((model) => model && said(model, rows));
    if (pair[0] && pair[1]) pairs.push([pair[0], pair[1]]);
    if (performance.now() - rested < work) continue;
    await rest(breath);
    rested = performance.now();
  }
  if (!before) return undefined;
  const several = pairs.filter(([rows]) => rows.length > 1);
  const same = several.filter(([one, other]) => firstOf(one) === firstOf(other)).length;
  return {
    ...{ of, requests: pairs.length, rows: pairs.reduce((sum, [rows]) => sum + rows.length, 0) },
    outputs: distances(pairs),
    ...(several.length > 0 ? { sameFirst: same / several.length } : {}),
  };
}

function said(model: ServedModel, rows: readonly PlainRow[]): readonly PredictedRow[] | undefined {
  try {
    return model.predict(rows);
  } catch (error) {
    if (!(error instanceof UnknownMember)) throw error;
    return undefined;
  }
}

function firstOf(rows: readonly PredictedRow[]): number {
  const values = rows.map((row) => Object.values(row)[0] ?? Number.NEGATIVE_INFINITY);
  return values.indexOf(Math.max(...values));
}

function distances(pairs: readonly (readonly [readonly PredictedRow[], readonly PredictedRow[]])[]) {
  const sums = new Map<string, { sum: number; most: number; count: number }>();
  for (const [one, other] of pairs)
    for (const [row, values] of one.entries())
      for (const [name, value] of Object.entries(values)) {
        const before = other[row]?.[name] ?? null;
        if (value === null || before === null) continue;
        const distance = Math.abs(value - before);
        // One before that said what is no number is not compared with.
        if (!Number.isFinite(distance)) continue;
        const known = sums.get(name) ?? { sum: 0, most: 0, count: 0 };
        sums.set(name, known);
        known.sum += distance;
        known.count += 1;
        known.most = Math.max(known.most, distance);
      }
  return Object.fromEntries([...sums].map(([name, { sum, most, count }]) => [name, { mean: sum / count, most }]));
}
