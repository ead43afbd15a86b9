import type { Held } from './state.ts';

/**
 * `training`: its run goes on, or ended before it was whole · `candidate`: whole, and waits for what must come before it can be used ·
 * `refused`: it did not pass · `released`: it is or was the champion · `taken back`: it was, and a rollback put another in its place.
 */
export type VersionState = 'training' | 'candidate' | 'refused' | 'released' | 'taken back';

/** What somebody decided about a version that waits for it. */
export interface Decision {
  readonly decided: 'approved' | 'rejected';
  readonly by: string;
  readonly reason: string;
  readonly at: Temporal.Instant;
}

/** What a version came to after its training. */
export interface LateVerdict {
  readonly passed: boolean;
  readonly at: Temporal.Instant;
  /** Figures and limits; plain JSON. */
  readonly limits: unknown;
}

/** One version of a model; what it says never changes once it is whole. */
export interface ModelVersion {
  /** `catalog.schema.name`. */
  readonly model: string;
  /** `YYYYMMDD_HHMM` of the run's logical time in UTC; `_2`, `_3`, … where that is taken. */
  readonly version: string;
  readonly runId: string;
  readonly state: VersionState;
  readonly createdAt: Temporal.Instant;
  /** Of its files; absent until it is whole. */
  readonly contentHash?: string;
  /** Code, settings, window, rows, inputs, measures, verdict: whatever is to be known of it. */
  readonly about?: unknown;
  readonly decision?: Decision;
  /** How the limits were judged that were not known when it was trained. */
  readonly judged?: LateVerdict;
}

/** What a publication says of a version that was trained: of how many rows, and by how many others it was judged, too. */
export interface TrainedVersion extends Pick<ModelVersion, 'version'> {
  readonly contentHash: string;
  readonly rows?: number;
  readonly held?: number;
}

/** The champion of a model was another from then on. */
export interface ModelMove {
  readonly model: string;
  /** Counted from 1, without a gap; what is published outside says it, so that an older one is known as that. */
  readonly number: number;
  readonly from?: string;
  readonly to: string;
  readonly by: string;
  readonly reason: string;
  readonly at: Temporal.Instant;
}
export interface Champion {
  readonly version: string;
  /** Of the move that made it so. */
  readonly number: number;
}

/**
 * From an automatic rollback on no version becomes the champion by itself, until a person says so, or puts one in the place of the champion, or enough
 * good days have passed.
 */
export interface Freeze {
  readonly model: string;
  readonly since: Temporal.Instant;
  /** The run that took the champion back, and its job. */
  readonly runId: string;
  readonly job: string;
  /** What was taken back, and what came back. */
  readonly from: string;
  readonly to: string;
  /** The monitors that began it. */
  readonly monitors: readonly string[];
  /** Good days that end it; absent: only a person does. */
  readonly days?: number;
  readonly thawed?: { readonly by: string; readonly reason: string; readonly at: Temporal.Instant };
}

/** Other versions are to be used, of several models at once or of none. */
export interface NewMoves {
  /** `from`: the champion that whoever asks for it has seen; absent where there was none. `chain`: versions that are taken back with it. */
  readonly models: readonly {
    readonly model: string;
    readonly from?: string;
    readonly to: string;
    readonly chain?: readonly string[];
  }[];
  readonly by: string;
  readonly reason: string;
  /** The versions that were in use are taken back: none of them is put in its place again. */
  readonly takesBack?: boolean;
  /** It is an automatic rollback: of each model `from` is there, and automatic promotion is frozen with the move. */
  readonly freezes?: { readonly job: string; readonly monitors: readonly string[]; readonly days?: number };
  /** A run moves for as long as its token holds. */
  readonly held?: Held;
  readonly now: Temporal.Instant;
}

/**
 * `overtaken`: a model has another champion by now than whoever asks has seen · `unusable`: a version that is not there, not whole, or was refused or
 * taken back.
 */
export type Moved =
  | { readonly moved: 'all' }
  | { readonly moved: 'overtaken'; readonly model: string; readonly champion?: string }
  | { readonly moved: 'unusable'; readonly model: string; readonly version: string; readonly state?: VersionState };

/** `before`: somebody has decided already, and that stays · `impossible`: a version that is not there, or not a candidate. */
export type Decided =
  | { readonly decided: 'now' }
  | { readonly decided: 'before'; readonly decision: Decision }
  | { readonly decided: 'impossible'; readonly state?: VersionState };

/** `before`: it was judged already, and that stays · `impossible`: a version that is not there, or not a candidate. */
export type LateJudged =
  | { readonly judged: 'now' }
  | { readonly judged: 'before'; readonly verdict: LateVerdict }
  | { readonly judged: 'impossible'; readonly state?: VersionState };

/** Ends the freeze of a model, and puts the version that waited in the place of the champion that was seen, in one transaction. */
export interface NewThaw {
  readonly model: string;
  readonly by: string;
  readonly reason: string;
  readonly puts?: { readonly from?: string; readonly to: string };
  readonly now: Temporal.Instant;
}
/** `not frozen`: nothing is changed, nor is it when the version could not be moved. */
export type Thawed = Moved | { readonly moved: 'not frozen' };

/** Moves that a store was told, and this state does not know: it is another copy, or older than they are. */
export interface TakenOver {
  readonly model: string;
  /** All that the store has, from the first on. */
  readonly theirs: readonly Omit<ModelMove, 'model'>[];
  readonly by: string;
  readonly reason: string;
  readonly now: Temporal.Instant;
}

/** Versions of models, which of them are in use, and how that came to be. */
export interface ModelStore {
  /** The version that the run trains of a model, the same for each of its attempts. Throws FENCED. */
  begin(held: Held, model: string, now: Temporal.Instant): Promise<string>;
  /** It is whole, its files are there: from now on it stays as it is. Throws FENCED. */
  complete(
    held: Held,
    version: Pick<ModelVersion, 'model' | 'version'> & {
      readonly state: 'candidate' | 'refused';
      readonly contentHash: string;
      readonly about: unknown;
    },
  ): Promise<void>;
  /** Of a candidate, once: of two people who decide at the same time one is told what the other decided. Who is rejected is refused. */
  decide(of: Pick<ModelVersion, 'model' | 'version'>, decision: Decision): Promise<Decided>;
  /** Of a candidate, once, whoever judges. One that did not pass is refused. */
  judge(of: Pick<ModelVersion, 'model' | 'version'>, verdict: LateVerdict): Promise<LateJudged>;
  /** All in one transaction, or nothing. What is moved by no run, and takes nothing back, ends the freeze of its model. Throws FENCED. */
  move(moves: NewMoves): Promise<Moved>;
  /**
   * Takes those into the history where it parts from theirs; what was moved here since comes after them, else one more move to the champion, which stays. Gives
   * how many were taken in.
   */
  takeOver(taken: TakenOver): Promise<number>;
  thaw(thaw: NewThaw): Promise<Thawed>;
  /** Newest first; `open`: those that nothing has ended. */
  freezes(filter: {
    readonly model?: string;
    readonly open?: boolean;
    readonly limit: number;
  }): Promise<readonly Freeze[]>;
  champions(): Promise<ReadonlyMap<string, Champion>>;
  version(model: string, version: string): Promise<ModelVersion | undefined>;
  /** Newest first. */
  versions(filter: {
    readonly model?: string;
    readonly runId?: string;
    readonly state?: VersionState;
    readonly limit: number;
  }): Promise<readonly ModelVersion[]>;
  /** Newest first. */
  moves(filter: { readonly model: string; readonly limit: number }): Promise<readonly ModelMove[]>;
}
