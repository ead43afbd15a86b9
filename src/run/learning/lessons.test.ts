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
  { held, known = () => true }: { readonly held: (row: number) => boolean; readonly known?: (row: number) => boolean },
): Training => ({
  ...{ learner, features: [{ name: 'x' }], target: 'y', held: 'held', across: [], asks: false, former: [] },
  options: learner === 'boosted trees' ? { trees: 3 } : {},
  each: [{ name: 'shop', kind: 'text' }],
  rows: count,
  columns: {
    x: { of: 'numbers', values: x },
    y: { of: 'booleans', values: flags((row) => (row * 13) % 100 < (x[row] as number)), valid: flags(known) },
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
  test(`${learner}: a member of which nothing can be judged is refused by its name, and never judged by the rows that it was made of`, async () => {
    const whole = await learn(training(learner, { held: isHeld }), { progress });
    assert.deepEqual(
      whole.members.map(({ member, rows, held }) => [member['shop'], rows, held]),
      [
        ['north', 160, 40],
        ['south', 160, 40],
      ],
    );
    const late = training(learner, { held: isHeld, known: (row) => isOfNorth(row) || !isHeld(row) });
    await assert.rejects(learn(late, { progress }), {
      name: 'RangeError',
      message: 'shop south: no row that is kept to judge with has a known target and the features that it needs',
    });
    const absent = training(learner, { held: (row) => isHeld(row) && isOfNorth(row) });
    await assert.rejects(learn(absent, { progress }), {
      name: 'RangeError',
      message: 'shop south: no row is kept to judge with',
    });
  });
}
