import assert from 'node:assert/strict';
import type { Held, StateStore } from '../index.ts';
import { at, begun, newOwner, newRun } from './runs.ts';

type On = (title: string, work: (state: StateStore, another: () => Promise<StateStore>) => Promise<void>) => void;

const model = 'c.gold.ltr';

let runs = 0;
async function opened(state: StateStore, holder = 'first'): Promise<Held> {
  runs += 1;
  return begun(
    await state.open(newRun(`f${String(runs).padStart(4, '0')}`, { day: (runs % 27) + 1, again: true, holder })),
  ).held;
}
/** Versions that are whole, each by a run of its own; the last is the champion, and those before were. */
async function champions(state: StateStore, count: number): Promise<readonly string[]> {
  const made: string[] = [];
  for (let one = 0; one < count; one += 1) {
    const version = await candidate(state);
    const from = made.at(-1);
    await state.models.move({
      models: [{ model, to: version, ...(from === undefined ? {} : { from }) }],
      ...{ by: 'ana', reason: 'it is better', now: at(4) },
    });
    made.push(version);
  }
  return made;
}
async function candidate(state: StateStore): Promise<string> {
  const held = await opened(state);
  const version = await state.models.begin(held, model, at(2));
  await state.models.complete(held, { model, version, state: 'candidate', contentHash: 'hash', about: {} });
  await state.finish(held, 'succeeded', undefined, at(3));
  return version;
}
const freezes = { job: 'ltr_rollback', monitors: ["São Paulo's Hit@3"], days: 3 };
async function takeBack(state: StateStore, [to = '', from = '']: readonly string[], hour = 5): Promise<Held> {
  const held = await opened(state);
  const moved = await state.models.move({
    models: [{ model, from, to }],
    ...{ by: 'job ltr_rollback', reason: 'it degraded', takesBack: true, freezes, held, now: at(hour) },
  });
  assert.deepEqual(moved, { moved: 'all' });
  await state.finish(held, 'succeeded', undefined, at(hour));
  return held;
}
const open = (state: StateStore) => state.models.freezes({ model, open: true, limit: 9 });

/** What follows an automatic rollback, as every state store keeps it. */
export function freezesConformance(on: On): void {
  on(
    'an automatic rollback freezes its model in the transaction of the move, for all who look',
    async (state, another) => {
      const [first = '', second = ''] = await champions(state, 2);
      assert.deepEqual(await open(state), []);
      const { runId } = await takeBack(state, [first, second]);
      const [frozen, ...others] = await open(await another());
      assert.deepEqual(frozen, { model, since: at(5), runId, from: second, to: first, ...freezes });
      assert.deepEqual(others, []);
      assert.deepEqual(await state.models.freezes({ model: 'c.gold.other', limit: 9 }), []);
      assert.equal((await state.models.version(model, second))?.state, 'taken back');
    },
  );

  on('nothing is frozen where the move could not be made, or the run is another owner’s by now', async (state) => {
    const [first = '', second = ''] = await champions(state, 2);
    const held = await opened(state);
    const moves = { by: 'job', reason: 'it degraded', takesBack: true, freezes, held, now: at(5) };
    const late = await state.models.move({ models: [{ model, from: first, to: second }], ...moves });
    assert.equal(late.moved, 'overtaken');
    const owner = await state.own(newOwner('second'));
    await state.open(newRun('taken', { day: (runs % 27) + 1, again: true, holder: 'second', now: at(5) }));
    const fenced = state.models.move({ models: [{ model, from: second, to: first }], ...moves });
    await assert.rejects(fenced, { code: 'FENCED' });
    assert.deepEqual(await open(state), []);
    await owner.release();
  });

  on(
    'whoever puts a version in place by hand ends the freeze; a run, or a rollback by hand, does not',
    async (state) => {
      const [first = '', second = '', third = ''] = await champions(state, 3);
      await takeBack(state, [second, third]);
      const said = { by: 'rui', reason: 'nor this one', now: at(6) };
      await state.models.move({ models: [{ model, from: second, to: first }], takesBack: true, ...said });
      const next = await candidate(state);
      const held = await opened(state);
      await state.models.move({ models: [{ model, from: first, to: next }], held, ...said });
      assert.equal((await open(state)).length, 1);
      await state.models.move({ models: [{ model, from: next, to: first }], ...said, now: at(7) });
      assert.deepEqual(await open(state), []);
      const [ended] = await state.models.freezes({ model, limit: 9 });
      assert.deepEqual(ended?.thawed, { by: 'rui', reason: 'nor this one', at: at(7) });
    },
  );

  on(
    'a thaw ends it once, and puts the version that waited in place with it or does nothing',
    async (state, another) => {
      const [first = '', second = ''] = await champions(state, 2);
      await takeBack(state, [first, second]);
      const waiting = await candidate(state);
      const thaw = { model, by: 'ana', reason: 'the source is mended', now: at(8) };
      const overtaken = await state.models.thaw({ ...thaw, puts: { from: second, to: waiting } });
      assert.deepEqual(overtaken, { moved: 'overtaken', model, champion: first });
      assert.equal((await open(state)).length, 1);
      assert.deepEqual(await state.models.thaw({ ...thaw, puts: { from: first, to: waiting } }), { moved: 'all' });
      const others = await another();
      assert.equal((await others.models.champions()).get(model)?.version, waiting);
      assert.deepEqual(await open(others), []);
      assert.deepEqual(await others.models.thaw(thaw), { moved: 'not frozen' });
      await takeBack(state, [first, waiting], 9);
      assert.deepEqual(await state.models.thaw(thaw), { moved: 'all' });
      const all = await state.models.freezes({ model, limit: 9 });
      assert.deepEqual(
        all.map(({ from }) => from),
        [waiting, second],
        'the newest first',
      );
    },
  );
}
