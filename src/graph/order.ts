import type { AnySource, Definition, Job } from '../define/index.ts';
import type { Graph, Node } from './catalog.ts';

/** One step of a job: a table or view that it builds, or a stream that it brings in. */
export interface GraphStep {
  readonly node: Node;
  readonly kind: 'source' | 'table' | 'view';
  /** Ids of the steps that must be done before. */
  readonly needs: readonly string[];
}
export interface JobSteps {
  /** In an order in which they can be carried out. */
  readonly steps: readonly GraphStep[];
  /** Streams that another job brings in: read as they are. */
  readonly readsOnly: readonly Node[];
}

/** Streams that an `always` job brings in: written by it alone. */
export function endlessStreams(graph: Graph): ReadonlySet<Definition> {
  const endless = [...graph.jobs.values()].filter(isEndless);
  return new Set<Definition>(endless.flatMap((job) => job.build));
}
export const isEndless = (job: Job): boolean => job.triggers.some((trigger) => trigger.on === 'always');

/** What a job runs: what it names, and every table above, up to streams that an `always` job brings in, settings, and sources read in place. */
export function stepsOf(graph: Graph, job: Job): JobSteps {
  const streams = endlessStreams(graph);
  const named = new Set<Definition>(job.build);
  const steps = new Map<Definition, GraphStep>();
  const readsOnly = new Map<Definition, Node>();
  const seen = new Set<Definition>();

  const isStep = (definition: Definition) =>
    definition.kind === 'table' || (definition.kind === 'source' && (definition as AnySource).reader.streams);
  function visit(definition: Definition): void {
    if (seen.has(definition)) return;
    seen.add(definition);
    const refusedBy = refusedByOf(definition);
    if (refusedBy) return visit(refusedBy);
    if (!isStep(definition)) return;
    const node = graph.nodeOf(definition);
    if (streams.has(definition) && !named.has(definition)) {
      readsOnly.set(definition, node);
      return;
    }
    for (const above of definition.dependsOn) visit(above);
    const needs = definition.dependsOn.map((above) => steps.get(refusedByOf(above) ?? above)?.node.id);
    const kind =
      definition.kind === 'source'
        ? 'source'
        : node.definition.kind === 'table' && node.definition.spec.write === 'view'
          ? 'view'
          : 'table';
    steps.set(definition, { node, kind, needs: [...new Set(needs.filter((id) => id !== undefined))] });
  }
  for (const definition of job.build) visit(definition);
  return { steps: [...steps.values()], readsOnly: [...readsOnly.values()] };
}

/** The table that writes a table of invalid rows. */
const refusedByOf = (definition: Definition): Definition | undefined =>
  (definition as { spec?: { refusedBy?: Definition } }).spec?.refusedBy;
