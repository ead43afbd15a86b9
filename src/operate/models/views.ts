import type { Member, VersionAbout } from '../../registry/about.ts';
import type { ShadowGateView, ShadowOperations } from '../shadow/views.ts';
import type { RunView } from '../views.ts';

export type { EndpointReportView, ShadowView } from '../shadow/views.ts';

// What is told of models; JSON, as everything in `operate/views.ts`.

export type VersionStateView = 'training' | 'candidate' | 'refused' | 'released' | 'taken back';

/** A version, in a list of them. */
export interface VersionView {
  readonly version: string;
  readonly state: VersionStateView;
  readonly createdAt: string;
  readonly runId: string;
  /** Why it is not the champion, and what it waits for. */
  readonly waits?: string;
  /** The command that goes on with it. */
  readonly next?: string;
}
export interface ChampionView {
  readonly version: string;
  readonly createdAt: string;
  /** Seconds since then. */
  readonly age: number;
  /** When it became the champion, by whom and why. */
  readonly since: string;
  readonly by: string;
  readonly reason: string;
}
/** Why a model should be trained again; nothing trains it by itself. */
export interface DueView {
  readonly why: 'settings' | 'age' | 'monitor';
  /** One sentence without its end. */
  readonly what: string;
}
/** Nothing is promoted automatically since a rollback of a run. */
export interface FreezeView {
  readonly since: string;
  readonly job: string;
  readonly takenBack: string;
  /** Good days that there were, and that end it; absent where only a person does. */
  readonly days?: { readonly good: number; readonly of: number };
  /** All of it in a sentence, and the command that ends it. */
  readonly text: string;
  readonly next: string;
}
export interface FrozenModelView extends FreezeView {
  readonly model: string;
}
export interface ModelView {
  /** `catalog.schema.name`. */
  readonly model: string;
  readonly label: string;
  readonly about?: string;
  readonly learner: string;
  /** Absent where there is none yet. */
  readonly champion?: ChampionView;
  /** The newest version, where it is newer than the champion. */
  readonly newest?: VersionView;
  readonly frozen?: FreezeView;
  /** Empty where there is no champion, or nothing calls for another. */
  readonly due: readonly DueView[];
  /** Jobs that train it. */
  readonly trainedBy: readonly string[];
}
export interface ModelsView {
  readonly models: readonly ModelView[];
}

/** Rows that go from one cluster to another, by the names that people gave these where a table inside the model has them. */
export interface MovedView {
  readonly member: Member;
  readonly rows: readonly {
    readonly from: string;
    readonly to: string;
    readonly rows: number;
    /** Both are called the same. */
    readonly sameName: boolean;
  }[];
  readonly fresh: readonly string[];
  readonly gone: readonly string[];
  /** All of it in a sentence. */
  readonly text: string;
}
export interface DecisionView {
  readonly decided: 'approved' | 'rejected';
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}
/** Everything that is known of a version. */
export interface VersionShowView extends VersionView {
  readonly model: string;
  readonly label: string;
  readonly isChampion: boolean;
  readonly frozen?: FreezeView;
  /** What is wrong with its files; absent where they are whole, or there are none yet. */
  readonly broken?: string;
  readonly contentHash?: string;
  readonly decision?: DecisionView;
  /** What its shadow came to, of one whose gate waits for it. */
  readonly shadow?: ShadowGateView;
  /** As it was written when it was trained; absent while it is trained. */
  readonly trained?: VersionAbout;
  /** That it was trained with, of a table of them each value of each row. */
  readonly settings: readonly { readonly name: string; readonly value: string }[];
  readonly moved: readonly MovedView[];
  /** Of the champion. */
  readonly due: readonly DueView[];
}

/** What one of them has and the other has not is absent. */
interface Beside<Value> {
  readonly a?: Value;
  readonly b?: Value;
}
export interface CompareView {
  readonly model: string;
  readonly label: string;
  readonly a: string;
  readonly b: string;
  readonly champion?: string;
  readonly rows: Beside<number>;
  readonly measures: readonly (Beside<number> & { readonly member: Member; readonly measure: string })[];
  /** Only what differs: settings, options, how features and columns are named, the definition. */
  readonly settings: readonly (Beside<string> & { readonly name: string })[];
  readonly options: readonly (Beside<string> & { readonly name: string })[];
  readonly features: { readonly onlyA: readonly string[]; readonly onlyB: readonly string[] };
  readonly sameDefinition: boolean;
}

/** What became of a version that people moved or decided about. */
export interface MoveView {
  readonly model: string;
  readonly label: string;
  readonly version: string;
  /** `moved`: it is the champion from now on · `already`: it was · `waits`: it was approved, and is not complete yet · `rejected`. */
  readonly became: 'moved' | 'already' | 'waits' | 'rejected';
  /** The champion before. */
  readonly before?: string;
  readonly by: string;
  readonly reason: string;
  readonly waits?: string;
  readonly next?: string;
  /** What whoever did it should know. */
  readonly notes: readonly string[];
}
/** What became of a freeze that people ended. */
export interface ThawView {
  readonly model: string;
  readonly label: string;
  /** False: nothing was frozen, or somebody else ended it meanwhile. */
  readonly thawed: boolean;
  readonly since?: string;
  readonly job?: string;
  /** What waited and is the champion now, and the champion before. */
  readonly champion?: string;
  readonly before?: string;
}
export interface ModelHistoryView {
  readonly model: string;
  readonly label: string;
  readonly champion?: string;
  readonly frozen?: FreezeView;
  /** The newest first. */
  readonly moves: readonly {
    readonly number: number;
    readonly at: string;
    readonly from?: string;
    readonly to: string;
    readonly by: string;
    readonly reason: string;
  }[];
  readonly versions: readonly VersionView[];
}

/** A model that should be trained again. */
export interface RetrainView {
  readonly model: string;
  readonly trainedBy: readonly string[];
  readonly due: readonly DueView[];
}

export interface ModelOperations extends ShadowOperations {
  /** Every model. `model` is a name, or an end of one that no other has; `version` its name, or its beginning. */
  models: [input: Record<string, never>, output: ModelsView];
  /** By default the champion, or the newest where there is none. */
  'models show': [input: { readonly model: string; readonly version?: string }, output: VersionShowView];
  'models compare': [input: { readonly model: string; readonly a: string; readonly b: string }, output: CompareView];
  /** At most `limit` (20) moves and versions. */
  'models history': [input: { readonly model: string; readonly limit?: number }, output: ModelHistoryView];
  /** `insteadOf`: the champion that whoever asks has seen; when it is another by now, nothing is moved. */
  /** `file`: its whole path, on the machine of the process that owns the project. */
  'models import': [
    input: {
      readonly file: string;
      readonly model: string;
      readonly job?: string;
      readonly date?: string;
      readonly isUnscanned?: boolean;
      readonly anyway?: boolean;
      readonly by?: string;
    },
    output: RunView,
  ];
  'models promote': [
    input: {
      readonly model: string;
      readonly version: string;
      readonly insteadOf?: string;
      readonly by: string;
      readonly reason: string;
    },
    output: MoveView,
  ];
  /** `to`: by default the champion before that was not taken back. */
  'models rollback': [
    input: {
      readonly model: string;
      readonly to?: string;
      readonly insteadOf?: string;
      readonly by: string;
      readonly reason: string;
    },
    output: MoveView,
  ];
  'models thaw': [input: { readonly model: string; readonly by: string; readonly reason: string }, output: ThawView];
  /** By default the newest version that waits for approval. */
  approve: [
    input: { readonly model: string; readonly version?: string; readonly by: string; readonly reason: string },
    output: MoveView,
  ];
  reject: [
    input: { readonly model: string; readonly version?: string; readonly by: string; readonly reason: string },
    output: MoveView,
  ];
}
