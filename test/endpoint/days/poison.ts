import path from 'node:path';
import { type LawyerRow, writeLawyerFiles } from '../../../pipelines/ranking/data/generator/files.ts';
import { type Features, knownAt, type Lawyer } from '../../../pipelines/ranking/data/generator/lawyers.ts';
import type { Days } from './days.ts';

interface Told {
  readonly id: string;
  readonly at: number;
}
const keyOf = ({ id, at }: Told): string => `${id} ${at}`;

/** Deliveries of features that are wrong, as a source may well send them; and what mends them, a day later. */
export class Poison {
  readonly #days: Days;
  readonly #byId: ReadonlyMap<string, Lawyer>;
  #wrong: readonly Told[] = [];

  constructor(days: Days) {
    this.#days = days;
    this.#byId = new Map(days.lawyers.map((one) => [one.id, one]));
  }

  /** What was known of lawyers before, each the features of another; the newest row of each stays as it is. */
  async swapHistory(date: string): Promise<void> {
    const { lawyers } = this.#days;
    const end = Date.parse(`${date}T23:00:00Z`);
    const rows = lawyers.flatMap(({ id, history }, place) => {
      const other = lawyers[(place + 1) % lawyers.length] as Lawyer;
      const own = history.filter(({ at }) => at < end).slice(0, -1);
      return own.map(({ at }) => ({ told: { id, at }, features: knownAt(other, at) ?? other.history[0] }));
    });
    await this.#deliver(date, rows as never);
  }

  /**
   * Success rates as they were after each match, dated as of before: who was chosen has a good one by then. Whoever trains on them learns to read
   * what nobody can know when a ranking is asked for, and every day that is held out says how good that is.
   */
  async leak(date: string): Promise<void> {
    const found = await this.#days.desk.rows(
      'select lawyer_id, occurred_at, max(relevance) from gold.ltr_judged group by all order by all',
    );
    const rows = found.flatMap(([id, occurred, relevance]) => {
      const at = Date.parse(String(occurred));
      const known = knownAt(this.#byId.get(String(id)) as Lawyer, at);
      const success_rate = Number(relevance) === 1 ? 0.95 : 0.3;
      return known ? [{ told: { id: String(id), at }, features: { ...known, success_rate } }] : [];
    });
    await this.#deliver(date, rows);
  }

  async #deliver(date: string, rows: readonly { readonly told: Told; readonly features: Features }[]): Promise<void> {
    this.#wrong = rows.map(({ told }) => told);
    await this.#write(`${date}-errados`, date, new Map(rows.map(({ told, features }) => [keyOf(told), features])));
  }

  /** The right ones, as they are delivered when somebody at the source has seen it. */
  async mend(date: string): Promise<void> {
    const right = this.#wrong.map(
      (told) => [keyOf(told), knownAt(this.#byId.get(told.id) as Lawyer, told.at)] as const,
    );
    await this.#write(`${date}-certos`, date, new Map(right as never));
  }

  async #write(name: string, date: string, features: ReadonlyMap<string, Features>): Promise<void> {
    const rows = this.#wrong.flatMap((told): readonly LawyerRow[] => {
      const own = features.get(keyOf(told));
      if (!own) return [];
      const { area_match, distance_km, success_rate, reviews, price } = own;
      const [as_of, recorded_at] = [new Date(told.at).toISOString(), `${date}T23:45:00.000Z`];
      const gender = this.#byId.get(told.id)?.gender ?? 'x';
      return [
        { lawyer_id: told.id, as_of, recorded_at, area_match, distance_km, success_rate, reviews, price, gender },
      ];
    });
    await writeLawyerFiles(path.join(this.#days.desk.folder, 'data'), new Map([[name, rows]]));
  }
}
