import { millisecondsOf } from '../../columns/index.ts';
import { allSteps, type Node, receiptsOf } from '../../graph/index.ts';
import { placeOf, type StepModel } from '../../plan/index.ts';
import { hidden, isOwing, placeText, type Swept } from '../../ports/index.ts';
import { modelsOf, type Project, usualRetention } from '../../run/index.ts';

interface Found extends Swept {
  readonly kind: 'receipts';
}

/**
 * Receipts of rows that were written elsewhere leave the warehouse when they are older. Those of a delivery that has rows left stay: whoever goes on with it
 * goes by them. So does what a table that reads new receipts has not read yet, and all of them where one reads them whole. Views keep none.
 */
export async function sweepReceipts(
  project: Project,
  { dryRun, now, signal }: { readonly dryRun: boolean; readonly now: Temporal.Instant; readonly signal: AbortSignal },
): Promise<Found> {
  const { graph, warehouse } = project;
  const { receipts: keep } = { ...usualRetention, ...project.keep };
  const nodes = [...graph.nodes.values()].filter(({ definition }) => receiptsOf(definition) !== undefined);
  if (keep === 'forever' || nodes.length === 0) return { kind: 'receipts', count: 0, bytes: 0 };
  const before = now.subtract({ milliseconds: millisecondsOf(keep) });
  const { literal, identifier } = warehouse.dialect;
  const models = await modelsOf(allSteps(graph), project);
  let count = 0;
  for (const node of nodes) {
    signal.throwIfAborted();
    const there = await warehouse.inspect(node.catalog);
    if (!there.some(({ place }) => placeText(place) === node.id)) continue;
    const needed = await neededFrom(node, project, models);
    const isNeeded = needed === undefined ? '' : ` and ${identifier(hidden.sequence)} <= ${literal(needed)}`;
    const condition = `delivered_at < ${literal(before)}${isNeeded}`;
    count += dryRun
      ? await rowsWith(node, condition, project)
      : await warehouse.removeRows(placeOf(node), condition, signal);
  }
  return { kind: 'receipts', count, bytes: 0 };
}

/** After which publication receipts are still needed; nothing where none are. */
async function neededFrom(node: Node, project: Project, models: readonly StepModel[]): Promise<bigint | undefined> {
  const { warehouse } = project;
  const { latest } = await warehouse.position(node.catalog);
  const delivered = latest.get(targetOf(node))?.details.delivered;
  const needed = delivered && isOwing(delivered) ? [BigInt(delivered.since)] : [];
  needed.push(...(await ofRuns(node, project)));
  for (const { node: reader, reads } of models.filter(({ kind }) => kind !== 'view'))
    for (const { how } of reads.filter((read) => read.node.id === node.id))
      needed.push(how === 'new' ? await readUpTo(node, reader, project) : 0n);
  return needed.toSorted((a, b) => (a < b ? -1 : 1))[0];
}

/** One that goes on, or has failed and may, goes by what it has published itself, whatever another has sent since. */
async function ofRuns({ id, catalog }: Node, { state, warehouse }: Project): Promise<readonly bigint[]> {
  const needed: bigint[] = [];
  for (const is of ['running', 'failed'] as const)
    for (const { runId } of await state.runs({ state: is, limit: 1000 })) {
      const [step] = await state.steps(runId, [id]);
      if (!step || step.state === 'done') continue;
      for (const { step: of, details } of await warehouse.publications(catalog, runId))
        if (of === id && details.delivered && isOwing(details.delivered)) needed.push(BigInt(details.delivered.since));
    }
  return needed;
}

async function readUpTo(node: Node, reader: Node, { warehouse }: Project): Promise<bigint> {
  const { watermarks } = await warehouse.position(reader.catalog);
  return watermarks.get(targetOf(reader))?.get(node.id)?.upper ?? 0n;
}
const targetOf = ({ schema, table }: Node): string => `${schema}.${table}`;

async function rowsWith(node: Node, condition: string, { warehouse }: Project): Promise<number> {
  const sql = `select count(*) from ${warehouse.dialect.place(placeOf(node))} where ${condition}`;
  const { rows } = await warehouse.query(sql, { limit: 1, catalogs: [node.catalog] });
  return Number(rows[0]?.[0] ?? 0);
}
