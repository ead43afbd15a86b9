import type { Definition, Endpoint, Job, Monitor } from '../../../define/index.ts';
import { placeOf } from '../../../plan/index.ts';
import { isScheduled } from '../../../plan/ticks.ts';
import { placeText } from '../../../ports/index.ts';
import type { Point } from '../../../quality/trend.ts';
import { type Project, readSettings } from '../../../run/index.ts';
import { boundOf } from '../../alerts/figure.ts';
import { type ModelNode, modelNodes } from '../../models/find.ts';
import type { ItemView } from '../views.ts';
import { notFalling, oneBadADay } from './champions.ts';
import { daysBack, noHands } from './hands.ts';
import { answered, gateP95, hardlyEver, servedInTime } from './served.ts';

/**
 * What a pipeline is for, beyond one good day: of one whose models are trained by a schedule, and of its endpoints. What is expected stands in the definitions:
 * what a gate compares with the champion, what monitors allow of endpoints.
 */
export async function objectives(
  project: Project,
  {
    pipeline,
    jobs,
    date,
  }: { readonly pipeline: string; readonly jobs: readonly Job[]; readonly date: Temporal.PlainDate },
  signal: AbortSignal,
): Promise<readonly ItemView[]> {
  const { graph } = project;
  const models = modelNodes(project).filter(({ catalog, definition }) => {
    const trains = ({ train, refine }: Job): boolean => [...train, ...refine].includes(definition);
    return catalog === pipeline && jobs.some((job) => isScheduled(job) && trains(job));
  });
  const endpoints = [...graph.endpoints.values()].filter(({ facts }) => graph.nodeOf(facts.model).catalog === pipeline);
  if (models.length === 0 && endpoints.length === 0) return [];
  const settings = await readSettings(project);
  const of = (all: readonly Definition[]): readonly Definition[] => all;
  const expected = (name: 'fallback share' | 'served latency', endpoint: Endpoint): number | undefined => {
    const monitor = monitorsOf(project, name).find(
      ({ expect: { measure } }) =>
        of(measure.of).includes(endpoint) && (measure.measure !== 'served latency' || measure.quantile === 'p95'),
    );
    return monitor && boundOf(monitor.expect, { project, values: { settings } as Values });
  };
  const items: ItemView[] = [await noHands(project, { pipeline, jobs, models, endpoints, signal })];
  for (const endpoint of endpoints) {
    const seen = await answered(project, endpoint, date, signal);
    const own = await gateP95(project, graph.nodeOf(endpoint.facts.model) as ModelNode);
    items.push(servedInTime(seen, expected('served latency', endpoint) ?? own));
    items.push(hardlyEver(seen, expected('fallback share', endpoint)));
  }
  const degrading = monitorsOf(project, 'degradation');
  for (const node of models) {
    const compared = node.definition.facts.gate.filter(({ sign }) => sign === 'no worse').map(({ judges }) => judges);
    for (const measure of new Set(compared))
      items.push(await notFalling(project, node, measure, await liveOf(project, node, measure)));
    items.push(await oneBadADay(project, node, new Set(degrading.map(({ name }) => name))));
  }
  return items;
}

type Values = Parameters<typeof boundOf>[1]['values'];
const monitorsOf = ({ graph }: Project, name: string): readonly Monitor[] =>
  [...graph.monitors.values()].filter(({ expect }) => expect.measure.measure === name);

/** A day's mean of what champions came to where they answered, from the table by which a monitor sees whether they do worse, where it has that column. */
async function liveOf(project: Project, { definition }: ModelNode, measure: string): Promise<readonly Point[]> {
  const { graph, warehouse, clock } = project;
  for (const { expect } of monitorsOf(project, 'degradation')) {
    if (expect.measure.measure !== 'degradation' || expect.measure.model !== definition) continue;
    const { rows, at, role } = expect.measure;
    const [of] = rows.reads;
    if (rows.recipe.by !== 'name' || !of || !(measure in rows.columns)) continue;
    const node = graph.nodeOf(of);
    const { dialect } = warehouse;
    const [time, value] = [dialect.identifier(at), dialect.identifier(measure)];
    const isThere = (await warehouse.inspect(node.catalog)).some(({ place }) => placeText(place) === node.id);
    if (!isThere) continue;
    const since = clock
      .now()
      .subtract({ hours: daysBack * 24 })
      .toString();
    const only = role === undefined ? '' : ` and ${dialect.identifier(role)} = 'champion'`;
    const { rows: found } = await warehouse.query(
      `select cast(${time} as date), avg(${value}) from ${dialect.place(placeOf(node))}
        where ${value} is not null and ${time} >= cast(${dialect.literal(since)} as timestamptz)${only} group by 1 order by 1`,
      { limit: daysBack + 2, catalogs: graph.catalogs },
    );
    return found.map(([date, mean]) => ({
      at: (date as Temporal.PlainDate).toZonedDateTime('UTC').epochMilliseconds / 86_400_000,
      value: Number(mean),
    }));
  }
  return [];
}
