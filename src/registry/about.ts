/** A member of a family: the values of its `each` columns; empty where a model has no family. */
export type Member = Readonly<Record<string, string | number | boolean>>;

/** One limit of a gate, as it was judged. */
export interface JudgedLimit {
  /** As it is named: `silhouette`, `samples`. */
  readonly measure: string;
  /** `no worse`: than the champion on the same rows, by at most the bound. */
  readonly sign: '>=' | '<=' | 'no worse';
  readonly bound: number;
  /** The setting that the bound comes from: `config.limits.silhouette`. */
  readonly setting?: string;
  readonly members: readonly {
    readonly member: Member;
    /** Absent: it is not known, and the limit does not hold. */
    readonly value?: number;
    /** Why it is not known, where there is more to say. */
    readonly why?: string;
    /** The champion's, on the same rows. */
    readonly champion?: number;
    /** How many samples the two were compared on: those that neither was made of. Absent: on all rows. */
    readonly compared?: number;
    readonly passed: boolean;
  }[];
  readonly passed: boolean;
}

/** A limit on a figure that is not known when a version is trained. */
export interface LaterLimit {
  /** As it is named: `shadow_overlap_at_5`. */
  readonly measure: string;
  /** What of its shadow: `overlap_at_5`. */
  readonly shows: string;
  readonly sign: '>=' | '<=';
  readonly bound: number;
  readonly setting?: string;
  /** Requests of which it is known, at least. */
  readonly requests: number;
}

/** Rows whose cluster is another than under the champion. */
export interface Movement {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
}

/** What a member comes to for each value of a column, among what was kept to judge with. */
export interface SegmentsAbout {
  readonly column: string;
  /** Of a ranking: how much a candidate is seen on average, a place being seen with 1 / log2(place + 1). */
  readonly exposure?: number;
  readonly values: readonly {
    readonly value: string;
    /** Of a ranking requests, by the group of their chosen row; else rows. */
    readonly samples: number;
    readonly measures: Readonly<Record<string, number>>;
    /** Of a ranking: requests that show such a candidate, and how much these are seen on average. */
    readonly shown?: { readonly requests: number; readonly exposure: number };
  }[];
}

export interface MemberAbout {
  readonly member: Member;
  /** Rows that it was trained with, and those kept to judge with. */
  readonly rows: number;
  readonly held: number;
  /** Rows that were left out, by the feature that was missing. */
  readonly left: Readonly<Record<string, number>>;
  readonly measures: Readonly<Record<string, number>>;
  /** Of columns that the model or its gate names. */
  readonly segments?: readonly SegmentsAbout[];
  /** Of clusters, beside the champion's: rows that change from one to another, clusters that are new, and those that are gone. */
  readonly moved?: {
    readonly rows: readonly Movement[];
    readonly fresh: readonly number[];
    readonly gone: readonly number[];
  };
  /** Of a version that was to go on from the champion. */
  readonly refined?: Refined;
}
/** Trees that the champion had, and that came behind them; or why it was trained anew. */
export type Refined = { readonly trees: number; readonly added: number } | { readonly anew: string };

/** Where a version comes from that was not trained here. */
export interface BroughtAbout {
  readonly by: 'file' | 'program';
  /** Its name, or the program and its words. */
  readonly file: string;
  /** Of what was brought. */
  readonly sha256: string;
  readonly bytes: number;
  /** `scikit-learn 1.5.2`, `onnx`, `model.txt`. */
  readonly format: string;
  /** What it was compared with its original on. */
  readonly compared?: string;
  /** Of what was pickled: what was found without loading it. */
  readonly scan?: { readonly opcodes: number; readonly globals: number; readonly refused: readonly string[] };
  /** It was loaded although its scan found what is not on the list. */
  readonly isUnscanned?: boolean;
  /** Of what has converted it. */
  readonly versions?: Readonly<Record<string, string>>;
  /** How it was kept apart while it was loaded. */
  readonly isolation?: string;
  /** Of a program: how long it took, and lines that it has said. */
  readonly seconds?: number;
  readonly lines?: number;
}

/** What is to be known of a version; kept with its files and in the state, and never changed. */
export interface VersionAbout {
  readonly learner: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly features: readonly string[];
  readonly each: readonly string[];
  readonly target?: string;
  /** Rows with the same value of this column are one request: all of them were learned from, or none. */
  readonly group?: string;
  readonly seed: number;
  /** Hash of the definition. */
  readonly code: string;
  /** Hash of the definitions of everything above its rows, up to the sources; earlier versions of Esteira did not keep it. */
  readonly above?: string;
  /** Everything that the model, and what stands above it, takes from settings: by name, as the engine spells it. */
  readonly settings: Readonly<Record<string, string>>;
  readonly job: string;
  readonly runId: string;
  /** The date of the run. */
  readonly date: string;
  /** Who or what asked for the run. */
  readonly by: string;
  /** Of the tables that the training rows came from: the last publication that they hold. */
  readonly inputs: Readonly<Record<string, { readonly runId: string; readonly sequence: string }>>;
  readonly rows: number;
  /** The first and the last day of those that were kept to judge with, by that column; absent where they are a share of the rows. `learned`: once they had judged. */
  readonly heldOut?: { readonly by: string; readonly from: string; readonly to: string; readonly learned?: true };
  readonly members: readonly MemberAbout[];
  /** Absent of one that was trained here. */
  readonly brought?: BroughtAbout;
  readonly seconds: number;
  /** The version that was the champion then. */
  readonly champion?: string;
  /** Of a run that was to go on from the champion: the version that it did go on from, or why it trained anew. */
  readonly refined?: { readonly from: string } | { readonly anew: string };
  readonly gate: {
    readonly passed: boolean;
    /** Only what compares it with the champion, which could not be read, does not hold: a person decides. */
    readonly unread?: boolean;
    readonly limits: readonly JudgedLimit[];
    /** Limits on what only its shadow shows: it waits until they are judged. */
    readonly later?: readonly LaterLimit[];
  };
  /** Nothing gets out until somebody of this group says so. */
  readonly approvedBy?: string;
}
