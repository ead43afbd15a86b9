import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ItemView } from '../../../src/operate/index.ts';
import { Days } from './days.ts';
import { Poison } from './poison.ts';

/** On which day what goes wrong: features of the past that are swapped, some that say what nobody can know, a broker that takes nothing until the evening, and a store that does not answer. */
interface Faults {
  readonly swapped: number;
  readonly leaked: number;
  readonly held: number;
  readonly away: number;
}
export interface Simulated {
  readonly days: number;
  readonly requests: number;
  readonly failed: number;
  readonly fallbacks: number;
  readonly versions: number;
  readonly refused: readonly string[];
  readonly takenBack: readonly string[];
  /** By what clients were promised: at least 0.1 of Hit@3 below the versions in the middle. */
  readonly bad: readonly {
    readonly version: string;
    readonly hit: number;
    readonly days: readonly string[];
    readonly requests: number;
  }[];
  readonly hit: number;
  /** Requests that the model answered, and those of them that the log has. */
  readonly predicted: number;
  readonly logged: number;
  /** Choices that clients made, and those that training has. */
  readonly choices: number;
  readonly learned: number;
  /** Matches that training knows of, with a choice or without one; and the bytes of them that waited on the endpoint's disk for a broker. */
  readonly shown: number;
  readonly waited: number;
  readonly told: boolean;
  /** Dates without a night that succeeded. */
  readonly missing: readonly string[];
  readonly objectives: readonly ItemView[];
  /** What is looked at before it is left to itself, with drills on a copy; and whether a file of models or sources was another afterwards. */
  readonly activation: readonly ItemView[];
  readonly touched: readonly string[];
  /** Largest difference of Hit@3 as planted and as found, in standard errors. */
  readonly furthest: number;
}

/** Trainings of each hour are left out: they would be twenty-four a day. */
const daily = (text: string): string => text.replace(/^\/\*\* New trees.*\nexport const horario[\s\S]*?\}\);\n/m, '');

/** Weeks of a marketplace that nobody touches. */
export async function simulate(
  asked: {
    readonly days: number;
    readonly requests: number;
    readonly seed: number;
    /** In the place of the pipeline's own: a machine that does other things too is no matter of what happens to whom. */
    readonly deadline?: string;
  },
  faults: Faults,
  tell: (line: string) => void = () => {},
): Promise<Simulated> {
  const { days: count, requests, seed, deadline } = asked;
  const days = await Days.open({
    days: count,
    seed,
    change: (text) => daily(deadline ? text.replace("deadline: '50 ms'", `deadline: '${deadline}'`) : text),
  });
  const poison = new Poison(days);
  try {
    for (let day = 0; day < count; day += 1) {
      const date = days.dateOf(day);
      const began = performance.now();
      days.away.isAway = day === faults.away;
      await days.day(day, requests, { isHeld: day === faults.held });
      if (day === faults.swapped) await poison.swapHistory(date);
      if (day === faults.leaked) await poison.leak(date);
      if (day === faults.swapped + 1 || day === faults.leaked + 1) await poison.mend(date);
      const { versions, champion } = await days.desk.world.do('models history', { model: 'ltr' });
      const [newest] = versions;
      tell(
        `${date}: ${newest?.version} ${newest?.state}, champion ${champion}; ${((performance.now() - began) / 1000).toFixed(1)} s`,
      );
    }
    days.away.isAway = false;
    await days.end(count);
    return await figures(days, count);
  } finally {
    await days.close();
  }
}

async function activation({ folder, world }: Days['desk']): Promise<Pick<Simulated, 'activation' | 'touched'>> {
  const files = (): ReadonlyMap<string, string> =>
    new Map(
      globSync('{models,data,definitions}/**/*', { cwd: folder, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => path.join(parentPath, name))
        .map((file) => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]),
    );
  const before = files();
  const { items } = await world.do('checklist', { pipeline: 'ranking', activation: true });
  const after = files();
  const all = new Set([...before.keys(), ...after.keys()]);
  return { activation: items, touched: [...all].filter((file) => before.get(file) !== after.get(file)) };
}

async function figures(days: Days, count: number): Promise<Simulated> {
  const { desk, application } = days;
  const { versions } = await desk.world.do('models history', { model: 'ltr', limit: 1000 });
  const { objectives } = await desk.world.do('checklist', { pipeline: 'ranking' });
  const [[logged, learned, shown] = []] = await desk.rows(`select
    (select count(distinct request_id) from bronze.ltr_log where role = 'champion'),
    (select count(*) from bronze.match_events where event_id like 'r-%' and chosen is not null),
    (select count(*) from bronze.match_events where event_id like 'r-%')`);
  const found = await desk.rows(
    "select model_version, chosen, hit_at_3 from curated.vw_ltr_negocio where role = 'champion'",
  );
  const planted = [...application.planted].filter(([version]) => version !== 'fallback');
  const hits = planted.map(([, { hit }]) => hit).toSorted((one, other) => one - other);
  const middle = hits[Math.floor(hits.length / 2)] ?? 0;
  const distances = found.map(([version, chosen, hit]) => {
    const truth = application.planted.get(String(version))?.hit ?? Number.NaN;
    return Math.abs(Number(hit) - truth) / Math.sqrt((truth * (1 - truth)) / Number(chosen));
  });
  const nights = new Set(
    (await desk.world.do('runs', { job: 'train_ltr_daily', limit: 1000 })).runs
      .filter(({ state }) => state === 'succeeded')
      .map(({ date }) => date),
  );
  return {
    ...{ days: count, requests: application.asked, failed: application.failed, fallbacks: application.fallbacks },
    versions: versions.length,
    refused: versions.filter(({ state }) => state === 'refused').map(({ version }) => version),
    takenBack: versions.filter(({ state }) => state === 'taken back').map(({ version }) => version),
    bad: planted
      .filter(([, { hit }]) => hit < middle - 0.1)
      .map(([version, own]) => ({
        ...{ version, hit: own.hit, requests: own.requests },
        days: [...(application.served.get(version)?.keys() ?? [])],
      })),
    hit: middle,
    predicted: planted.reduce((sum, [, own]) => sum + own.requests, 0),
    logged: Number(logged),
    choices: application.choices,
    learned: Number(learned),
    shown: Number(shown),
    waited: days.waited,
    told: days.lines.some(({ event }) => event === 'events wait for their broker'),
    missing: Array.from({ length: count }, (_, day) => days.dateOf(day - 1)).filter((date) => !nights.has(date)),
    objectives,
    ...(await activation(desk)),
    furthest: Math.max(...distances),
  };
}
