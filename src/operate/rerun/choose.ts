import type { AnyTable } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { allSteps, type GraphStep, matchesName, whereOf } from '../../graph/index.ts';
import { invalidPlaceOf, type StepModel } from '../../plan/index.ts';
import {
  bringsIn,
  canJudgeAgain,
  filesRead,
  isDated,
  keptBecause,
  modelsOf,
  type Project,
  type Rerun,
} from '../../run/index.ts';
import { nameOf } from '../names.ts';
import { countsOf } from './counts.ts';

/** What people name: `all`, a layer, a table, or a pattern; and whether only invalid rows are meant. */
export interface Scope {
  readonly scope: string;
  readonly invalid: boolean;
  /** Tables whose rows are of single days are meant too, day by day. */
  readonly byDate?: boolean;
}
/** The steps of a rerun, and how each is done; those without are done as ever. */
export interface Chosen {
  readonly steps: readonly GraphStep[];
  readonly reruns: ReadonlyMap<string, Rerun>;
  /** Tables that are left as they are, and why. */
  readonly kept: readonly { readonly step: string; readonly why: string }[];
}
type Known = GraphStep & {
  readonly model: StepModel;
  /** A model that it predicts with, and that has no champion. */
  readonly without?: string;
};

/** What is named, and everything below it. Throws NAME_UNKNOWN, and REPROCESS_IMPOSSIBLE where what is named, or stands below, cannot be had once more. */
export async function choose(asked: Scope, project: Project): Promise<Chosen> {
  const all = allSteps(project.graph);
  const models = await modelsOf(all, project);
  const champions = await project.state.models.champions();
  const steps = all.map((step, index): Known => {
    const model = models[index] as StepModel;
    const lacking = model.champions.find(({ id }) => !champions.has(id));
    return { ...step, model, ...(lacking ? { without: lacking.definition.name } : {}) };
  });
  const named = steps.filter((step) => isNamed(asked.scope, step));
  if (named.length === 0) throw unknownScope(asked.scope, steps);
  const chosen = asked.invalid ? await chooseInvalid(named, steps, project) : chooseAnew(asked, named, steps);
  await refuseWithoutFiles(chosen, steps, project);
  return chosen;
}

function isNamed(scope: string, { node }: GraphStep): boolean {
  return scope === 'all' || node.schema === scope || matchesName(scope, node.id) || nameOf(node) === scope;
}
/** One table is meant, by its own name. */
const isExact = (scope: string, { node }: GraphStep): boolean => [node.id, nameOf(node)].includes(scope);

function chooseAnew({ scope, byDate = false }: Scope, named: readonly Known[], all: readonly Known[]): Chosen {
  const roots = new Set<string>();
  for (const step of named) {
    const isBrought = bringsIn(step.model) && scope === 'all';
    const why = whyKept(step, byDate);
    if (why !== undefined && isExact(scope, step)) throw impossible(step, why);
    if (step.kind === 'view' && isExact(scope, step)) throw impossible(step, 'it shows its tables as they are');
    if (step.kind === 'table' && why === undefined && !isBrought) roots.add(step.node.id);
  }
  if (roots.size === 0 && named[0])
    throw impossible(named[0], whyKept(named[0], byDate) ?? 'it is built from nothing that is kept');
  const found = new Set<string>();
  const kept: Chosen['kept'][number][] = [];
  for (const step of all) {
    const { id } = step.node;
    if (!roots.has(id) && !step.needs.some((need) => found.has(need))) continue;
    const why = whyKept(step, byDate);
    if (why !== undefined) kept.push({ step: id, why });
    else if (roots.has(id) || !bringsIn(step.model)) found.add(id);
  }
  const steps = all.filter(({ node }) => found.has(node.id));
  const reruns = steps.map(({ node, model }) => [node.id, byDate && isDated(model) ? 'date' : 'anew'] as const);
  return { steps, reruns: new Map(reruns), kept };
}

function whyKept({ model, without }: Known, byDate: boolean): string | undefined {
  if (without !== undefined) return `${without}, with which it predicts, has no champion yet`;
  if (isDated(model)) return byDate ? undefined : 'its rows are those of single days: --from and --to say of which';
  return keptBecause(model);
}

/** Where the rows come from one by one, only those are read; any other query is evaluated from the start, and so is what stands below it. */
async function chooseInvalid(named: readonly Known[], all: readonly Known[], project: Project): Promise<Chosen> {
  const setsAside = all.filter(({ node }) => (node.definition as AnyTable).spec?.invalid === 'set aside');
  const counts = await countsOf(
    setsAside.map(({ node }) => ({ id: node.id, place: invalidPlaceOf(node, project.graph.suffix) })),
    project,
  );
  const hasInvalid = ({ node }: Known): boolean => (counts.get(node.id) ?? 0) > 0;
  const roots = new Set(named.filter(hasInvalid).map(({ node }) => node.id));
  const found = new Set<string>();
  const reruns = new Map<string, Rerun>();
  const kept: Chosen['kept'][number][] = [];
  for (const step of all) {
    const { id } = step.node;
    if (!roots.has(id) && !step.needs.some((need) => found.has(need))) continue;
    const isAnew = step.needs.some((need) => reruns.get(need) === 'anew');
    const rerun = isAnew ? 'anew' : !hasInvalid(step) ? undefined : canJudgeAgain(step.model) ? 'invalid' : 'anew';
    const why = rerun === 'invalid' ? undefined : keptBecause(step.model);
    if (why !== undefined) kept.push({ step: id, why });
    else if (rerun !== undefined || !bringsIn(step.model)) {
      found.add(id);
      if (rerun) reruns.set(id, rerun);
    }
  }
  return { steps: all.filter(({ node }) => found.has(node.id)), reruns, kept };
}

/** A table that reads files by itself can be built from the start only while all of them are there. */
async function refuseWithoutFiles({ reruns }: Chosen, steps: readonly Known[], project: Project): Promise<void> {
  for (const step of steps) {
    if (reruns.get(step.node.id) !== 'anew') continue;
    for (const read of step.model.reads.filter(({ how }) => how === 'new files')) {
      const { gone } = await filesRead(read, step.model, project);
      if (gone.length === 0) continue;
      const more = gone.length > 3 ? ` and ${gone.length - 3} more` : '';
      throw impossible(step, `files that it has read are gone: ${gone.slice(0, 3).join(', ')}${more}`);
    }
  }
}

export const impossible = ({ node }: GraphStep, why: string): EsteiraError =>
  new EsteiraError('REPROCESS_IMPOSSIBLE', {
    what: `${nameOf(node)} cannot be built again: ${why}.`,
    where: whereOf(node.definition),
    next: 'Name the tables below it, or put back what is missing; `esteira reprocess all --dry-run` says what can be built again.',
  });

const unknownScope = (scope: string, steps: readonly GraphStep[]): EsteiraError =>
  new EsteiraError('NAME_UNKNOWN', {
    what: `Nothing to build again is called ${scope}.`,
    allowed: `all, a layer (${[...new Set(steps.map(({ node }) => node.schema))].join(', ')}), or a table such as ${steps[0] ? nameOf(steps[0].node) : 'silver.orders'}`,
    next: 'esteira reprocess <table|layer|all>',
  });
