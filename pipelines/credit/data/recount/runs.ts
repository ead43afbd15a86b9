import { judgeOf } from './judge.ts';
import { type LandingFile, readLines } from './read.ts';
import { type Exists, histories, type Row, silverTables } from './rules.ts';

export interface Figures {
  in: number;
  valid: number;
  invalid: number;
  duplicates: number;
  stale: number;
  deletes: number;
  removed: number;
  rows: number;
  flags: Record<string, number>;
}
/** The newest good change of each key, deleted ones among them: they keep an older change from coming back. */
type Held = Map<unknown, Row>;

/** At one moment the change that came later, by file and line, is the newer. Rows are read in that order. */
const isNewer = (row: Row, other: Row | undefined): boolean =>
  other === undefined || (row['sincronizado_em'] as number) >= (other['sincronizado_em'] as number);

/** Silver tables that are brought up to date by one run after another, each over some of the files. */
export class Silver {
  readonly badFiles = new Set<string>();
  readonly lines = new Map<string, number>();
  readonly #folder: string;
  /** Every good change, in the order of files and lines. */
  readonly #changes = new Map<string, Row[]>(Object.keys(histories).map((name) => [name, []]));
  readonly #tables = new Map<string, Held>(Object.keys(silverTables).map((name) => [name, new Map()]));
  readonly #exists: Exists = (table, key) => this.#tables.get(table)?.get(key)?.['excluido'] === false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The rows that a silver table shows. */
  living(name: string): readonly Row[] {
    return [...(this.#tables.get(name)?.values() ?? [])].filter((row) => row['excluido'] === false);
  }

  /** Every good change of a table of which silver keeps them all. */
  changes(name: string): readonly Row[] {
    return this.#changes.get(name) ?? [];
  }

  async run(files: readonly LandingFile[]): Promise<Record<string, Figures>> {
    const figures: Record<string, Figures> = {};
    for (const [name, { landing, key }] of Object.entries(silverTables)) {
      const own = files.filter(({ table }) => table === landing);
      const counted = await this.#build(name, key, own);
      figures[name] = counted;
      const changes = this.#changes.get(name);
      if (changes === undefined) continue;
      const valid = counted.in - counted.invalid;
      const none = { duplicates: 0, stale: 0, removed: 0 };
      figures[`${name}_historico`] = { ...counted, ...none, valid, rows: changes.length };
    }
    return figures;
  }

  async #build(name: string, key: string, files: readonly LandingFile[]): Promise<Figures> {
    const flags: Record<string, number> = {};
    const counts = { in: 0, valid: 0, invalid: 0, duplicates: 0, stale: 0, deletes: 0, removed: 0, rows: 0 };
    const judge = judgeOf(name);
    const newest: Held = new Map();
    for (const file of files) {
      for (const landed of await this.#read(file)) {
        const { row, failed } = judge(landed, this.#exists);
        counts.in += 1;
        if (failed.length > 0) {
          counts.invalid += 1;
          for (const flag of failed) flags[flag] = (flags[flag] ?? 0) + 1;
          continue;
        }
        if (row['excluido'] === true) counts.deletes += 1;
        this.#changes.get(name)?.push(row);
        if (newest.has(row[key])) counts.duplicates += 1;
        if (isNewer(row, newest.get(row[key]))) newest.set(row[key], row);
      }
    }
    counts.valid = newest.size;
    const held = this.#tables.get(name) ?? newest;
    for (const [id, row] of newest) {
      const before = held.get(id);
      if (!isNewer(row, before)) counts.stale += 1;
      else {
        if (before?.['excluido'] === false && row['excluido'] === true) counts.removed += 1;
        held.set(id, row);
      }
    }
    counts.rows = this.living(name).length;
    return { ...counts, flags };
  }

  async #read(file: LandingFile): Promise<readonly Record<string, unknown>[]> {
    const lines = await readLines(this.#folder, file);
    if (lines === undefined) this.badFiles.add(file.path);
    else this.lines.set(file.path, lines.length);
    return lines ?? [];
  }
}
