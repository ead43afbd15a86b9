import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { show } from '../../src/cli/commands/model-version.ts';
import { EsteiraError } from '../../src/errors.ts';
import { Random } from '../../src/learn/random.ts';
import { fakeTerminal } from '../cli/samples.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';
import { championOf } from './world.ts';

const definitions = `import { atLeast, byHand, col, files, job, logisticRegression, model, noWorse, settings, source, sql, table } from 'esteira';
export const limits = settings('config.limits', { auc: col.real().default(0.5) });
export const arrived = source('landing.offers', { reader: files('offers.csv'), columns: { id: col.integer(), price: col.real(), chosen: col.boolean() } });
export const offers = table('silver.offers', { columns: { id: col.integer().key(), price: col.real(), chosen: col.boolean() }, rows: arrived });
export const chosen = model('ml.chosen', { from: offers, features: ['price'], target: 'chosen', learner: logisticRegression(),
  gate: [atLeast('auc', limits.auc), noWorse('auc', 0.1)] });
export const learn = job('learn', { when: byHand, train: [chosen] });
`;

const families = `import { atLeast, byHand, col, files, job, logisticRegression, model, source, sql, table } from 'esteira';
const columns = { id: col.integer(), shop: col.text(), day: col.date(), price: col.real(), chosen: col.boolean() };
export const arrived = source('landing.offers', { reader: files('offers.csv'), columns });
export const offers = table('silver.offers', { columns: { ...columns, id: columns.id.key() }, rows: arrived });
const like = { from: offers, each: ['shop'], features: ['price'], target: 'chosen', learner: logisticRegression({ ridge: 1 }), holdOut: { last: '7 days', by: 'day' } };
export const gated = model('ml.gated', { ...like, gate: [atLeast('auc', 0.5)] });
export const free = model('ml.free', like);
export const learnGated = job('learn_gated', { when: byHand, train: [gated] });
export const learnFree = job('learn_free', { when: byHand, train: [free] });
`;

test('of a family a member without a row to judge by lets its gate refuse the version; without a gate nothing is trained', async () => {
  const folder = temporaryFolder('unjudged');
  writeProject(folder, { catalog: 'shop', definitions: families });
  const random = new Random(5);
  const first = Temporal.PlainDate.from('2026-02-01');
  const lines = Array.from({ length: 400 }, (_, id) => {
    const days = Math.floor(id / 10);
    const price = random.next() * 10;
    // The small shop is closed: its rows are older than all that are held out.
    const shop = days < 20 && id % 10 === 0 ? 'small' : 'large';
    return `${id},${shop},${first.add({ days })},${price.toFixed(2)},${price + random.next() * 5 < 7}`;
  });
  writeFileSync(path.join(folder, 'files', 'offers.csv'), `id,shop,day,price,chosen\n${lines.join('\n')}\n`);
  const world = await World.open(folder, '2026-03-12T06:00:00Z');
  await world.do('setup', {});
  await world.run('learn_gated', '2026-03-12');
  const { state, waits, trained } = await world.do('models show', { model: 'gated' });
  assert.deepEqual(
    [state, waits],
    [
      'refused',
      'its gate refused it: shop small: auc is not known (no row is kept to judge with): the limit is 0.5 (the definition)',
    ],
  );
  assert.deepEqual(
    trained?.gate.limits[0]?.members.map(({ member, why, passed }) => [member['shop'], why, passed]),
    [
      ['large', undefined, true],
      ['small', 'no row is kept to judge with', false],
    ],
  );
  await assert.rejects(world.run('learn_free', '2026-03-12'), (error) => {
    assert.ok(error instanceof EsteiraError);
    assert.deepEqual([error.code, error.details.got], ['TRAINING_FAILED', 'shop small: no row is kept to judge with']);
    return true;
  });
  await world.close();
});

test('with a champion that cannot be read a version waits for a person, who promotes it; other limits refuse it as ever', async () => {
  const folder = temporaryFolder('unread');
  writeProject(folder, { catalog: 'shop', definitions });
  const random = new Random(5);
  const lines = Array.from({ length: 200 }, (_, id) => {
    const price = random.next() * 10;
    return `${id},${price.toFixed(2)},${price + random.next() * 5 < 7}`;
  });
  writeFileSync(path.join(folder, 'files', 'offers.csv'), `id,price,chosen\n${lines.join('\n')}\n`);
  const world = await World.open(folder, '2026-03-09T06:00:00Z');
  await world.do('setup', {});
  let minute = 0;
  const model = 'shop.ml.chosen';
  const train = async (): Promise<string> => {
    minute += 1;
    world.setClock(`2026-03-09T06:0${minute}:00Z`);
    await world.run('learn');
    const [newest] = await world.project.state.models.versions({ model, limit: 1 });
    return newest?.version ?? '';
  };
  const first = await train();
  writeFileSync(path.join(folder, 'files', 'models', model, first, 'model.json'), '{}');

  await world.do('settings set', { name: 'config.limits.auc', value: '0.999', by: 'ana' });
  const bad = await world.do('models show', { model: 'chosen', version: await train() });
  assert.deepEqual([bad.state, bad.trained?.gate.unread], ['refused', undefined]);
  await world.do('settings set', { name: 'config.limits.auc', value: '0.5', by: 'ana' });

  await train();
  const second = await train();
  const seen = await world.do('models show', { model: 'chosen', version: second });
  assert.deepEqual(
    [seen.state, seen.waits, seen.next],
    [
      'candidate',
      `it was not compared with the champion of then, ${first}, which could not be read: it can be promoted`,
      `esteira models promote ml.chosen ${second} --reason …`,
    ],
  );
  const [auc, noWorse] = seen.trained?.gate.limits ?? [];
  assert.deepEqual([auc?.passed, noWorse?.passed, noWorse?.members[0]?.why], [true, false, 'its files cannot be read']);
  assert.equal(noWorse?.members[0]?.value, auc?.members[0]?.value);
  const typed = { words: ['chosen', second], flags: new Set(), texts: new Map(), numbers: new Map() };
  const call = (name: 'models show', input: { readonly model: string }) => world.do(name, input);
  const { text } = await show({ typed, terminal: fakeTerminal(), call } as unknown as Parameters<typeof show>[0]);
  assert.match(text(), /Its gate leaves it to a person/);
  assert.equal(await championOf(world, 'ml.chosen'), first, 'nothing is moved by itself');
  await world.do('models promote', { model: 'chosen', version: second, by: 'ana', reason: 'the files are lost' });
  assert.equal(await championOf(world, 'ml.chosen'), second);
  const third = await train();
  assert.equal(await championOf(world, 'ml.chosen'), third, 'and all goes on as before');
  await world.close();
});
