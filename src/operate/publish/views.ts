import type { ServedView } from '../serve/views.ts';

/** What a store that models are published to has of one of them. */
export interface PublishedView {
  /** As the configuration names it: `s3`. */
  readonly store: string;
  /** `catalog.schema.name`. */
  readonly model: string;
  /** As people write it. */
  readonly label: string;
  /** The version in use, and the move of the champion that made it so. */
  readonly version: string;
  readonly number: number;
  /** Where outside programs find it. */
  readonly path: string;
  /** `published`: by this call. `owed`: it is tried again. */
  readonly state: 'published' | 'there' | 'owed';
  readonly owed?: {
    readonly since: string;
    readonly tries: number;
    readonly nextTryAt: string;
    readonly error: string;
  };
}
export interface PublishView {
  /** Moves that were taken over from stores. */
  readonly taken: number;
  /** What became of versions that are seen beside a champion. */
  readonly shadows: readonly string[];
  readonly stores: readonly string[];
  readonly models: readonly PublishedView[];
  /** What endpoints read. */
  readonly served: readonly ServedView[];
}

/** What a store does not have yet. */
export interface OwedView {
  readonly store: string;
  readonly label: string;
  readonly since: string;
  readonly error: string;
}
