import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Job } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { whereOf } from '../../graph/index.ts';
import {
  answersName,
  formatOf,
  type ImportedFile,
  importKey,
  importsIn,
  type Project,
  unknownEnding,
} from '../../run/index.ts';
import { formerOf } from '../former.ts';
import { jobOf } from '../names.ts';
import { run, tickAsked } from '../run.ts';
import type { Context, Input, RunView } from '../views.ts';
import { labelOfModel, type ModelNode, modelNamed } from './find.ts';
import { unwantedNote, whileImporting } from './importing.ts';

/**
 * Keeps a file by what is in it, and carries out the job that trains the model with that file in the place of the one that its definition names. A run that
 * was killed, or has failed, goes on with the file that it began with.
 */
export async function importModel(project: Project, input: Input<'models import'>, context: Context): Promise<RunView> {
  const node = modelNamed(project, input.model);
  const label = labelOfModel(project, node);
  if (node.definition.facts.learner.brought !== 'file')
    throw new EsteiraError('DEFINITION_INVALID', {
      what: `${label} is trained, and not imported.`,
      where: whereOf(node.definition),
      got: node.definition.facts.learner.learner,
      allowed: 'a model whose learner is imported(…)',
      next: 'Name another model, or give this one such a learner.',
    });
  const job = trainingJobFor(node, label, input.job, project);
  const chosen = chosenBy(input);
  return await whileImporting(project, chosen.path, async () => {
    await keepImport(project, chosen, input);
    return await imported(project, { ...input, node, job, chosen }, context);
  });
}

interface Carrying extends Pick<Input<'models import'>, 'date' | 'by' | 'anyway'> {
  readonly node: ModelNode;
  readonly job: Job;
  readonly chosen: ImportedFile;
}

async function imported(
  project: Project,
  { node, job, chosen, date, by, anyway }: Carrying,
  context: Context,
): Promise<RunView> {
  const fixed = { [importKey(node)]: JSON.stringify(chosen) };
  const isIts = (settings: unknown): boolean => importsIn(settings)[importKey(node)] === fixed[importKey(node)];
  for (;;) {
    const tick = await tickAsked(job, { job: job.name, ...(date ? { date } : {}) }, project);
    const former = await formerOf({ job: job.name, tick }, project);
    const isLeft = former?.state === 'running' || former?.state === 'failed';
    const goesOn = isLeft && isIts(former.settings) && former.logicalTime.equals(tick.logicalTime);
    const view = await run(
      project,
      {
        ...{ job: job.name, fixed },
        ...(date ? { date } : {}),
        ...(by ? { by } : {}),
        ...(anyway ? { anyway } : {}),
        // One that has ended, or has failed with another file, is not what was asked for.
        ...(!former || goesOn ? {} : { again: true }),
      },
      context,
    );
    // One that was interrupted with another file has gone on first.
    if (isIts((await project.state.run(view.runId))?.settings ?? {})) return view;
  }
}

function trainingJobFor(node: ModelNode, label: string, asked: string | undefined, project: Project): Job {
  const all = [...project.graph.jobs.values()].filter(({ train }) => train.some((one) => one === node.definition));
  const jobs = asked === undefined ? all : all.filter((one) => one === jobOf(project, asked));
  const [only] = jobs;
  if (only && jobs.length === 1) return only;
  const names = all.map(({ name }) => name);
  if (asked !== undefined || names.length === 0)
    throw new EsteiraError('NAME_UNKNOWN', {
      what: asked === undefined ? `No job trains ${label}.` : `The job ${asked} does not train ${label}.`,
      where: whereOf(node.definition),
      allowed: names.join(', ') || 'a job that names it under train',
      next: names[0] ? `Name one of these: --job ${names[0]}` : 'Name it under train of a job.',
    });
  throw new EsteiraError('NAME_AMBIGUOUS', {
    what: `${names.length} jobs train ${label}.`,
    where: whereOf(node.definition),
    got: names.join(', '),
    allowed: 'one of these',
    next: `Name it: --job ${names[0]}`,
  });
}

/** By what is in it, and in what the original says of some rows beside it. */
function chosenBy({ file, isUnscanned = false }: Input<'models import'>): ImportedFile {
  const name = path.basename(file);
  if (formatOf(name) === undefined) throw unknownEnding(name);
  if (!existsSync(file))
    throw new EsteiraError('IMPORT_FAILED', {
      what: 'The file of the model is not there.',
      got: file,
      next: 'Write its path as it is seen from here.',
    });
  const hash = createHash('sha256').update(readFileSync(file));
  const beside = answersName(file);
  if (existsSync(beside)) hash.update(readFileSync(beside));
  return { path: `imports/${hash.digest('hex')}/${name}`, isUnscanned };
}

/** Equal bytes under an equal name are kept once; what the original says of some rows goes with them. From now on it is wanted. */
async function keepImport(
  { versions }: Project,
  { path: kept }: ImportedFile,
  { file }: Pick<Input<'models import'>, 'file'>,
): Promise<void> {
  const beside = answersName(file);
  for (const one of [kept, answersName(kept)]) await versions.remove(unwantedNote(one));
  if (existsSync(beside)) await versions.keep(answersName(kept), { file: beside });
  await versions.keep(kept, { file });
}
