import type { StepModel } from '../plan/index.ts';
import type { Publication, StepRecord, StepWrite } from '../ports/index.ts';
import { reachOf } from './bounds.ts';
import { isUnchanged, type StepResult, type StepRun, stepWrite } from './step.ts';

/** So many in one transaction, at most: a run that is stopped does not wait long. */
const mostAtOnce = 500;

/** What a step would be written as, where nothing that it reads can have changed; files are looked at by the step itself. */
async function quietWrite(model: StepModel, record: StepRecord, run: StepRun): Promise<StepWrite | undefined> {
  const { project, progress, values, published } = run;
  const { id } = model.node;
  // What predicts, or stands inside a model, asks first what there is of it.
  const isOfModels = model.champions.length > 0 || model.node.inside !== undefined;
  const isPlain =
    model.kind === 'table' && !isOfModels && !model.reads.some(({ how }) => how === 'files' || how === 'new files');
  // What was begun once goes on by the bounds of its first attempt.
  if (!isPlain || published.has(id) || record.bounds !== undefined) return undefined;
  const reach = await reachOf(model, { project, progress, date: values.date, at: values.logicalTime });
  return isUnchanged(model, reach, run) ? stepWrite(model, reach, run) : undefined;
}

/** Of the steps that wait those that have nothing to do, in order: whose needs are done, or are among them. */
export async function quietSteps(
  waiting: Iterable<StepModel>,
  run: StepRun,
  of: {
    readonly records: ReadonlyMap<string, StepRecord>;
    readonly isReady: (step: string, besides: ReadonlyMap<string, StepWrite>) => boolean;
    /** Those that are not quiet are told here: they will not be. */
    readonly alone: Set<string>;
  },
): Promise<ReadonlyMap<string, StepWrite>> {
  const found = new Map<string, StepWrite>();
  for (const model of waiting) {
    const { id, catalog } = model.node;
    const record = of.records.get(id);
    const [first] = found.values();
    if (!record || of.alone.has(id) || !of.isReady(id, found)) continue;
    if (first && first.target.catalog !== catalog) continue;
    const write = await quietWrite(model, record, run);
    if (write) found.set(id, write);
    else of.alone.add(id);
    if (found.size === mostAtOnce) break;
  }
  return found;
}

/** Records them: first in the warehouse, all in one transaction, then in the state. */
export async function recordQuiet(
  writes: ReadonlyMap<string, StepWrite>,
  { project, held, signal }: StepRun,
): Promise<ReadonlyMap<string, StepResult>> {
  await project.trace('before-intent');
  const publications = await project.warehouse.publishUnchanged([...writes.values()], signal);
  await project.trace('published');
  const bounds = (publication: Publication) => writes.get(publication.step)?.bounds ?? [];
  const steps = publications.map((one) => ({ step: one.step, bounds: bounds(one), details: one.details }));
  await project.state.doneUnchanged(held, steps, project.clock.now());
  await project.trace('done');
  return new Map(
    publications.map((publication) => [publication.step, { publication, adopted: false, unchanged: true }]),
  );
}
