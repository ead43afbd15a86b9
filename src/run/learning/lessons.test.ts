import assert from 'node:assert/strict';
import { test } from 'node:test';
import { learn, type Training } from './lessons.ts';

const count = 400;
const x = Float64Array.from({ length: count }, (_, row) => (row * 7) % 100);
const flags = (isMeant: (row: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: count }, (_, row) => Number(isMeant(row)));
const isOfNorth = (row: number): boolean => row % 2 === 0;
/** Two shops; a fifth of the rows is kept to judge with. */
const training = (
  learner: Training['learner'],
  {
    held,
    known = () => true,
    y = (row) => (row * 13) % 100 < (x[row] as number),
  }: {
    readonly held: (row: number) => boolean;
    readonly known?: (row: number) => boolean;
    readonly y?: (row: number) => boolean;
  },
): Training => ({
  ...{ learner, features: [{ name: 'x' }], target: 'y', held: 'held', across: [], asks: false, former: [] },
  options: learner === 'boosted trees' ? { trees: 3 } : {},
  each: [{ name: 'shop', kind: 'text' }],
  rows: count,
  columns: {
    x: { of: 'numbers', values: x },
    y: { of: 'booleans', values: flags(y), valid: flags(known) },
    shop: {
      of: 'texts',
      words: ['north', 'south'],
      codes: Int32Array.from(x, (_, row) => (isOfNorth(row) ? 0 : 1)),
    },
    held: { of: 'booleans', values: flags(held) },
  },
});
const isHeld = (row: number): boolean => row % 5 === 0;
const progress = (): void => {};

for (const learner of ['logistic regression', 'boosted trees'] as const) {
  test(`${learner}: a member without a row to judge by has no figures and says why; where no member has one nothing is trained`, async () => {
    const whole = await learn(training(learner, { held: isHeld }), { progress });
    assert.deepEqual(
      whole.members.map(({ member, rows, held }) => [member['shop'], rows, held]),
      [
        ['north', 160, 40],
        ['south', 160, 40],
      ],
    );
    const late = training(learner, { held: isHeld, known: (row) => isOfNorth(row) || !isHeld(row) });
    const why = 'no row that is kept to judge with has a known target and the features that it needs';
    const southOf = async (of: Training) => (await learn(of, { progress })).members[1];
    const { unjudged, measures, samples } = (await southOf(late)) ?? {};
    assert.deepEqual({ unjudged, measures, samples }, { unjudged: why, measures: {}, samples: 0 });
    const absent = training(learner, { held: (row) => isHeld(row) && isOfNorth(row) });
    assert.equal((await southOf(absent))?.unjudged, 'no row is kept to judge with');
    const unknown = training(learner, { held: isHeld, known: (row) => !isHeld(row) });
    await assert.rejects(learn(unknown, { progress }), { name: 'RangeError', message: `shop north: ${why}` });
  });
}

test('rows that watch when to stop teach nothing, and are the same whatever the seed', async () => {
  const textOf = async (seed: number, y: (row: number) => boolean): Promise<string> => {
    const of = training('boosted trees', { held: isHeld, y });
    const { members } = await learn(
      {
        ...of,
        ...{ each: [], watching: 'watches', options: { trees: 5, stopAfter: 5, rowsInLeaf: 5, seed } },
        columns: { ...of.columns, watches: { of: 'booleans', values: flags((row) => row % 5 === 1) } },
      },
      { progress },
    );
    const { parameters } = members[0] ?? {};
    // Which of the trees are kept is what those that watch say.
    return parameters && 'text' in parameters ? (/Tree=0.*?\n\n/s.exec(parameters.text)?.[0] ?? '') : '';
  };
  const y = (row: number): boolean => (row * 13) % 100 < (x[row] as number);
  const first = await textOf(1, y);
  assert.match(first, /leaf_value/);
  assert.equal(await textOf(2, y), first);
  assert.equal(await textOf(1, (row) => y(row) !== (row % 5 === 1)), first);
  assert.notEqual(await textOf(1, (row) => y(row) !== (row % 5 === 2)), first);
});

/** Held rows that the champion was made of. */
const isOld = (row: number): boolean => isHeld(row) && row % 10 === 0;
/** What is learned beside a champion that was made of some held rows, or of all of them. */
async function beside(learner: Training['learner'], more: Partial<Training> = {}) {
  const champion = training(learner, { held: isHeld });
  const former = (await learn({ ...champion, each: [] }, { progress })).members;
  const options = learner === 'boosted trees' ? { trees: 6 } : { ridge: 5 };
  const of = async (one: Training, fresh?: (row: number) => boolean) => {
    const marked = fresh ? { fresh: 'fresh', columns: { ...one.columns, fresh: column(flags(fresh)) } } : {};
    const { members } = await learn(
      { ...one, each: [], former, formerDate: '2026-03-09', options, ...more, ...marked },
      { progress },
    );
    return members[0] as (typeof members)[number];
  };
  // Where others have no label yet, those that are left judge alone.
  const late = training(learner, { held: isHeld, known: (row) => !isOld(row) });
  return {
    ...{ whole: await of(champion), some: await of(champion, (row) => !isOld(row)) },
    ...{ none: await of(champion, (row) => !isHeld(row)), alone: await of(late) },
  };
}
const column = (values: Uint8Array) => ({ of: 'booleans', values }) as const;

for (const learner of ['logistic regression', 'boosted trees'] as const)
  test(`${learner}: with a champion only what it was not made of is compared; all that is held judges the new one`, async () => {
    const { whole, some, none, alone } = await beside(learner);
    assert.deepEqual([some.measures, some.held], [whole.measures, 80]);
    assert.notDeepEqual(alone.champion, whole.champion);
    assert.deepEqual([some.champion, some.beside], [alone.champion, alone.measures]);
    assert.deepEqual([whole.beside, whole.incomparable], [undefined, undefined]);
    assert.deepEqual([none.champion, none.measures], [undefined, whole.measures]);
    assert.equal(
      none.incomparable,
      'it was trained for 2026-03-09, and may have learned all that is kept to judge with',
    );
    assert.deepEqual([whole.compared, some.compared, none.compared], [80, 40, undefined]);
    assert.deepEqual(some.left, {});
  });

test('what goes on from a champion is judged by nothing that the champion was made of; where nothing else is held it is trained anew', async () => {
  const { some, none, alone } = await beside('boosted trees', { refine: { added: 2, most: 20 } });
  assert.deepEqual(some.refined, { trees: 3, added: 2 });
  assert.deepEqual(
    [some.measures, some.held, some.champion, some.beside, some.left],
    [alone.measures, 40, alone.champion, undefined, {}],
  );
  assert.match(JSON.stringify(none.refined), /anew.*the champion was trained for 2026-03-09, and may have learned all/);
  assert.equal(none.held, 80);
});
