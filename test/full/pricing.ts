// The pricing pipeline watches twenty seeds, each a region of its own, ten to a project: a quiet year, with a model each month, in which at most one alert is raised; and, at the same limits,
// a competitor who halves his prices, told of on the same day, and people who change, told of within fourteen days, after which a model that is trained again, one for the ten regions of a project, passes its gate.
// ESTEIRA_ROUNDS times so many.
import { cutMonitor, eventfulNights, mapeMonitor, quietYear, regionOf } from '../pricing/years.ts';
import { seeds } from '../run/support/rounds.ts';

const tried = seeds(20);
const [perProject, products] = [10, 20];
const counts = {
  seeds: 0,
  quietNights: 0,
  quietAlerts: 0,
  cutSameDay: 0,
  regimeWithin14Days: 0,
  retrainedPassed: 0,
  models: 0,
};
const ranges = { quietDistance: 0, quietMape: 0 };
for (let from = 0; from < tried.length; from += perProject) {
  const some = tried.slice(from, from + perProject);
  const { found, gates } = await quietYear(some, {
    ...{ first: '2026-01-01', months: 12, products },
    monitors: [cutMonitor, mapeMonitor],
  });
  for (const seed of some) {
    counts.seeds += 1;
    for (const [name, monitor, limit] of [
      ['quietDistance', cutMonitor, 0.7],
      ['quietMape', mapeMonitor, 0.2],
    ] as const) {
      let isOpen = false;
      for (const { parts } of found.filter((one) => one.monitor === monitor)) {
        const own = Object.entries(parts).flatMap(([of, value]) => (of.includes(regionOf(seed)) ? [value] : []));
        const worst = Math.max(0, ...own);
        if (monitor === mapeMonitor) counts.quietNights += 1;
        if (worst > limit && !isOpen) counts.quietAlerts += 1;
        isOpen = worst > limit;
        ranges[name] = Math.max(ranges[name], worst);
      }
    }
  }
  console.log(
    `quiet year of seeds ${some.join(', ')}: ${gates.join('; ')}; so far ${JSON.stringify({ counts, ranges })}`,
  );
  const nights = await eventfulNights(some, { learned: '2026-09-13', products });
  for (const { seed, halved, regime, cutTold, regimeTold } of nights.events) {
    if (cutTold === halved) counts.cutSameDay += 1;
    const within = Temporal.PlainDate.from(regime).add({ days: 14 }).toString();
    if (regimeTold !== undefined && regimeTold >= regime && regimeTold <= within) counts.regimeWithin14Days += 1;
    console.log(
      `seed ${seed}: half prices on ${halved}, told ${cutTold}; people change on ${regime}, told ${regimeTold}`,
    );
  }
  counts.models += 1;
  if (nights.gates.at(-1)?.endsWith('passed')) counts.retrainedPassed += some.length;
  console.log(`trained: ${nights.gates.join('; ')}`);
}
console.log(JSON.stringify({ counts, ranges, seeds: tried, sources: ['src', 'pipelines/pricing', 'test/pricing'] }));
const all = tried.length;
const isQuiet = counts.quietAlerts <= all / 20;
const isTold = counts.cutSameDay === all && counts.regimeWithin14Days === all && counts.retrainedPassed === all;
process.exitCode = isQuiet && isTold ? 0 : 1;
