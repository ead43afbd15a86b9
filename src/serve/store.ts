import type { KeptFiles } from '../ports/index.ts';

/** All that the process of an endpoint reads, and all that it writes. */
export interface ServingStore {
  /** Published versions: `<model>/latest/…`. */
  readonly models: KeptFiles;
  /** `endpoints/<name>/…`: tables, settings, the log, the shadow, counts and receipts. */
  readonly files: KeptFiles;
  /** Whatever it has been asked for and has not answered fails now, and so does all that is asked afterwards. */
  leave?(): void;
}

/** Where the files of an endpoint stand in the serving store. */
export const servingFolder = (endpoint: string): string => `endpoints/${endpoint}`;
