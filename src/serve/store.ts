import type { KeptFiles } from '../ports/index.ts';

/** All that the process of an endpoint reads, and all that it writes. */
export interface ServingStore {
  /** Published versions: `<model>/latest/…`. */
  readonly models: KeptFiles;
  /** `endpoints/<name>/…`: tables, settings, the log, the shadow, counts and receipts. */
  readonly files: KeptFiles;
}

/** Where the files of an endpoint stand in the serving store. */
export const servingFolder = (endpoint: string): string => `endpoints/${endpoint}`;
