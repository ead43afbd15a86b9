import type { AsOfJoin, Dialect } from '../../ports/index.ts';

const units = { ms: 'milliseconds', second: 'seconds', minute: 'minutes', hour: 'hours', day: 'days', month: 'months' };

/** DuckDB's own ASOF join. Of rows of one time it takes any: where there can be two, what decides between them is part of what it compares. */
export function asOfRelation(
  { left, right, columns, on, at, ties, take, within }: AsOfJoin,
  { identifier }: Pick<Dialect, 'identifier'>,
): string {
  const of = (side: 'l' | 'r') => (name: string) => `${side}.${identifier(name)}`;
  const [then, known] = [of('l')(at[0]), of('r')(at[1])];
  const equal = on.map((name) => `${of('l')(name)} = ${of('r')(name)} and `).join('');
  // NULL comes after every value: of each time all rows are before it.
  const latest =
    ties.length > 0
      ? `row(${[then, ...ties.map(() => 'null')].join(', ')}) >= row(${[known, ...ties.map(of('r'))].join(', ')})`
      : `${then} >= ${known}`;
  const rows = `(select * from ${right} as k where ${identifier(at[1])} is not null)`;
  const counts = [
    // Where it sorts, the engine puts a time that is not there after every time.
    `${then} is not null`,
    ...(within ? [`${known} >= ${then} - to_${units[within.unit]}(${within.count})`] : []),
  ];
  const taken = Object.entries(take).map(
    ([name, column]) => `case when ${counts.join(' and ')} then ${of('r')(column)} end as ${identifier(name)}`,
  );
  return `(select ${[...columns.map(of('l')), ...taken].join(', ')} from ${left} as l asof left join ${rows} as r on ${equal}${latest})`;
}
