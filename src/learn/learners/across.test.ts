import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeatureColumn } from '../features.ts';
import { golden } from '../golden.ts';
import { Random } from '../random.ts';
import { largestGap } from '../ranking/fairness.ts';
import { requestsOf } from '../ranking/requests.ts';
import { measuresOf, type Outcomes } from '../trees/measures.ts';
import { judgedAcross, refuseMany } from './across.ts';
import type { Segments } from './learned.ts';
import { requestsIn } from './requests.ts';
import { picked } from './rows.ts';

interface Given {
  readonly scores: readonly number[];
  readonly grades: readonly number[];
  readonly groups: readonly (string | null)[];
  readonly sizes: readonly number[];
  readonly figures: Readonly<Record<string, Figures>>;
}
type Wanted = Readonly<Record<'samples' | 'ndcg' | 'hit' | 'requests' | 'exposure', number>>;
interface Figures {
  readonly all: Wanted;
  readonly groups: Readonly<Record<string, Wanted>>;
  readonly fairness: number;
  readonly fairness_of_hit: number;
  readonly exposure: number;
}
const given: Given = golden('across');
const cuts = [1, 3, 5];
const ranking = (outcomes: Outcomes) => measuresOf({ objective: 'lambdarank', at: cuts }, outcomes);
const texts = (values: readonly (string | null)[]): FeatureColumn => {
  const words = [...new Set(values)].filter((value) => value !== null);
  return {
    of: 'texts',
    words,
    codes: Int32Array.from(values, (value) => (value === null ? -1 : words.indexOf(value))),
  };
};
const outcomes: Outcomes = {
  predictions: Float64Array.from(given.scores),
  values: given.grades,
  groups: Int32Array.from(given.sizes),
};
const group = texts(given.groups);

const near = (found: number | undefined, right: number): void =>
  assert.ok(Math.abs((found ?? Number.NaN) - right) < 1e-12, `${found} and ${right}`);
function gaps({ exposure, values }: Segments, all: Readonly<Record<string, number>>, measure: string) {
  const own = values.map(({ samples, measures }) => ({ samples, figure: measures[measure] as number }));
  const shown = values.map((one) => ({ samples: one.shown?.requests ?? 0, figure: one.shown?.exposure ?? Number.NaN }));
  return [largestGap(all[measure] as number, own, 30), largestGap(exposure as number, shown, 30)] as const;
}

test('figures and gaps of groups are those of every order tried, by the group of the chosen candidate', () => {
  const [found] = judgedAcross({ group }, outcomes, ranking);
  assert.ok(found);
  assert.deepEqual(
    found.values.map(({ value }) => value),
    ['f', 'm', 'x'],
  );
  const all = ranking(outcomes);
  for (const cut of cuts) {
    const right = given.figures[cut] as Figures;
    near(all[`ndcg_at_${cut}`], right.all.ndcg);
    near(found.exposure, right.all.exposure);
    for (const { value, samples, measures, shown } of found.values) {
      const wanted = right.groups[value] as Wanted;
      assert.deepEqual([samples, shown?.requests], [wanted.samples, wanted.requests]);
      near(measures[`ndcg_at_${cut}`], wanted.ndcg);
      near(measures[`hit_at_${cut}`], wanted.hit);
      near(shown?.exposure, wanted.exposure);
    }
    const [fairness, exposure] = gaps(found, all, `ndcg_at_${cut}`);
    near(fairness, right.fairness);
    near(exposure, right.exposure);
    near(gaps(found, all, `hit_at_${cut}`)[0], right.fairness_of_hit);
  }
});

test('in whatever order rows stand, and whatever groups are called, figures stay as they are', () => {
  const random = new Random(9);
  const requests = given.sizes.flatMap((size, at) => new Array<number>(size).fill(at));
  const wanted = judgedAcross({ group }, outcomes, ranking)[0] as Segments;
  const renamed: Readonly<Record<string, string>> = { f: 'zeta', m: 'alpha', x: 'mu' };
  for (let time = 0; time < 5; time += 1) {
    const order = Int32Array.from(requests.keys()).toSorted(() => random.next() - 0.5);
    const together = requestsOf(Int32Array.from(order, (row) => requests[row] as number));
    const rows = together.order.map((place) => order[place] as number);
    const moved: Outcomes = {
      predictions: Float64Array.from(rows, (row) => given.scores[row] as number),
      values: Array.from(rows, (row) => given.grades[row] as number),
      groups: together.groups,
    };
    const other = picked(texts(given.groups.map((one) => one && (renamed[one] as string))), rows);
    const [found] = judgedAcross({ group: other }, moved, ranking);
    near(found?.exposure, wanted.exposure as number);
    for (const { value, samples, measures, shown } of wanted.values) {
      const own = found?.values.find((one) => one.value === renamed[value]);
      assert.deepEqual([own?.samples, own?.shown?.requests], [samples, shown?.requests]);
      near(own?.shown?.exposure, shown?.exposure as number);
      for (const [name, figure] of Object.entries(measures)) near(own?.measures[name], figure);
    }
  }
});

test('where there are no requests each row is of its own segment; numbers and booleans have segments too', () => {
  const rows: Outcomes = { predictions: Float64Array.of(1, 2, 3, 4), values: [1, 0, 3, 3] };
  const regression = (of: Outcomes) => measuresOf({ objective: 'regression' }, of);
  const across = {
    level: { of: 'numbers', values: Float64Array.of(1, 10, 1, 0), valid: Uint8Array.of(1, 1, 1, 0) },
    stays: { of: 'booleans', values: Uint8Array.of(0, 1, 1, 1) },
  } as const;
  const found = judgedAcross(across, rows, regression);
  assert.deepEqual(
    found.map(({ column, values }) => [column, ...values.map((one) => [one.value, one.samples, one.measures.mae])]),
    [
      ['level', ['1', 2, 0], ['10', 1, 2]],
      ['stays', ['false', 1, 0], ['true', 3, 1]],
    ],
  );
  assert.ok(found.every(({ exposure }) => exposure === undefined));
  assert.deepEqual(judgedAcross({}, rows, regression), []);
});

test('a column that tells nearly every row apart has no groups', () => {
  const ids = texts(Array.from({ length: 1001 }, (_, row) => `p${row}`));
  assert.throws(() => refuseMany({ ids }), /ids has 1001 values.*at most 1000/);
  refuseMany({
    ids: picked(
      ids,
      Int32Array.from({ length: 1000 }, (_, row) => row),
    ),
  });
});

test('requests to ask for are whole, are those kept to judge with, and are taken from all of the time', () => {
  const size = 4;
  const count = 4000;
  const row = Float64Array.from({ length: count }, (_, at) => at);
  const request = texts(Array.from(row, (at) => `r${Math.floor(at / size)}`));
  const held = Uint8Array.from(row, (at) => (at >= 2000 ? 1 : 0));
  const lesson = { columns: { row: { of: 'numbers', values: row } }, held, group: request } as const;
  const { columns, sizes } = requestsIn(lesson, count, { most: 500 });
  const values = columns['row']?.of === 'numbers' ? [...columns['row'].values] : [];
  assert.deepEqual([sizes.length, values.length, new Set(sizes)], [125, 500, new Set([size])]);
  assert.deepEqual(values.slice(0, 5), [2000, 2001, 2002, 2003, 2016]);
  assert.equal(requestsIn({ columns: lesson.columns }, count, { most: 500 }).sizes.length, 500);
});
