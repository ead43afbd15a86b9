import { type AnyTable, appends, wayOf } from '../../define/index.ts';
import type { StepModel } from '../../plan/index.ts';
import { type Project, replacesItsDay } from '../../run/index.ts';
import { nameOf } from '../names.ts';

/** From the first to the last, both with. */
export function datesBetween(from: Temporal.PlainDate, to: Temporal.PlainDate): readonly Temporal.PlainDate[] {
  const count = from.until(to).days + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, index) => from.add({ days: index }));
}

/**
 * Why the dates of a job must be built one at a time, the oldest first, in words; nothing where each date's rows are its own, and no date sees what
 * another writes.
 */
export function oneAtATime(models: readonly StepModel[], project: Project): string | undefined {
  const written = new Set(models.filter(({ kind }) => kind !== 'view').map(({ node }) => node.id));
  for (const model of models) {
    const { node, kind, reads, asked } = model;
    if (kind === 'view') continue;
    const name = nameOf(node);
    const news = reads.find(({ how }) => how === 'new' || how === 'new files');
    if (news) return `${name} reads what is new in ${nameOf(news.node)}`;
    const { write, duplicates } = (node.definition as AnyTable).spec;
    if (write === 'replace') return `each date replaces ${name}`;
    if (wayOf(node.definition, 'replace each') && !replacesItsDay(model))
      return `each date replaces what it has of ${name}`;
    if (wayOf(node.definition, 'history')) return `the versions of ${name} are made of all dates`;
    if (!appends(node.definition) && !duplicates && !replacesItsDay(model))
      return `nothing says which date wins a key of ${name}`;
    const own = [...reads.map((read) => read.node), ...asked].find(
      ({ id, definition }) => id !== node.id && (written.has(id) || isOfView(definition, written, project)),
    );
    if (own) return `${name} reads ${nameOf(own)}, which the job builds`;
  }
  return undefined;
}

/** A view shows tables that the job writes. */
function isOfView(
  definition: StepModel['node']['definition'],
  written: ReadonlySet<string>,
  project: Project,
): boolean {
  if (definition.kind !== 'table' || (definition as AnyTable).spec.write !== 'view') return false;
  return (definition as AnyTable).spec.rows.reads.some((above) => {
    const node = project.graph.nodeOf(above);
    return written.has(node.id) || isOfView(node.definition, written, project);
  });
}
