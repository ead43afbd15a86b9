import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gateway, headersOf, inDatabase, serviceKey } from './support.ts';
import { date, LeadsWorld } from './world.ts';

/** Requests at once, as the example has them. */
const parallel = 4;

interface Line {
  readonly number?: number;
  readonly rowHashes?: readonly string[];
}
interface Delivered {
  readonly batches: number;
  readonly kills: number;
  /** Batches that were on their way when their process was killed, of which nobody knew what had become. */
  readonly batchesKilled: number;
  readonly requests: number;
  /** Characters of the longest request line. */
  readonly longestLine: number;
  readonly scores: number;
  /** From that of scikit-learn. */
  readonly furthest: number;
  readonly differences: readonly string[];
}

/** The events of all of these users in one request, as people write it first: what the gateway says. */
export async function naive(): Promise<number> {
  const ids = (await inDatabase('select id from users')).map(({ id }) => String(id));
  const address = `${gateway}/rest/v1/events?select=*&user_id=in.(${ids.join(',')})`;
  return (await fetch(address, { headers: headersOf(serviceKey) })).status;
}

/** Of the run that was killed: the batches that have no line after the one before they were sent. */
function onTheirWay(folder: string): readonly number[] {
  const journals = path.join(folder, '.esteira', 'deliveries', 'local');
  const begun = new Set<number>();
  for (const name of readdirSync(journals).filter((one) => one.endsWith('.jsonl')))
    for (const text of readFileSync(path.join(journals, name), 'utf8').split('\n')) {
      const { number, rowHashes } = lineOf(text);
      if (number !== undefined && rowHashes) begun.add(number);
      else if (number !== undefined) begun.delete(number);
    }
  return [...begun];
}
function lineOf(text: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch {
    // Cut by the end of its process.
    return {};
  }
}

/**
 * The job of the day with so many users without score, killed with SIGKILL again and again and resumed, until it ends. A process is killed when
 * its first batch has been sent, unless as many as may be under way at once are in doubt already: then, and always in the end, when its second has. So none is
 * over before it was under way at a kill.
 */
export async function killedAndResumed(users: number): Promise<Delivered> {
  const world = await LeadsWorld.of(users, 'by the function');
  const killed = new Set<number>();
  const differences: string[] = [];
  let [kills, sent] = [0, 1];
  for (const most = 4 * users; ; kills += 1) {
    const { exit, out, err } = await world.score({ ESTEIRA_STOP_AT: `batch-sent@${sent}` });
    if (exit === 0) break;
    if (exit !== 137) differences.push(`it ended with ${exit}: ${out}${err}`);
    if (exit !== 137 || kills > most) break;
    const under = onTheirWay(world.sandbox.folder);
    for (const number of under) killed.add(number);
    sent = sent === 1 || under.length >= parallel ? 2 : 1;
  }
  differences.push(...(await world.differences()));
  // Whoever runs it once more finds nothing to write.
  const again = await world.start(['run', 'score_updater', '--date', date, '--anyway', '--again']).ended;
  if (again.exit !== 0) differences.push(`once more it ended with ${again.exit}: ${again.out}${again.err}`);
  differences.push(...(await world.differences()));
  const [{ batches = 0, receipts = 0 } = {}] = (
    await world.ask<{ rows: readonly (readonly number[])[] }>(
      'query',
      "select max(batch), count(distinct id) from users.lead_score_receipts where status = 'sent'",
    )
  ).rows.map(([most, ids]) => ({ batches: Number(most), receipts: Number(ids) }));
  if (receipts !== world.golden.size) differences.push(`${receipts} rows have a receipt that says sent`);
  // Else it would keep the process of the block alive.
  await world.gateway.close();
  return {
    ...{ batches, kills, batchesKilled: killed.size, differences },
    requests: world.gateway.seen.length,
    longestLine: Math.max(...world.gateway.seen.map((one) => one.path.length)),
    scores: world.golden.size,
    furthest: world.furthest,
  };
}
