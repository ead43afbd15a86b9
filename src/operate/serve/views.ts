import type { PublishedView } from '../publish/views.ts';

/** What the store that endpoints read has of a table that one looks up, or of its settings. */
export interface ServedView extends Pick<PublishedView, 'store' | 'path' | 'owed'> {
  readonly endpoint: string;
  /** As people write it: `serving.lawyers`; `settings`. */
  readonly label: string;
  /** `nothing yet`: the table has no publication. */
  readonly state: 'published' | 'there' | 'owed' | 'nothing yet';
  /** Of a table that is there: its rows, and the publication that left them so. */
  readonly rows?: number;
  readonly sequence?: number;
}
