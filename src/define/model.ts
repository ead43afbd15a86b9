import { type Column, type Columns, col, type Duration, type NamesOf, type Time } from '../columns/index.ts';
import { type Definition, define } from './definition.ts';
import type { GateLimit } from './gate.ts';
import type { Inside, Learner } from './learners.ts';
import {
  type AnyReadable,
  type AnyRows,
  type Readable,
  type RunValue,
  readableBy,
  recipesIn,
  type Setting,
} from './rows.ts';

const version = { model_version: col.text() };
type Version = typeof version;

/** Nothing gets out until somebody of this group says so. */
export interface Release {
  readonly approvedBy: string;
}
export const approvedBy = (group: string): Release => Object.freeze({ approvedBy: group });

/** What stands for a missing feature: the mean or the median of the training rows, a number, or nothing: then its row is left out. */
type Missing = 'mean' | 'median' | 'leave out' | number;
type HoldOut =
  | { readonly share: number }
  | { readonly last: Duration; readonly by: string; readonly thenLearned?: boolean };

/** A model's options as the graph and the planner see them. */
export interface ModelFacts {
  readonly from: AnyReadable;
  readonly features: readonly string[];
  readonly target?: string;
  readonly group?: string;
  readonly each: readonly string[];
  readonly learner: Learner;
  readonly missing: Readonly<Record<string, Missing>>;
  readonly holdOut?: HoldOut;
  /** Columns across which it is judged: those that it names, and those of its gate. */
  readonly segments: readonly string[];
  readonly gate: readonly GateLimit[];
  readonly release?: Release;
  readonly maxAge?: Duration | Setting<Duration>;
  readonly about?: string;
}
interface Trained<F extends Columns, Out extends Columns> extends Definition<'model'> {
  readonly facts: ModelFacts;
  /** Of the table inside its versions: the version, the family's columns, the learner's own. */
  readonly columns: Columns;
  readonly features: F;
  /** What it predicts of a row. */
  readonly output: Out;
  /** The version that was the champion when the run opened: `where model_version = ${ltr.champion}`. */
  readonly champion: RunValue;
  /** The rows, with what the champion predicts of each, and its version. */
  predict<C extends F>(rows: Readable<C>): Readable<C & Out & Version>;
}
/** What stands inside a version gets out with it, and goes back with it. */
export type Model<
  F extends Columns,
  Out extends Columns,
  Part extends string,
  In extends Inside,
  Each extends Columns,
> = Trained<F & Each, Out> & {
  readonly [P in Part]: Readable<
    Version & Each & In['columns'] & (In['features'] extends true ? { [N in keyof F]: Centre<F[N]> } : {})
  >;
};
/** Of a number, or the share of what is true, the mean; of a text the one that is most often there. */
type Centre<C> = C extends Column<infer V, any> ? (V extends string | null ? C : Column<number>) : never;
// `any`: models of every shape are meant.
export type AnyModel = Trained<any, any>;
/** A model of trees: more of them can come behind those that it has. */
export type Refinable = AnyModel & { readonly importance: AnyReadable };

interface ModelSpec<
  C extends Columns,
  Feature extends keyof C & string,
  Each extends keyof C & string,
  Named extends string,
> {
  /** Training rows. */
  readonly from: Readable<C>;
  readonly features: readonly Feature[];
  /** The column that is learned. */
  readonly target?: NoInfer<keyof C & string>;
  /** Rows that are judged together: the candidates of one request. */
  readonly group?: NoInfer<keyof C & string>;
  /** A family: one model for each value of these columns, and one version for all of them. */
  readonly each?: readonly Each[];
  /** Of features that may be missing, what stands for them. A missing text needs nothing: it is none of the words. */
  readonly missing?: Readonly<Partial<Record<NoInfer<Feature>, Missing>>>;
  /**
   * Rows kept to judge with: a share, or the last by a time. Default: a stable fifth; nothing where nothing is predicted. `thenLearned`: once they have judged,
   * the version learns anew, of them too.
   */
  readonly holdOut?:
    | { readonly share: number }
    | { readonly last: Duration; readonly by: NoInfer<NamesOf<C, Time>>; readonly thenLearned?: boolean };
  /** Its measures are kept for each value of these columns too, and of those that its gate goes across. */
  readonly segments?: readonly NoInfer<keyof C & string>[];
  /** All must hold (in a family, for each member), or the champion stays. */
  readonly gate?: readonly GateLimit<NoInfer<Named> | 'samples', NoInfer<keyof C & string>>[];
  /** Default: as soon as the gate is passed. */
  readonly release?: Release;
  /** A champion older than that is due to be trained again, and `esteira status` says so. */
  readonly maxAge?: Duration | Setting<Duration>;
  readonly about?: string;
}

/**
 * Something trained: each training makes a version, and one that passed its gate becomes the champion. Only a job that names it under `train`
 * trains it.
 */
export function model<
  C extends Columns,
  const Feature extends keyof C & string,
  Out extends Columns,
  Named extends string,
  Part extends string,
  In extends Inside,
  const Each extends keyof C & string = never,
>(
  name: string,
  spec: ModelSpec<C, Feature, Each, Named> & { readonly learner: Learner<Out, Named, Part, In> },
): Model<Pick<C, Feature>, Out, Part, In, Pick<C, Each>> {
  const { each = [], missing = {}, gate = [], segments = [], ...rest } = spec;
  const across = gate.flatMap(({ measure }) =>
    typeof measure === 'object' && 'across' in measure ? [measure.across] : [],
  );
  const facts = Object.freeze({
    ...rest,
    each: Object.freeze([...each]),
    features: Object.freeze([...spec.features]),
    missing: Object.freeze({ ...missing }),
    gate: Object.freeze([...gate]),
    segments: Object.freeze([...new Set([...segments, ...across])]),
  }) as unknown as ModelFacts;
  const { learner, from } = spec;
  const pick = (names: readonly string[]) =>
    Object.fromEntries(names.map((one) => [one, from.columns?.[one] as Columns[string]]));
  const inside = {
    ...version,
    ...pick(facts.each),
    ...learner.inside.columns,
    ...(learner.inside.features ? centres(pick(facts.features)) : {}),
  };
  const settings = [...facts.gate.map(({ bound }) => bound), facts.maxAge].flatMap((one) =>
    typeof one === 'object' ? [one.of] : [],
  );
  const self = define({
    kind: 'model' as const,
    name,
    dependsOn: Object.freeze([...new Set([...from.reads, ...settings])]),
    facts,
    columns: Object.freeze(inside),
    features: Object.freeze({ ...pick(facts.features), ...pick(facts.each) }),
    output: learner.output,
    get champion(): RunValue {
      return Object.freeze({ run: 'champion', of: self });
    },
    predict: (of: AnyReadable): AnyReadable =>
      readableBy({ ...of.columns, ...learner.output, ...version }, { by: 'predict', model: self, of }, [
        ...of.reads,
        self,
      ]),
    get [learner.part](): AnyReadable {
      return readableBy(inside, { by: 'part', of: self, part: learner.part }, [self]);
    },
  });
  return self as unknown as Model<Pick<C, Feature>, Out, Part, In, Pick<C, Each>>;
}

const centres = (features: Columns): Columns =>
  Object.fromEntries(
    Object.entries<Columns[string] | undefined>(features).map(([name, column]) => [
      name,
      // Whether each is a column of the rows is asked when the definitions are collected.
      column?.facts.kind === 'text' ? column.optional() : col.real(),
    ]),
  );

/** Models whose inside a query mentions. */
export const modelsInside = (rows: AnyRows): readonly AnyModel[] =>
  recipesIn(rows).flatMap((recipe) => (recipe.by === 'part' ? [recipe.of as AnyModel] : []));
