import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Columns } from '../../columns/index.ts';
import { type AnyModel, refiningOf } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { type Node, whereOf } from '../../graph/index.ts';
import type { Segments } from '../../learn/learners/learned.ts';
import { asksOnnx, readMembers } from '../../learn/learners/members.ts';
import type { StepModel } from '../../plan/index.ts';
import type { Publication, StepWrite, Vectors } from '../../ports/index.ts';
import type { VersionAbout } from '../../registry/about.ts';
import { canonical, keepVersion, modelFile, openVersion, profileFile, rowsFile } from '../../registry/index.ts';
import type { StepRun } from '../step.ts';
import type { Options } from '../write/options.ts';
import { settingsAbove } from './above.ts';
import { bringFile, type Taken } from './brought/bring.ts';
import { bringProgram } from './brought/program.ts';
import { onnxOf } from './engine.ts';
import { figured } from './figures.ts';
import { judge } from './gate.ts';
import { insideWrite } from './inside.ts';
import { type Lessons, ofMember } from './lessons.ts';
import { broken, openPredictor, type Predictor, predictorFile } from './predictor.ts';
import { heldIn, readRows } from './reading.ts';
import { refinedBy, whyAnew } from './refining.ts';
import { heldDays, heldName, heldOutOf, type Lineage, trainingRows, whyUndivided } from './rows.ts';
import { importFailed, learnAside, trainingFailed } from './thread.ts';
import { trainingOf } from './training.ts';

/** What a training has made, before the warehouse knows of it. */
interface Made {
  readonly version: string;
  readonly contentHash: string;
  readonly about: VersionAbout;
  readonly lessons: Lessons;
}

/**
 * Trains a version: its rows are kept as a file, a thread learns, the gate judges, the files are kept whole. Nothing outside of the version's own folder
 * changes until `publish`; an attempt that was killed is made good by the next, which comes to the same.
 */
export async function train<Published>(
  model: StepModel,
  {
    options,
    run,
    publish,
  }: { readonly options: Options; readonly run: StepRun; readonly publish: (write: StepWrite) => Promise<Published> },
): Promise<Published> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'esteira-train-'));
  try {
    const made = await trained(model, options, { run, scratch });
    return await publish(insideWrite(model, made, { options, file: path.join(scratch, insideFile) }));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
const insideFile = 'inside.jsonl';

async function trained(
  model: StepModel,
  options: Options,
  { run, scratch }: { readonly run: StepRun; readonly scratch: string },
): Promise<Made> {
  const { project, held, values, signal } = run;
  const node = model.node as Node<AnyModel>;
  const { facts } = node.definition;
  const started = performance.now();
  const version = await project.state.models.begin(held, node.id, project.clock.now());
  await project.trace('version');
  const file = path.join(scratch, rowsFile);
  const champion = (await project.state.models.champions()).get(node.id)?.version;
  const lineage = await lineageOf(node, champion, run);
  const { query, columns } = trainingRows(model, options, lineage);
  run.onProgress?.(node.id, 'reading the training rows');
  const read = await readRows(node.definition, { query, columns, file, warehouse: project.warehouse, signal });
  const days = heldDays(facts, values.date);
  const undivided = days && read.all > 0 ? whyUndivided(days, heldIn(read)) : undefined;
  if (undivided !== undefined) throw trainingFailed(undivided, whereOf(node.definition));
  const former = champion === undefined ? undefined : await formerOf(node, champion, run);
  const anew = model.refines ? await whyAnew(model, { champion, former }, run) : undefined;
  if (anew !== undefined) run.onProgress?.(node.id, `it is trained anew: ${anew}`);
  const taken =
    facts.learner.brought === 'file'
      ? await bringFile(node, read, { run, scratch })
      : await trainedBy(node, read, { run, scratch, rows: { query, columns } });
  const asks = facts.gate.some(({ measure }) => typeof measure === 'object' && measure.judged === 'latency');
  const lessons = await learnAside(
    {
      ...trainingOf(node.definition, read),
      asks,
      ...(taken ? { brought: taken.brought } : {}),
      ...(project.onnx && facts.learner.brought ? { onnx: project.onnx } : {}),
      former: former?.members.map(({ member, parameters }) => ({ member, parameters })) ?? [],
      ...(lineage[0] ? { formerDate: lineage[0].date } : {}),
      ...(model.refines && anew === undefined ? { refine: refiningOf(facts.learner.options) } : {}),
    },
    {
      where: whereOf(node.definition),
      signal,
      progress: (text) => run.onProgress?.(node.id, text),
      ...(project.trees ? { trees: project.trees } : {}),
      failed: taken?.about.by === 'file' ? importFailed : trainingFailed,
    },
  );
  await project.trace('learned');
  const bytes = predictorFile({
    model: node.id,
    version,
    members: lessons.members.map(({ member, parameters }) => ({ member, parameters })),
  });
  const { elapsed = () => performance.now() } = project.clock;
  const opened = asks ? readMembers(bytes) : [];
  const members = await figured(node.definition, lessons, {
    opened,
    ...(asksOnnx(opened) ? { onnx: await onnxOf(project, whereOf(node.definition)) } : {}),
    elapsed,
    signal,
  });
  const gate = judge(node.definition, members, {
    ...{ settings: values.settings, project },
    isBroken: champion !== undefined && former === undefined,
    champion: champion !== undefined,
  });
  const unnoticed = members.find(({ unjudged }) => unjudged !== undefined);
  if (unnoticed && (gate.passed || gate.unread))
    throw trainingFailed(ofMember(unnoticed.member, unnoticed.unjudged ?? ''), whereOf(node.definition));
  const about: VersionAbout = {
    learner: facts.learner.learner,
    options: facts.learner.options,
    features: facts.features,
    each: facts.each,
    ...(facts.target === undefined ? {} : { target: facts.target }),
    ...(facts.group === undefined ? {} : { group: facts.group }),
    seed: Number(facts.learner.options.seed ?? 0),
    code: model.definition,
    above: model.above as string,
    settings: settingsAbove(node.definition, values.settings, project.graph),
    job: held.job,
    runId: held.runId,
    date: values.date.toString(),
    by: run.by ?? run.of?.reason ?? 'manual',
    inputs: inputsOf(options, run),
    rows: read.all,
    ...heldOutOf(days),
    members: members.map(({ member, rows, held: kept, left, measures, segments = [], moved, refined }) => ({
      ...{ member, rows, held: kept, left },
      measures: finite(measures),
      ...(segments.length > 0 ? { segments: segments.map(finiteSegments) } : {}),
      ...(moved ? { moved } : {}),
      ...(refined ? { refined } : {}),
    })),
    ...(taken ? { brought: taken.about } : {}),
    seconds: Math.round(performance.now() - started) / 1000,
    ...(champion === undefined ? {} : { champion }),
    ...(model.refines ? { refined: refinedBy(lessons, champion, anew) } : {}),
    gate,
    ...(facts.release ? { approvedBy: facts.release.approvedBy } : {}),
  };
  // Whoever was overtaken meanwhile changes no file of a version that another has registered.
  await project.state.models.begin(held, node.id, project.clock.now());
  const parts = {
    [modelFile]: { bytes },
    [profileFile]: {
      bytes: Buffer.from(canonical(lessons.members.map(({ member, profile }) => ({ member, profile })))),
    },
    [rowsFile]: { file },
  };
  const contentHash = await keepVersion(project.versions, { model: node.id, version }, { parts, about });
  await project.trace('kept');
  return { version, contentHash, about, lessons };
}

/** Of a program: the rows that it is given are those that are not kept to judge with. */
async function trainedBy(
  node: Node<AnyModel>,
  read: Vectors,
  {
    run,
    scratch,
    rows,
  }: { readonly run: StepRun; readonly scratch: string; readonly rows: ReturnType<typeof trainingRows> },
): Promise<Taken | undefined> {
  if (node.definition.facts.learner.brought !== 'program') return undefined;
  const { warehouse } = run.project;
  const [first = ''] = node.definition.facts.features;
  const { identifier } = warehouse.dialect;
  const names = Object.keys(node.definition.facts.from.columns).map(identifier).join(', ');
  const taught = heldName in read.columns ? ` where ${identifier(heldName)} is not true` : '';
  const query = `select ${names} from (${rows.query}) as _all${taught}`;
  const writeRows = async (file: string): Promise<void> => {
    const columns = { [first]: rows.columns[first] as Columns[string] };
    await warehouse.vectors(query, { columns, file, signal: run.signal });
  };
  return await bringProgram(node, { run, scratch, writeRows });
}

async function lineageOf({ id }: Node, champion: string | undefined, { project }: StepRun): Promise<Lineage> {
  const found: VersionAbout[] = [];
  for (let next = champion; next !== undefined; ) {
    const about = (await project.state.models.version(id, next))?.about as VersionAbout | undefined;
    if (about) found.push(about);
    next = about?.refined && 'from' in about.refined ? about.refined.from : undefined;
  }
  return found;
}

/** One that is not whole any more does not keep another from being trained; what depends on a comparison does not hold then. */
async function formerOf(node: Node<AnyModel>, champion: string, run: StepRun): Promise<Predictor | undefined> {
  try {
    return await openPredictor(node, champion, run.project);
  } catch (error) {
    if (!(error instanceof EsteiraError) || error.code !== 'VERSION_BROKEN') throw error;
    run.onProgress?.(node.id, `the champion ${champion} cannot be read: it is not compared with`);
    return undefined;
  }
}

/** JSON has neither infinity nor NaN. */
const finite = (measures: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(measures).filter(([, value]) => Number.isFinite(value)));

const finiteSegments = ({ values, ...of }: Segments): Segments => ({
  ...of,
  values: values.map(({ measures, ...one }) => ({ ...one, measures: finite(measures) })),
});

function inputsOf({ reach }: Options, { project, progress, held }: StepRun): VersionAbout['inputs'] {
  return Object.fromEntries(
    reach.bounds.map(({ source, upper }) => {
      const of = project.graph.nodes.get(source);
      const latest = of && progress.latest(of);
      // What this run itself has published has moved the table on.
      const runId = latest?.sequence === upper ? latest.runId : held.runId;
      return [source, { runId, sequence: String(upper) }];
    }),
  );
}

/** Says to the state what the publication proves; whatever an earlier attempt came to is taken from its files. */
export async function register(model: StepModel, { details }: Publication, run: StepRun): Promise<void> {
  if (!details.trained) return;
  const { version, contentHash } = details.trained;
  const trained = { version, contentHash };
  const { project, held } = run;
  const { id } = model.node;
  const known = await project.state.models.version(id, trained.version);
  if (known && known.state !== 'training') return;
  const opened = await openVersion(project.versions, { model: id, ...trained }, []);
  if (opened.is === 'broken') throw broken(model.node, trained.version, opened.why);
  const about = opened.about as VersionAbout;
  const state = about.gate.passed || about.gate.unread ? 'candidate' : 'refused';
  await project.state.models.complete(held, { model: id, ...trained, state, about });
  await project.trace('registered');
}
