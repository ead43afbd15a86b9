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
  isAsListed(file: Pick<SourceFile, 'path' | 'fingerprint'>): Promise<boolean>;
  /**
   * Of a store that is elsewhere: brings files that were listed to this machine, where the engine finds them until they are released. One that is gone, or
   * is another by now, is not at its location.
   */
  bring?(files: readonly SourceFile[]): Promise<Brought>;
  /**
   * Puts a file of this machine in the place of whatever is there, forced to the disk: whoever opens it gets the one before or this one, whole, and whoever
   * has it open reads on what it was. Such a file is not one that is looked at and replaced by its mark. A store that can tell leaves there what is of
   * a later publication than `of`, and says so by nothing.
   */
  put(path: string, file: string, of?: Published): Promise<Put | undefined>;
}

export interface Brought {
  /** In their order, each with its location here. */
  readonly files: readonly SourceFile[];
  release(): Promise<void>;
}
/** Which publication of a table the rows of a file are; those of another generation are not compared with. */
export interface Published {
  readonly generation: string;
  readonly sequence: bigint;
}
export interface Put {
  /** For people. */
  readonly place: string;
  /** As a list says it while that file is there. */
  readonly fingerprint: string;
}
