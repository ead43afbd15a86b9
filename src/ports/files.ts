import type { KeptFiles } from './kept.ts';

export type FileFormat = 'csv' | 'jsonl' | 'parquet';

/** One file of a source. */
export interface SourceFile {
  /** Below the store, with forward slashes. */
  readonly path: string;
  /** Where the engine finds it. */
  readonly location: string;
  readonly format: FileFormat;
  readonly bytes: number;
  /** Changes when the content does (size and time of change here; an ETag on S3). */
  readonly fingerprint: string;
}

/** Where files of sources are read, and what a project keeps beside its tables. */
export interface FileStore extends KeptFiles {
  /** Files that match a pattern (`*`, `**`), in the order of their paths by code point. A folder that is not there holds none. */
  list(pattern: string): Promise<readonly SourceFile[]>;
  /** Whether a file that was listed is there, with the same fingerprint. */
  isAsListed(file: SourceFile): Promise<boolean>;
  /**
   * Puts a file of this machine in the place of whatever is there, forced to the disk: whoever opens it gets the one before or this one, whole, and whoever
   * has it open reads on what it was. Gives the place, for people. Such a file is not one that is looked at and replaced by its mark.
   */
  put(path: string, file: string): Promise<string>;
}
