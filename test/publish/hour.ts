import assert from 'node:assert/strict';
import { Publisher } from '../../src/operate/publish/publisher.ts';
import type { KeptFiles } from '../../src/ports/index.ts';
import { moveOf, publishedPlace, readLatest, readMoves } from '../../src/registry/index.ts';
import { model, World } from './world.ts';

const place = publishedPlace(model);

/** The store's history and the state's are one, and latest is of its last move. */
export async function assertEqual(world: World, store: KeptFiles): Promise<void> {
  const moves = await world.moves();
  assert.deepEqual(await readMoves(store, place), moves.map(moveOf));
  const found = await readLatest(store, place);
  const latest = found.is === 'whole' ? `${found.version} ${found.move?.number}` : found.is;
  assert.equal(latest, `${moves.at(-1)?.to} ${moves.length}`);
}

/**
 * A store that is down for an hour, while the champion moves on twice and back once: it is owed that, said once, and has all of it once it is up. `beside` is
 * the same store by another way.
 */
export async function downForAnHour(of: {
  readonly store: KeptFiles;
  readonly beside: KeptFiles;
  readonly down: () => void;
  readonly up: () => void;
}): Promise<World> {
  const world = await World.with({ name: 's3', open: async () => of.store });
  const said: string[] = [];
  const publisher = Publisher.of(world.project());
  publisher.tellTo({ say: (level, text) => said.push(`${level} ${text}`) });
  const pass = async (): Promise<void> => {
    publisher.look(world.now);
    await publisher.idle();
  };
  await world.move(await world.train());
  await pass();
  await assertEqual(world, of.beside);
  of.down();
  const since = world.now;
  let tries = 0;
  for (let second = 0; second < 3600; second += 5) {
    if (second === 300 || second === 1800) await world.move(await world.train());
    if (second === 2400) await world.move((await world.moves())[0]?.to ?? '', 'the new ones are worse');
    await pass();
    world.later({ seconds: 5 });
    tries = (await world.state.published.all())[0]?.owed?.tries ?? 0;
  }
  assert.ok(tries > 10 && tries < 20, `tried ${tries} times`);
  const [owed] = await world.state.published.all();
  assert.equal(owed?.owed?.since.toString(), since.add({ seconds: 300 }).toString());
  assert.equal(owed?.there?.number, 1, 'what it has is known all the same');
  assert.deepEqual((await readMoves(of.beside, place)).length, 1);
  of.up();
  world.later({ minutes: 5 });
  await pass();
  assert.equal((await world.moves()).length, 4);
  await assertEqual(world, of.beside);
  assert.equal((await world.state.published.all())[0]?.owed, undefined);
  assert.equal(said.filter((text) => text.startsWith('warn')).length, 1, 'told once');
  assert.match(said.at(-1) ?? '', /^info models: 20260301_0300 of .* is published to s3$/);
  return world;
}
