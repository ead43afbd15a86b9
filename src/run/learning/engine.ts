import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import type { AnyModel } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { type Node, whereOf } from '../../graph/index.ts';
import type { StepModel } from '../../plan/index.ts';
import {
  type Converter,
  type Missing,
  type OnnxFailed,
  type OnnxRuntime,
  onnxRuntimeAt,
  type TreesEngine,
  TreesEngineFailed,
} from '../../ports/index.ts';
import type { VersionAbout } from '../../registry/about.ts';
import type { Project } from '../project.ts';
import type { SettingValues } from '../settings.ts';
import { formatOf } from './brought/format.ts';
import { importOf } from './brought/imports.ts';
import { usedBy } from './champions.ts';

type Why = Pick<Missing, 'what' | 'next'>;

/** Its trees are grown by another engine than Esteira's own. */
export const asksEngine = ({ facts }: AnyModel): boolean => facts.learner.options.engine !== undefined;

/** Throws ENGINE_MISSING for models whose engine is not there, before anything has begun. */
export async function refuseMissingEngine(
  models: readonly StepModel[],
  project: Project,
  fixed: SettingValues = {},
): Promise<void> {
  for (const { node, kind } of models) {
    if (kind !== 'model') continue;
    const definition = node.definition as AnyModel;
    const where = whereOf(definition);
    const chosen = importOf(node.id, fixed);
    const missing = chosen ? await missingForFile(chosen.path, project) : await missingFor(definition, project);
    if (missing) throw engineMissing(missing, where, asksEngine(definition) ? native : undefined);
  }
  for (const node of usedBy(models)) {
    const missing = await missingToPredict(node, project);
    if (missing) throw engineMissing(missing, whereOf(node.definition));
  }
}
const native = "engine: 'native' where it is installed, or none";

/** What a model needs to be trained, and is not there. */
export async function missingFor(model: AnyModel, project: Project): Promise<Why | undefined> {
  const { brought, options } = model.facts.learner;
  if (asksEngine(model)) return await (await engineOf({ ...project, where: whereOf(model) })).missing();
  if (brought === 'program') return missingProgram(options as { readonly command: readonly string[] }, project);
  return brought === 'file' ? await missingForFile(String(options.file), project) : undefined;
}

/** What a model needs to predict that was made elsewhere, and is not there: its champion may be of another format than the definition's file. */
export async function missingToPredict(
  { id, definition: { facts } }: Node<AnyModel>,
  project: Project,
): Promise<Why | undefined> {
  const { brought, options } = facts.learner;
  if (!brought) return undefined;
  const champion = (await project.state.models.champions()).get(id);
  const version = champion && (await project.state.models.version(id, champion.version));
  const known = (version?.about as VersionAbout | undefined)?.brought?.format;
  const format = known ?? (brought === 'file' ? formatOf(String(options.file)) : 'model.txt');
  return format === 'model.txt' ? undefined : await missingForFile('it.onnx', project);
}

/** As the system looks for it: on PATH, or from the project's folder on. */
function missingProgram(
  { command: [program = ''] }: { readonly command: readonly string[] },
  { folder }: Project,
): Why | undefined {
  const isPath = program.includes('/') || program.includes(path.sep);
  const folders = isPath ? [''] : (process.env['PATH'] ?? '').split(path.delimiter);
  const isThere = folders.some((one) => isProgram(path.resolve(folder, one, program)));
  if (isThere || process.platform === 'win32') return undefined;
  return {
    what: `The program that trains is not there: ${program}`,
    next: "Install it, or correct its path: it is looked for on PATH, or from the project's folder.",
  };
}
function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** What a file needs to be imported, and is not there. */
async function missingForFile(file: string, { onnx, converter }: Project): Promise<Why | undefined> {
  const format = formatOf(file);
  if (format === undefined || format === 'model.txt') return undefined;
  const runtime = onnx ? await (await onnxRuntimeAt(onnx)).missing() : nothingRuns;
  if (runtime || format === 'onnx') return runtime;
  return converter ? await (await converter()).missing() : nothingConverts;
}
const nothingRuns = { what: 'Nothing here carries out models of the ONNX format.', next: 'Give the project one.' };
const nothingConverts = { what: 'Nothing here converts pickled pipelines.', next: 'Import a file of the ONNX format.' };

export async function engineOf({
  trees,
  where,
}: {
  readonly trees?: (() => Promise<TreesEngine>) | undefined;
  readonly where: string;
}): Promise<TreesEngine> {
  if (trees) return trees();
  throw engineMissing(
    { what: 'Nothing here grows trees but Esteira itself.', next: "Leave out engine: 'native'." },
    where,
    native,
  );
}

/** Throws ENGINE_MISSING. */
export async function onnxOf({ onnx }: Pick<Project, 'onnx'>, where: string): Promise<OnnxRuntime> {
  if (!onnx) throw engineMissing(nothingRuns, where);
  return await onnxRuntimeAt(onnx);
}

/** Throws ENGINE_MISSING. */
export async function converterOf({ converter }: Pick<Project, 'converter'>, where: string): Promise<Converter> {
  if (!converter) throw engineMissing(nothingConverts, where);
  return await converter();
}

const engineMissing = ({ what, next }: Why, where: string, allowed?: string): EsteiraError =>
  new EsteiraError('ENGINE_MISSING', { what, where, ...(allowed === undefined ? {} : { allowed }), next });

/** What an engine has failed with, as people read it. */
export function engineError(error: unknown, where: string): unknown {
  if (!(error instanceof TreesEngineFailed)) return error;
  const { reason, message, next } = error;
  if (reason !== 'failed') return engineMissing({ what: message, next }, where, native);
  return new EsteiraError('TRAINING_FAILED', { what: message, where, next });
}

/** `broken`: what is said of a version whose model cannot be carried out. */
export const onnxError = (error: OnnxFailed, where: string, broken: (why: string) => EsteiraError): EsteiraError =>
  error.reason === 'missing' ? engineMissing({ what: error.message, next: error.next }, where) : broken(error.message);
