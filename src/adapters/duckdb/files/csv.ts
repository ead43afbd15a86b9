import type { SourceFile } from '../../../ports/index.ts';
import { pieces } from './lines.ts';

/** A record: its fields (null where nothing stands between the delimiters), or the text of one that cannot be taken apart; `open`: its quotes have no end. */
export type CsvRecord =
  | { readonly fields: readonly (string | null)[] }
  | { readonly broken: string; readonly open: boolean };

/** `start`: a field begins; `closed`: its quotes have ended, perhaps (a quote that follows at once is half of one). */
type State = 'start' | 'plain' | 'quoted' | 'closed' | 'broken';

/** Takes CSV apart: quotes around a whole field, doubled inside, where a line may end; elsewhere a quote is itself. */
class Splitter {
  readonly #delimiter: string;
  readonly #special: RegExp;
  #state: State = 'start';
  #field = '';
  #fields: (string | null)[] = [];
  /** The record's text so far. */
  #text = '';
  /** What stands between the closing quote and the delimiter. */
  #after = '';

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
    this.#special = new RegExp(`["\\n${delimiter === '|' ? '\\|' : delimiter}]`, 'g');
  }

  *take(piece: string): Generator<CsvRecord> {
    let begun = 0;
    let at = 0;
    while (at < piece.length) {
      const special = this.#find(piece, at);
      if (special > at) this.#run(piece.slice(at, special));
      if (special === piece.length) break;
      at = special + 1;
      if (piece[special] === '\n' && this.#state !== 'quoted') {
        this.#text += piece.slice(begun, special);
        begun = at;
        yield* this.end();
      } else this.#mark(piece[special] as string);
    }
    this.#text += piece.slice(begun);
  }

  /** Where the next character stands that means something now. */
  #find(piece: string, from: number): number {
    if (this.#state === 'quoted') {
      const quote = piece.indexOf('"', from);
      return quote < 0 ? piece.length : quote;
    }
    this.#special.lastIndex = from;
    return this.#special.test(piece) ? this.#special.lastIndex - 1 : piece.length;
  }

  /** Characters that mean nothing by themselves. */
  #run(text: string): void {
    if (this.#state === 'closed') {
      this.#after += text;
      if (!/^ *\r?$/.test(this.#after)) this.#state = 'broken';
    } else if (this.#state !== 'broken') {
      this.#field += text;
      if (this.#state === 'start') this.#state = 'plain';
    }
  }

  #mark(mark: string): void {
    if (this.#state === 'broken') return;
    if (this.#state === 'quoted' && mark === '"') {
      this.#state = 'closed';
      this.#after = '';
    } else if (this.#state === 'quoted') this.#field += mark;
    else if (mark === this.#delimiter) this.#push();
    else if (this.#state === 'closed') {
      // As DuckDB has it: two quotes are one, and quotes after spaces go on with the field.
      this.#field += this.#after || '"';
      this.#state = /^ *$/.test(this.#after) ? 'quoted' : 'broken';
    } else if (/^ ?$/.test(this.#field)) {
      // As DuckDB has it: after more than one space a quote is itself.
      this.#state = 'quoted';
      this.#field = '';
    } else this.#field += mark;
  }

  #push(): void {
    this.#fields.push(this.#state === 'start' ? null : this.#field);
    this.#state = 'start';
    this.#field = '';
  }

  /** The record that has ended, if there is one. */
  *end(): Generator<CsvRecord> {
    const text = this.#text.replace(/\r$/, '');
    if (this.#state === 'plain') {
      this.#field = this.#field.replace(/\r$/, '');
      if (this.#field === '') this.#state = 'start';
    }
    const open = this.#state === 'quoted';
    const broken = this.#state === 'broken' || open;
    if (text !== '') {
      this.#push();
      yield broken ? { broken: text, open } : { fields: this.#fields };
    }
    this.#state = 'start';
    this.#field = '';
    this.#fields = [];
    this.#text = '';
  }
}

/** The records of a file, its header among them, without lines that are empty. */
export async function* records(file: SourceFile, delimiter: string): AsyncGenerator<CsvRecord> {
  const splitter = new Splitter(delimiter);
  for await (const piece of pieces(file)) yield* splitter.take(piece);
  yield* splitter.end();
}

export interface Header {
  readonly delimiter: string;
  readonly names: readonly string[];
  /** An empty line stands before it; DuckDB would take that for the header, and the header for a row. */
  readonly late: boolean;
}

const delimiters = [',', ';', '\t', '|'];

/** The header of a file, taken apart by the delimiter that finds most of the wanted names; nothing where the file is empty. */
export async function headerOf(file: SourceFile, wanted: readonly string[]): Promise<Header | undefined> {
  const { records: firsts, late } = await firstRecords(file);
  let best: Header | undefined;
  let most = -1;
  for (const [delimiter, record] of firsts) {
    const names = 'fields' in record ? namesOf(record.fields) : [];
    const found = wanted.filter((name) => names.includes(name)).length;
    if (found > most) {
      most = found;
      best = { delimiter, names, late };
    }
  }
  return best;
}

/** The first record by each delimiter, in one reading: to open a file takes longer than to take its first line apart. */
async function firstRecords(
  file: SourceFile,
): Promise<{ readonly records: ReadonlyMap<string, CsvRecord>; readonly late: boolean }> {
  const found = new Map<string, CsvRecord>();
  const splitters = delimiters.map((delimiter) => ({ delimiter, splitter: new Splitter(delimiter) }));
  const look = (take: (splitter: Splitter) => Generator<CsvRecord>): void => {
    for (const { delimiter, splitter } of splitters) {
      const first = found.has(delimiter) ? undefined : take(splitter).next();
      if (first && !first.done) found.set(delimiter, first.value);
    }
  };
  let begin = '';
  for await (const piece of pieces(file)) {
    begin ||= piece.slice(0, 1);
    look((splitter) => splitter.take(piece));
    if (found.size === delimiters.length) break;
  }
  look((splitter) => splitter.end());
  // In the order of the delimiters, of which the first wins.
  const records = new Map(delimiters.flatMap((one) => (found.has(one) ? [[one, found.get(one) as CsvRecord]] : [])));
  return { records, late: begin === '\r' || begin === '\n' };
}

/** Delimiters after the last name mean nothing, as after the last field of a record. */
function namesOf(fields: readonly (string | null)[]): readonly string[] {
  const last = fields.findLastIndex((name) => name !== null);
  return fields.slice(0, last + 1).map((name) => (name ?? '').trim());
}
