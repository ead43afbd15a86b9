import type { TargetAsked } from '../../../ports/index.ts';
import { quoted } from '../statements.ts';
import { quotedColumn as own, type SaidColumn } from './columns.ts';

export interface Written {
  /** The table, quoted. */
  readonly place: string;
  readonly keys: readonly SaidColumn[];
  readonly values: readonly SaidColumn[];
  readonly way: TargetAsked['way'];
  readonly changedOnly: boolean;
}

/** What is asked with each batch; the parameters are the arrays of the keys, then those of the values. */
export interface Statements {
  /** Writes what differs: `written`, the numbers of the rows, from 1; `others`, by number what a row says that is not what it was to say. */
  readonly write: string;
  /**
   * What the table says, a letter for each row: `m` there is no such row, `u` it says what it is to say, `o` it says what its type makes of that, `d`
   * it says something else; `others` as above.
   */
  readonly look: string;
  /** The rows of a batch that are one and the same there. */
  readonly same: string;
}

/**
 * The rows that are given, each with its number. What a type makes of a value is compared to what is there, so that a rounded value is not written again
 * and again; what was given, so that it is said.
 */
function givenSql({ keys, values }: Written): string {
  const all = [...keys, ...values];
  const arrays = all.map(({ given }, index) => `$${index + 1}::${given}`).join(', ');
  const names = all.map((_, index) => `g${index}`).join(', ');
  const keyed = keys.map(({ exact, stored }, index) => `${stored(exact(`g${index}`))} as k${index}`);
  const exacts = values.map(({ exact }, index) => `${exact(`g${keys.length + index}`)} as e${index}`);
  const columns = [...keyed, ...exacts].join(', ');
  return `(select n, ${columns} from unnest(${arrays}) with ordinality as g(${names}, n))`;
}

const any = (conditions: readonly string[]): string =>
  conditions.length > 0 ? `(${conditions.join(' or ')})` : 'false';

export function statementsOf(of: Written): Statements {
  const { place, keys, values, way, changedOnly } = of;
  const given = givenSql(of);
  const found = keys.map((key, index) => `${own(key)} = v.k${index}`).join(' and ');
  const differs = any(
    values.map((one, index) => `${one.compared(own(one))} is distinct from ${one.compared(one.stored(`v.e${index}`))}`),
  );
  const isOther = any(
    values.map((one, index) => `${one.compared(own(one))} is distinct from ${one.compared(`v.e${index}`)}`),
  );
  const said = `json_build_array(${values.map((one) => `${own(one)}::text`).join(', ')})`;
  const updated = values.map((one, index) => `${quoted(one.name)} = ${one.stored(`v.e${index}`)}`);
  // Without values every row that is there says what it is to say.
  const isWritten = values.length > 0 && !changedOnly ? 'true' : differs;
  const sets = updated.length > 0 ? updated : keys.map((key, index) => `${quoted(key.name)} = v.k${index}`);
  const changed = `changed as (update ${place} as t set ${sets.join(', ')} from given v where ${found} and ${isWritten} returning v.n, ${isOther} as other, ${said} as said)`;
  const columns = [...keys, ...values].map(({ name }) => quoted(name));
  const inserted = [...keys.map((_, index) => `v.k${index}`), ...values.map((one, index) => one.stored(`v.e${index}`))];
  const added = `added as (insert into ${place} as t (${columns.join(', ')}) select ${inserted.join(', ')} from given v
      where not exists (select from ${place} as t where ${found}) on conflict (${keys.map(({ name }) => quoted(name)).join(', ')}) do nothing
      returning ${[...keys, ...values].map(own).join(', ')})`;
  const both = `select * from changed union all select v.n, ${isOther}, ${said} from added as t join given v on ${found}`;
  const result = `select string_agg(w.n::text, ',') as written, json_object_agg(w.n, w.said) filter (where w.other) as others`;
  return {
    write:
      way === 'update'
        ? `with given as ${given}, ${changed} ${result} from changed w`
        : `with given as ${given}, ${changed}, ${added} ${result} from (${both}) w`,
    look: `select string_agg(case when t.${quoted(keys[0]?.name ?? '')} is null then 'm' when ${differs} then 'd' when ${isOther} then 'o' else 'u' end, '' order by v.n) as found,
        json_object_agg(v.n, ${said}) filter (where t.${quoted(keys[0]?.name ?? '')} is not null and ${isOther}) as others
      from ${given} v left join ${place} as t on ${found}`,
    same: `select string_agg(n::text, ',') as written from (select v.n, count(*) over (partition by ${keys.map((_, index) => `v.k${index}`).join(', ')}) as many
        from ${given} v) c where many > 1`,
  };
}
