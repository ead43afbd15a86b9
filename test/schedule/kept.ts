import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScheduleEvent, StartView } from '../../src/operate/index.ts';
import { Keeper } from '../../src/operate/schedule/keeper.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

const opened: Kept[] = [];
after(async () => {
  for (const kept of opened) await kept.close();
});

/** Keeps the schedules of a project in this process, by a clock that the test sets. */
export class Kept {
  readonly world: World;
  readonly events: ScheduleEvent[] = [];
  #stop = new AbortController();
  #keeping: Promise<StartView> | undefined;

  constructor(world: World) {
    this.world = world;
  }

  static async open(
    now: string,
    { definitions, setup }: { readonly definitions: string; readonly setup: readonly string[] },
  ): Promise<Kept> {
    const folder = temporaryFolder('keeper');
    writeProject(folder, { catalog: 'desk', definitions });
    const world = await World.open(folder, now);
    for (const target of setup) await world.do('setup', { target });
    const kept = new Kept(world);
    opened.push(kept);
    kept.start();
    await kept.says(/waits for/);
    return kept;
  }

  start(): void {
    const emit = (event: ScheduleEvent | { readonly type: 'beat' }): void => {
      if (event.type === 'schedule') this.events.push(event);
    };
    this.#keeping = new Keeper(this.world.project, { emit, signal: this.#stop.signal, once: false }).keep();
  }

  said(words: RegExp): readonly ScheduleEvent[] {
    return this.events.filter(({ job, text }) => words.test(`${job ?? ''} ${text}`));
  }

  async says(words: RegExp, times = 1): Promise<void> {
    for (const until = performance.now() + 20_000; this.said(words).length < times; await sleep(10))
      if (performance.now() > until) throw new Error(`not said ${words}: ${JSON.stringify(this.events)}`);
  }

  async days(table: string): Promise<readonly unknown[]> {
    const found = await this.world.rows(`select strftime(day, '%d') from ${table} order by due_at`);
    return found.map(([day]) => day);
  }

  /** Nobody keeps the schedules then, until it is started again. */
  async halt(): Promise<void> {
    this.#stop.abort();
    await this.#keeping;
    this.#stop = new AbortController();
    this.events.length = 0;
  }

  async close(): Promise<StartView | undefined> {
    if (this.#stop.signal.aborted) return undefined;
    this.#stop.abort();
    const view = await this.#keeping;
    await this.world.close();
    return view;
  }
}
