/** A file that only grows, for whoever follows it. */
export interface LogFile {
  /** For people: where it is. */
  readonly describe: string;
  /** Adds whole lines at its end, though other processes do so too. */
  append(lines: readonly string[]): Promise<void>;
}
