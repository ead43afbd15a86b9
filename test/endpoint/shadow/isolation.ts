import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { Random } from '../../../src/learn/random.ts';
import { within } from '../../../src/ports/within.ts';
import { keepPublished, publishedPlace } from '../../../src/registry/index.ts';
import {
  contentOf,
  grownTrees,
  PublisherOfTests,
  rankedId,
  timesAsMuch,
  walked,
} from '../../../src/serve/model/testing.ts';
import { changeChoice } from '../../../src/serve/shadow/choice.ts';
import { load } from '../load/process.ts';
import type { Asked, Told } from './serving.ts';

export const harms = ['sleeps', 'spins', 'throws', 'exhausts', 'exits'] as const;
/** What the shadow does in a round: nothing is named, it predicts as it should, or it does harm. */
export type Kind = 'none' | 'healthy' | (typeof harms)[number];

export interface Round {
  readonly kind: Kind;
  readonly sent: number;
  readonly failed: number;
  /** Answers that are not what the champion says of these rows. */
  readonly different: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  /** Milliseconds of the processor, of the whole process. */
  readonly cpu: number;
  readonly seconds: number;
  /** How late the load itself was. */
  readonly late: number;
  /** Requests that had a shadow, by what came of it, and the whole of what the health says of it. */
  readonly shadow: Readonly<Record<string, unknown>>;
}

/** An endpoint in a process of its own, under load from another, whose shadow is another thing in each round. */
export class Isolation {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'esteira-shadow-'));
  readonly #child: ChildProcess;
  readonly #bodies: readonly string[];
  readonly #expected: readonly string[];
  readonly #trees: Awaited<ReturnType<typeof grownTrees>>;
  #heard: ((told: Told) => void)[] = [];
  #address = '';
  #rounds = 0;

  private constructor(trees: Awaited<ReturnType<typeof grownTrees>>) {
    const random = new Random(11);
    this.#trees = trees;
    const requests = Array.from({ length: 40 }, () =>
      Array.from({ length: 20 }, () => ({ near: random.next() * 100, won: random.next() })),
    );
    this.#bodies = requests.map((rows) => JSON.stringify({ rows }));
    this.#expected = requests.map((rows) => JSON.stringify({ scores: rows.map((row) => walked(trees, row)) }));
    this.#child = fork(path.join(import.meta.dirname, 'serving.ts'), {
      // As `esteira endpoint` is started.
      execArgv: ['--v8-pool-size=1'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (told: Told) => {
      if (!('line' in told)) this.#heard.shift()?.(told);
    });
  }

  static async begin(of: { readonly trees: number }): Promise<Isolation> {
    const all = new Isolation(await grownTrees({ trees: of.trees, leaves: 31 }));
    const published = within(folderStore({ path: all.#folder }), 'published');
    await new PublisherOfTests(published).champion(contentOf(all.#trees, '1'));
    const told = all.#next<{ readonly address: string }>();
    all.#child.send({ folder: all.#folder } satisfies Asked);
    all.#address = (await told).address;
    return all;
  }

  #next<T extends Told>(): Promise<T> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the endpoint ended with ${code}`));
      this.#child.once('exit', ended);
      this.#heard.push((told) => {
        this.#child.off('exit', ended);
        resolve(told as T);
      });
    });
  }
  async #cpu(): Promise<number> {
    const told = this.#next<{ readonly cpu: number }>();
    this.#child.send('cpu');
    return (await told).cpu;
  }

  /** Each round names a version of its own: what was given up before is not what is tried here. */
  async #name(kind: Kind): Promise<void> {
    this.#rounds += 1;
    const version = kind === 'healthy' ? `2026${this.#rounds}` : `${kind}-${this.#rounds}`;
    const store = folderStore({ path: this.#folder });
    const content = contentOf(timesAsMuch(this.#trees, 2), version);
    if (kind !== 'none') await keepPublished(within(store, 'published'), content, publishedPlace(rankedId));
    const choice = { chosen: 'by hand', by: 'ana', reason: kind, at: '2026-03-04T05:06:07Z' } as const;
    await changeChoice(store, 'rank', () => (kind === 'none' ? choice : { ...choice, version }));
    await fetch(`${this.#address}/api/debug/reload_weights`, { method: 'POST' });
  }

  async round(kind: Kind, of: { readonly rate: number; readonly seconds: number }): Promise<Round> {
    await this.#name(kind);
    // One that predicts as it should has begun, and is compiled, before it is measured; harm is measured from its beginning.
    if (kind === 'healthy') await this.#asked(of.seconds > 2 ? 300 : 20);
    const before = await this.#cpu();
    const began = performance.now();
    const loading = load({ url: `${this.#address}/rank`, ...of, bodies: [...this.#bodies] }, { answers: true });
    const { sent, failed, latency, late } = await loading.ended;
    const seconds = (performance.now() - began) / 1000;
    const cpu = (await this.#cpu()) - before;
    const answers = loading.answers();
    const different = answers.filter(({ text, body }) => text !== this.#expected[body]).length;
    const { shadow } = (await (await fetch(`${this.#address}/rank/health`)).json()) as {
      readonly shadow: Readonly<Record<string, unknown>>;
    };
    return {
      ...{ kind, sent, failed, different, p50: latency.p50, p95: latency.p95, cpu, seconds, late: late.p99, shadow },
    };
  }

  async #asked(times: number): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      await fetch(`${this.#address}/rank`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-shadow-rank': '1' },
        body: this.#bodies[0] ?? '',
      });
      await new Promise((resolve) => setTimeout(resolve, 8));
    }
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.send('end');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
