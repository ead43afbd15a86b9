import type { EventsPart, Figure, Row } from '../parts.ts';
import { dayOf } from './days.ts';
import { Disk } from './disk.ts';
import { type EventText, eventTexts } from './event-text.ts';
import { type EventTarget, type Way, wayOf } from './event-ways.ts';
import { Lines } from './lines.ts';
import { Losses } from './losses.ts';
import { Turns } from './turns.ts';
import type { Writing } from './writing.ts';

/** Events are put together in memory for so long, in milliseconds: what a process that is killed loses; and so many characters of them at most. */
const held = Object.freeze({ milliseconds: 500, most: 16 << 20 });
/** Characters of one event: a broker takes a million bytes, and text may have three for each. */
const longest = 300_000;

/** Sends what was answered to where its source is read from, by way of this disk: to the broker as soon as it takes it, or as files of the day. */
export class Events implements EventsPart {
  readonly #options: Writing & { readonly target: EventTarget };
  readonly #way: Way;
  readonly #textOf: (row: Row) => EventText;
  readonly #turns: Turns;
  readonly #losses: Losses;
  readonly #refused: Losses;
  readonly #disk: Disk<Lines>;
  #waiting: { readonly day: string; readonly line: string }[] = [];
  #held = 0;
  #written = 0;

  constructor(options: Writing & { readonly target: EventTarget }) {
    const { endpoint, clock, say, target } = options;
    const { events } = endpoint.facts;
    if (!events) throw new TypeError(`${endpoint.name} has no events`);
    this.#options = options;
    this.#way = wayOf(target, options);
    const { store, target: pathOf } = this.#way;
    this.#disk = new Disk(options, {
      ...{ folder: 'events', store, begin: Lines.begin, mend: Lines.mend },
      target: (day, number) => pathOf(day, `${options.process}-${String(number).padStart(9, '0')}`),
    });
    this.#textOf = eventTexts(events.to, target.to === 'topic' ? target.key : undefined);
    this.#losses = new Losses({ begins: 'events dropped', ends: 'events written again' }, options);
    this.#refused = new Losses({ begins: 'events refused', ends: 'events taken again' }, options);
    this.#turns = new Turns({
      ...{ every: held.milliseconds, clock, say, what: 'events' },
      write: () => this.#write(),
      send: () => this.#disk.send(),
    });
    this.#turns.start();
  }

  /** Does not throw: what the source refuses is counted, and said. */
  send(row: Row): void {
    const now = this.#options.clock.now().epochMilliseconds;
    let event: EventText;
    try {
      event = this.#textOf(row);
      if (event.text.length > longest) throw new Error(`it has ${event.text.length} characters`);
    } catch (error) {
      this.#refused.add(1, error);
      return;
    }
    this.#refused.over();
    if (this.#held >= (this.#options.bounds?.memory ?? held.most)) {
      this.#losses.add(1, 'more waits in memory than is allowed');
      return;
    }
    const line = this.#way.line(event, now);
    this.#waiting.push({ day: dayOf(this.#way.day(event, now)), line });
    this.#held += line.length;
  }

  async #write(): Promise<void> {
    const files = await this.#disk.files();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const [day, some] of Map.groupBy(waiting, (one) => one.day)) {
      const text = some.map(({ line }) => line).join('');
      try {
        if (files.isFull) throw new Error('more waits on the disk than is allowed');
        await files.append(day, (file) => file.append(text));
        this.#written += some.length;
        this.#losses.over();
      } catch (error) {
        this.#losses.add(some.length, error);
      }
      this.#held -= text.length;
    }
    await this.#options.trace?.('rows-written');
    await (this.#way.isSent ? files.end() : files.endWhatIsDue());
  }

  state() {
    return {
      written: this.#written,
      dropped: this.#losses.count,
      refused: this.#refused.count,
      spooledBytes: this.#disk.bytes,
    };
  }

  figures(): readonly Figure[] {
    const { written, dropped, refused, spooledBytes } = this.state();
    const counter = (name: string, help: string, value: number): Figure => ({
      ...{ name, help, type: 'counter', values: [{ value }] },
    });
    return [
      counter('events_total', 'Events written, to be sent.', written),
      counter('events_dropped_total', 'Events lost, because of bounds or the disk.', dropped),
      counter('events_refused_total', 'Events that are not what their source promises.', refused),
      {
        ...{ name: 'events_spooled_bytes', help: 'Bytes of events that wait on this machine.' },
        ...{ type: 'gauge', values: [{ value: spooledBytes }] },
      },
    ];
  }

  /** Sends all of it; false where something waits on the disk. */
  async flush(): Promise<boolean> {
    return await this.#turns.all(() => this.#disk.end());
  }

  /** Waits a few seconds; what is not taken is sent by the next process. */
  async close(): Promise<void> {
    await this.#turns.close(() => this.#disk.end());
    const left = this.#waiting.splice(0).length;
    this.#losses.end(left, 'it could not be written to this machine before the end');
    await this.#way.close();
    await this.#disk.close();
  }
}
