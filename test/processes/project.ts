import { Sandbox } from '../sandbox.ts';

/** A slow step between two fast ones, and a slow function: 1000 rows of 8 ms, 8000 of half a millisecond. */
const definitions = `import { byHand, col, from, job, run, settings, sql, table } from 'esteira';

export const limits = settings('config.limits', { floor: col.real().max(1).default(0.5) });
export const first = table('silver.first', {
  columns: { n: col.integer().key() },
  rows: sql\`select range as n from range(1000)\`,
});
export const slow = table('silver.slow', {
  columns: { n: col.integer().key() },
  rows: sql\`select n from \${first} where sleep_ms(8) is null\`,
});
export const last = table('gold.last', {
  columns: { times: col.integer(), total: col.integer() },
  rows: sql\`select count(*) as times, sum(n) as total from \${slow}\`,
});
export const daily = job('daily', { when: byHand, build: [last] });
export const weekly = job('weekly', { when: byHand, build: [first] });

const busy = (milliseconds: number): void => {
  for (const until = performance.now() + milliseconds; performance.now() < until; );
};
export const many = table('silver.many', { columns: { n: col.integer() }, rows: sql\`select range as n from range(8000)\` });
export const busily = table('silver.busily', {
  columns: { n: col.integer() },
  rows: from(many, (row) => {
    busy(0.5);
    return { n: row.n };
  }),
});
export const functions = job('functions', { when: byHand, build: [busily] });

/** Every row says which run wrote it. */
export const stamped = table('silver.stamped', {
  columns: { n: col.integer(), stamp: col.text() },
  rows: sql\`select range as n, \${run.id} as stamp from range(20000)\`,
});
export const stamps = job('stamps', { when: byHand, build: [stamped] });
`;

/** A project that has been set up. */
export async function project(): Promise<Sandbox> {
  const sandbox = new Sandbox({ 'definitions/shop.ts': definitions });
  await sandbox.succeed('setup');
  return sandbox;
}
