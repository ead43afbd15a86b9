import { EsteiraError } from '../errors.ts';
import type { Held } from '../ports/index.ts';
import type { Project } from './project.ts';

/**
 * A state that was taken back to an earlier moment, or was lost, gives numbers a second time, and opens dates that are done. Throws FENCED when the
 * warehouse has a run of this number, or a later one, that the state does not know.
 */
export async function refuseForgotten({ runId, runSeq }: Held, { graph, warehouse, state }: Project): Promise<void> {
  for (const catalog of graph.catalogs) {
    const { runSeq: upTo } = await warehouse.greatest(catalog);
    if (upTo < runSeq) continue;
    const published = await warehouse.published(catalog, { after: runSeq - 1n, upTo });
    const others = new Set(published.map((one) => one.runId).filter((id) => id !== runId));
    const known = await state.keeping.known([...others]);
    const forgotten = [...others].find((id) => !known.has(id));
    if (forgotten === undefined) continue;
    throw new EsteiraError('FENCED', {
      what: 'The state is older than the warehouse: a run has published that it does not know.',
      where: `catalog ${catalog}`,
      got: `run ${forgotten}, number ${upTo}; this one was to be number ${runSeq}`,
      next: 'esteira doctor --reconcile brings the state up to the warehouse; nothing was done, and nothing is lost.',
    });
  }
}
