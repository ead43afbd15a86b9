import type { AnySource } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { type Node, whereOf } from '../graph/index.ts';
import type { StepModel } from '../plan/index.ts';
import { isCaptured } from './capture/captured.ts';
import type { Project } from './project.ts';

/** Readers that a run has; a source of another one needs a stand-in. */
const known = ['files'];

/** Throws READER_UNAVAILABLE for a source that these steps would read and cannot: without its reader it would look empty. */
export function refuseUnreadable(models: readonly StepModel[], project: Project): void {
  for (const { node } of models.flatMap((model) =>
    isCaptured(model, project) ? [] : model.reads.filter(isOfSource),
  )) {
    const source = node.definition as AnySource;
    const readers = [project.readerOf(source), ...(project.standInOf(source) ? [] : (source.reader.choices ?? []))];
    const unknown = readers.find(({ by }) => !known.includes(by) && !project.tables?.has(by));
    if (unknown) throw unavailable(source, unknown.by, project.environment);
  }
}

/** Read where it is, not as the table that another step keeps of it. */
const isOfSource = ({ node, how }: { readonly node: Node; readonly how: string }): boolean =>
  node.definition.kind === 'source' && how.endsWith('files');

const unavailable = (source: AnySource, by: string, environment: string): EsteiraError =>
  new EsteiraError('READER_UNAVAILABLE', {
    what: `The environment ${environment} has no reader for the source ${source.name}.`,
    where: whereOf(source),
    got: by,
    allowed: `${known.join(', ')}, or a stand-in`,
    next: `Name what stands in for it under standIns of the environment ${environment}, in esteira.config.ts, or choose another with --env.`,
  });
