import { col } from '../../columns/index.ts';
import { type GateLimit, lambdaMart, model, sql, table } from '../../define/index.ts';
import { Random } from '../../learn/random.ts';
import { writeModel } from '../../learn/trees/format/write.ts';
import type { TreeModel } from '../../learn/trees/model.ts';
import { trainTrees } from '../../learn/trees/train.ts';
import type { KeptFiles } from '../../ports/index.ts';
import { profilesOf } from '../../quality/drift/profile.ts';
import {
  latestPath,
  modelFile,
  type Publishable,
  type PublishedMove,
  profileFile,
  publish,
  publishedPlace,
} from '../../registry/index.ts';

/** For tests of what is served: a ranking by two numbers, and versions of it that say different things. */
export const rankedId = 'catalog.ml.ranked';
const columns = {
  id: col.integer().key(),
  asked: col.text(),
  near: col.real(),
  won: col.real(),
  chosen: col.integer(),
};
export const ranked = (gate: readonly GateLimit<'samples', keyof typeof columns>[] = []) =>
  model('ml.ranked', {
    ...{ from: table('gold.ranked', { columns, rows: sql`select 1` }), features: ['near', 'won'], target: 'chosen' },
    ...{ group: 'asked', learner: lambdaMart({ at: [3] }), gate },
  });

const rows = 1000;
const random = new Random(5);
const vectors = {
  near: { of: 'numbers', values: Float64Array.from({ length: rows }, () => random.next() * 100) },
  won: { of: 'numbers', values: Float64Array.from({ length: rows }, () => random.next()) },
} as const;

/** Trees that were grown once; each version of them has other leaves, and as many trees as are asked for. */
export async function grownTrees(of: { readonly trees: number; readonly leaves: number }): Promise<TreeModel> {
  const { model: grown } = await trainTrees({
    columns: vectors,
    target: Float64Array.from(vectors.near.values, (near, row) =>
      near < 20 + 40 * (vectors.won.values[row] ?? 0) ? 1 : 0,
    ),
    groups: new Int32Array(rows / 20).fill(20),
    options: { objective: 'lambdarank', trees: Math.min(of.trees, 50), leaves: of.leaves, rowsInLeaf: 5 },
  });
  return treesRepeated(grown, of.trees);
}

/** As many trees as that, the first ones again after the last. */
export const treesRepeated = (model: TreeModel, trees: number): TreeModel => ({
  ...model,
  trees: Array.from({ length: trees }, (_, at) => model.trees[at % model.trees.length] as TreeModel['trees'][number]),
});

/** The same trees, whose leaves say so many times as much. */
export const timesAsMuch = (model: TreeModel, factor: number): TreeModel => ({
  ...model,
  trees: model.trees.map((tree) => ({ ...tree, leafValue: tree.leafValue.map((value) => value * factor) })),
});

export const contentOf = (trees: TreeModel, version: string, of: Partial<Publishable> = {}): Publishable => ({
  ...{ model: rankedId, version, contentHash: `hash of ${version}` },
  about: { learner: 'lambdamart', each: [], date: '2026-03-04' },
  parts: {
    [modelFile]: Buffer.from(
      JSON.stringify({ members: [{ member: {}, parameters: { learner: 'lambdamart', text: writeModel(trees) } }] }),
    ),
    [profileFile]: Buffer.from(JSON.stringify([{ member: {}, profile: profilesOf(vectors) }])),
  },
  ...of,
});

/** What publishes: each version that is given becomes the champion by a move of its own. */
export class PublisherOfTests {
  readonly store: KeptFiles;
  readonly moves: PublishedMove[];
  readonly #versions = new Map<string, Publishable>();
  readonly #made: ((version: string) => Publishable) | undefined;

  /** Goes on from moves that there are; `made` gives the versions of those. */
  constructor(store: KeptFiles, moves: readonly PublishedMove[] = [], made?: (version: string) => Publishable) {
    this.store = store;
    this.moves = [...moves];
    this.#made = made;
  }

  async champion(content: Publishable, { reason = 'it passed its gate' } = {}): Promise<PublishedMove> {
    this.#versions.set(content.version, content);
    const from = this.moves.at(-1)?.to;
    const number = this.moves.length + 1;
    const at = `2026-03-04T05:06:${String(number % 60).padStart(2, '0')}Z`;
    const move = { number, to: content.version, by: 'job daily', reason, at, ...(from === undefined ? {} : { from }) };
    this.moves.push(move);
    const moves = [...this.moves];
    const load = async (version: string) => this.#versions.get(version) ?? this.#made?.(version);
    const outcome = await publish(this.store, { place: publishedPlace(rankedId), model: rankedId, moves, load });
    if (outcome.published !== 'now') throw new Error(`not published: ${JSON.stringify(outcome)}`);
    return move;
  }

  /** Puts other bytes where the version in use stands. */
  async put(change: (bytes: Uint8Array) => Uint8Array): Promise<void> {
    const path = latestPath(publishedPlace(rankedId));
    const there = await this.store.look(path);
    if (!there) throw new Error('nothing is published');
    await this.store.replace(path, { bytes: change(there.bytes), mark: there.mark });
  }
}
/** What trees say of a row, walked one by one as their format says: nothing of what serves is used. */
export function walked({ trees, features }: TreeModel, row: Readonly<Record<string, number>>): number {
  let sum = 0;
  for (const tree of trees) {
    let node = tree.leaves > 1 ? 0 : ~0;
    while (node >= 0) {
      const value = row[features[tree.feature[node] as number] as string] as number;
      node = (value <= (tree.threshold[node] as number) ? tree.left[node] : tree.right[node]) as number;
    }
    sum += tree.leafValue[~node] as number;
  }
  return sum;
}
