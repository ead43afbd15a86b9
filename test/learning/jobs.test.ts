import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import type { EsteiraError } from '../../src/errors.ts';
import { operate, type RunEvent } from '../../src/operate/index.ts';
import type { VersionAbout } from '../../src/registry/about.ts';
import type { World } from '../run/support/world.ts';
import { championOf, consistentVersion, deliver, learningWorld } from './world.ts';

const worlds: World[] = [];
after(async () => {
  for (const world of worlds) await world.close();
});
async function opened(name: string, more: { readonly view?: string } = {}): Promise<World> {
  const world = await learningWorld(name, more);
  worlds.push(world);
  return world;
}
const model = 'shop.analytics.engagement';
const newest = async (world: World, of = model) =>
  (await world.project.state.models.versions({ model: of, limit: 1 }))[0];
const said = ({ events }: World): string =>
  events.flatMap((event) => (event.type === 'note' ? [event.text] : [])).join('\n');
const code = (wanted: string) => (error: EsteiraError) => error.code === wanted;

test('a version that is trained alone waits for its labels, and gets out with them', async () => {
  const world = await opened('learning-alone');
  await assert.rejects(world.run('classify'), code('MODEL_MISSING'));
  await world.run('train_alone');
  assert.equal((await newest(world))?.state, 'candidate');
  assert.match(said(world), /20260310_0600 waits for analytics\.labels/);
  assert.deepEqual(await world.rows('select * from analytics.labels'), []);
  await assert.rejects(world.run('classify'), code('MODEL_MISSING'));
  await world.run('labels_alone');
  assert.equal(await championOf(world, 'analytics.engagement'), '20260310_0600');
  await world.run('classify');
  assert.equal(await consistentVersion(world), '20260310_0600');

  // The next one alone changes nothing of what people and runs see.
  deliver(world.folder, 3);
  world.setClock('2026-03-11T06:00:00Z');
  const before = await world.rows('select * from analytics.labels order by all');
  await world.run('train_alone');
  await world.run('classify');
  assert.equal(await consistentVersion(world), '20260310_0600');
  assert.deepEqual(await world.rows('select * from analytics.labels order by all'), before);
  world.setClock('2026-03-12T06:00:00Z');
  await world.run('labels_alone');
  await world.run('classify');
  assert.equal(await consistentVersion(world), '20260311_0600');
  // Without another that waits, labels are made again of the champion, and nothing is doubled.
  world.setClock('2026-03-13T06:00:00Z');
  await world.run('labels_alone', undefined, { again: true });
  assert.deepEqual(await world.rows('select count(*), count(distinct level || centroid_id) from analytics.labels'), [
    [6, 6],
  ]);
});

test('a version that does not pass its gate is kept with every figure, and the champion stays', async () => {
  const world = await opened('learning-gate');
  await world.run('retrain');
  await world.do('settings set', { name: 'config.limits.silhouette', value: '0.999', by: 'ana' });
  world.setClock('2026-03-11T06:00:00Z');
  await world.run('retrain');
  assert.match(said(world), /20260311_0600 did not pass its gate/);
  assert.equal(await championOf(world, 'analytics.engagement'), '20260310_0600');
  const { state, about } = (await newest(world)) ?? {};
  assert.equal(state, 'refused');
  const { gate } = about as VersionAbout;
  const [silhouette, samples] = gate.limits;
  assert.deepEqual(
    [gate.passed, silhouette?.passed, silhouette?.bound, silhouette?.setting, samples?.passed, samples?.members.length],
    [false, false, 0.999, 'config.limits.silhouette', true, 2],
  );
  assert.deepEqual(
    samples?.members.map(({ member, value }) => [member, value]),
    [
      [{ level: 'team' }, 300],
      [{ level: 'user' }, 300],
    ],
  );
});

test('classifying trains nothing and reads each model once, whatever the number of its members', async () => {
  const world = await opened('learning-once');
  await world.run('retrain');
  const read: string[] = [];
  const { project } = world;
  const versions = Object.create(project.versions, {
    read: {
      value: (name: string) => {
        read.push(path.basename(name));
        return project.versions.read(name);
      },
    },
  }) as typeof project.versions;
  const emit = (_: RunEvent): void => {};
  await operate({ ...project, versions }, 'run', { job: 'classify' }, { emit, signal: new AbortController().signal });
  assert.deepEqual(read, ['version.json', 'model.json']);
  assert.equal((await project.state.models.versions({ limit: 10 })).length, 1);
  assert.deepEqual(await world.rows('select count(*) from analytics.scores'), [[600]]);
});

test('a champion that was trained with other settings is used, with a warning that says which', async () => {
  const world = await opened('learning-settings');
  await world.run('retrain');
  await world.do('settings set', { name: 'config.limits.floor', value: '5', by: 'ana' });
  await world.run('classify');
  assert.match(said(world), /20260310_0600 was trained with config\.limits\.floor 0, now 5: retraining is due/);
  world.events.length = 0;
  world.setClock('2026-03-11T06:00:00Z');
  await world.run('retrain');
  await world.run('classify');
  assert.doesNotMatch(said(world), /retraining is due/);
});

test('rows of a member that the champion does not have stop the step, with the job that trains it', async () => {
  const world = await opened('learning-member');
  const config = { name: 'config.limits.floor', by: 'ana' };
  await world.run('retrain');
  const file = path.join(world.folder, 'files', 'usage', 'b.csv');
  writeFileSync(file, 'id,level,minutes,days,stays\n9001,company,50,1,true\n');
  await assert.rejects(world.run('classify'), (error: EsteiraError) => {
    assert.equal(error.code, 'MODEL_MEMBER_MISSING');
    assert.match(`${error.details.got} ${error.details.next}`, /level company.*esteira run retrain/s);
    return true;
  });
  // Without them it goes on.
  await world.do('settings set', { ...config, value: '51' });
  world.setClock('2026-03-11T06:00:00Z');
  await world.run('classify');
  assert.equal(await consistentVersion(world), '20260310_0600');
});

test('a regression predicts what its coefficients say, and waits for whoever may approve it', async () => {
  const world = await opened('learning-regression');
  await world.run('learn_churn');
  assert.match(said(world), /analytics\.churn 20260310_0600 waits for the approval of dados/);
  await assert.rejects(world.run('score'), code('MODEL_MISSING'));
  const { models } = world.project.state;
  const now = world.project.clock.now();
  const decision = { decided: 'approved', by: 'ana', reason: 'looked at', at: now } as const;
  await models.decide({ model: 'shop.analytics.churn', version: '20260310_0600' }, decision);
  await models.move({
    models: [{ model: 'shop.analytics.churn', to: '20260310_0600' }],
    by: 'ana',
    reason: 'approved',
    now,
  });
  await world.run('score');
  const [off] =
    await world.rows(`with c as (select max(coefficient) filter (term = '(intercept)') as i, max(coefficient) filter (term = 'days') as d,
      max(coefficient) filter (term = 'level=user') as u from analytics.churn)
    select max(abs(s.probability - 1 / (1 + exp(-(c.i + c.d * p.days + case when p.level = 'user' then c.u else 0 end))))), count(*)
    from analytics.chances s join silver.people p using (id), c`);
  assert.ok(Number(off?.[0]) < 1e-12 && Number(off?.[1]) === 600, String(off));
});

test('building again and dropping leave versions alone; a champion whose labels are gone is not used', async () => {
  const world = await opened('learning-again');
  await world.run('retrain');
  const labels = () => world.rows('select count(*) from analytics.labels__versions');
  const again = await world.do('reprocess', { scope: 'silver.people' });
  assert.deepEqual(again.kept.map(({ step }) => step).toSorted(), [
    'shop.analytics.chances',
    'shop.analytics.churn',
    'shop.analytics.engagement',
  ]);
  await assert.rejects(world.do('reprocess', { scope: 'analytics.labels' }), code('REPROCESS_IMPOSSIBLE'));
  const dropped = await world.do('reset', { confirmed: 'world' });
  assert.ok(
    dropped.kept.some(({ step, why }) => step.endsWith('labels__versions') && why === 'versions of models stay'),
  );
  assert.deepEqual(await labels(), [[6]]);
  await world.do('setup', {});
  await world.run('classify');
  assert.equal(await consistentVersion(world), '20260310_0600');
  // Somebody empties them.
  const place = { catalog: 'shop', schema: 'analytics', table: 'labels__versions' };
  await world.project.warehouse.replaceRows(place, {}, []);
  world.setClock('2026-03-11T06:00:00Z');
  await assert.rejects(world.run('classify', undefined, { again: true }), (error: EsteiraError) => {
    assert.match(
      `${error.code} ${error.details.what} ${error.details.next}`,
      /MODEL_MISSING.*no rows of version.*esteira run labels_alone makes them/s,
    );
    return true;
  });
});

test('a view shows the champion of when somebody looks, and cannot predict', async () => {
  const world = await opened('learning-view', {
    view: `export const inUse = table('analytics.in_use', { columns: { version: col.text().optional(), labels: col.integer() }, write: 'view',
      rows: sql\`select \${engagement.champion} as version, count(*) as labels from \${labels} l\` });`,
  });
  const shown = () => world.rows('select version, labels from analytics.in_use');
  assert.deepEqual(await shown(), [[null, 0]]);
  await world.run('retrain');
  assert.deepEqual(await shown(), [['20260310_0600', 6]]);
  await world.do('settings set', { name: 'config.limits.silhouette', value: '0.999', by: 'ana' });
  world.setClock('2026-03-11T06:00:00Z');
  await world.run('retrain');
  assert.deepEqual(await shown(), [['20260310_0600', 6]]);
  await assert.rejects(
    learningWorld('learning-view-predicts', {
      view: `export const seen = table('analytics.seen', { columns: { id: col.integer() }, write: 'view', rows: sql\`select id from \${engagement.predict(people)} p\` });`,
    }),
    (error: EsteiraError) => {
      assert.match(`${error.code} ${error.details.what}`, /DEFINITION_INVALID.*predicts with a model/);
      return true;
    },
  );
});

test('nothing is learned from no rows', async () => {
  const world = await opened('learning-empty');
  await world.do('settings set', { name: 'config.limits.floor', value: '1000000', by: 'ana' });
  await assert.rejects(world.run('retrain'), code('TRAINING_FAILED'));
  assert.equal((await newest(world))?.state, 'training');
  await assert.rejects(world.run('classify'), (error: EsteiraError) => {
    assert.match(String(error.details.got), /^version \d{8}_\d{4}: its run ended before it was whole$/);
    return code('MODEL_MISSING')(error);
  });
});

test('a version has its training rows with it, from which it can be trained again', async () => {
  const world = await opened('learning-rows');
  await world.run('retrain');
  const { version = '', about } = (await newest(world)) ?? {};
  const folder = path.join(world.folder, 'files', 'models', model, version);
  for (const name of ['model.json', 'profile.json', 'rows.parquet', 'version.json'])
    assert.ok(existsSync(path.join(folder, name)), name);
  const { inputs, rows, members, job, runId } = about as VersionAbout;
  assert.deepEqual([rows, members.length, job], [600, 2, 'retrain']);
  assert.deepEqual(inputs, { 'shop.silver.people': { runId, sequence: '1' } });
  const file = path.join(folder, 'rows.parquet');
  const columns = { id: world.project.graph.nodes.get('shop.silver.people')?.definition.columns.id };
  const again = path.join(world.folder, 'again.parquet');
  const kept = await world.project.warehouse.vectors(`select * from read_parquet('${file}')`, { columns, file: again });
  assert.equal(kept.rows, 600);
});

test('labels are made of the version that waits, whatever was made before it; a version older than the champion waits no more', async () => {
  const world = await opened('learning-waiting');
  const days = ['2026-03-11', '2026-03-12', '2026-03-13', '2026-03-14', '2026-03-15'];
  const on = (day: string | undefined): void => world.setClock(`${day}T06:00:00Z`);
  const labelled = () => world.rows('select distinct model_version from analytics.labels__versions order by 1');
  await world.run('train_alone');
  on(days[0]);
  await world.run('train_alone');
  on(days[1]);
  // The newest is labelled and released; the one before it is older than the champion then.
  await world.run('labels_alone');
  assert.equal(await championOf(world, 'analytics.engagement'), '20260311_0600');
  on(days[2]);
  await world.run('labels_alone');
  assert.deepEqual(await labelled(), [['20260311_0600']]);
  // One that is refused after it does not keep the one that waits from getting out.
  await world.run('train_alone');
  await world.do('settings set', { name: 'config.limits.silhouette', value: '0.999', by: 'ana' });
  on(days[3]);
  await world.run('train_alone');
  await world.run('labels_alone');
  assert.equal(await championOf(world, 'analytics.engagement'), '20260313_0600');
  assert.deepEqual(await labelled(), [['20260311_0600'], ['20260313_0600']]);
  // Nothing has changed for the champion: nothing is done.
  on(days[4]);
  const again = await world.run('labels_alone');
  assert.deepEqual(
    again.steps.map(({ account }) => account?.in),
    [0],
  );
});

test('a table that reads a view of what stands inside a model sees the champion that its run began with', async () => {
  const world = await opened('learning-through-view', {
    view: `export const shown = table('analytics.shown', { columns: { level: col.text(), label: col.text() }, write: 'view', rows: sql\`select level, label from \${labels} l\` });
export const counted = table('analytics.counted', { columns: { label: col.text().key(), rows_of: col.integer() }, rows: sql\`select label, count(*) as rows_of from \${shown} s group by label\` });
export const counting = job('counting', { when: byHand, build: [counted] });`,
  });
  await assert.rejects(world.run('counting'), code('MODEL_MISSING'));
  await world.run('retrain');
  await world.run('counting');
  assert.deepEqual(await world.rows('select sum(rows_of) from analytics.counted'), [[6]]);
  world.setClock('2026-03-11T06:00:00Z');
  await world.run('retrain');
  const { steps } = await world.run('counting');
  assert.equal(
    steps.find(({ step }) => step.endsWith('counted'))?.account?.in,
    3,
    'another champion is a reason to make it again',
  );
});

test('a reference to what stands inside a model asks the rows of the champion alone', async () => {
  const world = await opened('learning-reference', {
    view: `import { existsIn } from 'esteira';
export const known = table('analytics.known', { columns: { n: col.integer().key() }, rows: sql\`select cast(unnest([1, 99]) as bigint) as n\`,
  rules: { is_a_cluster: existsIn('n', labels, 'centroid_id') }, invalid: 'set aside' });
export const knowing = job('knowing', { when: byHand, build: [known] });`,
  });
  await world.run('retrain');
  const columns = world.project.graph.nodes.get('shop.analytics.engagement')?.definition.columns;
  const place = { catalog: 'shop', schema: 'analytics', table: 'labels__versions' };
  const kept = {
    ...(columns?.model_version && { model_version: columns.model_version, centroid_id: columns.centroid_id }),
  };
  const rows = await world.project.warehouse.rows(place, kept);
  // Another version had a cluster 99.
  await world.project.warehouse.replaceRows(place, kept, [...rows, { model_version: 'another', centroid_id: 99 }]);
  await world.run('knowing');
  assert.deepEqual(await world.rows('select n from analytics.known'), [[1]]);
  assert.deepEqual(await world.rows('select n from analytics.known_invalidos'), [[99]]);
});

test('rows that have a column of what would be predicted are refused, and a family of files that are read in place', async () => {
  const refused = async (text: string, what: RegExp): Promise<void> =>
    assert.rejects(learningWorld('learning-refused', { view: text }), (error: EsteiraError) => {
      assert.match(`${error.code} ${error.details.what}`, what);
      return true;
    });
  const twice = `export const twice = table('analytics.twice', { columns: { id: col.integer().key() }, rows: sql\`select id from \${engagement.predict(scores)} p\` });`;
  await refused(twice, /DEFINITION_INVALID.*have a column centroid_id already/);
  const files = `export const straight = table('analytics.straight', { columns: { id: col.integer().key() }, rows: sql\`select id from \${engagement.predict(usage)} p\` });`;
  await refused(files, /DEFINITION_INVALID.*read in place/);
});
