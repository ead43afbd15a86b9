import type { AnyModel, AnySource } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { receiptsOf } from '../../graph/index.ts';
import type { StepModel } from '../../plan/index.ts';
import type { Tick } from '../../plan/ticks.ts';
import { type Project, type Rerun, refuseMissingEngine } from '../../run/index.ts';
import { formerOf } from '../former.ts';
import type { Context } from '../views.ts';
import { type Finding, findingOf } from './finding.ts';
import { isKept, keepLook } from './kept-looks.ts';
import { lookAt, type Outside, outsideOfSource, outsideOfTarget } from './outside.ts';
import { noRoom } from './room.ts';
import { unsetOf } from './variables.ts';

/** A run that is about to begin, or to go on. */
interface Beginning {
  readonly job: string;
  readonly tick: Pick<Tick, 'date' | 'logicalTime'>;
  readonly again?: boolean;
  readonly lost?: boolean;
  readonly under?: bigint;
  readonly reruns?: ReadonlyMap<string, Rerun>;
  readonly fixed?: Readonly<Record<string, string>>;
}

/**
 * Throws RUN_NOT_READY for a run that would fail by something outside of it: a variable, a key, a table or column elsewhere, a disk without room. What may
 * pass by itself keeps none from beginning, and is told. What was all well is not looked at again for an hour.
 */
export async function refuseUnready(
  models: readonly StepModel[],
  beginning: Beginning,
  project: Project,
  { emit }: Pick<Context, 'emit'>,
): Promise<void> {
  const { job } = beginning;
  const touches = outsideOf(models, beginning, project).length + unsetOfPrograms(models, project).length > 0;
  const left = touches ? await leftOf(models, beginning, project) : models;
  const engine = await missingEngine(left, beginning, project);
  const full = await noRoom(project);
  const outside = touches ? outsideOf(left, beginning, project) : [];
  const isKnown = outside.length === 0 || isKept(outside, job, project);
  const looks = isKnown ? [] : await Promise.all(outside.map((one) => lookAt(one, project)));
  const found = looks.flat();
  const unset = unsetOfPrograms(left, project);
  const bad = [...(full ? [full] : []), ...unset, ...found.filter(({ ok, passes }) => !ok && !passes)];
  if (bad.length === 0 && engine) throw engine;
  if (bad.length > 0) throw notReady([...bad, ...(engine ? [findingOf('engine', engine)] : [])], beginning);
  if (!isKnown && looks.every((of) => of.some(({ ok }) => ok))) keepLook(outside, job, project);
  for (const { what, ok, found: text } of found)
    if (!ok) emit({ type: 'note', level: 'warn', text: `${what}: ${text}` });
}

/** Steps that the run will carry out: none of a date that has succeeded, and of one that goes on those that are not published. */
async function leftOf(
  models: readonly StepModel[],
  beginning: Beginning,
  project: Project,
): Promise<readonly StepModel[]> {
  const last = await formerOf(beginning, project);
  if (last?.state === 'succeeded') return [];
  if (last?.state !== 'running' && last?.state !== 'failed') return models;
  const steps = await project.state.steps(last.runId);
  const done = new Set(steps.flatMap((step) => (step.state === 'done' ? [step.step] : [])));
  return models.filter(({ node }) => !done.has(node.id));
}

/** What is not installed has a code of its own. */
async function missingEngine(
  models: readonly StepModel[],
  { fixed }: Pick<Beginning, 'fixed'>,
  project: Project,
): Promise<EsteiraError | undefined> {
  try {
    await refuseMissingEngine(models, project, fixed);
    return undefined;
  } catch (error) {
    if (error instanceof EsteiraError) return error;
    throw error;
  }
}

/** Variables that programs are given which train, and that are not there. */
const unsetOfPrograms = (models: readonly StepModel[], project: Project): readonly Finding[] =>
  models.flatMap(({ kind, node: { definition } }) => {
    if (kind !== 'model') return [];
    const { name, facts } = definition as AnyModel;
    const { variables = [] } = facts.learner.options as { readonly variables?: readonly string[] };
    return unsetOf(variables, project).map((one) => ({
      ...one,
      what: `model ${name}`,
      found: `${one.what} is ${one.found}`,
    }));
  });

/** What these steps read that another system has, each once, and where they write rows there. */
function outsideOf(
  models: readonly StepModel[],
  { reruns = new Map() }: Beginning,
  project: Project,
): readonly Outside[] {
  const sources = new Set<AnySource>();
  // Rows that are judged again are those that were read before.
  for (const { node, reads } of models)
    if (reruns.get(node.id) !== 'invalid')
      for (const read of reads)
        if (read.node.definition.kind === 'source' && read.how.endsWith('files'))
          sources.add(read.node.definition as AnySource);
  const targets = models.flatMap(({ kind, node: { definition } }) => {
    const written = kind === 'delivery' ? receiptsOf(definition) : undefined;
    return written ? (outsideOfTarget(written, project) ?? []) : [];
  });
  return [...[...sources].flatMap((source) => outsideOfChoices(source, project) ?? []), ...targets];
}

/** Of a source that is read from the first that can be reached: that one, as a run would. */
function outsideOfChoices(source: AnySource, project: Project): Outside | undefined {
  const choices = project.standInOf(source) === undefined ? source.reader.choices : undefined;
  const [first, ...others] = (choices ?? [project.readerOf(source)]).map((reader) =>
    outsideOfSource(source, reader, project),
  );
  if (!first) return undefined;
  // Its rows would be left out, and the others go on.
  const forgives = source.contract.breach === 'set aside' ? ['SOURCE_DRIFTED'] : [];
  const look: Outside['look'] = async (signal) => {
    for (const next of others)
      try {
        return await first.look(signal);
      } catch (error) {
        const { code = '' } = error instanceof EsteiraError ? error : {};
        if (code !== 'SOURCE_UNREACHABLE' && code !== 'MESSAGES_LOST') throw error;
        return next ? await next.look(signal) : { found: 'files are read in its place' };
      }
    return await first.look(signal);
  };
  return { ...first, look, forgives };
}

function notReady(bad: readonly Finding[], { job, tick: { date } }: Beginning): EsteiraError {
  // A key that is wrong is wrong for all that is asked with it.
  const reasons = Map.groupBy(bad, ({ found }) => found);
  const things = reasons.size === 1 ? '' : `, for ${reasons.size} reasons`;
  const nexts = [...new Set(bad.flatMap(({ next }) => next ?? []))];
  return new EsteiraError('RUN_NOT_READY', {
    what: `The run of ${job} for ${date} would fail${things}, and has not begun.`,
    got: [...reasons].map(([found, of]) => `${of.map(({ what }) => what).join(', ')}: ${found}`).join('\n'),
    next: [...nexts, 'Then give the command again; with --anyway it runs all the same.'].join('\n'),
  });
}
