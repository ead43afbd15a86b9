import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Application } from '../../../pipelines/ranking/data/application.ts';
import { generate } from '../../../pipelines/ranking/data/generate.ts';
import { writeLawyers } from '../../../pipelines/ranking/data/generator/files.ts';
import { type Lawyer, lawyersOf } from '../../../pipelines/ranking/data/generator/lawyers.ts';
import { type Plan, planOf } from '../../../pipelines/ranking/data/generator/options.ts';
import { endpointOf, openServing } from '../../../src/config/serving.ts';
import type { KeptFiles } from '../../../src/ports/index.ts';
import type { Target } from '../../../src/run/index.ts';
import { type Served, serve } from '../../../src/serve/endpoint.ts';
import { type Change, Desk } from '../../ranking/desk.ts';
import { Broker } from './broker.ts';

/** Days of matches from before anything is served. */
const before = 12;
/** When clients come, in hours of UTC. */
const hours = [7, 12, 18];

interface Asked {
  readonly days: number;
  readonly seed: number;
  readonly lawyers?: number;
  readonly change?: Change;
}

/** A store of models that does not answer while it is away: as S3 would, for the owner and the endpoint alike. */
export class Away {
  isAway = false;
  of(store: KeptFiles): KeptFiles {
    const asked = async <Result>(ask: () => Promise<Result>): Promise<Result> => {
      if (this.isAway) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      return await ask();
    };
    return {
      describe: store.describe,
      keep: (...of) => asked(() => store.keep(...of)),
      read: (...of) => asked(() => store.read(...of)),
      look: (...of) => asked(() => store.look(...of)),
      replace: (...of) => asked(() => store.replace(...of)),
      remove: (...of) => asked(() => store.remove(...of)),
      below: (...of) => asked(() => store.below(...of)),
    };
  }
  target({ name, open }: Target): Target {
    return { name, open: async (signal) => this.of(await open(signal)) };
  }
}

/** A marketplace, its pipeline and its endpoint, day after day on a clock that is set; nobody touches anything. */
export class Days {
  readonly desk: Desk;
  readonly plan: Plan;
  readonly lawyers: readonly Lawyer[];
  readonly away = new Away();
  readonly lines: Record<string, unknown>[] = [];
  application!: Application;
  #served: Served | undefined;
  /** Of what the endpoint has shown, so many bytes waited on its disk when the broker came back. */
  waited = 0;
  readonly #broker: Broker;
  readonly #data: string;

  private constructor(desk: Desk, plan: Plan) {
    this.desk = desk;
    this.plan = plan;
    this.lawyers = lawyersOf(plan);
    this.#data = path.join(desk.folder, 'data');
    this.#broker = new Broker(this.#data);
  }

  /** With the days before taken in, and nothing trained. */
  static async open({ days, seed, lawyers = 600, change = (text) => text }: Asked): Promise<Days> {
    const desk = await Desk.open(change);
    const folder = path.join(desk.folder, 'data');
    const first = Temporal.PlainDate.from('2025-07-14');
    const common = { folder, seed, lawyers, events: 300, faults: false };
    const plan = planOf({ ...common, lastDate: first.add({ days: days - 1 }).toString(), days: before + days });
    await generate({ ...common, lastDate: first.subtract({ days: 1 }).toString(), days: before });
    const world = new Days(desk, plan);
    await writeLawyers(folder, { plan, lawyers: world.lawyers, through: before - 1 });
    await desk.takeIn(plan.firstDate, first.subtract({ days: 1 }).toString());
    // Schedules begin when they are kept first.
    await world.keep(`${first.subtract({ days: 1 })}T23:59:30Z`);
    const { project } = desk.world;
    const { published = [], serving } = project;
    Object.assign(project, {
      published: published.map((target) => world.away.target(target)),
      ...(serving ? { serving: world.away.target(serving) } : {}),
    });
    return world;
  }

  dateOf(day: number): string {
    return Temporal.PlainDate.from('2025-07-14').add({ days: day }).toString();
  }

  /** What `esteira start` would do by now. */
  async keep(now: string): Promise<void> {
    this.desk.world.setClock(now);
    await this.desk.world.do('start', { once: true });
  }

  async serve(): Promise<void> {
    const { folder } = this.desk;
    const opened = await openServing({ folder });
    const endpoint = endpointOf(opened.graph, 'ltr');
    const store = { models: this.away.of(opened.store.models), files: this.away.of(opened.store.files) };
    this.#served = await serve({
      ...{ endpoint, store, exports: opened.exports, clock: opened.clock, takeLock: opened.takeLock },
      ...{
        process: randomUUID(),
        eventsTo: { to: 'topic', sink: this.#broker.sink, key: undefined },
        say: (line: object) => void this.lines.push(line as never),
        host: '127.0.0.1',
        port: 0,
      },
      idOf: (definition) => opened.graph.nodeOf(definition).id,
      folder: path.join(folder, '.esteira', 'endpoints', 'ltr'),
    });
    this.application = new Application({
      ...{ plan: this.plan, lawyers: this.lawyers, folder: this.#data, address: this.#served.address },
      send: this.#broker.send,
    });
  }

  /** What the endpoint does every five minutes by itself: nobody waits for them here. */
  async poll(): Promise<Record<string, unknown>> {
    const answer = await fetch(`${this.#served?.address}/api/debug/reload_weights`, { method: 'POST' });
    return (await answer.json()) as Record<string, unknown>;
  }
  async health(): Promise<Record<string, Record<string, unknown>>> {
    return (await (await fetch(`${this.#served?.address}/ltr/health`)).json()) as never;
  }

  /** A whole day: the night's training, clients in three hours, and what comes of them. `isHeld`: until the evening the broker takes nothing, from the endpoint and from the application. */
  async day(day: number, requests: number, { isHeld = false } = {}): Promise<void> {
    const date = this.dateOf(day);
    await this.keep(`${date}T02:16:00Z`);
    // Before an endpoint is switched on all that it looks up is there.
    if (!this.#served) await this.desk.world.do('publish', {});
    if (!this.#served) await this.serve();
    await this.poll();
    if (isHeld) this.#broker.leave();
    for (const hour of hours) {
      const at = (minute: number): string =>
        `${date}T${String(hour + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00Z`;
      await this.application.serve({ from: at(0), to: at(60), requests }, (now) => this.desk.world.setClock(now));
      this.desk.world.setClock(at(91));
      await this.#logged({ isHeld });
      await this.application.exportContracts(at(91));
      await this.keep(at(91));
      await this.poll();
    }
    this.desk.world.setClock(`${date}T23:30:00Z`);
    if (isHeld) {
      this.waited += (await this.#part('events'))['spooledBytes'] ?? 0;
      await this.#broker.comeBack();
      await this.#logged({ isHeld: false });
    }
    await writeLawyers(this.#data, { plan: this.plan, lawyers: this.lawyers, through: before + day });
  }

  /** The endpoint ends, and what it has not sent by then is taken in with the next nights. */
  async end(day: number): Promise<void> {
    await this.#served?.close();
    this.#served = undefined;
    await this.keep(`${this.dateOf(day)}T02:16:00Z`);
    await this.keep(`${this.dateOf(day)}T02:31:00Z`);
  }

  async #part(name: 'log' | 'events'): Promise<Record<string, number>> {
    return (await this.health())[name] as Record<string, number>;
  }

  /** The log ends its file minutes after the last request, and events come to their broker within a second; a store or a broker that is away has it later. */
  async #logged({ isHeld }: { readonly isHeld: boolean }): Promise<void> {
    const isWritten = async (): Promise<boolean> => (await this.#part('events'))['written'] === this.application.asked;
    const isSent = async (part: 'log' | 'events'): Promise<boolean> => (await this.#part(part))['spooledBytes'] === 0;
    for (const until = performance.now() + 10_000; performance.now() < until; await sleep(20))
      if ((await isWritten()) && (isHeld || (await isSent('events'))) && (this.away.isAway || (await isSent('log'))))
        return;
  }

  async close(): Promise<void> {
    await this.#served?.close();
    await this.desk.close();
  }
}
