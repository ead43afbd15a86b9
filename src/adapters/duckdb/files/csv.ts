import type { SourceFile } from '../../../ports/index.ts';
import { pieces } from './lines.ts';

/** A record: its fields (null where nothing stands between the delimiters), or the text of one that cannot be taken apart. */
export type CsvRecord = { readonly fields: readonly (string | null)[] } | { readonly broken: string };

/** `start`: a field begins; `closed`: its quotes have ended. */
type State = 'start' | 'plain' | 'quoted' | 'closed' | 'broken';

/** Takes CSV apart a character at a time: quotes around a whole field, doubled inside, where a line may end; elsewhere a quote is itself. */
class Splitter {
  readonly #delimiter: string;
  #state: State = 'start';
  #field = '';
  #fields: (string | null)[] = [];
  #text = '';
  #spaces = '';
  /** A quote inside quotes: the field's end, or half of one. */
  #quote = false;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  *take(piece: string): Generator<CsvRecord> {
    for (const character of piece) {
      if (this.#quote && character !== '"') {
        this.#quote = false;
        this.#state = 'closed';
      }
      if (character === '\n' && this.#state !== 'quoted') yield* this.end();
      else {
        this.#text += character;
        this.#next(character);
      }
    }
  }

  #next(character: string): void {
    if (this.#state === 'broken') return;
    if (this.#state === 'quoted') {
      if (character !== '"') this.#field += character;
      else if (this.#quote) {
        this.#field += '"';
        this.#quote = false;
      } else this.#quote = true;
    } else if (character === this.#delimiter) this.#push();
    else if (this.#state === 'closed') this.#afterQuotes(character);
    else if (character === '"' && /^ *$/.test(this.#field)) {
      this.#state = 'quoted';
      this.#field = '';
    } else {
      this.#state = 'plain';
      this.#field += character;
    }
  }

  /** As DuckDB has it: spaces may follow the quotes, and quotes after those go on with the field. */
  #afterQuotes(character: string): void {
    if (character === ' ') this.#spaces += character;
    else if (character === '"' && this.#spaces) {
      this.#field += this.#spaces;
      this.#state = 'quoted';
    } else if (character !== '\r') this.#state = 'broken';
    if (character !== ' ') this.#spaces = '';
  }

  #push(): void {
    this.#spaces = '';
    const empty = this.#state === 'start' || (this.#state === 'plain' && this.#field === '');
    this.#fields.push(empty ? null : this.#field);
    this.#state = 'start';
    this.#field = '';
  }

  /** The record that has ended, if there is one. */
  *end(): Generator<CsvRecord> {
    if (this.#quote) this.#state = 'closed';
    const text = this.#text.replace(/\r$/, '');
    if (this.#state === 'plain') this.#field = this.#field.replace(/\r$/, '');
    const broken = this.#state === 'broken' || this.#state === 'quoted';
    if (text !== '' || this.#fields.length) {
      this.#push();
      yield broken ? { broken: text } : { fields: this.#fields };
    }
    this.#state = 'start';
    this.#field = '';
    this.#fields = [];
    this.#text = '';
    this.#quote = false;
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
}

/** The header of a file, taken apart by the delimiter that finds most of the wanted names; nothing where the file is empty. */
export async function headerOf(file: SourceFile, wanted: readonly string[]): Promise<Header | undefined> {
  let best: Header | undefined;
  let most = -1;
  for (const delimiter of [',', ';', '\t', '|']) {
    for await (const record of records(file, delimiter)) {
      const names = 'fields' in record ? record.fields.map((name) => (name ?? '').trim()) : [];
      const found = wanted.filter((name) => names.includes(name)).length;
      if (found > most) {
        most = found;
        best = { delimiter, names };
      }
      break;
    }
  }
  return best;
}
