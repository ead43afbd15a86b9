import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { memoryWarehouse } from '../../../config/memory.ts';
import { encode, encodingOf, type FeatureColumn } from '../../../learn/features.ts';
import { assigned, kmeans } from '../../../learn/kmeans/kmeans.ts';
import { logistic } from '../../../learn/logistic.ts';
import { Random } from '../../../learn/random.ts';
import { kmeansQuery } from './kmeans.ts';
import { logisticExpression } from './linear.ts';

const warehouse = await memoryWarehouse();
after(() => warehouse.close());
const { dialect } = warehouse;

const random = new Random(7);
const plans = ['básico', "d'ouro", 'pro'];
/** Numbers on very different scales, a word, a boolean; some are missing. */
const people = Array.from({ length: 400 }, (_, id) => {
  const group = id % 3;
  return {
    id,
    minutes: random.next() < 0.1 ? null : group * 2000 + random.next() * 900 - 1e-7,
    share: (group + random.next()) / 10_000,
    plan: random.next() < 0.1 ? null : (plans[random.below(3)] as string),
    active: random.next() < 0.1 ? null : random.next() < 0.5,
  };
});
type Person = (typeof people)[number];
const query = `select * from (values ${people
  .map(
    (one) =>
      `(${Object.values(one)
        .map((value) => dialect.literal(value))
        .join(', ')})`,
  )
  .join(', ')}) as t (id, minutes, share, plan, active)`;

const numbers = (name: 'minutes' | 'share'): FeatureColumn => ({
  of: 'numbers',
  values: Float64Array.from(people, (one) => one[name] ?? 0),
  valid: Uint8Array.from(people, (one) => (one[name] === null ? 0 : 1)),
});
const columns = {
  minutes: numbers('minutes'),
  share: numbers('share'),
  plan: {
    of: 'texts',
    codes: Int32Array.from(people, (one) => (one.plan === null ? -1 : plans.indexOf(one.plan))),
    words: plans,
  },
  active: {
    of: 'booleans',
    values: Uint8Array.from(people, (one) => (one.active ? 1 : 0)),
    valid: Uint8Array.from(people, (one) => (one.active === null ? 0 : 1)),
  },
} as const satisfies Record<string, FeatureColumn>;
const encodingWith = (options: { readonly filled: boolean; readonly withoutFirst?: boolean }) =>
  encodingOf(
    [
      { name: 'minutes', column: columns.minutes, ...(options.filled ? { missing: 'mean' as const } : {}) },
      { name: 'share', column: columns.share },
      { name: 'plan', column: columns.plan },
      { name: 'active', column: columns.active, missing: 0 },
    ],
    options,
  );
const asked = async (statement: string) => (await warehouse.query(statement, { limit: 1000, catalogs: [] })).rows;

test('the nearest centre is the same in SQL and in JavaScript, the distance to the last bit', async () => {
  const encoding = encodingWith({ filled: true });
  const { matrix } = encode(columns, encoding);
  const model = kmeans(matrix, { clusters: 4, restarts: 3 });
  const own = kmeansQuery({ query, columns: ['id', 'plan'] }, { ...model, encoding }, dialect);
  const rows = await asked(`select id, plan, centroid_id, distance from (${own}) order by id`);
  const { labels } = assigned(matrix, model);
  assert.deepEqual(
    rows.map(([, , centroid]) => Number(centroid)),
    [...labels],
  );
  const sum = rows.reduce((all, [, , , distance]) => all + Number(distance) ** 2, 0);
  assert.ok(Math.abs(sum - model.inertia) < 1e-9 * model.inertia);
  assert.deepEqual(
    rows.map(([, plan]) => plan),
    people.map((one: Person) => one.plan),
  );
});

test('a row of which something is missing that nothing stands for has no centre', async () => {
  const encoding = encodingWith({ filled: false });
  const { matrix, rows: kept } = encode(columns, encoding);
  const model = kmeans(matrix, { clusters: 3, restarts: 2 });
  const own = kmeansQuery({ query, columns: ['id'] }, { ...model, encoding }, dialect);
  const rows = await asked(`select id, centroid_id, distance from (${own}) order by id`);
  const found = new Map(rows.map(([id, centroid, distance]) => [Number(id), [centroid, distance]]));
  for (const { id, minutes } of people) assert.equal(found.get(id)?.[0] === null, minutes === null);
  assert.deepEqual(
    [...kept].map((id) => Number(found.get(id)?.[0])),
    [...assigned(matrix, model).labels],
  );
  assert.equal(rows.length, people.length);
});

test('of two centres that are equally near the lower number counts, and one centre is nearest to all', async () => {
  const encoding = { features: [{ name: 'x', as: 'number' as const }] };
  const scale = { means: Float64Array.of(0), deviations: Float64Array.of(1) };
  const three = { query: 'select * from (values (0), (1), (-3)) as t (x)', columns: ['x'] };
  const pair = kmeansQuery(three, { encoding, scale, centres: Float64Array.of(1, -1) }, dialect);
  const rows = await asked(`select x, centroid_id from (${pair}) order by x`);
  assert.deepEqual(
    rows.map((row) => row.map(Number)),
    [
      [-3, 1],
      [0, 0],
      [1, 0],
    ],
  );
  const single = kmeansQuery(three, { encoding, scale, centres: Float64Array.of(1) }, dialect);
  assert.deepEqual(
    (await asked(`select distinct centroid_id from (${single})`)).map((row) => row.map(Number)),
    [[0]],
  );
});

test('a row of which something is missing that nothing stands for has no probability', async () => {
  const encoding = encodingWith({ filled: false, withoutFirst: true });
  const coefficients = [0.5, 1e-4, 2, 0.1, -0.3, 0.2];
  const expression = logisticExpression({ encoding, coefficients }, dialect);
  const rows = await asked(`select id, ${expression} as p from (${query}) order by id`);
  for (const [id, p] of rows) assert.equal(p === null, people[Number(id)]?.minutes === null, String(id));
});

test('a probability is the same in SQL and in JavaScript, however far away', async () => {
  const encoding = encodingWith({ filled: true, withoutFirst: true });
  const { matrix } = encode(columns, encoding);
  const outcomes = people.map((one) => ((one.minutes ?? 0) > 2500 !== random.next() < 0.2 ? 1 : 0));
  const model = logistic(matrix, outcomes, { ridge: 0.1 });
  assert.equal(model.ended, 'converged');
  const expression = logisticExpression({ encoding, coefficients: model.coefficients }, dialect);
  const rows = await asked(`select id, ${expression} as p from (${query}) order by id`);
  for (const [row, [, p]] of rows.entries()) {
    let sum = model.coefficients[0] as number;
    for (let column = 0; column < matrix.columns; column += 1)
      sum += (model.coefficients[column + 1] as number) * (matrix.values[row * matrix.columns + column] as number);
    assert.ok(Math.abs(Number(p) - 1 / (1 + Math.exp(-sum))) < 1e-14);
  }
  const far = { encoding: { features: [{ name: 'x', as: 'number' as const }] }, coefficients: [0, 1] };
  const ends = await asked(`select ${logisticExpression(far, dialect)} as p from (values (1e6), (-1e6), (0)) as t (x)`);
  assert.deepEqual(
    ends.map(([p]) => (Number(p) < 1e-300 ? 0 : Number(p))),
    [1, 0, 0.5],
  );
});
