import assert from 'node:assert/strict';
import type { Held, NewMoves, StateStore } from '../index.ts';
import { at, begun, far, newOwner, newRun } from './runs.ts';

type On = (title: string, work: (state: StateStore, another: () => Promise<StateStore>) => Promise<void>) => void;

const model = 'c.analytics.engagement';
const other = 'c.analytics.churn';
const about = { rows: 7, inertia: 0.1 + 0.2, window: 'São Paulo', far };

let runs = 0;
async function training(state: StateStore, day = 1): Promise<Held> {
  runs += 1;
  const runId = `r${String(runs).padStart(4, '0')}`;
  return begun(await state.open(newRun(runId, { day, again: true, holder: 'first' }))).held;
}
/** A version of the model that is whole, by a run of its own. */
async function trained(state: StateStore, options: { of?: string; as?: 'candidate' | 'refused'; day?: number } = {}) {
  const { of = model, as = 'candidate', day = 1 } = options;
  const held = await training(state, day);
  const version = await state.models.begin(held, of, at(2));
  await state.models.complete(held, { model: of, version, state: as, contentHash: `hash of ${version}`, about });
  await state.finish(held, 'succeeded', undefined, at(3));
  return version;
}
const move = (state: StateStore, models: NewMoves['models'], more: Partial<NewMoves> = {}) =>
  state.models.move({ models, by: 'ana', reason: 'it is better', now: at(4), ...more });
const stateOf = async (state: StateStore, version: string) => (await state.models.version(model, version))?.state;
const said = async (state: StateStore) =>
  (await state.models.moves({ model, limit: 9 })).map(({ number, from, to }) => `${number}: ${from} → ${to}`);

/** Versions of models, as every state store keeps them. */
export function modelsConformance(on: On): void {
  on(
    'a version is named by the time of its run, once for all attempts, and is what it is once it is whole',
    async (state, another) => {
      const held = await training(state);
      const version = await state.models.begin(held, model, at(2));
      assert.equal(version, '20260301_0300', 'midnight in São Paulo, in UTC');
      assert.equal(await state.models.begin(held, model, at(3)), version);
      assert.equal(await state.models.begin(held, other, at(3)), version, 'names are those of a model');
      const kept = { model, version, runId: held.runId, createdAt: at(2) };
      assert.deepEqual(await state.models.version(model, version), { ...kept, state: 'training' });
      const whole = { model, version, state: 'candidate', contentHash: 'abc', about } as const;
      await state.models.complete(held, whole);
      await state.models.complete(held, { ...whole, state: 'refused', contentHash: 'other', about: {} });
      const read = await (await another()).models.version(model, version);
      const written = { ...about, far: String(far) };
      assert.deepEqual(read, { ...kept, state: 'candidate', contentHash: 'abc', about: written });
      await state.finish(held, 'succeeded', undefined, at(3));
      assert.equal(await trained(state), `${version}_2`);
      assert.equal(await trained(state), `${version}_3`);
      assert.equal(await state.models.version(model, 'unknown'), undefined);
    },
  );

  on('versions are found by model, run and state, the newest first', async (state) => {
    const [first, second] = [await trained(state), await trained(state, { as: 'refused', day: 2 })];
    await trained(state, { of: other, day: 3 });
    const found = async (filter: Parameters<StateStore['models']['versions']>[0]) =>
      (await state.models.versions(filter)).map((one) => `${one.model} ${one.version}`);
    assert.deepEqual(await found({ model, limit: 9 }), [`${model} ${second}`, `${model} ${first}`]);
    assert.deepEqual(await found({ state: 'refused', limit: 9 }), [`${model} ${second}`]);
    assert.equal((await found({ limit: 2 }))[0], `${other} 20260303_0300`);
    const [newest] = await state.models.versions({ limit: 1 });
    assert.deepEqual(await found({ runId: newest?.runId ?? '', limit: 9 }), [`${other} 20260303_0300`]);
  });

  on('a champion follows the one that was seen, each move is kept with who and why', async (state, another) => {
    const [first, second] = [await trained(state), await trained(state, { day: 2 })];
    assert.deepEqual([...(await state.models.champions())], []);
    assert.deepEqual(await move(state, [{ model, to: first }]), { moved: 'all' });
    const late = await move(state, [{ model, to: second }]);
    assert.deepEqual(late, { moved: 'overtaken', model, champion: first });
    assert.deepEqual(await move(state, [{ model, from: first, to: second }], { by: 'rui' }), { moved: 'all' });
    const reader = await another();
    assert.deepEqual([...(await reader.models.champions())], [[model, { version: second, number: 2 }]]);
    assert.deepEqual(await said(reader), [`2: ${first} → ${second}`, `1: undefined → ${first}`]);
    const [newest] = await reader.models.moves({ model, limit: 1 });
    const words = { by: 'rui', reason: 'it is better', at: at(4) };
    assert.deepEqual(newest, { model, number: 2, from: first, to: second, ...words });
    assert.equal(await stateOf(reader, first), 'released');
  });

  on('what is taken back with a champion is never used again either', async (state) => {
    const [first, second, third] = [
      await trained(state),
      await trained(state, { day: 2 }),
      await trained(state, { day: 3 }),
    ];
    await move(state, [{ model, to: first }]);
    await move(state, [{ model, from: first, to: second }]);
    await move(state, [{ model, from: second, to: third, chain: [first] }]);
    assert.equal(await stateOf(state, first), 'released', 'only of what takes back');
    const back = { takesBack: true, reason: 'it degraded' };
    assert.deepEqual(await move(state, [{ model, from: third, to: first, chain: [third, second] }], back), {
      moved: 'all',
    });
    assert.deepEqual(
      [await stateOf(state, first), await stateOf(state, second), await stateOf(state, third)],
      ['released', 'taken back', 'taken back'],
    );
  });

  on('what was taken back is never put in its place again; what was used before that may be', async (state) => {
    const [first, second] = [await trained(state), await trained(state, { day: 2 })];
    await move(state, [{ model, to: first }]);
    await move(state, [{ model, from: first, to: second }]);
    const back = { takesBack: true, reason: 'it degraded' };
    assert.deepEqual(await move(state, [{ model, from: second, to: first }], back), { moved: 'all' });
    assert.equal(await stateOf(state, second), 'taken back');
    const again = await move(state, [{ model, from: first, to: second }]);
    assert.deepEqual(again, { moved: 'unusable', model, version: second, state: 'taken back' });
  });

  on('what somebody decided about a candidate stays, and whoever comes later is told of it', async (state, another) => {
    const [first, second] = [await trained(state), await trained(state, { day: 2 })];
    const approved = { decided: 'approved', by: 'ana', reason: "it's São Paulo's", at: at(5) } as const;
    const rejected = { decided: 'rejected', by: 'rui', reason: 'too many moved', at: at(6) } as const;
    const both = await Promise.all([
      state.models.decide({ model, version: first }, approved),
      state.models.decide({ model, version: first }, rejected),
    ]);
    const others = await another();
    assert.deepEqual(both.map(({ decided }) => decided).toSorted(), ['before', 'now']);
    const { decision, state: became } = (await others.models.version(model, first)) ?? {};
    assert.deepEqual(
      both.find(({ decided }) => decided === 'before'),
      { decided: 'before', decision },
    );
    assert.equal(became, decision?.decided === 'approved' ? 'candidate' : 'refused');
    assert.deepEqual(await state.models.decide({ model, version: second }, rejected), { decided: 'now' });
    assert.equal(await stateOf(others, second), 'refused');
    const refused = await move(state, [{ model, to: second }]);
    assert.deepEqual(refused, { moved: 'unusable', model, version: second, state: 'refused' });
    const third = await trained(state, { day: 3 });
    await state.models.decide({ model, version: third }, approved);
    assert.deepEqual((await others.models.version(model, third))?.decision, approved);
    assert.deepEqual(await move(others, [{ model, to: third }]), { moved: 'all' });
    assert.deepEqual((await state.models.version(model, third))?.decision, approved);
  });

  on(
    'a candidate is judged once by what is known later, and refused where that is not enough',
    async (state, another) => {
      const [good, bad, both] = [
        await trained(state),
        await trained(state, { day: 2 }),
        await trained(state, { day: 3 }),
      ];
      const limits = [{ measure: "it's São Paulo's", value: 0.25, requests: 200, passed: true }];
      const passed = { passed: true, at: at(5), limits };
      const failed = { passed: false, at: at(6), limits: [] };
      assert.deepEqual(await state.models.judge({ model, version: good }, passed), { judged: 'now' });
      assert.deepEqual(await state.models.judge({ model, version: good }, failed), {
        judged: 'before',
        verdict: passed,
      });
      const others = await another();
      const read = await others.models.version(model, good);
      assert.deepEqual([read?.state, read?.judged], ['candidate', passed]);
      assert.deepEqual(await state.models.judge({ model, version: bad }, failed), { judged: 'now' });
      assert.equal(await stateOf(others, bad), 'refused');
      const refused = await move(state, [{ model, to: bad }]);
      assert.deepEqual(refused, { moved: 'unusable', model, version: bad, state: 'refused' });
      const judge = (verdict: typeof failed | typeof passed) => state.models.judge({ model, version: both }, verdict);
      const together = await Promise.all([judge(passed), judge(failed)]);
      assert.deepEqual(together.map(({ judged }) => judged).toSorted(), ['before', 'now']);
      assert.deepEqual(await move(state, [{ model, to: good }]), { moved: 'all' });
      assert.deepEqual((await others.models.version(model, good))?.judged, passed);
      const decision = { decided: 'rejected', by: 'ana', reason: 'no', at: at(7) } as const;
      const late = await trained(state, { day: 4 });
      await state.models.decide({ model, version: late }, decision);
      const impossible = await state.models.judge({ model, version: late }, passed);
      assert.deepEqual(impossible, { judged: 'impossible', state: 'refused' });
      assert.deepEqual(await state.models.judge({ model, version: 'unknown' }, passed), { judged: 'impossible' });
    },
  );

  on('nothing is decided about a version that is no candidate', async (state) => {
    const version = await trained(state, { as: 'refused' });
    const decision = { decided: 'approved', by: 'ana', reason: 'it is better', at: at(5) } as const;
    const decide = (of: string) => state.models.decide({ model, version: of }, decision);
    assert.deepEqual(await decide(version), { decided: 'impossible', state: 'refused' });
    assert.deepEqual(await decide('unknown'), { decided: 'impossible' });
    const held = await training(state, 2);
    const half = await state.models.begin(held, model, at(2));
    assert.deepEqual(await decide(half), { decided: 'impossible', state: 'training' });
    await state.finish(held, 'failed', undefined, at(3));
    const used = await trained(state, { day: 3 });
    await move(state, [{ model, to: used }]);
    assert.deepEqual(await decide(used), { decided: 'impossible', state: 'released' });
  });

  on('several models move together or not at all', async (state) => {
    const [own, others] = [await trained(state), await trained(state, { of: other, as: 'refused', day: 2 })];
    const both = [
      { model, to: own },
      { model: other, to: others },
    ];
    assert.deepEqual(await move(state, both), { moved: 'unusable', model: other, version: others, state: 'refused' });
    assert.equal((await move(state, [{ model, to: 'unknown' }])).moved, 'unusable');
    assert.deepEqual([...(await state.models.champions())], []);
    assert.deepEqual(await said(state), []);
    assert.equal(await stateOf(state, own), 'candidate');
  });

  on('a run that another has taken over neither trains nor moves', async (state) => {
    const held = await training(state);
    const version = await state.models.begin(held, model, at(2));
    const owner = await state.own(newOwner('second'));
    const next = begun(await state.open(newRun('other', { holder: 'second', now: at(3) }))).held;
    const fenced = { code: 'FENCED' };
    const whole = { model, version, state: 'candidate', contentHash: 'a', about } as const;
    await assert.rejects(state.models.complete(held, whole), fenced);
    await assert.rejects(state.models.begin(held, other, at(3)), fenced);
    await assert.rejects(move(state, [{ model, to: version }], { held }), fenced);
    assert.equal(next.runId, held.runId, 'the run goes on');
    assert.equal(await state.models.begin(next, model, at(4)), version);
    await state.models.complete(next, whole);
    assert.deepEqual(await move(state, [{ model, to: version }], { held: next }), { moved: 'all' });
    await owner.release();
  });

  on('a version that was never whole leaves with its run, others stay', async (state) => {
    const kept = await trained(state);
    const held = await training(state, 2);
    const lost = await state.models.begin(held, model, at(2));
    await state.finish(held, 'failed', 'out of memory', at(3));
    await trained(state, { day: 3 });
    const old = { runs: at(9), logs: at(9), ticks: at(9), backfills: at(9) };
    await state.keeping.sweep(old, {});
    assert.equal(await stateOf(state, kept), 'candidate');
    assert.equal(await stateOf(state, lost), undefined);
  });

  on(
    'moves that a store knows and the state does not are taken into its history, and the champion stays',
    async (state) => {
      const [first, second, third] = [
        await trained(state),
        await trained(state, { day: 2 }),
        await trained(state, { day: 3 }),
      ];
      const theirs = [
        { number: 1, to: first, by: 'ana', reason: 'it is better', at: at(4) },
        { number: 2, from: first, to: '20260401_0300', by: 'rui', reason: 'lost', at: at(5) },
        { number: 3, from: '20260401_0300', to: '20260402_0300', by: 'rui', reason: 'lost too', at: at(6) },
      ];
      const take = () => state.models.takeOver({ model, theirs, by: 'eva', reason: 'restored', now: at(7) });
      assert.equal(await take(), 0, 'what has no champion has no history');
      await move(state, [{ model, to: first }]);
      assert.equal(await take(), 2);
      const restored = [
        '4: 20260402_0300 → 20260301_0300',
        '3: 20260401_0300 → 20260402_0300',
        '2: 20260301_0300 → 20260401_0300',
        '1: undefined → 20260301_0300',
      ];
      assert.deepEqual(await said(state), restored);
      const [last] = await state.models.moves({ model, limit: 1 });
      assert.deepEqual([last?.by, last?.reason, last?.at], ['eva', 'restored', at(7)]);
      assert.deepEqual((await state.models.champions()).get(model), { version: first, number: 4 });
      assert.equal(await take(), 0, 'once');
      await move(state, [{ model, from: first, to: second }]);
      assert.equal((await said(state))[0], `5: ${first} → ${second}`);
      // Two were moved here since the histories parted.
      await move(state, [{ model: other, to: await trained(state, { of: other, day: 4 }) }]);
      await move(state, [{ model, from: second, to: third }]);
      const parted = { number: 5, from: first, to: '20260403_0300', by: 'rui', reason: 'elsewhere', at: at(8) };
      const moves = (await state.models.moves({ model, limit: 9 })).toReversed().slice(0, 4);
      assert.equal(
        await state.models.takeOver({ model, theirs: [...moves, parted], by: 'eva', reason: 'restored', now: at(9) }),
        1,
      );
      assert.deepEqual(await said(state), [
        `7: ${second} → ${third}`,
        `6: 20260403_0300 → ${second}`,
        `5: ${first} → 20260403_0300`,
        ...restored,
      ]);
      assert.deepEqual((await state.models.champions()).get(model), { version: third, number: 7 });
      assert.deepEqual((await state.models.champions()).get(other)?.number, 1);
    },
  );
}
