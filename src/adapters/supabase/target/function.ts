import { hash } from 'node:crypto';
import type { TargetAsked } from '../../../ports/index.ts';
import { placeOf } from '../client.ts';
import type { Formats } from './formats.ts';

/** A function of the database that writes a batch as one. */
export interface WritingFunction {
  /** `rpc/esteira_update_users_1a2b3c4d`, `crm.rpc/…`. */
  readonly name: string;
  /** What makes it. */
  readonly sql: string;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const texts = /^(text|character|character varying|"char"|name|xml|citext|.*\.citext)$/;
const native =
  /^(smallint|integer|bigint|oid|real|double precision|numeric|boolean|date|uuid|bytea|jsonb|interval|time(stamp)?( with(out)? time zone)?)$/;
/** Of these a column may be declared with fewer digits than its values are given with. */
const rounding = /^(numeric|interval|time(stamp)?( with(out)? time zone)?)$/;

/** So that two of its values can be told apart: texts by their characters, what has no equality of its own as text. */
function compared(value: string, format: string): string {
  if (texts.test(format)) return `${value}::text collate "C"`;
  if (format === 'json') return `${value}::jsonb`;
  return native.test(format) || /^(text|integer|bigint|uuid|numeric|double precision|date)\[\]$/.test(format)
    ? value
    : `${value}::text`;
}

/** Of a row among those that are given, from 1. */
const number = '"esteira row"';
/** Longer names are cut by Postgres. */
const longest = 63;

/**
 * The SQL that makes it: it is carried out once, by an owner of the table, and says of each row what became of it: `s` it was written, `u` it said so before,
 * `m` it is missing, `o` it says something else, `d` it is there and could not be changed. It has the rights of whoever calls it.
 */
export function functionOf(name: string, asked: TargetAsked, formats: Formats): WritingFunction {
  const { schema = 'public', path: table } = placeOf(name);
  const { key, way, changedOnly } = asked;
  const values = Object.keys(asked.columns).filter((one) => !key.includes(one));
  const place = `${quoted(schema)}.${quoted(table)}`;
  const all = [...key, ...values];
  const format = (one: string): string => formats[one] ?? 'text';
  const rounded = values.filter((one) => rounding.test(format(one)));
  const kept = (one: string): string =>
    rounded.includes(one) ? `v."as kept ${one.replaceAll('"', '""')}"` : `v.${quoted(one)}`;
  const own = (one: string): string => `t.${quoted(one)}`;
  const typed = all.map((one) => `${quoted(one)} ${format(one)}`).join(', ');
  // What the table's own types make of the values.
  const asKept = rounded.map((one) => `, k.${quoted(one)} as ${quoted(`as kept ${one}`)}`).join('');
  const joined =
    rounded.length > 0
      ? `\n    join jsonb_populate_recordset(null::${place}, $1) with ordinality as k on k.ordinality = g.${number}`
      : '';
  const given = `(select g.*${asKept}
    from rows from (jsonb_to_recordset($1) as (${typed})) with ordinality as g (${all.map(quoted).join(', ')}, ${number})${joined})`;
  const any = (conditions: readonly string[]): string => (conditions.length > 0 ? conditions.join(' or ') : 'false');
  const found = key.map((one) => `${own(one)} = v.${quoted(one)}`).join(' and ');
  const differs = any(
    values.map((one) => `${compared(own(one), format(one))} is distinct from ${compared(kept(one), format(one))}`),
  );
  const isOther = any(
    values.map(
      (one) => `${compared(own(one), format(one))} is distinct from ${compared(`v.${quoted(one)}`, format(one))}`,
    ),
  );
  const first = own(key[0] ?? '');
  const sets = (values.length > 0 ? values : key).map((one) => `${quoted(one)} = v.${quoted(one)}`).join(', ');
  const condition = values.length > 0 && !changedOnly ? 'true' : differs;
  const changed = `changed as (
    update ${place} as t set ${sets}
    from given v where ${found} and (${condition})
    returning v.${number} as n)`;
  const added = `added as (
    insert into ${place} as t (${all.map(quoted).join(', ')})
    select ${all.map((one) => `v.${quoted(one)}`).join(', ')} from given v
    where ${key.map((one) => `v.${quoted(one)} is not null`).join(' and ')} and not exists (select from ${place} as t where ${found})
    on conflict (${key.map(quoted).join(', ')}) do nothing
    returning ${key.map(own).join(', ')})`;
  const written =
    way === 'update'
      ? `${changed}
  select array_agg(n) into esteira_written from changed;`
      : `${changed}, ${added}
  select array_agg(n) into esteira_written from (select n from changed union all select v.${number} from given v join added as t on ${found}) w;`;
  const body = `declare
  esteira_written bigint[];
  esteira_answer jsonb;
begin
  with given as ${given}, ${written}
  select jsonb_build_object(
    'rows', count(*),
    'found', string_agg(case when ${first} is null then 'm' when w.n is not null then case when ${isOther} then 'o' else 's' end
      when ${differs} then 'd' when ${isOther} then 'o' else 'u' end, '' order by v.${number}),
    'others', jsonb_object_agg(v.${number}, jsonb_build_array(${values.map((one) => `${own(one)}::text`).join(', ')})) filter (where ${first} is not null and (${isOther})))
  into esteira_answer
  from ${given} v left join ${place} as t on ${found} left join unnest(esteira_written) as w (n) on w.n = v.${number};
  if (esteira_answer ->> 'rows')::bigint > jsonb_array_length($1) then
    raise exception using errcode = '21000', message = 'several rows of the table have one key';
  end if;
  return esteira_answer;
end`;
  const id = hash('sha256', JSON.stringify([place, key, body])).slice(0, 8);
  const start = `esteira_${way}_`;
  const called = `${start}${Buffer.from(table)
    .subarray(0, longest - start.length - id.length - 1)
    .toString()
    .replace(/\ufffd+$/, '')}_${id}`;
  const function_ = `${quoted(schema)}.${quoted(called)}`;
  const { schema: named } = placeOf(name);
  return {
    name: `${named === undefined ? '' : `${named}.`}rpc/${called}`,
    sql: `-- Writes ${values.join(', ')} of ${schema}.${table} by ${key.join(', ')}, with the rights of whoever calls it.
create or replace function ${function_}(jsonb) returns jsonb
language plpgsql volatile security invoker set search_path = pg_catalog, ${quoted(schema)} as $esteira$
#variable_conflict use_column
${body} $esteira$;
revoke execute on function ${function_}(jsonb) from public;
do $$ declare its text; begin
  for its in select rolname from pg_catalog.pg_roles where rolname in ('anon', 'authenticated', 'service_role') loop
    execute format(case its when 'service_role' then 'grant execute on function %s to %I' else 'revoke execute on function %s from %I' end,
      '${function_.replaceAll("'", "''")}(jsonb)', its);
  end loop;
end $$;
notify pgrst, 'reload schema';
`,
  };
}
