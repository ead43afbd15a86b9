// The pricing pipeline watches twenty seeds, each a region of its own, ten to a project, in a quiet year with a model each month: whatever tells people does so once at most. The block
// `regime` counts at the same limits what is told of when something happens. ESTEIRA_ROUNDS times so many.
import { cutMonitor, mapeMonitor, missingMonitor, quietYear, regionOf } from '../pricing/years.ts';
import { seeds } from '../run/support/rounds.ts';

const tried = seeds(20);
const [perProject, products] = [10, 20];
const counts = { seeds: 0, nights: 0, cutAlerts: 0, mapeAlerts: 0, missingAlerts: 0, rivalsAlerts: 0 };
const ranges = { distance: 0, mape: 0, missing: 0 };
const watched = [
  { monitor: cutMonitor, limit: 0.7, alerts: 'cutAlerts', greatest: 'distance' },
  { monitor: mapeMonitor, limit: 0.2, alerts: 'mapeAlerts', greatest: 'mape' },
  // Of all regions of a project at once.
  { monitor: missingMonitor, limit: 0.2, alerts: 'missingAlerts', greatest: 'missing' },
] as const;

/** How often a figure begins to be above its limit. */
function beginnings(figures: readonly number[], limit: number): number {
  return figures.filter((figure, at) => figure > limit && !((figures[at - 1] ?? 0) > limit)).length;
}
for (let from = 0; from < tried.length; from += perProject) {
  const some = tried.slice(from, from + perProject);
  const { found, wars, gates } = await quietYear(some, {
    ...{ first: '2026-01-01', months: 12, products },
    monitors: watched.map(({ monitor }) => monitor),
  });
  for (const { monitor, limit, alerts, greatest } of watched) {
    const nights = found.filter((one) => one.monitor === monitor);
    const each = monitor === missingMonitor ? [''] : some.map(regionOf);
    for (const region of each) {
      const figures = nights.map(({ parts }) =>
        Math.max(0, ...Object.entries(parts).flatMap(([of, value]) => (of.includes(region) ? [value] : []))),
      );
      counts[alerts] += beginnings(figures, limit);
      ranges[greatest] = Math.max(ranges[greatest], ...figures);
    }
    if (monitor === mapeMonitor) counts.nights += nights.length * some.length;
  }
  // A war that is seen in two weeks in a row is told of once.
  for (const region of some.map(regionOf)) {
    const at = wars.map(({ regions }) => (regions.includes(region) ? 1 : 0));
    counts.rivalsAlerts += beginnings(at, 0);
  }
  counts.seeds += some.length;
  console.log(
    `quiet year of seeds ${some.join(', ')}: ${gates.join('; ')}; rivals answer on ${JSON.stringify(wars.filter(({ regions }) => regions.length > 0))}; so far ${JSON.stringify({ counts, ranges })}`,
  );
}
console.log(JSON.stringify({ counts, ranges, seeds: tried, sources: ['src', 'pipelines/pricing', 'test/pricing'] }));
const alerts = counts.cutAlerts + counts.mapeAlerts + counts.missingAlerts + counts.rivalsAlerts;
process.exitCode = counts.seeds === tried.length && counts.nights > 0 && alerts <= tried.length / 20 ? 0 : 1;
