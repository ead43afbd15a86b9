import type { AnySource, Reader } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { allSteps, endlessStreams } from '../../graph/index.ts';
import type { StepModel } from '../../plan/index.ts';
import { driftTexts } from '../../ports/index.ts';
import { changedNext, changedText, filesOf, follows, modelsOf, Progress, type Project } from '../../run/index.ts';
import { attempt, type Finding, NotReady } from './finding.ts';
import { lookAt, outsideOfSource } from './outside.ts';

/** Each source can be read here, and files are there. */
export async function sourceFindings(project: Project): Promise<readonly Finding[]> {
  const sources = [...project.graph.nodes.values()].flatMap(({ definition }) =>
    definition.kind === 'source' ? [definition as AnySource] : [],
  );
  const findings: Finding[] = [];
  for (const source of sources) {
    const choices = project.standInOf(source) === undefined ? source.reader.choices : undefined;
    for (const [index, reader] of (choices ?? [project.readerOf(source)]).entries()) {
      const what = `source ${source.name}${choices ? `, ${index === 0 ? 'first' : 'else'} ${reader.by}` : ''}`;
      const outside = outsideOfSource(source, reader, project, what);
      findings.push(
        ...(await (outside ? lookAt(outside, project) : attempt(what, project, () => listed(source, reader, project)))),
      );
    }
  }
  return findings;
}

// any: whatever columns it adds
async function listed(source: AnySource, reader: Reader<any>, project: Project): Promise<string> {
  // Looked at with the job that follows its changes.
  if (isFollowed(source, project)) return `${reader.by} of ${reader.options.name ?? source.name}`;
  if (reader.by !== 'files') {
    const next = 'Name a stand-in for it in the environment: standIns of esteira.config.ts';
    throw new NotReady(`this version has no reader for ${reader.by}`, next);
  }
  const pattern = (reader.options.pattern ?? '').replaceAll(/\*?\{date\}\*?/g, '*');
  const files = await project.files.list(pattern);
  const isStream = endlessStreams(project.graph).has(source);
  const found = `${files.length} files ${pattern} in ${project.files.describe}${isStream ? ', brought in by sync' : ''}`;
  if (files.length > 0) return found;
  throw new NotReady(found, 'Put files there, or correct the pattern.');
}

const isFollowed = (source: AnySource, project: Project): boolean =>
  [...project.graph.jobs.values()].some((job) => job.build.includes(source) && follows(job, project));

/** Files that were set aside, or that have changed since they were read: nothing of them comes in by itself. */
export async function fileFindings(project: Project): Promise<readonly Finding[]> {
  const models = await modelsOf(allSteps(project.graph), project).catch(unlessCoded);
  const progress = await Progress.load(project, project.graph.catalogs);
  const findings: Finding[] = [];
  for (const model of models) {
    const what = `files of ${model.node.schema}.${model.node.table}`;
    findings.push(...(await attempt(what, project, () => filesOfTable(what, model, { project, progress }))));
  }
  return findings;
}

async function filesOfTable(
  what: string,
  model: StepModel,
  { project, progress }: { readonly project: Project; readonly progress: Progress },
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const { badFiles: bad = [], drift = [] } = progress.latest(model.node)?.details ?? {};
  const [first] = bad;
  if (first) {
    const others = bad.length > 1 ? `, and ${bad.length - 1} more` : '';
    const found = `set aside by its newest publication: ${first.path} (${first.why})${others}`;
    findings.push({ what, ok: false, found, next: 'Mend them, or take them away, and run the job again.' });
  }
  // Rows are lost to their tables where a type has changed; what else differs is only to be known.
  for (const [how, some] of Map.groupBy(drift, (one) => one.how)) {
    const found = driftTexts(some).join('; ');
    const next = 'Mend the files, or the columns of the source.';
    findings.push(how === 'type' ? { what, ok: false, found, next } : { what, ok: true, found });
  }
  for (const read of model.reads.filter(({ how }) => how === 'new files')) {
    if (project.readerOf(read.node.definition as AnySource).by !== 'files') continue;
    const { changed } = await filesOf(read, model, { project });
    if (changed.length > 0)
      findings.push({ what, ok: false, found: changedText(read, changed), next: changedNext(model) });
  }
  return findings;
}

/** What is wrong with the definitions is a finding of its own. */
function unlessCoded(error: unknown): readonly never[] {
  if (error instanceof EsteiraError) return [];
  throw error;
}
