import type { LineEvent } from '../../src/ports/index.ts';
import type { World } from '../run/support/world.ts';

export const node = 'shop.main.recommendations_v1_approved_by_sales';
const sales = ['ana', 'rui', 'leo'];
const pricing = ['eva', 'rui'];
const price = 10;
/** From one to another in one answer, or by time; a run applies. */
const next: Readonly<Record<string, readonly string[]>> = {
  proposed: ['edited', 'approved once', 'approved', 'rejected', 'expired', 'replaced'],
  edited: ['edited', 'approved once', 'approved', 'rejected', 'expired', 'replaced'],
  'approved once': ['edited', 'approved', 'rejected', 'expired', 'replaced'],
  approved: ['edited', 'rejected', 'replaced', 'applied'],
};

/**
 * What is other than it should be: by the audit of every line, the rows that were let through, and how often the warehouse has taken a row in. Written apart
 * from what decides: it is told only what was answered.
 */
export async function wrong(world: World): Promise<readonly string[]> {
  const found: string[] = [];
  const { approvals } = world.project.state;
  const lines = await approvals.lines({ approval: node, limit: 1_000_000 });
  const rows = await world.rows(
    'select line, sku, recommended_price, approved_by, edited from recommendations_v1_approved_by_sales order by line',
  );
  const there = new Map(rows.map(([line, ...rest]) => [String(line), rest]));
  let applied = 0;
  const newest = new Map<string, string>();
  for (const { line, subject, row, state, version } of lines) {
    const events = await approvals.events(node, line);
    const of = `${row['sku']} ${line}`;
    if (events.length !== version || events.some((event, index) => event.version !== index + 1))
      found.push(`${of}: versions ${events.map((event) => event.version).join()}`);
    for (const [index, event] of events.entries()) {
      const before = events[index - 1]?.state;
      if (before !== undefined && !next[before]?.includes(event.state)) found.push(`${of}: ${before} → ${event.state}`);
    }
    if (events.at(-1)?.state !== state) found.push(`${of} is ${state}, and its audit says ${events.at(-1)?.state}`);
    const times = events.filter((event) => event.state === 'applied').length;
    applied += times;
    if (times > 1) found.push(`${of} was applied ${times} times`);
    if (times === 0 && there.has(line)) found.push(`${of} stands among the rows, and was not applied`);
    if (times === 0) continue;
    newest.set(subject, line);
    const allowed = letThrough(events, Number(row['recommended_price']));
    if (allowed.why) found.push(`${of}: ${allowed.why}`);
    const stands = there.get(line);
    if (stands && Number(stands[1]) !== allowed.to)
      found.push(`${of} says ${stands[1]}, and ${allowed.to} was approved`);
  }
  for (const line of newest.values())
    if (!there.has(line)) found.push(`${line} was applied last of its row, and does not stand there`);
  const [[taken] = []] = await world.rows(
    "select coalesce(sum(n_valid), 0) from _esteira.publication where step = 'shop.main.recommendations_v1_approved_by_sales'",
  );
  if (Number(taken) !== applied) found.push(`${taken} rows were published, of ${applied} lines that were applied`);
  return found;
}

/** Whether enough have approved what was applied, since it was changed last; and what that says. */
function letThrough(events: readonly LineEvent[], came: number): { readonly to: number; readonly why?: string } {
  const change = events.findLastIndex(({ state }) => state === 'edited');
  const editors = events.filter(({ state }) => state === 'edited').map(({ by }) => by);
  const to = Number(events[change]?.edited['recommended_price'] ?? came);
  const by = events
    .slice(change + 1)
    .filter(({ state }) => state === 'approved once' || state === 'approved')
    .map((event) => event.by);
  const step = Math.abs(to / price - 1);
  if (by[0] === 'rule hardly a change') return step < 0.02 && change < 0 ? { to } : { to, why: 'it approved itself' };
  if (by.some((one) => editors.includes(one))) return { to, why: `${by} approved an own change` };
  if (!by.some((one) => sales.includes(one))) return { to, why: `${by} have approved it` };
  const isTwo = by.some((one) => sales.includes(one) && by.some((other) => other !== one && pricing.includes(other)));
  return step > 0.08 && !isTwo ? { to, why: `${by} alone have approved ${to}` } : { to };
}
