import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { credentials, newBucket, server, storeIn } from '../../../src/adapters/s3/testing.ts';
import { Publisher } from '../../../src/operate/publish/publisher.ts';
import { Wire } from '../../../src/ports/conformance/wire.ts';
import type { KeptFiles } from '../../../src/ports/index.ts';
import { moveOf, publish, publishedPlace, readLatest, readMoves } from '../../../src/registry/index.ts';
import { champion, publishingTo, versionOf } from '../../publish/champion.ts';
import { movesOf, publishing } from '../../publish/suite.ts';
import { model, World } from '../../publish/world.ts';
import { Random } from '../../run/support/random.ts';
import { Sandbox } from '../../sandbox.ts';

export interface Found {
  readonly counts: Readonly<Record<string, number>>;
  readonly differences: readonly string[];
}

/** Forty who publish at once: as so many projects under one name, then as one history at twenty of its moves. */
export async function races(rounds: number): Promise<Found> {
  const differences: string[] = [];
  const bucket = await newBucket();
  const forty = Array.from({ length: 40 }, (_, index) => index);
  for (let round = 0; round < rounds; round += 1) {
    const projects = storeIn(bucket, { prefix: `projects ${round}` });
    const own = await Promise.all(
      forty.map((index) => publish(projects, publishing(movesOf(1, { by: `project ${index}` })))),
    );
    const winners = forty.filter((index) => own[index]?.published === 'now');
    const latest = await readLatest(projects, publishedPlace(model));
    if (winners.length !== 1 || (latest.is === 'whole' && latest.move?.by) !== `project ${winners[0]}`)
      differences.push(`race ${round} of projects: ${winners.length} won, latest is ${JSON.stringify(latest)}`);
    const one = storeIn(bucket, { prefix: `history ${round}` });
    const all = await Promise.all(
      forty.map((index) => publish(one, publishing(movesOf(20).slice(0, 1 + (index % 20))))),
    );
    const last = await readLatest(one, publishedPlace(model));
    if ((last.is === 'whole' && last.move?.number) !== 20 || all.some(({ published }) => published === 'not ours'))
      differences.push(`race ${round} of one history: ${JSON.stringify(last)}`);
    if ((await readMoves(one, publishedPlace(model))).length !== 20)
      differences.push(`race ${round}: moves are missing`);
  }
  return { counts: { races: 2 * rounds, publishers: 80 * rounds }, differences };
}

/** A project whose way to its bucket breaks at any piece that is sent, again and again, while its champion moves on and back. */
export async function cuts(seed: number, steps = 40): Promise<Found> {
  const random = new Random(seed);
  const wire = await Wire.to(server);
  const prefix = `cuts ${seed}`;
  const [bucket, differences]: [string, string[]] = [await newBucket(), []];
  const way = storeIn(bucket, { prefix, endpoint: wire.url.replace(/\/$/, ''), attempts: 2 });
  const beside = storeIn(bucket, { prefix });
  const world = await World.with({ name: 's3', open: async () => way });
  const publisher = Publisher.of(world.project());
  const released: string[] = [];
  let [broken, seen] = [0, 0];
  /** Breaks at the n-th piece from now on, before or after the server has it. */
  const arm = (piece: number, isLost: boolean): void => {
    let left = piece;
    const count = (): boolean => {
      left -= 1;
      if (left === 0) broken += 1;
      return left === 0;
    };
    wire.dropsAt = isLost ? count : () => false;
    wire.breaksAt = isLost ? () => false : count;
  };
  for (let step = 0; step < steps; step += 1) {
    const what = random.next();
    if (released.length === 0 || what < 0.35) {
      const version = await world.train();
      await world.move(version);
      released.push(version);
    } else if (what < 0.45) {
      const { version } = (await world.state.models.champions()).get(model) ?? {};
      const others = released.filter((one) => one !== version);
      if (others.length > 0) await world.move(random.one(others), 'the new one is worse');
    } else if (what < 0.8) arm(1 + random.below(12), random.chance(0.5));
    else if (what < 0.9) {
      wire.cut();
      broken += 1;
    } else wire.mend();
    publisher.look(world.now);
    await publisher.idle();
    world.later({ seconds: 5 + random.below(400) });
    seen = await judge(beside, world, { seen, differences });
  }
  wire.mend();
  arm(0, true);
  await publisher.everything();
  await judge(beside, world, { seen, differences, isEnd: true });
  await wire.close();
  const moves = (await world.moves()).length;
  return { counts: { worlds: 1, moves, cuts: broken }, differences: differences.map((one) => `seed ${seed}: ${one}`) };
}

/** Latest is whole and never goes back, and the store's history begins as the state's does; at the end they are one. */
async function judge(
  store: KeptFiles,
  world: World,
  {
    seen,
    differences,
    isEnd = false,
  }: { readonly seen: number; readonly differences: string[]; readonly isEnd?: boolean },
): Promise<number> {
  const place = publishedPlace(model);
  const wanted = (await world.moves()).map(moveOf);
  const [latest, moves] = [await readLatest(store, place), await readMoves(store, place)];
  const number = latest.is === 'whole' ? (latest.move?.number ?? 0) : 0;
  if (latest.is === 'broken') differences.push(`latest is broken: ${latest.why}`);
  if (number < seen) differences.push(`latest went back from ${seen} to ${number}`);
  if (number > 0 && latest.is === 'whole' && latest.version !== wanted[number - 1]?.to)
    differences.push(`latest is not of move ${number}`);
  if (moves.length < number) differences.push(`latest is of move ${number}, and ${moves.length} are there`);
  if (!isDeepStrictEqual(moves, wanted.slice(0, isEnd ? wanted.length : moves.length)))
    differences.push(`the histories differ: ${moves.length} of ${wanted.length} moves`);
  if (isEnd) {
    const paths = (await store.below('', 1000)).length;
    const expected = wanted.length + new Set(wanted.map(({ to }) => to)).size + 1;
    if (number !== wanted.length || paths !== expected)
      differences.push(`${paths} objects instead of ${expected}, latest is of move ${number}`);
  }
  return number;
}

const points = ['move-published', 'version-published', 'latest-published'];

/** `esteira publish` in processes that are killed, at named points and at any time, while the champion moves on. */
export async function kills(seed: number, moves = 6): Promise<Found> {
  const random = new Random(seed);
  const bucket = await newBucket();
  const numbers = `import { byHand, col, job, sql, table } from 'esteira';
export const numbers = table('silver.numbers', { columns: { n: col.integer().key() }, rows: sql\`select 1 as n\` });
export const daily = job('daily', { when: byHand, build: [numbers] });\n`;
  const sandbox = new Sandbox({
    'definitions/shop.ts': numbers,
    'esteira.config.ts': publishingTo(`s3({ bucket: '${bucket}', endpoint: '${server}' })`),
    '.env': `AWS_ACCESS_KEY_ID=${credentials.key}\nAWS_SECRET_ACCESS_KEY=${credentials.secret}\n`,
  });
  await sandbox.succeed('status');
  let killed = 0;
  for (let number = 1; number <= moves; number += 1) {
    await champion(sandbox, number);
    for (let attempt = 0; attempt < 1 + random.below(3); attempt += 1) {
      const isNamed = random.chance(0.6);
      const stop = `${random.one(points)}@${1 + random.below(2)}`;
      const command = sandbox.start(['publish'], { env: isNamed ? { ESTEIRA_STOP_AT: stop } : {} });
      if (!isNamed) await sleep(150 + random.below(400)).then(() => command.signal('SIGKILL'));
      const { exit } = await command.ended;
      if (exit === 137) killed += 1;
    }
  }
  await sandbox.succeed('publish');
  const store = storeIn(bucket);
  const place = publishedPlace('shop.analytics.ltr');
  const [latest, history] = [await readLatest(store, place), await readMoves(store, place)];
  const isEqual =
    latest.is === 'whole' &&
    latest.version === versionOf(moves) &&
    history.map(({ to }) => to).join() === Array.from({ length: moves }, (_, index) => versionOf(index + 1)).join() &&
    (await store.below('', 99)).length === 2 * moves + 1;
  const differences = isEqual ? [] : [`seed ${seed}, killed ${killed} times: ${JSON.stringify({ latest, history })}`];
  return { counts: { killedProjects: 1, kills: killed, moves }, differences };
}
