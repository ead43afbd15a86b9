import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { koffi, library, skip } from '../../src/adapters/lightgbm/installed.ts';
import type { EsteiraError } from '../../src/errors.ts';
import { operate, type RunEvent } from '../../src/operate/index.ts';
import { type TreesEngine, TreesEngineFailed } from '../../src/ports/index.ts';
import type { VersionAbout } from '../../src/registry/about.ts';
import type { Project } from '../../src/run/index.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

const definitions = `
import { atLeast, boostedTrees, byHand, col, job, model, sql, table } from 'esteira';

export const offers = table('silver.offers', {
  columns: { id: col.integer().key(), price: col.real(), chosen: col.boolean() },
  rows: sql\`select range as id, (range * 7919 % 1009) / 10.0 as price, (range * 7919 % 1009) < (range * 31 % 1000) as chosen from range(2000)\`,
});
const of = { from: offers, features: ['price'], target: 'chosen', gate: [atLeast('auc', 0.6)] };
export const own = model('ml.own', { ...of, learner: boostedTrees({ trees: 12, leaves: 5 }) });
export const native = model('ml.native', { ...of, learner: boostedTrees({ trees: 12, leaves: 5, engine: 'native' }) });
export const both = job('both', { when: byHand, train: [own, native] });
export const alone = job('alone', { when: byHand, train: [native] });
`;
let world: World;
let minute = 0;
before(async () => {
  const folder = temporaryFolder('learning-engine');
  writeProject(folder, { catalog: 'shop', definitions });
  world = await World.open(folder, '2026-03-10T06:00:00Z');
  await world.do('setup', {});
});
after(() => world.close());
beforeEach(() => {
  minute += 1;
  world.setClock(`2026-03-10T06:${String(minute).padStart(2, '0')}:00Z`);
});

const aboutOf = async (model: string): Promise<VersionAbout> =>
  (await world.project.state.models.versions({ model: `shop.ml.${model}`, limit: 1 }))[0]?.about as VersionAbout;
const failed = (reason: TreesEngineFailed['reason'], what: string): TreesEngineFailed =>
  new TreesEngineFailed({ reason, what, next: 'Do that.' });
/** A run whose trees this grows. */
async function trained(grow: TreesEngine['grow'], signal = new AbortController().signal): Promise<unknown> {
  const trees: Project['trees'] = async () => ({ missing: async () => undefined, grow });
  return await operate({ ...world.project, trees }, 'run', { job: 'alone' }, { emit: (_: RunEvent) => {}, signal });
}

test('a run whose engine is not there ends before it has begun, and says what to install', async () => {
  const missing = { reason: 'no koffi', what: 'koffi is not installed.', next: 'npm install koffi' } as const;
  const trees: Project['trees'] = async () => ({ missing: async () => missing, grow: () => assert.fail('grown') });
  const asking = { emit: (_: RunEvent) => {}, signal: new AbortController().signal };
  const { runs: before } = await world.do('runs', {});
  await assert.rejects(
    operate({ ...world.project, trees }, 'run', { job: 'both' }, asking),
    ({ code, details }: EsteiraError) => {
      assert.deepEqual([code, details.what, details.next], ['ENGINE_MISSING', missing.what, missing.next]);
      assert.match(String(details.where), /^model ml\.native, /);
      return true;
    },
  );
  assert.deepEqual((await world.do('runs', {})).runs, before);
  const { findings } = await operate({ ...world.project, trees }, 'doctor', {}, asking);
  const { ok, found, next } = findings.find(({ what }) => what === 'trees') ?? {};
  assert.deepEqual([ok, found, next], [false, missing.what, missing.next]);
});

test('what the library refuses, and that it is gone in the middle of a run, are told as errors with a code', async () => {
  const fails = (error: Error, code: string, text: RegExp) =>
    assert.rejects(
      trained(() => Promise.reject(error)),
      (thrown: EsteiraError) => {
        assert.match(`${thrown.code} ${thrown.details.what} ${thrown.details.next}`, text);
        return thrown.code === code;
      },
    );
  await fails(
    failed('failed', 'LightGBM says: Check failed.'),
    'TRAINING_FAILED',
    /LightGBM says: Check failed\..*Do that\./,
  );
  await fails(failed('no library', 'It cannot be loaded.'), 'ENGINE_MISSING', /cannot be loaded/);
});

test('a cancel ends what grows the trees before the run ends', async () => {
  const cancel = new AbortController();
  let ended = false;
  const run = trained(async (_, { signal }) => {
    setImmediate(() => cancel.abort());
    await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    ended = true;
    throw new Error('stopped');
  }, cancel.signal);
  await assert.rejects(run, { code: 'CANCELLED' });
  assert.equal(ended, true);
});

test('without the library all that does not ask for it goes on, and with it a version differs in its engine alone', {
  skip,
}, async () => {
  const { Lightgbm } = await import('../../src/adapters/lightgbm/engine.ts');
  const seen: string[] = [];
  const trees: Project['trees'] = async () => new Lightgbm({ koffi, library, threads: 1 });
  const emit = (event: RunEvent): void => {
    if (event.type === 'progress') seen.push(event.text);
  };
  await operate({ ...world.project, trees }, 'run', { job: 'both' }, { emit, signal: new AbortController().signal });
  const [own, native] = [await aboutOf('own'), await aboutOf('native')];
  assert.deepEqual(native.options, { ...own.options, engine: 'native' });
  assert.deepEqual([native.members, native.gate, native.rows], [own.members, own.gate, own.rows]);
  assert.ok(seen.includes('12 of 12 rounds'), seen.join('\n'));
});
