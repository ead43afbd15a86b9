/** What the least harmful question to another system has found. */
export interface FoundThere {
  /** In words: `table public.users of 10.0.0.7:5432/app, about 300 rows`. */
  readonly found: string;
  /** By so many milliseconds its clock is ahead of this machine's; absent where it says no time. */
  readonly ahead?: number;
  /** Nothing is refused, and yet a person should look: a table without a row, which row level security may hide. */
  readonly doubt?: { readonly what: string; readonly next: string };
}
