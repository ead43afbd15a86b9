import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inconsistencies, State } from '../crash/state.ts';
import { points } from '../crash/worlds.ts';
import { Looking } from '../run/support/compare.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { Random } from '../run/support/random.ts';
import { World } from '../run/support/world.ts';
import { type Found, judge } from './expected.ts';
import { Landing } from './landing.ts';
import { endOwners, Owner, setClock } from './owner.ts';

export const catalog = 'desk';
export async function makeProject(folder: string): Promise<void> {
  const definitions = readFileSync(path.join(import.meta.dirname, 'definitions.ts'), 'utf8');
  writeProject(folder, { catalog, definitions });
  const world = await World.open(folder, '2018-10-01T00:00:00Z');
  try {
    await world.do('setup', {});
  } finally {
    await world.close();
  }
}

export interface Simulated extends Found {
  readonly days: number;
  readonly kills: number;
  readonly stops: number;
  /** Owners that died by themselves at a named point of a run. */
  readonly died: number;
  readonly takenOver: number;
  readonly hoursAway: number;
  readonly emptyFiles: number;
  readonly runs: number;
  readonly resumed: number;
}

/** Days of one project, kept by owners that are killed, stopped and away for hours; the clock goes on whatever they do. */
export async function simulate({ seed, days }: { readonly seed: number; readonly days: number }): Promise<Simulated> {
  const folder = temporaryFolder('days');
  await makeProject(folder);
  const simulation = new Simulation(folder, new Random(seed), days);
  try {
    return await simulation.run();
  } finally {
    await endOwners();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Before the clocks of Lisbon go back, those of São Paulo go forward and those of New York go back. */
const first = Temporal.Instant.from('2018-10-26T12:00:00Z');

class Simulation {
  readonly #folder: string;
  readonly #random: Random;
  readonly #days: number;
  readonly #landing: Landing;
  #now = first;
  #owner: Owner;
  readonly #counts = { kills: 0, stops: 0, died: 0, takenOver: 0, hoursAway: 0, resumed: 0 };

  constructor(folder: string, random: Random, days: number) {
    this.#folder = folder;
    this.#random = random;
    this.#days = days;
    this.#landing = new Landing(folder, random);
    setClock(folder, first);
    this.#owner = new Owner(folder, { words: ['--health', '0'] });
  }

  async run(): Promise<Simulated> {
    const end = first.add({ hours: 24 * this.#days });
    const quiet = end.subtract({ hours: 24 });
    const half = first.add({ hours: 12 * this.#days });
    let isHalf = false;
    await this.#owner.says(/waits for/);
    while (Temporal.Instant.compare(this.#now, quiet) < 0) {
      this.#goOn(10 + this.#random.below(50), quiet);
      await sleep(20 + this.#random.below(50));
      if (this.#owner.isOver) await this.#died();
      else if (!isHalf && Temporal.Instant.compare(this.#now, half) >= 0) {
        // However the dice fall, one is killed on the way.
        isHalf = true;
        await this.#kill();
      } else if (this.#random.chance(0.012)) await this.#kill();
      else if (this.#random.chance(0.006)) await this.#stop();
      else if (this.#random.chance(0.005)) await this.#takeOver();
    }
    if (this.#owner.isOver) await this.#died();
    await this.#settle(end);
    return { days: this.#days, ...this.#counts, emptyFiles: this.#landing.empty, ...(await this.#judge(end)) };
  }

  /** What happens outside while so many minutes go by. */
  #goOn(minutes: number, until: Temporal.Instant): void {
    const before = this.#now;
    const next = before.add({ minutes });
    this.#now = Temporal.Instant.compare(next, until) < 0 ? next : until;
    const dayAt = (time: Temporal.Instant): Temporal.PlainDate =>
      time.subtract({ hours: 20 }).toZonedDateTimeISO('UTC').toPlainDate();
    // The files of a date are there at eight in the evening.
    for (let day = dayAt(before); !day.equals(dayAt(this.#now)); day = day.add({ days: 1 }))
      this.#landing.deliver(day.add({ days: 1 }));
    if (this.#random.chance(0.1) && !this.#now.equals(until)) this.#landing.change(this.#now);
    setClock(this.#folder, this.#now);
  }

  /** Nobody is there for a while: minutes, hours, or days. */
  #away(): void {
    const hours = this.#random.one([0, 0, 1, 7, 30, 60]);
    this.#counts.hoursAway += hours;
    const until = first.add({ hours: 24 * this.#days - 24 });
    for (let left = hours; left > 0; left -= 1) this.#goOn(60, until);
  }

  async #start(): Promise<void> {
    this.#counts.resumed += this.#owner.lines.filter(({ text }) => text.startsWith('goes on:')).length;
    const stopAt = `${this.#random.one([...points, 'adopt'])}@${1 + this.#random.below(20)}`;
    this.#owner = new Owner(this.#folder, {
      words: ['--health', '0'],
      ...(this.#random.chance(0.7) ? { stopAt } : {}),
    });
    // Now and then the next signal comes while it opens.
    if (this.#random.chance(0.9)) await this.#owner.says(/keeps/);
  }

  async #died(): Promise<void> {
    const how = await this.#owner.ended;
    if (how !== 'SIGKILL') throw new Error(`the owner ended by ${how}: ${this.#owner.err.slice(-3000)}`);
    this.#counts.died += 1;
    this.#away();
    await this.#start();
  }

  async #kill(): Promise<void> {
    this.#counts.kills += 1;
    this.#owner.signal('SIGKILL');
    await this.#owner.ended;
    this.#away();
    await this.#start();
  }

  async #stop(): Promise<void> {
    this.#owner.signal('SIGTERM');
    const how = await this.#owner.ended;
    // One that has only just begun has not yet learned to listen.
    if (how !== 0 && how !== 'SIGKILL' && how !== 'SIGTERM')
      throw new Error(`stopped, it ended by ${how}: ${this.#owner.err.slice(-3000)}`);
    this.#counts.stops += 1;
    this.#away();
    await this.#start();
  }

  /** Another one stands by, and the first is killed. */
  async #takeOver(): Promise<void> {
    const other = new Owner(this.#folder, { words: ['--health', '0'] });
    await other.says(/Stands by|waits for|begins/);
    this.#owner.signal('SIGKILL');
    await this.#owner.ended;
    this.#counts.takenOver += 1;
    this.#counts.resumed += this.#owner.lines.filter(({ text }) => text.startsWith('goes on:')).length;
    this.#owner = other;
  }

  /** The last owner does all that is due, takes in what has streamed, does the last day of all, and ends when it is told to. */
  async #settle(end: Temporal.Instant): Promise<void> {
    this.#counts.kills += 1;
    this.#owner.signal('SIGKILL');
    await this.#owner.ended;
    const last = new Owner(this.#folder, { words: ['--health', '0'] });
    await last.idle(this.#now);
    this.#goOn(24 * 60, end);
    await last.idle(end);
    last.signal('SIGTERM');
    const how = await last.ended;
    if (how !== 0) throw new Error(`the last owner ended by ${how}: ${last.err.slice(-3000)}`);
    this.#counts.resumed += last.lines.filter(({ text }) => text.startsWith('goes on:')).length;
  }

  async #judge(to: Temporal.Instant): Promise<Found & { readonly runs: number }> {
    const state = new State(this.#folder);
    const looking = await Looking.at({ simulated: this.#folder }, catalog);
    try {
      const name = 'simulated';
      const found = await judge({ state, looking, name }, { landing: this.#landing, from: first, to });
      const wrong = await inconsistencies(state, { looking, name, views: [] });
      const runs = state.rows(`select 1 from run where state = 'succeeded'`).length;
      return { ...found, runs, differences: [...found.differences, ...wrong] };
    } finally {
      looking.close();
      state.close();
    }
  }
}
