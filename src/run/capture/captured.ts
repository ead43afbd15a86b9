import { type AnySource, extraColumn, type Job } from '../../define/index.ts';
import { invalidDefinition, isEndless, whereOf } from '../../graph/index.ts';
import type { StepModel } from '../../plan/index.ts';
import type { CapturedTable } from '../../ports/index.ts';
import type { Project } from '../project.ts';

/** The reader of a source whose changes are followed. */
const changes = 'postgres changes';
export const isCaptured = (model: StepModel, project: Pick<Project, 'readerOf'>): boolean =>
  model.kind === 'source' && project.readerOf(model.node.definition as AnySource).by === changes;

/** Whether a job follows changes here. */
export const follows = (job: Job, { readerOf }: Pick<Project, 'readerOf'>): boolean =>
  job.build.some((definition) => definition.kind === 'source' && readerOf(definition as AnySource).by === changes);

/** What a job follows. */
export interface Captured {
  readonly job: string;
  readonly catalog: string;
  /** As the definition says it: a variable's name. */
  readonly url: string;
  readonly tables: readonly CapturedTable[];
}

/**
 * What these steps follow; nothing where they follow nothing. Throws DEFINITION_INVALID for what one reader cannot bring in: it has one place in the log of one
 * database, of which it may forget what all of its tables have, and lands in one transaction, which is of one catalog.
 */
export function capturedBy(
  models: readonly StepModel[],
  name: string,
  project: Pick<Project, 'readerOf' | 'graph'>,
): Captured | undefined {
  const own = models.filter((model) => isCaptured(model, project));
  const [first] = own;
  if (!first) return undefined;
  const job = project.graph.jobs.get(name.split(':')[0] ?? '');
  const refused = (what: string, next: string) => invalidDefinition(what, job ?? first.node.definition, next);
  if (!job || !isEndless(job))
    throw refused(
      `${first.node.definition.name} follows changes, and ${name} is no job that does so without end.`,
      'Name it in a job of its own, with when: always; what the job brings in, every other job reads.',
    );
  const other = models.find((model) => !own.includes(model));
  if (other)
    throw refused(
      `${job.name} follows changes, and ${other.node.definition.name} is no source of changes.`,
      'Give it to another job: one that follows changes brings in nothing else.',
    );
  const left = job.build.find((definition) => !own.some(({ node }) => node.definition === definition));
  if (left)
    throw refused(
      `${job.name} cannot follow the changes of some of its sources only: ${left.name} would lose those of meanwhile.`,
      `esteira sync --once ${job.name}`,
    );
  const optionsOf = ({ node }: StepModel) => project.readerOf(node.definition as AnySource).options;
  const [url, catalog] = [optionsOf(first)['url'] ?? '', first.node.catalog];
  const elsewhere = own.find((model) => optionsOf(model)['url'] !== url || model.node.catalog !== catalog);
  if (elsewhere)
    throw refused(
      `${job.name} follows two databases, or lands in two catalogs: ${elsewhere.node.definition.name} is of another one.`,
      'Give each database, and each catalog, a job of its own.',
    );
  const checked = own.find(({ checks }) => checks.length > 0);
  if (checked)
    throw refused(
      `The check "${checked.checks[0]?.name}" would hold back changes of ${checked.node.definition.name}.`,
      'Check the table that reads them: a change that is held back would stop all of them.',
    );
  const tables = own.map((model): CapturedTable => {
    const definition = model.node.definition as AnySource;
    const { newColumns } = definition.contract;
    return {
      ...{ step: model.node.id, place: optionsOf(model)['name'] ?? '', columns: definition.columns },
      written: whereOf(definition),
      ...(newColumns === 'keep' ? { extra: extraColumn } : {}),
      ...(newColumns === 'refuse' ? { refusesNew: true } : {}),
    };
  });
  const twice = tables.find(({ place }, index) => tables.findIndex((one) => one.place === place) !== index);
  if (twice) throw refused(`${job.name} follows ${twice.place} twice.`, 'Name one source of it, and read that twice.');
  return { job: job.name, catalog, url, tables };
}
