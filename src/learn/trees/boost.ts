import type { Table } from './bins/table.ts';
import { Chance, seedsOf } from './chance.ts';
import { Grower } from './grow/grower.ts';
import type { Tree } from './model.ts';
import type { Loss } from './objectives/loss.ts';
import type { Settled } from './options.ts';

/** LightGBM draws by blocks of rows, each with a seed of its own. */
const blockOfRows = 1024;

/**
 * One tree after the other, each towards what those before it left over; ends by itself when no division gains anything. `scores` holds what the
 * rows begin with when training goes on from another model.
 */
export function* boost(
  table: Table,
  loss: Loss,
  { options, scores: given }: { readonly options: Settled; readonly scores?: Float64Array | undefined },
): Generator<Tree> {
  const { rows } = table;
  const seeds = seedsOf(options.seed);
  const grower = new Grower(table, options);
  const scores = given ?? new Float64Array(rows).fill(loss.start);
  let bias = given ? 0 : loss.start;
  const bag = bagOf(rows, options, seeds.bagging);
  const ask = askedOf(table.features.length, options, seeds.features);
  for (let round = 0; round < options.trees; round += 1) {
    loss.slopes(scores, table.space.floats);
    const chosen = bag(round);
    const grown = grower.grow({ rows: chosen.in, asked: ask() });
    const alone = grown.tree.leaves === 1;
    if (alone && (round > 0 || given)) return;
    grown.tree.shrink(alone ? 0 : options.rate);
    for (let leaf = 0; leaf < grown.tree.leaves; leaf += 1) {
      const value = grown.tree.leafValue(leaf);
      for (const row of grown.rowsOf(leaf)) scores[row] = (scores[row] as number) + value;
    }
    const tree = grown.tree.tree({ rate: options.rate, bias });
    grown.tree.addTo(scores, chosen.out);
    bias = 0;
    yield tree;
    if (alone) return;
  }
}

interface Bag {
  readonly in: Int32Array;
  readonly out: Int32Array;
}

function bagOf(rows: number, { bagging, baggingEvery }: Settled, seed: number): (round: number) => Bag {
  const all = { in: Int32Array.from({ length: rows }, (_, row) => row), out: new Int32Array(0) };
  if (bagging >= 1) return () => all;
  const blocks = Array.from({ length: Math.ceil(rows / blockOfRows) }, (_, block) => new Chance(seed + block));
  let bag: Bag = all;
  return (round) => {
    if (round % baggingEvery !== 0) return bag;
    const drawn = new Int32Array(rows);
    let end = 0;
    let rest = rows;
    for (let row = 0; row < rows; row += 1) {
      if ((blocks[Math.floor(row / blockOfRows)] as Chance).share() < bagging) drawn[end++] = row;
      else drawn[--rest] = row;
    }
    bag = { in: drawn.subarray(0, end), out: drawn.subarray(end) };
    return bag;
  };
}

function askedOf(count: number, { features }: Settled, seed: number): () => Uint8Array {
  const all = new Uint8Array(count).fill(1);
  if (features >= 1) return () => all;
  const chance = new Chance(seed);
  const wanted = Math.max(Math.min(1, count), Math.trunc(count * features + 0.5));
  // LightGBM draws once when it is set up.
  chance.sample(wanted, count);
  return () => {
    const asked = new Uint8Array(count);
    for (const number of chance.sample(wanted, count)) asked[number] = 1;
    return asked;
  };
}
