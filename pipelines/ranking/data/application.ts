import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Chance } from '../../chance.ts';
import type { MatchEvent } from './generator/events.ts';
import { writeWhole } from './generator/files.ts';
import { knownAt, type Lawyer } from './generator/lawyers.ts';
import type { Plan } from './generator/options.ts';
import { type Contract, chosenOf, contractsOf, promised } from './generator/outcomes.ts';

/** What the endpoint says. */
interface Ranking {
  readonly ranking: readonly { readonly lawyer_id: string; readonly position: number; readonly score: number | null }[];
}
/** What was promised to clients by what a version has ranked: known from the plan, before anybody chooses. Means of its requests. */
export interface PlantedOf {
  readonly requests: number;
  readonly hit: number;
  readonly conversion: number;
  readonly ndcg: number;
}
interface Options {
  readonly plan: Plan;
  readonly lawyers: readonly Lawyer[];
  /** Of the endpoint. */
  readonly address: string;
  /** Where `contracts/<date>.jsonl` go. */
  readonly folder: string;
  /** Takes events to where the source of matches is read: a broker, or files. */
  readonly send: (date: string, events: readonly MatchEvent[]) => Promise<void>;
}

const minute = 60_000;

/** The marketplace, as the endpoint knows it: asks for rankings, shows them, and says who was chosen, under the id of the request; later who has signed. */
export class Application {
  readonly #options: Options;
  readonly #byId: ReadonlyMap<string, Lawyer>;
  readonly #planted = new Map<string, PlantedOf>();
  /** By version, by day of the request. */
  readonly served = new Map<string, Map<string, number>>();
  #contracts: Contract[] = [];
  #asked = 0;
  fallbacks = 0;
  choices = 0;
  failed = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#byId = new Map(options.lawyers.map((lawyer) => [lawyer.id, lawyer]));
  }

  get asked(): number {
    return this.#asked;
  }
  /** By version; the fallback is one of them. */
  get planted(): ReadonlyMap<string, PlantedOf> {
    return this.#planted;
  }

  /** So many clients between two times, one after the other; `go` is told what time it is. Their choices are known half an hour later, at most, and are of the day on which they were shown. */
  async serve(
    { from, to, requests }: { readonly from: string; readonly to: string; readonly requests: number },
    go: (now: string) => void = () => {},
  ): Promise<void> {
    const { plan, lawyers } = this.#options;
    const [first, last] = [Date.parse(from), Date.parse(to)];
    const chance = new Chance(plan.seed, `clients ${from}`);
    const choices: MatchEvent[] = [];
    for (let place = 0; place < requests; place += 1) {
      const at = first + Math.floor(((last - first) * place) / requests);
      go(new Date(at).toISOString());
      const count = Math.max(6, plan.candidates - chance.below(Math.ceil(plan.candidates * 0.6)));
      const choice = await this.#one(at, chance.some(lawyers, count), chance);
      if (choice) choices.push(choice);
    }
    go(to);
    for (const [date, events] of Map.groupBy(choices, ({ occurred_at }) => occurred_at.slice(0, 10)))
      await this.#options.send(date, events);
  }

  async #one(at: number, asked: readonly Lawyer[], chance: Chance): Promise<MatchEvent | undefined> {
    const { address, plan } = this.#options;
    this.#asked += 1;
    const id = `r-${new Date(at).toISOString().slice(0, 10)}-${String(this.#asked).padStart(7, '0')}`;
    const case_id = `caso-${id}`;
    const answer = await fetch(`${address}/api/match/rank`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': id },
      body: JSON.stringify({ case_id, lawyer_ids: asked.map((lawyer) => lawyer.id) }),
    });
    if (!answer.ok) {
      this.failed += 1;
      await answer.arrayBuffer();
      return undefined;
    }
    const { ranking } = (await answer.json()) as Ranking;
    const isModel = answer.headers.get('x-answered-by') === 'model';
    if (!isModel) this.fallbacks += 1;
    const version = isModel ? (answer.headers.get('x-model-version') ?? 'none') : 'fallback';
    const ranked = ranking.flatMap(({ lawyer_id }) => this.#byId.get(lawyer_id) ?? []);
    this.#note(version, at, ranked);
    const chosen = chosenOf(ranked, at, chance);
    if (!chosen) return undefined;
    this.choices += 1;
    const place = ranked.indexOf(chosen) + 1;
    this.#contracts.push(...contractsOf({ seed: plan.seed, caseId: case_id, lawyer: chosen, place, at }));
    const chosen_at = new Date(at + Math.ceil(chance.next() * 30 * minute)).toISOString();
    const shown = ranking.map(({ lawyer_id, position }) => ({ lawyer_id, position }));
    return { event_id: id, occurred_at: new Date(at).toISOString(), case_id, shown, chosen: chosen.id, chosen_at };
  }

  #note(version: string, at: number, ranked: readonly Lawyer[]): void {
    const known = ranked.filter((lawyer) => knownAt(lawyer, at));
    if (known.length === 0) return;
    const own = promised(ranked, at);
    const { requests, hit, conversion, ndcg } = this.#planted.get(version) ?? {
      requests: 0,
      hit: 0,
      conversion: 0,
      ndcg: 0,
    };
    const mean = (before: number, one: number): number => before + (one - before) / (requests + 1);
    this.#planted.set(version, {
      ...{ requests: requests + 1, hit: mean(hit, own.hit) },
      ...{ conversion: mean(conversion, own.conversion), ndcg: mean(ndcg, own.ndcg) },
    });
    const days = this.served.get(version) ?? new Map<string, number>();
    const date = new Date(at).toISOString().slice(0, 10);
    this.served.set(version, days.set(date, (days.get(date) ?? 0) + 1));
  }

  /** Exports the contracts, and what clients said of them, that have come by then and were not exported before. */
  async exportContracts(now: string): Promise<number> {
    const { folder } = this.#options;
    const due = this.#contracts.filter(({ recorded_at }) => recorded_at <= now);
    this.#contracts = this.#contracts.filter(({ recorded_at }) => recorded_at > now);
    if (due.length === 0) return 0;
    await mkdir(join(folder, 'contracts'), { recursive: true });
    const name = `${now.slice(0, 19).replaceAll(':', '-')}.jsonl`;
    await writeWhole(join(folder, 'contracts', name), due.map((one) => `${JSON.stringify(one)}\n`).join(''));
    return due.length;
  }
}

/** Events into files of the source, each whole, and of a name of its own. */
export function eventFiles(folder: string): Options['send'] {
  let written = 0;
  return async (date, events) => {
    written += 1;
    const name = `${date}-app-${String(written).padStart(5, '0')}.jsonl`;
    await mkdir(join(folder, 'match_events'), { recursive: true });
    await writeWhole(join(folder, 'match_events', name), events.map((one) => `${JSON.stringify(one)}\n`).join(''));
  };
}
