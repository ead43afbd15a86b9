/** What is known of one model, or of one thing that an endpoint reads, in one store that it is published to. The store says what is there; this says what it does not have yet. */
export interface PublishedRecord {
  /** As the configuration names it. */
  readonly store: string;
  /** `catalog.schema.name`; of what endpoints read where it stands: `endpoints/ltr/tables/catalog.schema.name`. */
  readonly model: string;
  /** The newest move of the champion that is there; of a table its publication. */
  readonly there?: { readonly number: number; readonly version: string; readonly at: Temporal.Instant };
  /** A later one is not, or was not looked for. */
  readonly owed?: {
    readonly since: Temporal.Instant;
    readonly tries: number;
    readonly nextTryAt: Temporal.Instant;
    /** Why the last attempt failed. */
    readonly error: string;
  };
}

/** What stores are owed. Like what the state says of tables it is a note of what was seen: it is found again by looking. */
export interface PublishedStore {
  /** In the order of stores and models. */
  all(): Promise<readonly PublishedRecord[]>;
  /** In the place of what was noted before. */
  note(record: PublishedRecord): Promise<void>;
  /** Of stores that the configuration has no more, and of what is not to be there any more, nothing is owed. */
  forget(store: string, model?: string): Promise<void>;
}
