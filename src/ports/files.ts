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

/** Where files are read from and written to. */
export interface FileStore {
  /** Files that match a pattern (`*`, `**`), in the order of their paths by code point. A folder that is not there holds none. */
  list(pattern: string): Promise<readonly SourceFile[]>;
  /** Paths of whatever stands in the store, of any ending, at most so many: what a pattern may have missed. Hidden folders are left out. */
  everything(limit: number): Promise<readonly string[]>;
  /** Whether a file that was listed is there, with the same fingerprint. */
  isAsListed(file: SourceFile): Promise<boolean>;
  /**
   * Keeps a file that never changes afterwards, whole or not at all, whatever happens meanwhile: `there` when one of that name is there already, which
   * stays. `file` is one of this machine, and is left where it is.
   */
  keep(path: string, content: { readonly bytes: Uint8Array } | { readonly file: string }): Promise<'kept' | 'there'>;
  /** Nothing when no such file is there. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** One that is not there counts as removed. */
  remove(path: string): Promise<void>;
  /** The store's place, for people. */
  readonly describe: string;
}
