import { cancelled, type Target, type TargetAsked, type TargetBatch, type TargetResult } from '../../../ports/index.ts';
import { shown } from '../../common/shown.ts';
import type { Rest } from '../client.ts';
import { understood } from '../faults.ts';
import { bodyOf } from './batch.ts';
import { targetFault } from './faults.ts';
import type { Formats } from './formats.ts';
import { RowByRow } from './row-by-row.ts';
import { sameText } from './says.ts';

export interface SupabaseTable {
  readonly rest: Rest;
  readonly name: string;
  readonly asked: TargetAsked;
  readonly formats: Formats;
  /** What writes a batch as one, where it is there. */
  readonly called: string | undefined;
  /** Names the variables in what is to be done. */
  readonly named: (next: string) => string;
}

interface Answer {
  /** A letter for each row; none where there is none. */
  readonly found: string | null;
  readonly others: Readonly<Record<string, readonly (string | null)[]>> | null;
}

function answerIn(text: string): Answer {
  const answer = JSON.parse(text) as Answer | null;
  if (typeof answer !== 'object' || answer?.found === undefined) throw new SyntaxError('no answer of our function');
  return answer;
}

/** A table of Supabase that is written. */
export class SupabaseTarget implements Target {
  readonly place: string;
  readonly #of: SupabaseTable;
  readonly #rows: RowByRow;

  constructor(of: SupabaseTable) {
    this.place = `${of.name} of ${of.rest.host}`;
    this.#of = of;
    this.#rows = new RowByRow(of);
  }

  async write(batch: TargetBatch, signal?: AbortSignal): Promise<readonly TargetResult[]> {
    if (signal?.aborted) throw cancelled(signal.reason);
    const { asked, called } = this.#of;
    const results = new Array<TargetResult>(batch.rows);
    const rows: number[] = [];
    for (let row = 0; row < batch.rows; row += 1) {
      if (asked.key.every((name) => (batch.columns[name]?.[row] ?? null) !== null)) rows.push(row);
      else results[row] = { is: 'refused', why: 'its key has no value' };
    }
    if (rows.length === 0) return results;
    try {
      if (called === undefined) await this.#rows.write({ batch, rows, results, signal });
      else await this.#asOne(called, { batch, rows, results, signal });
    } catch (error) {
      throw targetFault(error, this.#of);
    }
    return results;
  }

  async #asOne(
    called: string,
    of: {
      readonly batch: TargetBatch;
      readonly rows: readonly number[];
      readonly results: TargetResult[];
      readonly signal: AbortSignal | undefined;
    },
    isFirst = true,
  ): Promise<void> {
    const { rest, asked } = this.#of;
    const { batch, rows, results, signal } = of;
    const body = bodyOf(batch, rows, asked.columns);
    const { text } = await rest.once({ method: 'POST', name: called, body, signal });
    const { found, others } = understood(() => answerIn(text));
    const values = Object.keys(asked.columns).filter((name) => !asked.key.includes(name));
    for (const [index, row] of rows.entries()) {
      const letter = found?.[index];
      const said = others?.[index + 1] ?? [];
      const each = values.flatMap((name, place) => {
        const [meant, now] = [batch.columns[name]?.[row] ?? null, said[place] ?? null];
        return String(meant) === String(now) ? [] : [`${name} says ${shown(now)}, not ${shown(meant)}`];
      });
      results[row] = letter === 'm' ? missingBy(rest) : resultOf(letter, each.join('; '));
    }
    // Somebody may have changed them meanwhile; of two rows with one key the other would be written.
    const times = new Map<string, number>();
    for (const row of rows) times.set(this.#keyOf(batch, row), (times.get(this.#keyOf(batch, row)) ?? 0) + 1);
    const left = rows.filter((row) => results[row] === unmoved && times.get(this.#keyOf(batch, row)) === 1);
    if (isFirst && left.length > 0) await this.#asOne(called, { ...of, rows: left }, false);
  }

  /** Keys that may be one and the same there have one text. */
  #keyOf(batch: TargetBatch, row: number): string {
    const { asked, formats } = this.#of;
    const said = asked.key.map((name) => sameText(formats[name] ?? 'text', String(batch.columns[name]?.[row])));
    return JSON.stringify(said).toLowerCase();
  }

  async close(): Promise<void> {}
}

function resultOf(letter: string | undefined, said: string): TargetResult {
  switch (letter) {
    case 's':
      return { is: 'sent' };
    case 'u':
      return { is: 'unchanged' };
    case 'o':
      return { is: 'other', why: said || 'it says something else there' };
    default:
      return unmoved;
  }
}

/** Whom row security applies to cannot tell a row that is not there from one that it may not see. */
export const missingBy = ({ seesAll }: Rest): TargetResult => (seesAll ? { is: 'missing' } : hiddenOrMissing);
const hiddenOrMissing: TargetResult = {
  is: 'missing',
  why: 'there is no such row, or row security hides it from the role of the key',
};

export const unmoved: TargetResult = {
  is: 'refused',
  why: 'it is there and is not changed: a policy of row security, a trigger, or another row with the same key in its batch',
};
