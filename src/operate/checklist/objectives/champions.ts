import type { ModelVersion } from '../../../ports/index.ts';
import { leastPoints, type Point, type Trend, trendOf } from '../../../quality/trend.ts';
import type { Project } from '../../../run/index.ts';
import { aboutOf, labelOfModel, type ModelNode, mostVersions } from '../../models/find.ts';
import { chainOf } from '../../models/life.ts';
import { figure } from '../../models/words.ts';
import { counted } from '../../numbers.ts';
import type { ItemView } from '../views.ts';
import { daysBack } from './hands.ts';

const dayOf = (at: Temporal.Instant): string => at.toZonedDateTimeISO('UTC').toPlainDate().toString();
const dayNumber = (at: Temporal.Instant): number => Math.floor(at.epochMilliseconds / 86_400_000);
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${figure(Math.abs(value))}`;

/** Of a family the mean of its members. */
function measuredBy(version: ModelVersion | undefined, measure: string): number | undefined {
  const members = version ? (aboutOf(version)?.members ?? []) : [];
  const values = members.flatMap(({ measures }) => measures[measure] ?? []);
  return values.length === 0 ? undefined : values.reduce((sum, one) => sum + one, 0) / values.length;
}

interface Series {
  readonly of: string;
  readonly points: readonly Point[];
  /** So many days before each may be made in part of the same. */
  readonly together: number;
}

/** What champions measured when they were judged, and what they came to where they answered: it does not fall. */
export async function notFalling(
  project: Project,
  node: ModelNode,
  measure: string,
  live: readonly Point[],
): Promise<ItemView> {
  const now = project.clock.now();
  const since = now.subtract({ hours: daysBack * 24 });
  const moves = await project.state.models.moves({ model: node.id, limit: mostVersions });
  // The last of each day: the newest move comes first.
  const champions = new Map<number, string>();
  for (const { at, to } of moves)
    if (Temporal.Instant.compare(at, since) >= 0 && !champions.has(dayNumber(at))) champions.set(dayNumber(at), to);
  const held: Point[] = [];
  for (const [at, name] of [...champions].toReversed()) {
    const value = measuredBy(await project.state.models.version(node.id, name), measure);
    if (value !== undefined) held.push({ at, value });
  }
  const all: readonly Series[] = [
    { of: 'of rows held out', points: held, together: 7 },
    { of: 'of what was served', points: live, together: 0 },
  ];
  const known = all
    .filter(({ points }) => points.length > 0)
    .map((one) => ({ ...one, trend: trendOf(one.points, one.together) }));
  const falls = known.filter(({ trend }) => trend && trend.high < 0);
  const judged = known.filter(({ trend }) => trend);
  return {
    kind: 'objective',
    item: `${measure} of ${labelOfModel(project, node)} does not fall`,
    state: falls.length > 0 ? 'failed' : judged.length > 0 ? 'ok' : 'unknown',
    what: known.length === 0 ? 'there was no champion yet' : known.map(seriesText).join('; '),
    limit: 'a change of which it is not certain that it is below zero',
    evidence: known.map(
      ({ of, points }) =>
        `${of}: ${points
          .slice(-7)
          .map(({ value }) => figure(value))
          .join(', ')}`,
    ),
    at: now.toString(),
    next: falls.length > 0 ? [`esteira models history ${labelOfModel(project, node)}`] : [],
  };
}

function seriesText({ of, points, trend }: Series & { readonly trend: Trend | undefined }): string {
  const [first, last] = [points[0]?.value, points.at(-1)?.value];
  const figures = `${of} ${figure(first)} → ${figure(last)} in ${counted(points.length, 'figure')}`;
  if (!trend) return `${figures}, too few for a trend (${leastPoints})`;
  const how = trend.low > 0 ? 'it rises' : trend.high < 0 ? 'it falls' : 'neither is certain';
  return `${figures}, ${signed(trend.slope)} a day (${signed(trend.low)} to ${signed(trend.high)}): ${how}`;
}

/** Champions that were taken back, or of which an alert says that they do worse than those before: one a day at most. */
export async function oneBadADay(project: Project, node: ModelNode, alerts: ReadonlySet<string>): Promise<ItemView> {
  const now = project.clock.now();
  const since = now.subtract({ hours: daysBack * 24 });
  const bad = new Map<string, Set<string>>();
  const add = (at: Temporal.Instant, version: string): void => {
    if (Temporal.Instant.compare(at, since) >= 0) bad.set(dayOf(at), (bad.get(dayOf(at)) ?? new Set()).add(version));
  };
  const moves = await project.state.models.moves({ model: node.id, limit: mostVersions });
  const taken = new Set<string>();
  for (const { from, at } of moves) {
    if (from === undefined || taken.has(from)) continue;
    const version = await project.state.models.version(node.id, from);
    if (version?.state !== 'taken back') continue;
    // What it goes on from was taken back with it: all of them are one that was bad.
    for (const one of await chainOf(project, node.id, from)) taken.add(one);
    add(at, from);
  }
  for (const { monitor, raisedAt, raised } of await project.state.alerts.alerts({ limit: mostVersions })) {
    const version = raised.champions?.[node.id];
    if (alerts.has(monitor) && version !== undefined && !taken.has(version)) add(raisedAt, version);
  }
  const most = Math.max(0, ...[...bad.values()].map(({ size }) => size));
  const total = [...bad.values()].reduce((sum, { size }) => sum + size, 0);
  const label = labelOfModel(project, node);
  return {
    kind: 'objective',
    item: `bad champions of ${label}`,
    state: moves.length === 0 ? 'unknown' : most > 1 ? 'failed' : 'ok',
    what:
      moves.length === 0
        ? 'there was no champion yet'
        : `${counted(total, 'champion')} in ${daysBack} days ${total === 1 ? 'was' : 'were'} taken back or did worse, ${most} a day at most`,
    limit: 'at most 1 a day',
    evidence:
      total === 0 ? ['none'] : [...bad].toSorted().map(([date, versions]) => `${date} ${[...versions].join(', ')}`),
    at: now.toString(),
    next: most > 1 ? [`esteira models history ${label}`] : [],
  };
}
