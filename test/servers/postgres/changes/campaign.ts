import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Shop } from './shop.ts';

const root = path.join(import.meta.dirname, '..', '..', '..', '..');

/** Named points at which a reader can die: as it begins, takes a snapshot, receives, writes, commits, acknowledges, and ends. */
export const points = Object.freeze([
  'opened',
  'claimed',
  'intent',
  'snapshot',
  'received',
  'staged',
  'fenced',
  'written',
  'before-commit',
  'committed',
  'before-acknowledge',
  'acknowledged',
  'published',
  'done',
  'before-finish',
]);

/** A server of its own, that can be killed. */
export class Server {
  readonly url: string;
  readonly #file: string;

  constructor() {
    this.#file = path.join(mkdtempSync(path.join(os.tmpdir(), 'esteira-server-')), 'address');
    this.#carry('start');
    this.url = readFileSync(this.#file, 'utf8').trim();
  }
  #carry(what: 'start' | 'crash' | 'stop'): void {
    const { status, stdout, stderr } = spawnSync(path.join(root, '.ci', 'postgres'), [what, this.#file], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (status !== 0) throw new Error(`.ci/postgres ${what}: ${stdout}${stderr}`);
  }
  crash(): void {
    this.#carry('crash');
  }
  stop(): void {
    this.#carry('stop');
    rmSync(path.dirname(this.#file), { recursive: true, force: true });
  }
}

export interface Counts {
  kills: number;
  points: number;
  crashes: number;
  changes: number;
  differences: readonly string[];
}

/**
 * Somebody writes all the time, the reader is killed again and again, at a point or at a moment, and the server too; at the end the landing is compared with
 * what was written.
 */
export async function campaign(of: {
  readonly seed: number;
  readonly kills: number;
  readonly crashes: number;
  readonly server?: Server;
  readonly home?: string;
  readonly points?: readonly string[];
}): Promise<Counts> {
  const { seed, kills, crashes, server, home } = of;
  const shop = await Shop.open({ seed, ...(server ? { url: server.url } : {}), ...(home ? { home } : {}) });
  const stop = new AbortController();
  let writing: Promise<number> = Promise.resolve(0);
  try {
    for (let index = 0; index < 30; index++) await shop.writer.transact();
    writing = shop.writer.write(stop.signal);
    const met = new Set<string>();
    let [killed, crashed] = [0, 0];
    let turn = seed;
    const among = of.points ?? points;
    while (killed < kills) {
      const point = among[turn % among.length] as string;
      turn += 1;
      const isTimed = turn % 7 === 0 && of.points === undefined;
      if (isTimed) killed += (await killedLater(shop, 300 + ((turn * 97) % 900))) ? 1 : 0;
      // Those of a landing are met more than once where there is more than one.
      else if (!(await shop.sync(`${point}@${turn % 4 === 0 ? 2 : 1}`))) {
        killed += 1;
        met.add(point);
      }
      if (server && crashed < crashes && killed * crashes >= (crashed + 1) * kills) {
        server.crash();
        crashed += 1;
      }
    }
    stop.abort();
    await writing;
    await untilEnd(shop);
    const history = await shop.writer.history();
    return {
      ...{ kills: killed, points: met.size, crashes: crashed, changes: history.length },
      differences: await shop.differences(),
    };
  } finally {
    stop.abort();
    await writing;
    await shop.close();
  }
}

/** True where it had not ended by itself. */
export async function killedLater(shop: Shop, milliseconds: number): Promise<boolean> {
  const going = shop.sandbox.start(['sync', '--once']);
  const timer = setTimeout(() => going.signal('SIGKILL'), milliseconds);
  const { exit } = await going.ended;
  clearTimeout(timer);
  return exit === 137;
}

/** The server that was killed may still be on its way back. */
async function untilEnd(shop: Shop): Promise<void> {
  for (let left = 20; ; left--) {
    try {
      if (await shop.sync()) return;
    } catch (error) {
      if (left === 0 || !/SOURCE_UNREACHABLE|SLOT_IN_USE/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
