import type { FoundThere, Target, TargetAsked, Targets, TargetTable } from '../../../ports/index.ts';
import { Rest, type RestOptions } from '../client.ts';
import { Fault, understood } from '../faults.ts';
import { hiddenOf } from '../probes.ts';
import { filter, nameOf, type Word } from '../query.ts';
import { namedIn } from '../terms.ts';
import { rowsIn } from '../values.ts';
import { openingFault } from './faults.ts';
import { formatsOf } from './formats.ts';
import { functionOf } from './function.ts';
import { SupabaseTarget } from './table.ts';

interface Values {
  /** What an option of a table means. */
  readonly value: (of: string) => string;
  readonly secret: (of: string) => string;
}

/** Tables of Supabase projects that are written. */
export function supabaseTargets(
  { value, secret }: Values,
  options: Pick<RestOptions, 'answer'> = {},
): Omit<Targets, 'has'> {
  const restOf = ({ options: { url = '', key = '' } }: TargetTable): Rest =>
    new Rest({ ...options, url: value(url), key: secret(key), patience: 0 });
  const begin = async (
    table: TargetTable,
    asked: TargetAsked,
    signal?: AbortSignal,
  ): Promise<{
    readonly target: Target;
    readonly rest: Rest;
    readonly at: Temporal.Instant | undefined;
    readonly lacks: string | undefined;
  }> => {
    const { name = '' } = table.options;
    const rest = restOf(table);
    try {
      const at = await refuseUnwritable(rest, { name, asked, signal });
      const formats = await formatsOf(rest, { name, columns: asked.columns, signal });
      const wanted = functionOf(name, asked, formats).name;
      const isThere = await rest.once({ method: 'POST', name: wanted, body: '[]', signal }).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Fault && error.code === 'PGRST202') return false;
          throw error;
        },
      );
      const called = isThere ? wanted : undefined;
      return {
        target: new SupabaseTarget({ rest, name, asked, formats, called, named: (next) => namedIn(next, table) }),
        rest,
        at,
        lacks: isThere ? undefined : wanted,
      };
    } catch (error) {
      throw openingFault(error, { host: rest.host, table });
    }
  };
  return {
    open: async (table, asked, signal) => (await begin(table, asked, signal)).target,
    async look(table, asked, signal): Promise<FoundThere> {
      const { target, rest, at, lacks } = await begin(table, asked, signal);
      const { name = '' } = table.options;
      const doubt = await hiddenOf(rest, { name, key: asked.key[0] ?? '', signal }).catch((error: unknown) => {
        throw openingFault(error, { host: rest.host, table });
      });
      const values = Object.keys(asked.columns).filter((name) => !asked.key.includes(name));
      const found = `${values.join(', ') || asked.key.join(', ')} of table ${target.place} can be written${lacks ? ', row by row' : ''}`;
      return { found, ...(at ? { ahead: at.epochMilliseconds - Date.now() } : {}), ...(doubt ? { doubt } : {}) };
    },
    async sql(table, asked) {
      const { name = '' } = table.options;
      const rest = restOf(table);
      try {
        // Whoever is refused is told no types: the function would be another one than a run looks for.
        await refuseUnwritable(rest, { name, asked, signal: undefined });
        return functionOf(name, asked, await formatsOf(rest, { name, columns: asked.columns, signal: undefined })).sql;
      } catch (error) {
        throw openingFault(error, { host: rest.host, table });
      }
    },
  };
}

/**
 * Requests that a table, its columns and its rights must allow; gives the server's clock. None of them could write a row if its query were lost on the way: what
 * is to be written is a list of no rows. Where filters are lost, nothing is written at all: a request that is to change one row would change them all.
 */
async function refuseUnwritable(
  rest: Rest,
  of: { readonly name: string; readonly asked: TargetAsked; readonly signal: AbortSignal | undefined },
): Promise<Temporal.Instant | undefined> {
  const { name, asked, signal } = of;
  const names = Object.keys(asked.columns);
  const [first = ''] = asked.key;
  const select: Word = ['select', names.map(nameOf).join(',')];
  const none: readonly Word[] = [filter(first, 'is', 'null'), filter(first, 'not.is', 'null')];
  const { at, text } = await rest.once({ name, query: [select, ...none, ['limit', '1']], signal });
  if (understood(() => rowsIn(text, false)).length > 0) throw unfiltered(text);
  const columnsOf = (some: readonly string[]): Word => ['columns', some.map(nameOf).join(',')];
  const values = names.filter((one) => !asked.key.includes(one));
  if (values.length > 0)
    await rest.once({ method: 'PATCH', name, query: [columnsOf(values), ...none], body: '[]', signal });
  if (asked.way === 'merge') await rest.once({ method: 'POST', name, query: [columnsOf(names)], body: '[]', signal });
  return at;
}

const unfiltered = (text: string): Fault =>
  new Fault({
    ...{ is: 'unusable', status: 200, code: '', said: `asked for no row, it answers ${text.slice(0, 100)}` },
    what: 'What answers does not heed the filters of a request.',
    next: 'Correct the variable of the address, and see what changes requests on the way: no row can be told from another.',
  });
