import { type Columns, col, type Sums } from '../../columns/index.ts';
import type { Summing } from '../../ports/index.ts';
import type { Engine } from './connection.ts';
import { dialect } from './dialect.ts';
import { ofStatement } from './errors.ts';
import { vectorsOf } from './vectors.ts';

const { identifier } = dialect;
const list = (parts: readonly string[]): string => parts.join(', ');
const count = '_rows';

/**
 * Numbers are whole multiples of 2⁻⁴⁰ here, and their products are whole numbers of 128 bits: they are summed without an error, so it is all one in which
 * order threads come to them, and what is subtracted afterwards leaves no digit that was not there. Numbers may reach ±2²², and the square of the greatest
 * times the rows that are summed together 2⁴⁵ (what is subtracted from Σ a b may be three times as great): 2³⁵ rows for logarithms of up to 32, 2²⁵ for those of any double. Beyond that, and
 * for what is not finite, the engine refuses the statement.
 */
const unit = 2 ** 40;

/** Sums of what a query gives. */
export async function sums(engine: Engine, query: string, { by, numbers, signal }: Summing): Promise<Sums> {
  await engine.attachAll();
  return await engine.use(async (session) => {
    try {
      const names = numbers?.names ?? [];
      const grouped = numbers ? centred(query, by, numbers) : counted(query, by);
      const columns = Object.fromEntries([count, ...sumNames(names)].map((name) => [name, col.real()]));
      const from = `(select * from (${grouped}) as _sums order by ${list(Object.keys(by).map(identifier))})`;
      const { columns: found } = await vectorsOf(session, { columns: { ...by, ...columns }, from });
      const valuesOf = (name: string): Float64Array => (found[name] as { readonly values: Float64Array }).values;
      return {
        columns: Object.fromEntries(Object.keys(by).map((name) => [name, found[name] as Sums['columns'][string]])),
        rows: valuesOf(count),
        sums: Object.fromEntries(sumNames(names).map((name) => [name, valuesOf(name)])),
      };
    } catch (error) {
      throw ofStatement(error, (said) => said, engine.memoryLimit);
    }
  }, signal);
}

const pairsOf = (names: readonly string[]): readonly (readonly [string, string])[] =>
  names.flatMap((one, at) => names.slice(at).map((other) => [one, other] as const));
const sumNames = (names: readonly string[]): readonly string[] => [
  ...names,
  ...names.map((name) => `${name} from`),
  ...pairsOf(names).map(([one, other]) => `${one} ${other}`),
];

const counted = (query: string, by: Columns): string =>
  `select ${list(Object.keys(by).map(identifier))}, count(*) as ${count} from (${query}\n) as _rows group by all`;

/** Origins are whole means, subtracted from the sums: Σ (a − f) (b − g) = Σ a b − f Σ (b − g) − g Σ a. */
function centred(query: string, by: Columns, { names, within, of }: NonNullable<Summing['numbers']>): string {
  const keys = Object.keys(by).map(identifier);
  const places = within.map(identifier);
  const whole = names.map((name) => `cast(cast(${identifier(name)} * ${unit} as bigint) as hugeint) as ${own(name)}`);
  const summed = [
    ...names.map((name) => `coalesce(sum(${own(name)}), 0) as ${own(name)}, count(${own(name)}) as ${there(name)}`),
    ...pairsOf(names).map(([one, other]) => `coalesce(sum(${own(one)} * ${own(other)}), 0) as ${both(one, other)}`),
  ];
  const origins = names.map(
    (name) => `coalesce(sum(${own(name)}) // nullif(sum(${there(name)}), 0), 0) as ${origin(name)}`,
  );
  const moved = names.map((name) => `${own(name)} - ${there(name)} * ${origin(name)} as ${centre(name)}`);
  const found = [
    ...names.map((name) => scaled(centre(name), unit, name)),
    ...names.map((name) => scaled(origin(name), unit, `${name} from`)),
    ...pairsOf(names).map(([one, other]) => {
      const square = `${both(one, other)} - ${origin(one)} * ${centre(other)} - ${origin(other)} * ${own(one)}`;
      const isThere = `${there(one)} > 0 and ${there(other)} > 0`;
      return scaled(`case when ${isThere} then ${square} else 0 end`, unit ** 2, `${one} ${other}`);
    }),
  ];
  const rows = `select ${list([...keys, ...whole])} from (${query}\n) as _rows`;
  const on = places.map((name) => `_groups.${name} is not distinct from _origins.${name}`).join(' and ') || 'true';
  const zeros = names.map((name) => `coalesce(${origin(name)}, 0) as ${origin(name)}`);
  return `with _groups as materialized (select ${list([...keys, `count(*) as ${count}`, ...summed])} from (${rows}) as _whole group by all),
    _origins as (select ${list([...places, ...origins])} from _groups where ${of} ${places.length > 0 ? `group by ${list(places)}` : ''}),
    _placed as (select _groups.*, ${list(zeros)} from _groups left join _origins on ${on})
    select ${list([...keys, count, ...found])} from (select *, ${list(moved)} from _placed) as _moved`;
}
const own = (name: string): string => identifier(`_${name}`);
const there = (name: string): string => identifier(`_${name} there`);
const origin = (name: string): string => identifier(`_${name} from`);
const centre = (name: string): string => identifier(`_${name} centred`);
const both = (one: string, other: string): string => identifier(`_${one} ${other}`);
const scaled = (sql: string, by: number, name: string): string =>
  `cast(${sql} as double) / ${by} as ${identifier(name)}`;
