import type { World } from '../run/support/world.ts';
import type { Elsewhere } from './elsewhere.ts';
import { idOf, scoreOf } from './world.ts';

const receipts = 'users.lead_score_receipts';
const numberOf = (id: unknown): number => Number(String(id).slice(1));

/** What receipts say that is not so: a row that is said to be there and is not, or is said to have been written twice, or a batch that has others' rows. */
export async function untrue(world: World, elsewhere: Elsewhere, size: number): Promise<readonly string[]> {
  const found: string[] = [];
  const there = new Map(
    elsewhere.rows('select id, lead_score from users').map((row) => [row['id'], row['lead_score']]),
  );
  for (const [id] of await world.rows(`select distinct id from ${receipts} where status <> 'failed'`))
    if (there.get(id) !== scoreOf(numberOf(id))) found.push(`${id} has a receipt, and ${there.get(id)} there`);
  const twice = `select run_id, id from ${receipts} where status <> 'failed' group by run_id, id having count(*) > 1
    union all select 'all', id from ${receipts} where status = 'sent' group by id having count(*) > 1`;
  for (const [run, id] of await world.rows(twice)) found.push(`${id} is over more than once, in ${run}`);
  const batches = `select run_id, batch, count(*), count(distinct (tries, seconds, delivered_at)) from ${receipts} group by run_id, batch
    having count(*) > ${size} or count(distinct (tries, seconds, delivered_at)) > 1`;
  for (const [run, batch, rows] of await world.rows(batches))
    found.push(`batch ${batch} of ${run} is not one: ${rows} rows`);
  return found;
}

/** Where nothing is owed any more: a row that was not written exactly once, or was written though it was alike, or has not the receipt that it should have. */
export async function unaccounted(
  world: World,
  elsewhere: Elsewhere,
  of: { readonly rows: number; readonly alike: ReadonlySet<string>; readonly isKnown: boolean },
): Promise<readonly string[]> {
  const found: string[] = [];
  const said = new Map(
    (
      await world.rows(
        `select id, arg_max(status, _seq), count(*) filter (status = 'sent') from ${receipts} group by id`,
      )
    ).map(([id, newest, sent]) => [id, { newest, sent: Number(sent) }]),
  );
  const there = elsewhere.rows('select id, lead_score, _writes from users order by id');
  if (there.length !== of.rows) found.push(`${there.length} users, not ${of.rows}`);
  for (const [n, { id, lead_score, _writes: writes }] of there.entries()) {
    if (id !== idOf(n) || lead_score !== scoreOf(n)) found.push(`${id} has ${lead_score}`);
    const once = of.alike.has(idOf(n)) ? 0 : 1;
    if (writes !== once) found.push(`${id} was written ${writes} times`);
    const { newest, sent = 0 } = said.get(id) ?? {};
    if (newest !== 'sent' && newest !== 'unchanged') found.push(`${id}: ${newest ?? 'no receipt'}`);
    if (once === 1 && of.isKnown && sent !== 1) found.push(`${id} has ${sent} receipts that it was sent`);
  }
  return found;
}
