import { receiptsOf } from '../graph/index.ts';
import type { Delivered } from '../ports/index.ts';
import type { Project } from '../run/index.ts';
import type { RunView } from './views.ts';

/** A run with all that it has written elsewhere: one that failed, or went on, has published its receipts part by part. */
export async function withDeliveries(view: RunView, project: Project): Promise<RunView> {
  const { graph, warehouse } = project;
  const ids = new Set(
    view.steps.map(({ step }) => step).filter((step) => receiptsOf(graph.nodes.get(step)?.definition ?? nothing)),
  );
  if (ids.size === 0) return view;
  const found = new Map<string, Delivered>();
  for (const catalog of new Set([...ids].map((id) => graph.nodes.get(id)?.catalog ?? '')))
    for (const { step, details } of await warehouse.publications(catalog, view.runId))
      if (ids.has(step) && details.delivered) found.set(step, together(found.get(step), details.delivered));
  const steps = view.steps.map((one) => {
    const delivered = found.get(one.step);
    const { details = { flags: {}, badFiles: [], warnings: [], files: 0 } } = one;
    return delivered ? { ...one, details: { ...details, delivered } } : one;
  });
  return { ...view, steps };
}
const nothing = { kind: 'table', name: '', dependsOn: [] };

/** What failed first, and was sent by a later part, has not failed. */
const together = (before: Delivered | undefined, now: Delivered): Delivered =>
  before === undefined
    ? now
    : {
        ...now,
        rows: before.sent + before.unchanged + now.rows,
        sent: before.sent + now.sent,
        unchanged: before.unchanged + now.unchanged,
        batches: before.batches + now.batches,
        retries: before.retries + now.retries,
        seconds: before.seconds + now.seconds,
      };
