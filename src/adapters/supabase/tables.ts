import { type Columns, type Compared, compareNames } from '../../columns/index.ts';
import { EsteiraError } from '../../errors.ts';
import {
  differencesOf,
  type FoundThere,
  type Incoming,
  type IncomingChunk,
  type SourceTable,
  type SourceTables,
  type TableAsked,
  type TableSnapshot,
} from '../../ports/index.ts';
import { placeOf, Rest, type RestOptions } from './client.ts';
import { aheadOf, type Definitions, type Described, definitionsOf, describe } from './describe.ts';
import { Pages, type Selected } from './pages.ts';
import { hidden, hiddenOf, refuseKeyless } from './probes.ts';
import { conditions, namedIn, nameOf, type Word, within } from './query.ts';
import { type Field, isFieldPlain, Rows } from './rows.ts';
import { inTerms, noColumn, sourceFault } from './terms.ts';
import { isNever } from './types.ts';

/** What the variables say that options of readers name. */
export interface Values {
  value(of: string): string;
  secret(of: string): string;
}
type Options = Omit<RestOptions, 'url' | 'key'>;

/** Tables of Supabase projects, or of another PostgREST. */
export const supabaseTables = (values: Values, options: Options = {}): Omit<SourceTables, 'has'> => ({
  begin: () => new Snapshot(values, options),
  look: (table, asked, signal) => new Snapshot(values, { ...options, ...once }).look(table, asked, signal),
});
/** A look is one try. */
const once: Options = { patience: 0, answer: 10_000 };

/** Where another is read when this one is not reached. */
const quick: Options = { patience: 800, answer: 10_000 };

/** A table as it is asked for. */
interface Found {
  readonly rest: Rest;
  readonly described: Described;
  readonly compared: Compared;
  readonly key: string;
  readonly where: string;
}

class Snapshot implements TableSnapshot {
  readonly #values: Values;
  readonly #options: Options;
  readonly #projects = new Map<string, Rest>();
  readonly #definitions = new Map<string, Promise<Definitions>>();

  constructor(values: Values, options: Options) {
    this.#values = values;
    this.#options = options;
  }

  async reach(): Promise<never> {
    throw new TypeError('a table without a cursor is read whole');
  }

  async open(table: SourceTable, asked: TableAsked, signal?: AbortSignal): Promise<Incoming> {
    const { name: place = '' } = table.options;
    const nothing = { place, differences: [], repeats: false, chunks: none(), close: async () => {} };
    if (asked.matching?.values.length === 0) return nothing;
    const found = await this.#find(table, asked, signal);
    const { rest, described, compared } = found;
    const breach = breachOf(found, asked.columns);
    if (breach !== undefined) return { ...nothing, breach };
    const fields = fieldsOf(found, asked);
    const selected = { ...selectedOf(found, fields, { table, asked }), signal };
    const fault = (error: unknown): unknown => sourceFault(error, { rest, table });
    const told = await inTerms(fault, async () => {
      await refuseKeyless(rest, described, selected);
      return await hiddenOf(rest, selected);
    });
    const rows = new Rows({
      columns: asked.columns,
      fields,
      extra: asked.extra,
      key: found.key,
      table: place,
      identity: asked.identity,
    });
    const chunks = filled(new Pages(rest, selected).all(), rows, fault);
    return {
      place,
      differences: differencesOf(compared, { path: place, extra: asked.extra }),
      ...(told === undefined ? {} : { told: [told.what] }),
      repeats: false,
      chunks,
      close: async () => void (await chunks.return(undefined)),
    };
  }

  async look(table: SourceTable, asked: Omit<TableAsked, 'identity'>, signal?: AbortSignal): Promise<FoundThere> {
    const found = await this.#find(table, asked, signal);
    const { rest } = found;
    const { name = '' } = table.options;
    const breach = breachOf(found, asked.columns);
    if (breach !== undefined)
      throw new EsteiraError('SOURCE_DRIFTED', {
        what: `The table ${name} breaks the contract of its source.`,
        where: table.where,
        got: breach,
        next: 'Mend the table, or the columns of the source.',
      });
    const { select, where } = selectedOf(found, fieldsOf(found, asked), { table, asked });
    const query: readonly Word[] = [['select', select], ...where, ['limit', '1']];
    const prefer = ['count=planned'];
    const answer = await inTerms(
      (error) => sourceFault(error, { rest, table }),
      () => rest.ask({ name, query, prefer, signal }),
    );
    const isEmpty = answer.text.trim() === '[]';
    const ahead = aheadOf(answer);
    const doubt = isEmpty && !rest.seesAll ? hidden(name) : undefined;
    const about = isEmpty ? 'no row' : `about ${answer.total ?? 1} rows`;
    return {
      found: `table ${name} of ${rest.host}, ${about} of what the source reads`,
      ...(ahead === undefined ? {} : { ahead }),
      ...(doubt === undefined ? {} : { doubt }),
    };
  }

  async #find(table: SourceTable, asked: Omit<TableAsked, 'identity'>, signal?: AbortSignal): Promise<Found> {
    const { url = '', key = '', name = '', pagedBy = 'id', where = '{}' } = table.options;
    const its = { url: this.#values.value(url), key: this.#values.secret(key) };
    const patience = table.hasOther ? quick : {};
    const id = JSON.stringify([its, patience]);
    const rest = this.#projects.get(id) ?? new Rest({ ...this.#options, ...its, ...patience });
    this.#projects.set(id, rest);
    const declared = Object.fromEntries(Object.entries(asked.columns).filter(([one]) => one !== asked.extra));
    const named = [pagedBy, ...namedIn(where), ...(asked.matching ? [asked.matching.column] : [])];
    const names = Object.entries(declared).flatMap(([one, { facts }]) => [one, ...(facts.aliases ?? [])]);
    const described = await inTerms(
      (error) => sourceFault(error, { rest, table }),
      async () => {
        const ask = rest.ask.bind(rest);
        const { schema } = placeOf(name);
        const place = JSON.stringify([id, schema]);
        const definitions =
          this.#definitions.get(place) ?? definitionsOf((one) => rest.ask({ ...one, signal }), schema);
        this.#definitions.set(place, definitions);
        return await describe(ask, name, {
          definitions: await definitions,
          declared: [...new Set([...names, ...named])],
          signal,
        });
      },
    );
    const known = described.columns.map((column) => column.name);
    const unknown = [...named].find((one) => !known.includes(one));
    if (unknown !== undefined) throw noColumn(table, { unknown, known, host: rest.host });
    const compared = compareNames(declared, known, asked.refusesNew);
    return { rest, described, compared, key: pagedBy, where };
  }

  async close(): Promise<void> {}
}

async function* none(): AsyncGenerator<never> {}

async function* filled(
  pages: AsyncGenerator<readonly Readonly<Record<string, unknown>>[]>,
  rows: Rows,
  fault: (error: unknown) => unknown,
): AsyncGenerator<IncomingChunk> {
  try {
    for await (const page of pages) {
      for (const row of page) {
        rows.add(row);
        if (rows.isFull) yield rows.take();
      }
    }
  } catch (error) {
    throw fault(error);
  }
  if (rows.count > 0) yield rows.take();
}

/** What is declared, what says which row it is, and all else where that is kept. */
function fieldsOf(
  { described, compared, key }: Found,
  { columns, extra }: Pick<TableAsked, 'columns' | 'extra'>,
): readonly Field[] {
  const declared = new Map([...compared.called].map(([of, name]) => [name, of]));
  return described.columns
    .filter(({ name }) => extra !== undefined || declared.has(name) || name === key)
    .map(({ name, type }) => {
      const of = declared.get(name);
      return {
        name,
        type,
        ...(of === undefined ? {} : { of }),
        isPlain: name !== key && isFieldPlain(type, columns, of),
      };
    });
}

function selectedOf(
  { described, compared, key, where }: Found,
  fields: readonly Field[],
  { table, asked }: { readonly table: SourceTable; readonly asked: Omit<TableAsked, 'identity'> },
): Selected {
  const day = asked.within && compared.called.get(asked.within.column);
  const ofDay = described.columns.find(({ name }) => name === day)?.type?.shape;
  const isTime = ofDay === 'date' || ofDay === 'instant';
  return {
    name: table.options['name'] ?? '',
    select: fields.map(({ name, isPlain }) => `${nameOf(name)}${isPlain ? '' : '::text'}`).join(','),
    key,
    where: [...conditions(where), ...(day !== undefined && asked.within && isTime ? [within(day, asked.within)] : [])],
    matching: asked.matching,
    exact: fields.some(
      ({ isPlain, type, of }) => isPlain && (of === undefined || type === undefined || type.shape === 'array'),
    ),
  };
}

const breachOf = ({ described, compared }: Found, columns: Columns): string | undefined => {
  if (compared.breach !== undefined) return `it has ${compared.breach}`;
  for (const [name, called] of compared.called) {
    const type = described.columns.find((column) => column.name === called)?.type;
    const { kind } = (columns[name] as Columns[string]).facts;
    if (type && isNever(type, kind)) return `its column ${called} is ${type.name}, which is never ${kind}`;
  }
  return undefined;
};
