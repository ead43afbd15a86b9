import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KeptFiles } from '../../src/ports/index.ts';
import {
  type Publishable,
  type PublishedMove,
  type Publishing,
  publish,
  publishedPlace,
  readLatest,
  readMoves,
  readPublished,
} from '../../src/registry/index.ts';

const model = 'ranking.analytics.ltr';
export const place = publishedPlace(model);
export const latestPath = 'ltr/latest/ltr_weights.json';
const nameOf = (number: number): string => `202507${String(number).padStart(2, '0')}_0215`;

export const versionOf = (version: string, by = 'us', size = 1000): Publishable => ({
  ...{ model, version, contentHash: `hash of ${version} by ${by}`, about: { ndcg_at_5: 0.7, by } },
  parts: {
    'model.txt': Buffer.from(`tree of ${version} by ${by}\n`.repeat(size / 10)),
    'split.bin': Buffer.alloc(9, 255),
  },
});
/** Moves of a history, each to a version of its own; `back` is one to a version that was there before. */
export function movesOf(
  count: number,
  { by = 'us', back }: { by?: string; back?: number } = {},
): readonly PublishedMove[] {
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const to = nameOf(number === count && back ? back : number);
    const at = `2025-07-${String(number).padStart(2, '0')}T02:20:00Z`;
    return { number, ...(index > 0 && { from: nameOf(index) }), to, by, reason: `better ${number}`, at };
  });
}
export const publishing = (moves: readonly PublishedMove[], of: Partial<Publishing> = {}): Publishing => ({
  ...{ place, model, moves, load: async (version) => versionOf(version, moves[0]?.by) },
  ...of,
});

/** What outside programs would find: which version is in use, by which move, and the history. */
export async function seen(store: KeptFiles) {
  const found = await readLatest(store, place);
  const moves = (await readMoves(store, place)).map(({ number, to, by }) => `${number} ${to} ${by}`);
  return { latest: found.is === 'whole' ? `${found.version} ${found.move?.number}` : found.is, moves };
}
const told = (moves: readonly PublishedMove[]) => ({
  latest: `${moves.at(-1)?.to} ${moves.at(-1)?.number}`,
  moves: moves.map(({ number, to, by }) => `${number} ${to} ${by}`),
});

/** Breaks a store at its n-th call that writes; with `done` after it was carried out. */
export function breaking(store: KeptFiles, at: number, done: boolean): KeptFiles & { readonly calls: () => number } {
  let calls = 0;
  const broken = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    calls += 1;
    if (calls === at && done) await work();
    if (calls === at) throw new Error('killed');
    return work();
  };
  return {
    ...store,
    calls: () => calls,
    keep: (path, content) => broken(() => store.keep(path, content)),
    replace: (path, now) => broken(() => store.replace(path, now)),
  };
}

/** How versions are published to any store. `open` gives an empty one, `another` the same as another process would have it. */
export function publishingSuite(
  name: string,
  open: () => Promise<{ readonly store: KeptFiles; another(): Promise<KeptFiles> }>,
): void {
  describe(`publishing to ${name}`, () => {
    test('each version is a file of its own, latest a whole copy of the one in use, and both are read as they were', async () => {
      const { store, another } = await open();
      const moves = movesOf(2);
      assert.deepEqual(await publish(store, publishing(moves.slice(0, 1))), { published: 'now' });
      assert.deepEqual(await publish(store, publishing(moves)), { published: 'now' });
      assert.deepEqual(await publish(await another(), publishing(moves)), { published: 'already' });
      assert.deepEqual(await store.below('', 99), [
        'ltr/20250701_0215/ltr_weights.json',
        'ltr/20250702_0215/ltr_weights.json',
        latestPath,
        'ltr/moves/00000001.json',
        'ltr/moves/00000002.json',
      ]);
      const latest = await readLatest(store, place);
      assert.ok(latest.is === 'whole');
      const { is: _, move, ...found } = latest;
      assert.deepEqual(move, moves[1]);
      const wanted = versionOf('20250702_0215');
      assert.deepEqual({ ...found, parts: {} }, { ...wanted, parts: {} });
      for (const [part, bytes] of Object.entries(wanted.parts))
        assert.equal(Buffer.compare(found.parts[part] ?? Buffer.alloc(0), bytes), 0, part);
      const first = await readPublished(store, place, '20250701_0215');
      assert.ok(
        first.is === 'whole' && first.move === undefined && first.contentHash === 'hash of 20250701_0215 by us',
      );
      assert.deepEqual(await readMoves(store, place), moves);
    });

    test('a rollback is another move: latest is the older version again, and the history says who and why', async () => {
      const { store } = await open();
      await publish(store, publishing(movesOf(2)));
      const back = movesOf(3, { back: 1 });
      assert.deepEqual(await publish(store, publishing(back)), { published: 'now' });
      assert.deepEqual(await seen(store), told(back));
      assert.equal((await readMoves(store, place)).at(-1)?.reason, 'better 3');
      // Who still knows the old state puts nothing back.
      const late = await publish(store, publishing(movesOf(2)));
      assert.equal(late.published, 'overtaken');
      assert.deepEqual(await seen(store), told(back));
    });

    test('what was missed is published whole: every move, and every version that is still there', async () => {
      const { store } = await open();
      await publish(store, publishing(movesOf(1)));
      const moves = movesOf(5);
      const load: Publishing['load'] = async (version) =>
        version === '20250703_0215' ? undefined : versionOf(version);
      assert.deepEqual(await publish(store, publishing(moves, { load })), { published: 'now' });
      assert.deepEqual(await seen(store), told(moves));
      assert.equal((await readPublished(store, place, '20250702_0215')).is, 'whole');
      assert.equal((await readPublished(store, place, '20250703_0215')).is, 'none');
      await assert.rejects(
        publish(store, publishing(movesOf(6), { load: async () => undefined })),
        /version 20250706_0215 are not whole/,
      );
      assert.deepEqual(await seen(store), told(moves));
    });

    test('of forty projects that publish under one name at once one does, and the others say who', async () => {
      const { store, another } = await open();
      const outcomes = await Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          const own = index % 4 === 0 ? store : await another();
          return publish(own, publishing(movesOf(1, { by: `project ${index}` })));
        }),
      );
      const winners = outcomes.flatMap(({ published }, index) => (published === 'now' ? [index] : []));
      assert.equal(winners.length, 1);
      for (const one of outcomes)
        if (one.published === 'not ours') assert.match(one.why, new RegExp(`by project ${winners[0]} at`));
      assert.equal(outcomes.filter(({ published }) => published === 'not ours').length, 39);
      assert.deepEqual(await seen(store), told(movesOf(1, { by: `project ${winners[0]}` })));
      const again = await publish(store, publishing(movesOf(2, { by: 'somebody else' })));
      assert.equal(again.published, 'not ours');
    });

    test('a history that another project has only begun is theirs, whoever is first at latest', async () => {
      const { store } = await open();
      const theirs = publishing(movesOf(1, { by: 'them' }));
      await assert.rejects(publish(breaking(store, 2, false), theirs), /killed/);
      const outcome = await publish(store, publishing(movesOf(1)));
      assert.equal(outcome.published, 'not ours');
      assert.deepEqual(await store.below('', 9), ['ltr/moves/00000001.json']);
      assert.deepEqual(await publish(store, theirs), { published: 'now' });
    });

    test('of forty publishers of one history, each at another move, the last move stays', async () => {
      const { store, another } = await open();
      await publish(store, publishing(movesOf(1)));
      const outcomes = await Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          const own = index % 4 === 0 ? store : await another();
          return publish(own, publishing(movesOf(20).slice(0, 1 + (index % 20))));
        }),
      );
      assert.deepEqual(await seen(store), told(movesOf(20)));
      for (const [index, { published }] of outcomes.entries())
        assert.ok((index % 20 === 19 ? ['now', 'already'] : ['now', 'already', 'overtaken']).includes(published));
    });

    test('killed before or after any write it goes on, and is as if nothing had been', async () => {
      for (const done of [false, true])
        for (let at = 1; ; at += 1) {
          const { store } = await open();
          await publish(store, publishing(movesOf(1)));
          const broken = breaking(store, at, done);
          const ended = await publish(broken, publishing(movesOf(3))).catch(() => 'killed');
          const between = await seen(store);
          assert.ok([told(movesOf(1)).latest, told(movesOf(3)).latest].includes(between.latest), between.latest);
          if (ended !== 'killed') {
            assert.equal(broken.calls(), 5, 'two moves, two versions, latest');
            break;
          }
          await publish(store, publishing(movesOf(3)));
          assert.deepEqual(await seen(store), told(movesOf(3)), `killed at write ${at}`);
        }
    });

    test('what is cut, changed or of another kind is never given, and is put right by the next publishing', async () => {
      const { store } = await open();
      await publish(store, publishing(movesOf(1)));
      const whole = Buffer.from((await store.read(latestPath)) ?? []);
      const wrong: readonly (readonly [what: string, bytes: Uint8Array])[] = [
        ['empty', Buffer.alloc(0)],
        ['cut', whole.subarray(0, whole.length >> 1)],
        ['without its end', whole.subarray(0, -1)],
        ['with a digit changed', Buffer.from(whole.toString().replace('0.7', '0.8'))],
        ['no JSON', Buffer.from('not this\n')],
        ['of a version that is not in use', (await store.read('ltr/20250701_0215/ltr_weights.json')) ?? whole],
      ];
      for (const [what, bytes] of wrong) {
        const mark = (await store.look(latestPath))?.mark ?? '';
        assert.equal(await store.replace(latestPath, { bytes, mark }), 'replaced');
        assert.equal((await readLatest(store, place)).is, 'broken', what);
        assert.deepEqual(await publish(store, publishing(movesOf(1))), { published: 'now' });
        assert.equal((await readLatest(store, place)).is, 'whole', what);
      }
    });
  });
}
