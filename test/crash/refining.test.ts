import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { before, test } from 'node:test';
import { readModel } from '../../src/learn/trees/format/read.ts';
import { openPredictor } from '../../src/run/index.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';
import { inProcess } from './kill.ts';

const definitions = `
import { boostedTrees, byHand, col, job, model, sql, table } from 'esteira';

export const offers = table('silver.offers', {
  columns: { id: col.integer().key(), price: col.real(), chosen: col.boolean() },
  rows: sql\`select range as id, (range * 7919 % 1009) / 10.0 as price, (range * 7919 % 1009) < (range * 31 % 1000) as chosen from range(500)\`,
});
export const chosen = model('ml.chosen', { from: offers, features: ['price'], target: 'chosen', learner: boostedTrees({ trees: 8, leaves: 4, refine: { trees: 2 } }) });
export const daily = job('daily', { when: byHand, train: [chosen] });
export const hourly = job('hourly', { when: byHand, refine: [chosen] });
`;
const later = '2026-03-10T07:00:00Z';
const hourly = { name: 'run', input: { job: 'hourly' }, now: later } as const;
let base: string;
/** What a refinement leaves, where nothing disturbs it. */
let wanted: unknown;

const copied = (): string => {
  const folder = temporaryFolder('refining-kill');
  cpSync(base, folder, { recursive: true, verbatimSymlinks: true });
  return folder;
};
async function left({ project }: World): Promise<unknown> {
  const model = 'shop.ml.chosen';
  const node = project.graph.nodes.get(model) as Parameters<typeof openPredictor>[0];
  const versions = await project.state.models.versions({ model, limit: 10 });
  const learned = versions.map(async ({ version }) =>
    (await openPredictor(node, version, project)).members.map(({ member, parameters }) => ({ member, parameters })),
  );
  const moves = await project.state.models.moves({ model, limit: 10 });
  return {
    versions: versions.map(({ version, state }) => [version, state]),
    learned: await Promise.all(learned),
    moves: moves.map(({ number, from, to }) => [number, from, to]),
  };
}

before(async () => {
  base = temporaryFolder('refining-base');
  writeProject(base, { catalog: 'shop', definitions });
  const world = await World.open(base, '2026-03-10T06:00:00Z');
  await world.do('setup', {});
  await world.run('daily');
  await world.close();
  const other = await World.open(copied(), later);
  await other.run('hourly');
  wanted = await left(other);
  await other.close();
});

for (const stop of ['learned@1', 'kept@1', 'committed@2', 'moved@1'])
  test(`a refinement that is killed at ${stop} is made good by the next, and nothing is added twice`, async () => {
    const folder = copied();
    const { killedAt, error } = await inProcess(folder, [hourly], stop);
    assert.deepEqual([killedAt, error], [0, undefined]);
    const world = await World.open(folder, later);
    try {
      await world.run('hourly');
      assert.deepEqual(await left(world), wanted);
    } finally {
      await world.close();
    }
  });

test('what was left undisturbed has the trees of the champion and two more', () => {
  const { learned, moves } = wanted as { learned: { parameters: { text: string } }[][]; moves: unknown[] };
  assert.deepEqual(
    learned.map(([one]) => readModel(one?.parameters.text ?? '').trees.length),
    [10, 8],
  );
  assert.equal(moves.length, 2);
});
