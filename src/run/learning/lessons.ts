import type { Columns, Sums } from '../../columns/index.ts';
import type { FeatureColumn } from '../../learn/features.ts';
import { refuseMany } from '../../learn/learners/across.ts';
import { type Brought, external, imported } from '../../learn/learners/brought.ts';
import { clusters } from '../../learn/learners/clusters.ts';
import { priceElasticity } from '../../learn/learners/elasticity.ts';
import type { Learned, Lesson, Parameters } from '../../learn/learners/learned.ts';
import { linearRegression, logisticRegression } from '../../learn/learners/regressions.ts';
import { type Requests, requestsIn } from '../../learn/learners/requests.ts';
import { pickedAll, pickedNames, repeated, rowsWhere } from '../../learn/learners/rows.ts';
import { boostedTrees, lambdaMart, regressionTrees } from '../../learn/learners/trees.ts';
import type { Runtime } from '../../learn/onnx/session.ts';
import type { Elsewhere } from '../../learn/trees/train.ts';
import type { OnnxRuntimeAt } from '../../ports/index.ts';
import { type Profile, profileOf, profilesOf } from '../../quality/drift/profile.ts';
import type { Member } from '../../registry/about.ts';
import { memberText } from '../../registry/verdict.ts';

/** Everything that a training computes with, as it goes to the thread that does. */
export interface Training {
  readonly learner: Parameters['learner'];
  readonly options: Readonly<Record<string, unknown>>;
  readonly features: Lesson['features'];
  /** Columns that it learns from, and that are no features. */
  readonly beside?: readonly string[];
  readonly target?: string;
  readonly held?: string;
  readonly watching?: string;
  readonly fresh?: string;
  /** Once they have judged, the rows that are held are learned too, but for these. */
  readonly later?: string;
  readonly group?: string;
  /** Columns across which it is judged. */
  readonly across: readonly string[];
  /** Requests are to be given with what was learned: somebody wants to know how long predicting takes. */
  readonly asks: boolean;
  readonly each: readonly { readonly name: string; readonly kind: string }[];
  readonly rows: number;
  readonly columns: Readonly<Record<string, FeatureColumn>>;
  /** All rows as the warehouse has summed them, and how often each value of a feature is there; the rows above are then those of which that says too little. */
  readonly summed?: {
    readonly sums: Sums;
    readonly spreads: Readonly<Record<string, { readonly column: FeatureColumn; readonly rows: Float64Array }>>;
  };
  /** Goes on from the champion. */
  readonly refine?: Lesson['refine'];
  /** What was made elsewhere, and is taken in. */
  readonly brought?: Brought;
  /** What carries out models of the ONNX format, where one of them is such. */
  readonly onnx?: OnnxRuntimeAt;
  /** What is predicted, by name. */
  readonly outputs?: readonly string[];
  /** What the champion has learned. */
  readonly former: readonly { readonly member: Member; readonly parameters: Parameters }[];
  readonly formerDate?: string;
}
export interface Lessons {
  readonly members: readonly ({
    readonly member: Member;
    /** How each feature is spread over its training rows. */
    readonly profile: Readonly<Record<string, Profile>>;
    readonly requests?: Requests;
  } & Learned)[];
}

const learners: Readonly<Record<Parameters['learner'], (lesson: Lesson<never>) => Learned | Promise<Learned>>> = {
  kmeans: clusters,
  'logistic regression': logisticRegression,
  'linear regression': linearRegression,
  'boosted trees': boostedTrees,
  'regression trees': regressionTrees,
  lambdamart: lambdaMart,
  'price elasticity': priceElasticity,
  imported,
  external,
};

/** Learns each member of the family by itself. Throws RangeError for rows from which nothing can be learned, which names the member, and where none can be judged. */
export async function learn(
  training: Training,
  {
    progress,
    elsewhere,
    onnx,
  }: { readonly progress: (text: string) => void; readonly elsewhere?: Elsewhere; readonly onnx?: Runtime },
): Promise<Lessons> {
  const {
    learner,
    options,
    features,
    beside = [],
    target,
    held,
    watching,
    fresh,
    later,
    group,
    former,
    columns,
    across,
    asks,
    refine,
    formerDate,
    brought,
    outputs,
    summed,
  } = training;
  refuseMany(pickedNames(columns, across));
  const lesson = learners[learner] as (lesson: Lesson) => Learned | Promise<Learned>;
  const members: Lessons['members'][number][] = [];
  if (training.rows === 0 && !summed?.sums.rows.length && !brought) throw new RangeError('there are no rows');
  const all = membersOf(training);
  for (const [place, { member, rows }] of all.entries()) {
    const own = rows === undefined ? columns : pickedAll(columns, rows);
    const named = memberText(member);
    const before = former.find((one) => sameMember(one.member, member));
    const wanted = pickedNames(
      own,
      features.map(({ name }) => name),
    );
    const profile = summed ? profilesOfSpreads(summed.spreads) : profilesOf(wanted);
    try {
      const judging = {
        columns: wanted,
        ...(group === undefined ? {} : { group: own[group] as FeatureColumn }),
        ...(held === undefined ? {} : { held: flagsOf(own[held]) }),
      };
      const given: Lesson = {
        ...judging,
        options,
        features,
        beside: pickedNames(own, beside),
        ...summedFor(summed, held),
        ...(target === undefined ? {} : { target: own[target] as FeatureColumn }),
        ...(watching === undefined ? {} : { watching: flagsOf(own[watching]) }),
        ...(before ? { former: before.parameters } : {}),
        ...(formerDate === undefined ? {} : { formerDate }),
        ...(refine ? { refine } : {}),
        ...(elsewhere ? { elsewhere } : {}),
        ...(brought ? { brought } : {}),
        ...(onnx ? { onnx } : {}),
        ...(outputs ? { outputs } : {}),
        progress: (done, of) => {
          const which = named.length > 0 ? `${named} (${place + 1} of ${all.length}): ` : '';
          progress(`${which}${done} of ${of} ${learner === 'kmeans' ? 'starts' : 'rounds'}`);
        },
      };
      const judged = await lesson({
        ...given,
        ...(fresh === undefined ? {} : { fresh: flagsOf(own[fresh]) }),
        across: pickedNames(own, across),
      });
      const learned =
        later === undefined
          ? judged
          : withHeld(judged, await lesson({ ...given, held: flagsOf(own[later]), ...summedFor(summed, later) }));
      const requests = asks ? { requests: requestsIn(judging, rows?.length ?? training.rows) } : {};
      members.push({ member, profile, ...requests, ...learned });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new RangeError(ofMember(member, error.message));
    }
  }
  const [first] = members;
  if (first?.unjudged !== undefined && members.every(({ unjudged }) => unjudged !== undefined))
    throw new RangeError(ofMember(first.member, first.unjudged));
  return { members };
}

const summedFor = (summed: Training['summed'], held: string | undefined): Pick<Lesson, 'summed'> =>
  summed && held !== undefined ? { summed: { sums: summed.sums, held: flagsOf(summed.sums.columns[held]) } } : {};

/** One feature after the other, so that no more than one is ever as long as all rows. */
const profilesOfSpreads = (spreads: NonNullable<Training['summed']>['spreads']): Readonly<Record<string, Profile>> =>
  Object.fromEntries(
    Object.entries(spreads).map(([name, { column, rows }]) => [name, profileOf(repeated(column, rows))]),
  );

/** What is learned of all rows, with the figures of what was learned without those that were kept to judge with. */
const withHeld = (judged: Learned, { parameters, inside }: Learned): Learned => ({ ...judged, parameters, inside });

/** What is said of a member, by its name. */
export const ofMember = (member: Member, text: string): string => {
  const named = memberText(member);
  return named === '' ? text : `${named}: ${text}`;
};
const sameMember = (one: Member, other: Member): boolean => {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
};
const flagsOf = (column: FeatureColumn | undefined): Uint8Array =>
  column?.of === 'booleans' ? column.values : new Uint8Array();

/** In the order of their names; without a family the one that has all rows. */
function membersOf({
  each,
  columns,
  rows,
}: Training): readonly { readonly member: Member; readonly rows?: Int32Array }[] {
  if (each.length === 0) return [{ member: {} }];
  const keys = each.map(({ name }) => columns[name] as Extract<FeatureColumn, { of: 'texts' }>);
  const places = new Map<string, number>();
  const memberOf = new Int32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const codes = keys.map((column) => column.codes[row] as number);
    if (codes.includes(-1)) throw new RangeError(`a row has no ${each[codes.indexOf(-1)]?.name}`);
    const key = codes.join(' ');
    const place = places.get(key) ?? places.size;
    places.set(key, place);
    memberOf[row] = place;
  }
  const members = [...places].map(([key, place]) => {
    const codes = key.split(' ').map(Number);
    const values = each.map(({ name, kind }, at) => [
      name,
      memberValue(keys[at]?.words[codes[at] as number] ?? '', kind),
    ]);
    return { member: Object.fromEntries(values) as Member, rows: rowsWhere(rows, (row) => memberOf[row] === place) };
  });
  const textOf = ({ member }: { readonly member: Member }): string => Object.values(member).map(String).join('\u0000');
  return members.sort((one, other) => (textOf(one) < textOf(other) ? -1 : 1));
}

function memberValue(text: string, kind: string): string | number | boolean {
  if (kind === 'boolean') return text === 'true';
  return kind === 'integer' ? Number(text) : text;
}

export const kindsOf = (each: readonly string[], columns: Columns): Training['each'] =>
  each.map((name) => ({ name, kind: (columns[name] as Columns[string]).facts.kind }));
