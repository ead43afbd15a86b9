import type { Check, Definition, Job } from '../define/index.ts';
import { approvalOf } from './approval.ts';
import type { Graph, Node } from './catalog.ts';
import { checksByTable, depths, isStep, madeBefore, readByChecks, refusing } from './checks.ts';
import { deliveryOf, receiptsOf } from './delivery.ts';
import { isOfModel } from './models.ts';

/** One step of a job: a table or view that it builds, a stream that it brings in, a model that it trains or refines, rows that it writes elsewhere, or that people have let through. */
export interface GraphStep {
  readonly node: Node;
  readonly kind: 'source' | 'table' | 'view' | 'model' | 'delivery' | 'approval';
  /** Of a model: its version goes on from the champion. */
  readonly refines?: true;
  /** Ids of the steps that must be done before. */
  readonly needs: readonly string[];
  readonly checks: readonly Check[];
}
interface JobSteps {
  /** In an order in which they can be carried out. */
  readonly steps: readonly GraphStep[];
  /** Streams that another job brings in, models, and tables inside them: read as they are. */
  readonly readsOnly: readonly Node[];
}

/** Streams that an `always` job brings in: written by it alone. */
export function endlessStreams(graph: Graph): ReadonlySet<Definition> {
  const endless = [...graph.jobs.values()].filter(isEndless);
  return new Set<Definition>(endless.flatMap((job) => job.build));
}
export const isEndless = (job: Job): boolean => job.triggers.some((trigger) => trigger.on === 'always');

/**
 * What a job runs: what it names, every table above, and what is written elsewhere of these, up to streams that an `always` job brings in, rows that people have let through, models, tables
 * inside them, settings, and sources read in place.
 */
export function stepsOf(graph: Graph, job: Job): JobSteps {
  const streams = endlessStreams(graph);
  const named = new Set<Definition>([...job.build, ...job.train, ...job.refine]);
  const built = new Set<Definition>();
  const readsOnly = new Set<Definition>();

  const open = [...named];
  for (let next = open.pop(); next; next = open.pop()) {
    const definition = refusing(next);
    if (built.has(definition) || !isMade(definition)) continue;
    const isOthers = streams.has(definition) || isOfModel(definition);
    if (isOthers && !named.has(definition)) readsOnly.add(definition);
    else {
      built.add(definition);
      // What people let through was built before they were asked.
      const above = approvalOf(definition) ? [] : madeBefore(definition);
      open.push(...above, ...deliveryOf(definition));
    }
  }

  const refined = new Set<Definition>(job.refine);
  const steps = inOrder(built, graph).map((step) =>
    refined.has(step.node.definition) ? { ...step, refines: true as const } : step,
  );
  return { steps, readsOnly: [...readsOnly].map((definition) => graph.nodeOf(definition)) };
}

/** Each with those of them that it needs, in an order in which they can be carried out. */
function inOrder(built: ReadonlySet<Definition>, graph: Graph): readonly GraphStep[] {
  const checks = checksByTable(graph);
  const depth = depths();
  const sorted = [...built].sort((a, b) => depth(a) - depth(b));
  return sorted.map((definition): GraphStep => {
    const node = graph.nodeOf(definition);
    const own = checks.get(node.id) ?? [];
    const above = [...madeBefore(definition), ...readByChecks(own, node)].map(refusing);
    const needs = above
      .filter((other) => built.has(other) && other !== definition)
      .map((other) => graph.nodeOf(other).id);
    return { node, kind: kindOf(node), needs: [...new Set(needs)], checks: own };
  });
}

function kindOf({ definition }: Node): GraphStep['kind'] {
  if (definition.kind === 'model') return 'model';
  if (definition.kind !== 'table') return 'source';
  if (receiptsOf(definition)) return 'delivery';
  if (approvalOf(definition)) return 'approval';
  return definition.spec.write === 'view' ? 'view' : 'table';
}

/** A job has a step for it. */
const isMade = (definition: Definition): boolean => isStep(definition) || definition.kind === 'model';

/** Every table, view, stream and model of the project, whether a job names it or not. */
export function allSteps(graph: Graph): readonly GraphStep[] {
  const definitions = [...graph.nodes.values()].map(({ definition }) => definition);
  return inOrder(new Set(definitions.filter(isMade)), graph);
}
