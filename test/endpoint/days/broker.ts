import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Application } from '../../../pipelines/ranking/data/application.ts';
import { writeWhole } from '../../../pipelines/ranking/data/generator/files.ts';
import type { MessageSink } from '../../../src/ports/index.ts';

type Send = ConstructorParameters<typeof Application>[0]['send'];

/** The topic of matches, for the endpoint and the application: what it takes stands in files of its date, which are read in its place. While it is away it takes nothing, and whoever sends waits. */
export class Broker {
  readonly #folder: string;
  #back: PromiseWithResolvers<void> | undefined;
  #taken = 0;
  #waiting: Parameters<Send>[] = [];

  constructor(data: string) {
    this.#folder = path.join(data, 'match_events');
  }

  leave(): void {
    this.#back = Promise.withResolvers();
  }
  /** The application sends what it had to keep. */
  async comeBack(): Promise<void> {
    this.#back?.resolve();
    this.#back = undefined;
    for (const [date, events] of this.#waiting.splice(0)) await this.send(date, events);
  }

  /** For the application. */
  readonly send: Send = async (date, events) => {
    if (this.#back) this.#waiting.push([date, events]);
    else
      await this.#take(
        date,
        events.map((one) => JSON.stringify(one)),
      );
  };

  /** For the endpoint: as a producer does, it asks until somebody answers. */
  get sink(): MessageSink {
    return {
      send: async (messages, waits) => {
        if (this.#back) waits(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
        await this.#back?.promise;
        const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
        for (const [date, some] of Map.groupBy(messages, ({ at }) => dateOf(at)))
          await this.#take(
            date,
            some.map(({ text }) => text),
          );
      },
      close: async () => {},
    };
  }

  async #take(date: string, texts: readonly string[]): Promise<void> {
    this.#taken += 1;
    const name = `${date}-${String(this.#taken).padStart(6, '0')}.jsonl`;
    await mkdir(this.#folder, { recursive: true });
    await writeWhole(path.join(this.#folder, name), texts.map((text) => `${text}\n`).join(''));
  }
}
