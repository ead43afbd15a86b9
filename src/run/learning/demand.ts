import { type Columns, col } from '../../columns/index.ts';
import { kindName, knownBits, logarithmNames } from '../../learn/elasticity/cells.ts';
import { namesOf } from '../../learn/elasticity/columns.ts';
import { said } from '../../learn/elasticity/days.ts';
import type { ElasticityOptions } from '../../learn/learners/elasticity.ts';
import { pickedNames } from '../../learn/learners/rows.ts';
import type { Dialect, Summing } from '../../ports/index.ts';

/** What price elasticities are asked of, in SQL. */
interface Asked {
  readonly options: ElasticityOptions;
  readonly target: string;
  readonly columns: Columns;
  /** Flags of rows: what has them is summed apart. */
  readonly flags: readonly string[];
  /** Of rows by which a version is made, a condition on flags. */
  readonly taught: string;
  readonly dialect: Dialect;
}
interface Demand {
  /** What `sums` is to sum of the rows of a relation. */
  readonly query: string;
  readonly summing: Omit<Summing, 'signal'>;
  /** The rows of the relation of whose demand only a bound is known, a condition on them. */
  readonly bounded: string;
}

/** Sums of days that are alike in product, season, events and in what their sales say of demand: as `saidBy` has it, row by row. */
export function demandOf(relation: string, { options, target, columns, flags, taught, dialect }: Asked): Demand {
  const { by, price, rival, events = [], season = [], outOfStock, withoutStock, noSale = 0.5 } = options;
  const { identifier } = dialect;
  const products = namesOf(by);
  const number = (name: string): string => `cast(${identifier(name)} as double precision)`;
  const most = `cast('Infinity' as double precision)`;
  const units = number(target);
  const has = (name: string): string => `(${number(name)} > 0 and ${number(name)} < ${most})`;
  const flag = (name: string): string => `coalesce(${identifier(name)}, false)`;
  const zero = said.indexOf(noSale === 'leave out' ? 'left out' : 'at most');
  const says = [
    // What is no number is greater than all of them.
    [`${units} is null or not ${units} <= ${most}`, said.length],
    ...(withoutStock === undefined ? [] : [[flag(withoutStock), said.indexOf('nothing')]]),
    [`${units} < 0 or ${units} = ${most} or ${has(price)} is not true`, said.indexOf('incomplete')],
    ...(outOfStock === undefined
      ? []
      : [
          [`${flag(outOfStock)} and ${units} > 0`, said.indexOf('at least')],
          [flag(outOfStock), said.indexOf('nothing')],
        ]),
    [`${units} > 0`, said.indexOf('exactly')],
  ].map(([when, then]) => `when ${when} then ${then}`);
  const place = `case ${says.join(' ')} else ${zero} end`;
  const numbers = [
    ['price', price] as const,
    ...(rival === undefined ? [] : [['rival', rival] as const]),
    ['units', target] as const,
  ];
  const logarithms = numbers.map(([of, column]) => ({ of, column, is: `${has(price)} and ${has(column)}` }));
  const known = logarithms.map(({ of, is }) => `case when ${is} then ${knownBits[of]} else 0 end`);
  const keys = [...products, ...season, ...events];
  const fields = [
    ...keys.map(identifier),
    ...flags.map((name) => `${flag(name)} as ${identifier(name)}`),
    `8 * (${place}) + ${known.join(' + ')} as ${identifier(kindName)}`,
    ...logarithms.map(
      ({ of, column, is }) => `case when ${is} then ln(${number(column)}) end as ${identifier(logarithmNames[of])}`,
    ),
  ];
  const flagColumns = Object.fromEntries(flags.map((name) => [name, col.boolean()]));
  return {
    query: `select ${fields.join(', ')} from ${relation} as _days`,
    summing: {
      by: { ...pickedNames(columns, keys), ...flagColumns, [kindName]: col.integer() },
      numbers: { names: logarithms.map(({ of }) => logarithmNames[of]), within: products, of: taught },
    },
    bounded: `${place} in (${said.indexOf('at least')}, ${said.indexOf('at most')})`,
  };
}
