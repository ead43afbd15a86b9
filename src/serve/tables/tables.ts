import { type Duration, millisecondsOf } from '../../columns/index.ts';
import type { Definition, Endpoint, Setting } from '../../define/index.ts';
import type { Clock, ExportReader, KeptFiles } from '../../ports/index.ts';
import { PlainError } from '../briefly.ts';
import { longestTimer, lookedAtSoon, pauseUntilThere } from '../model/away.ts';
import type { Figure, Lookup, Say, TablesPart } from '../parts.ts';
import { settingsPath } from './latest.ts';
import { readSettingsText, settingId, settingsTaken, settingValue, type TakenSetting } from './settings.ts';
import { type InUse, lookFor, type Wanted } from './table.ts';

export interface TablesOf {
  readonly endpoint: Endpoint;
  /** `catalog.schema.name` of a definition. */
  idOf(definition: Definition): string;
  readonly files: KeptFiles;
  /** An engine that reads what was exported; it is closed when nothing is left to be read. */
  exports(): Promise<ExportReader>;
  readonly clock: Clock;
  readonly say: Say;
}

/** In the place of the name of a table, which none can have. */
const ofSettings = '(settings)';

/** Rows that an endpoint looks up, and values of its settings, as they were published last. What cannot be taken leaves what is there in place. */
export class Tables implements TablesPart {
  readonly #of: TablesOf;
  readonly #wanted: readonly Wanted[];
  readonly #taken: readonly TakenSetting[];
  /** By the name under `lookup`. Never changed: another takes its place. */
  #used: ReadonlyMap<string, InUse> = new Map();
  #current: { readonly lookup: Lookup };
  #values = new Map<string, number | Duration>();
  #settingsSince: string | undefined;
  /** By table, and of the settings: what was said of it last. */
  readonly #troubles = new Map<string, string>();
  #looking: Promise<void> | undefined;
  #following: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #files: Pick<KeptFiles, 'look' | 'read'>;
  readonly #ending = new AbortController();
  /** With a table missing. */
  #looks = 0;
  #closed = false;

  constructor(of: TablesOf) {
    this.#of = of;
    this.#files = lookedAtSoon(of.files, this.#ending.signal);
    const { name: endpoint, facts } = of.endpoint;
    this.#wanted = Object.entries(facts.lookup).map(([name, table]) => ({
      ...{ endpoint, name, table: of.idOf(table), columns: table.columns },
    }));
    this.#taken = settingsTaken(facts, of.idOf);
    this.#current = this.#lookups();
    for (const { id, column } of this.#taken) this.#values.set(id, column.facts.standard as number | Duration);
  }

  /** The first look; afterwards it looks by itself. */
  async start(): Promise<void> {
    await this.refresh();
    this.#wait();
  }

  #wait(): void {
    if (this.#closed) return;
    const every = millisecondsOf(this.setting(this.#of.endpoint.facts.reload.every));
    this.#looks = this.missing.length > 0 ? this.#looks + 1 : 0;
    const pause = this.#looks > 0 ? pauseUntilThere(this.#looks, every) : every;
    const next = (): void => void this.refresh().finally(() => this.#wait());
    this.#timer = setTimeout(next, Math.min(pause, longestTimer)).unref();
  }

  /** All tables as they are in use now: whoever has it keeps it, for another takes its place. */
  get current(): { readonly lookup: Lookup } {
    return this.#current;
  }

  #lookups(): { readonly lookup: Lookup } {
    const missing = (name: string) => () => {
      throw new PlainError(`${name}: ${this.#troubles.get(name) ?? 'no rows are there yet'}`);
    };
    const all = this.#wanted.map(({ name }) => [name, this.#used.get(name)?.loaded.lookup ?? missing(name)] as const);
    return Object.freeze({ lookup: Object.freeze(Object.fromEntries(all)) });
  }

  setting<V extends number | Duration>(of: V | Setting<V>): V {
    return typeof of === 'object' ? (this.#values.get(settingId(of, this.#of.idOf)) as V) : of;
  }

  /** Tables of which nothing was there yet. */
  get missing(): readonly string[] {
    return this.#wanted.filter(({ name }) => !this.#used.has(name)).map(({ name }) => name);
  }

  /** Looks at everything once; two looks never go on at once. Whoever asks while one does shares the next: that one may have read already. */
  refresh(): Promise<void> {
    if (!this.#looking) return this.#begin();
    this.#following ??= this.#looking.then(() => {
      this.#following = undefined;
      return this.#begin();
    });
    return this.#following;
  }

  #begin(): Promise<void> {
    this.#looking = this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    if (this.#closed) return;
    let reader: Promise<ExportReader> | undefined;
    const open = (): Promise<ExportReader> => {
      reader ??= this.#of.exports();
      return reader;
    };
    try {
      await this.#attempt(ofSettings, () => this.#lookAtSettings());
      for (const one of this.#wanted) await this.#attempt(one.name, () => this.#lookAtTable(one, open));
    } finally {
      await reader?.then((opened) => opened.close()).catch(() => {});
    }
  }

  /** What goes wrong is said once, and again when it is something else. */
  async #attempt(name: string, look: () => Promise<string | undefined>): Promise<void> {
    const trouble = await look().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    // An end is no trouble of a table.
    if (this.#closed) return;
    const before = this.#troubles.get(name);
    if (trouble === undefined) this.#troubles.delete(name);
    else this.#troubles.set(name, trouble);
    if (trouble === before) return;
    const { say } = this.#of;
    const what = name === ofSettings ? { event: 'settings' } : { event: 'table', table: name };
    if (trouble === undefined) say({ level: 'info', ...what, result: 'well again' });
    else say({ level: 'warn', ...what, result: 'kept', why: trouble });
  }

  async #lookAtTable(wanted: Wanted, open: () => Promise<ExportReader>): Promise<string | undefined> {
    const { name } = wanted;
    const found = await lookFor(wanted, this.#used.get(name)?.latest, { files: this.#files, open });
    if (found.is === 'refused') return found.why;
    if (found.is === 'same' || this.#closed) return undefined;
    const { latest, loaded } = found;
    this.#used = new Map([...this.#used, [name, { latest, loaded, since: this.#of.clock.now() }]]);
    this.#current = this.#lookups();
    const { sequence, rows, publishedAt } = latest;
    this.#of.say({ level: 'info', event: 'table', table: name, result: 'loaded', sequence, rows, publishedAt });
    return undefined;
  }

  /** One that breaks its rules keeps the value that it has, and the others get theirs. */
  async #lookAtSettings(): Promise<string | undefined> {
    if (this.#taken.length === 0) return undefined;
    const found = await this.#files.look(settingsPath(this.#of.endpoint.name));
    if (!found) return undefined;
    const { values, writtenAt } = readSettingsText(found.bytes);
    if (this.#settingsSince !== undefined && Temporal.Instant.compare(writtenAt, this.#settingsSince) < 0)
      return `what is there was written at ${writtenAt}, before what is in use`;
    const wrong: string[] = [];
    const next = new Map(this.#values);
    for (const one of this.#taken) {
      const text = values[one.id];
      if (text === undefined) continue;
      try {
        next.set(one.id, settingValue(one, text));
      } catch (error) {
        wrong.push((error as Error).message);
      }
    }
    const changed = [...next].filter(([id, value]) => this.#values.get(id) !== value).map(([id]) => id);
    this.#values = next;
    this.#settingsSince = writtenAt;
    if (changed.length > 0)
      this.#of.say({ level: 'info', event: 'settings', result: 'changed', settings: changed.join(', ') });
    return wrong.length > 0 ? wrong.join('; ') : undefined;
  }

  state(): object {
    const tables = this.#wanted.map(({ name, table }) => {
      const used = this.#used.get(name);
      const trouble = this.#troubles.get(name);
      return {
        ...{ name, table },
        ...(used && {
          ...{ rows: used.latest.rows, sequence: used.latest.sequence, publishedAt: used.latest.publishedAt },
          ...{ since: used.since.toString(), age: this.#age(used) },
        }),
        ...(trouble !== undefined && { trouble }),
      };
    });
    if (this.#taken.length === 0) return { tables };
    const trouble = this.#troubles.get(ofSettings);
    const settings = {
      values: Object.fromEntries(this.#values),
      ...(this.#settingsSince !== undefined && { since: this.#settingsSince }),
      ...(trouble !== undefined && { trouble }),
    };
    return { tables, settings };
  }

  /** In seconds. */
  #age({ latest }: InUse): number {
    const published = Temporal.Instant.from(latest.publishedAt);
    return Math.max(0, published.until(this.#of.clock.now()).total('seconds'));
  }

  figures(): readonly Figure[] {
    const used = [...this.#used];
    const by = (of: (one: InUse) => number) => used.map(([table, one]) => ({ labels: { table }, value: of(one) }));
    const kept = [...this.#wanted.map(({ name }) => name), ...(this.#taken.length > 0 ? [ofSettings] : [])];
    return [
      {
        ...{ name: 'table_age_seconds', type: 'gauge' },
        help: 'Seconds since the publication whose rows are looked up.',
        values: by((one) => this.#age(one)),
      },
      {
        ...{ name: 'table_rows', type: 'gauge' },
        help: 'Rows that are looked up.',
        values: by(({ latest }) => latest.rows),
      },
      {
        ...{ name: 'table_trouble', type: 'gauge' },
        help: '1 where what is in the store could not be taken at the last look.',
        values: kept.map((table) => ({ labels: { table }, value: Number(this.#troubles.has(table)) })),
      },
    ];
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#ending.abort(new Error('the process ends'));
    await (this.#following ?? this.#looking);
  }
}
