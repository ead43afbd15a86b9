import type { AnyModel, GateMeasure } from '../../define/index.ts';
import type { FeatureColumn } from '../../learn/features.ts';
import { predictorOf, type ReadMember } from '../../learn/learners/members.ts';
import { lengthOf } from '../../learn/learners/rows.ts';
import type { Runtime } from '../../learn/onnx/session.ts';
import { type Group, largestGap } from '../../learn/ranking/fairness.ts';
import { quantileOf, timesOf } from './latency.ts';
import type { Lessons } from './lessons.ts';

type Member = Lessons['members'][number];
/** A member of a model with every figure that its gate compares; `unknown` says of some why there is none. */
export type Figured = Member;

/** In milliseconds, for all members and numbers of rows together. */
const wholeBudget = 1000;

interface By {
  /** As they were read back from what is kept. */
  readonly opened: readonly ReadMember[];
  readonly onnx?: Runtime;
  readonly elapsed: () => number;
  readonly signal: AbortSignal;
}

/** Measures what the gate compares and no learner reports: gaps between the groups of a column, and how long predicting takes. */
export async function figured({ facts }: AnyModel, { members }: Lessons, by: By): Promise<readonly Figured[]> {
  const made = facts.gate.flatMap(({ measure }) => (typeof measure === 'object' ? [measure] : []));
  const found: Figured[] = [];
  for (const [place, member] of members.entries()) {
    const measures: Record<string, number> = { ...member.measures };
    const unknown: Record<string, string> = { ...member.unknown };
    for (const measure of made) {
      if (measure.judged === 'latency' || measure.judged === 'shadow') continue;
      const groups = groupsOf(measure, member);
      const gap = largestGap(allOf(measure, member), groups, measure.least);
      if (gap !== undefined) measures[measure.figure] = gap;
      else unknown[measure.figure] = unknownGap(measure, groups, facts.group === undefined ? 'rows' : 'requests');
    }
    Object.assign(measures, await latencies(made, { ...by, place, members }));
    found.push({ ...member, measures, unknown });
  }
  return found;
}

type Gap = Exclude<GateMeasure, { readonly judged: 'latency' | 'shadow' }>;

const acrossOf = ({ across }: Gap, { segments = [] }: Member) => segments.find(({ column }) => column === across);

const allOf = (measure: Gap, member: Member): number =>
  (measure.judged === 'fairness gap' ? member.measures[measure.of] : acrossOf(measure, member)?.exposure) ?? Number.NaN;

type Named = Group & { readonly value: string };
const groupsOf = (measure: Gap, member: Member): readonly Named[] =>
  (acrossOf(measure, member)?.values ?? []).flatMap(({ value, samples, shown, measures }) => {
    if (measure.judged === 'fairness gap') return [{ value, samples, figure: measures[measure.of] ?? Number.NaN }];
    return shown ? [{ value, samples: shown.requests, figure: shown.exposure }] : [];
  });

function unknownGap(measure: Gap, groups: readonly Named[], units: string): string {
  const { judged, across, least } = measure;
  const isFairness = judged === 'fairness gap';
  const enough = groups.filter(({ samples }) => samples >= least);
  const without = enough.find(({ figure }) => !Number.isFinite(figure));
  const figure = isFairness ? measure.of : 'exposure';
  if (without) return `${across} ${without.value}, of ${without.samples} ${units}, has no ${figure}`;
  if (enough.length > 0) return `all together have no ${figure}`;
  return `no group of ${across} ${isFairness ? 'has' : 'is shown in'} ${least} ${units}`;
}

async function latencies(
  made: readonly GateMeasure[],
  {
    place,
    members,
    opened,
    onnx,
    elapsed,
    signal,
  }: By & { readonly place: number; readonly members: readonly Member[] },
): Promise<Readonly<Record<string, number>>> {
  const asked = made.filter((measure) => measure.judged === 'latency');
  const { requests } = members[place] as Member;
  const predict = requests && opened[place] && predictorOf(opened[place], onnx);
  if (!requests || !predict) return {};
  const byRows = Map.groupBy(asked, ({ rows }) => rows);
  const budget = wholeBudget / members.length / byRows.size;
  const found: Record<string, number> = {};
  for (const [rows, own] of byRows) {
    const times = await timesOf((columns) => predict(columns, countOf(columns)), requests, {
      rows,
      budget,
      elapsed,
      signal,
    });
    for (const { figure, quantile } of own) found[figure] = quantileOf(times, quantile);
  }
  return found;
}

/** Rows of a call. */
function countOf(columns: Readonly<Record<string, FeatureColumn>>): number {
  const [first] = Object.values(columns);
  return first ? lengthOf(first) : 0;
}
