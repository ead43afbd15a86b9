import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Columns, col } from '../../columns/index.ts';
import { memoryWarehouse } from '../../config/memory.ts';
import {
  type AnyModel,
  boostedTrees,
  kmeans,
  lambdaMart,
  linearRegression,
  logisticRegression,
  model,
  regressionTrees,
  sql,
  table,
} from '../../define/index.ts';
import { readMembers } from '../../learn/learners/members.ts';
import { Random } from '../../learn/random.ts';
import { modelFile } from '../../registry/index.ts';
import { computedInput } from '../../run/learning/computed.ts';
import { learn, type Training } from '../../run/learning/lessons.ts';
import { opened, predictorFile, predictQuery } from '../../run/learning/predictor.ts';
import { packModel, Unservable } from './pack.ts';
import { type ServedModel, servedModel } from './served.ts';
import { wantedOf } from './wanted.ts';

const warehouse = await memoryWarehouse();
after(() => warehouse.close());
const { dialect } = warehouse;

const columns = {
  id: col.integer().key(),
  asked: col.text(),
  area: col.text(),
  far: col.real().optional(),
  cases: col.integer(),
  revenue: col.bigint(),
  price: col.decimal(10, 2).optional(),
  city: col.text().optional(),
  active: col.boolean().optional(),
  chosen: col.boolean(),
  worth: col.real(),
};
const rows = table('gold.rows', { columns, rows: sql`select 1` });
const features = ['far', 'cases', 'revenue', 'price', 'city', 'active'] as const;
const missing = { far: 'mean', price: 'leave out', active: 0 } as const;
const options = { from: rows, features, missing };
const trees = { trees: 20, leaves: 7, rowsInLeaf: 5 } as const;

const random = new Random(3);
const cities = ['São Paulo', "d'Oeste", 'Recife', 'Ü'];
const some = <T>(value: T): T | null => (random.next() < 0.12 ? null : value);
const people = Array.from({ length: 500 }, (_, id) => {
  const far = some(random.next() * 300 - 1e-9);
  return {
    id,
    asked: `r${Math.floor(id / 10)}`,
    area: id % 3 === 0 ? 'civil' : 'penal',
    far,
    cases: random.below(40) - 3,
    revenue: BigInt(random.below(1_000_000)) * 9_007_199_254n,
    price: some(`${random.below(90)}.${String(random.below(100)).padStart(2, '0')}`),
    city: some(cities[random.below(3)] as string),
    active: some(random.next() < 0.4),
    chosen: random.next() < (far ?? 100) / 400,
    worth: (far ?? 0) * 3 + random.next(),
  };
});
// Asked for later: a word that nobody has learned, zeros of both signs, and what is farther than anything before.
const later = [
  ...people.slice(0, 120),
  { ...people[3], id: 900, city: 'Nova', far: -0, cases: 0 },
  { ...people[4], id: 901, far: 1e300, revenue: 9_223_372_036_854_775_807n, price: '99999999.99' },
  { ...people[5], id: 902, far: null, price: null, city: null, active: null },
] as typeof people;
const valuesOf = (of: typeof people): string =>
  `select * from (values ${of
    .map(
      (one) =>
        `(${Object.values(one)
          .map((value) => dialect.literal(value))
          .join(', ')})`,
    )
    .join(', ')}) as t (${Object.keys(columns).join(', ')})`;
const cast = (of: typeof people): string =>
  `select ${Object.entries<Columns[string]>(columns)
    .map(([name, { facts }]) => `cast(${name} as ${dialect.type(facts)}) as ${name}`)
    .join(', ')} from (${valuesOf(of)})`;
const vectorsOf = (query: string, of: Columns) =>
  warehouse.vectors(query, { columns: of, file: `${process.env['TMPDIR'] ?? '/tmp'}/served-${process.pid}.parquet` });

/** What the warehouse says of the later rows, and what is served says of them. */
async function both(definition: AnyModel): Promise<{ expected: (number | null)[][]; served: ServedModel }> {
  const { facts } = definition;
  const asText = [...facts.each, ...(facts.group ? [facts.group] : [])];
  const taught = { ...columns, ...Object.fromEntries(asText.map((name) => [name, col.text()])) };
  const { columns: vectors } = await vectorsOf(`${cast(people)} order by id`, taught);
  const { members } = await learn(
    {
      ...{
        learner: facts.learner.learner as Training['learner'],
        options: facts.learner.options,
        across: [],
        asks: false,
        former: [],
      },
      features: features.map((name) => ({
        name,
        ...((missing as unknown as Record<string, never>)[name] !== undefined && {
          missing: (missing as unknown as Record<string, never>)[name],
        }),
      })),
      ...(facts.target ? { target: facts.target } : {}),
      ...(facts.group ? { group: facts.group } : {}),
      each: facts.each.map((name) => ({ name, kind: 'text' })),
      ...{ rows: people.length, columns: vectors },
    },
    { progress: () => {} },
  );
  const predictor = {
    model: 'c.ml.m',
    version: '1',
    members: members.map(({ member, parameters }) => ({ member, parameters })),
  };
  const file = predictorFile(predictor);
  const found = { is: 'whole', model: 'c.ml.m', version: '1', contentHash: 'h', parts: { [modelFile]: file } } as const;
  const about = { learner: facts.learner.learner, each: facts.each };
  const served = servedModel(packModel({ ...found, about }, wantedOf({ id: 'c.ml.m', definition })));
  const names = Object.keys(definition.output);
  if (!facts.learner.inProcess) {
    const query = predictQuery(predictor, { query: `(${cast(later)})`, columns: Object.keys(columns) }, dialect);
    const asked = await warehouse.query(`select id, ${names.join(', ')} from ${query} order by id`, {
      limit: 1000,
      catalogs: [],
    });
    return {
      served,
      expected: asked.rows.map(([, ...values]) => values.map((value) => (value === null ? null : Number(value)))),
    };
  }
  const computed = computedInput(
    definition,
    { ...predictor, members: opened(readMembers(file)) },
    { relation: 'r', query: '' },
  );
  const { columns: given } = await vectorsOf(`${cast(later)} order by id`, computed.columns);
  const values = computed.predict(given, later.length)[names[0] as string] as Float64Array;
  return { served, expected: Array.from(values, (value) => [value]) };
}

const target = { boolean: 'chosen', number: 'worth' } as const;
const models: Readonly<Record<string, { readonly definition: AnyModel; readonly ulps: number }>> = {
  'boosted trees': {
    definition: model('ml.a', { ...options, target: target.boolean, learner: boostedTrees(trees) }),
    ulps: 0,
  },
  'regression trees': {
    definition: model('ml.b', { ...options, target: target.number, learner: regressionTrees(trees) }),
    ulps: 0,
  },
  lambdamart: {
    definition: model('ml.c', {
      ...options,
      target: target.boolean,
      group: 'asked',
      learner: lambdaMart({ ...trees, at: [3] }),
    }),
    ulps: 0,
  },
  'a family of trees': {
    definition: model('ml.d', { ...options, target: target.boolean, each: ['area'], learner: boostedTrees(trees) }),
    ulps: 0,
  },
  'linear regression': {
    definition: model('ml.e', { ...options, target: target.number, learner: linearRegression() }),
    ulps: 0,
  },
  'a family of logistic regressions': {
    definition: model('ml.f', {
      ...options,
      target: target.boolean,
      each: ['area'],
      learner: logisticRegression({ ridge: 1 }),
    }),
    ulps: 4,
  },
  kmeans: { definition: model('ml.g', { ...options, learner: kmeans({ clusters: 4, restarts: 2 }) }), ulps: 0 },
};

for (const [name, { definition, ulps }] of Object.entries(models))
  test(`${name}: what is served says of each row what the warehouse says, to ${ulps === 0 ? 'the last bit' : 'some last digits'}`, async () => {
    const { expected, served } = await both(definition);
    const found = served.predict(later).map((row) => Object.values(row));
    assert.equal(found.length, expected.length);
    for (const [row, values] of expected.entries())
      for (const [at, value] of values.entries()) {
        const own = found[row]?.[at] ?? null;
        if (value === null || own === null || ulps === 0) assert.equal(own, value, `row ${row}`);
        else
          assert.ok(Math.abs(own - value) <= ulps * Number.EPSILON * Math.abs(value), `row ${row}: ${own}, ${value}`);
      }
    assert.ok(new Set(expected.flat()).size > (name === 'kmeans' ? 50 : 10), 'rows differ');
  });

test('a row of a member that was not trained is told from all others', async () => {
  const { served } = await both(models['a family of trees']?.definition as AnyModel);
  assert.throws(() => served.predict([{ ...people[0], area: 'fiscal' }]), {
    name: 'UnknownMember',
    message: /was not trained for this area$/,
  });
});

test('a version of another definition is not served, and why is said', () => {
  const definition = models['lambdamart']?.definition as AnyModel;
  const wanted = wantedOf({ id: 'c.ml.m', definition });
  const encoding = { features: features.map((name) => ({ name, as: 'number' as const })) };
  const published = (of: {
    readonly learner?: string;
    readonly parameters: object;
    readonly model?: string;
    readonly each?: readonly string[];
  }) => ({
    ...{ is: 'whole' as const, model: of.model ?? 'c.ml.m', version: '1', contentHash: 'h' },
    about: { learner: of.learner ?? 'lambdamart', each: of.each ?? [] },
    parts: { [modelFile]: Buffer.from(JSON.stringify({ members: [{ member: {}, parameters: of.parameters }] })) },
  });
  const linear = { learner: 'linear regression', encoding, coefficients: [0] };
  const cases = [
    [published({ parameters: linear, model: 'c.ml.other' }), 'other model', /of the model c\.ml\.other/],
    [published({ parameters: linear, learner: 'linear regression' }), 'schema', /learned by linear regression/],
    [published({ parameters: linear }), 'schema', /of linear regression/],
    [published({ parameters: linear, each: ['area'] }), 'schema', /one for each area/],
    [published({ parameters: { learner: 'lambdamart', text: 'tree\nversion=v9' } }), 'corrupt', /is not understood/],
    [{ ...published({ parameters: linear }), parts: {} }, 'corrupt', /has no model\.json/],
  ] as const;
  for (const [found, is, why] of cases)
    assert.throws(
      () => packModel(found, wanted),
      (error) => error instanceof Unservable && error.is === is && why.test(error.message),
      is,
    );
});
