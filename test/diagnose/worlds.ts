import { Credit, days as creditDays } from './credit.ts';
import { Shop, days as shopDays } from './shop.ts';

let credit: Promise<Credit> | undefined;
let shop: Promise<Shop> | undefined;

/** The credit pipeline after four days that nothing was wrong with. */
export async function someCredit(): Promise<Credit> {
  credit ??= (async () => {
    const world = new Credit();
    await world.succeed('setup');
    for (const date of creditDays) await well(world.wholeDay(date));
    return world;
  })();
  return (await credit).again();
}

/** The shop after five. */
export async function someShop(): Promise<Shop> {
  shop ??= (async () => {
    const world = new Shop();
    await world.succeed('setup');
    for (const date of shopDays) {
      world.arrive(date);
      await well(world.runDay(date));
    }
    return world;
  })();
  return (await shop).again();
}

export async function well(ended: ReturnType<Shop['at']>): Promise<void> {
  const { exit, out, err } = await ended;
  if (exit !== 0) throw new Error(`it ended with ${exit}: ${out}${err}`);
}
