import type { AnyModel } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { type Node, whereOf } from '../../graph/index.ts';
import type { Parameters, Spelled } from '../../learn/learners/learned.ts';
import { asksOnnx, predictorOf, type ReadMember, readMembers } from '../../learn/learners/members.ts';
import type { Predict } from '../../learn/onnx/predict.ts';
import { UnreadableModel } from '../../learn/trees/format/refusal.ts';
import { type Dialect, OnnxFailed, type OnnxRuntime } from '../../ports/index.ts';
import type { Member } from '../../registry/about.ts';
import { modelFile } from '../../registry/parts.ts';
import { openVersion } from '../../registry/version-files.ts';
import type { Project } from '../project.ts';
import { onnxError, onnxOf } from './engine.ts';
import { kmeansQuery } from './predict/kmeans.ts';
import { linearExpression, logisticExpression } from './predict/linear.ts';

/** What a version has learned, of each member of its family. */
export interface Predictor {
  readonly model: string;
  readonly version: string;
  readonly members: readonly { readonly member: Member; readonly parameters: Parameters }[];
}
/** One that was read; what the engine does not compute is ready to be asked. */
export interface OpenedPredictor extends Predictor {
  readonly members: readonly (Predictor['members'][number] & { readonly predict?: Predict })[];
}

/** Throws VERSION_BROKEN when its files are not what was registered, or are not understood, and ENGINE_MISSING. */
export async function openPredictor(node: Node<AnyModel>, version: string, project: Project): Promise<OpenedPredictor> {
  const known = await project.state.models.version(node.id, version);
  const contentHash = known?.contentHash ?? '';
  const found = await openVersion(project.versions, { model: node.id, version, contentHash }, [modelFile]);
  if (found.is === 'broken') throw broken(node, version, found.why);
  const file = await found.part(modelFile);
  try {
    const read = readMembers(file);
    const onnx = asksOnnx(read) ? await onnxOf(project, whereOf(node.definition)) : undefined;
    return { model: node.id, version, members: opened(read, onnx) };
  } catch (error) {
    if (error instanceof OnnxFailed)
      throw onnxError(error, whereOf(node.definition), (why) => broken(node, version, why));
    if (!(error instanceof UnreadableModel || error instanceof SyntaxError)) throw error;
    throw broken(node, version, `${modelFile} is not understood: ${error.message}`);
  }
}

/** Ready to be asked. */
export const opened = (members: readonly ReadMember[], onnx?: OnnxRuntime): OpenedPredictor['members'] =>
  members.map(({ member, ...of }) => {
    const predict = predictorOf(of, onnx);
    return { member, parameters: of.parameters, ...(predict ? { predict } : {}) };
  });

/** The file that is kept. */
export const predictorFile = (predictor: Predictor): Buffer => Buffer.from(`${JSON.stringify(predictor)}\n`);

export const broken = (node: Node, version: string, why: string): EsteiraError =>
  new EsteiraError('VERSION_BROKEN', {
    what: `Version ${version} of the model ${node.definition.name} is not whole.`,
    where: `models/${node.id}/${version}`,
    got: why,
    next: `Put the file back from a copy, or use another version (esteira models rollback ${node.definition.name}).`,
  });

/** Rows with what the version predicts of them; those of no member are left out. */
export function predictQuery(
  { version, members }: Predictor,
  rows: { readonly query: string; readonly columns: readonly string[] },
  dialect: Dialect,
): string {
  const own = rows.columns.map(dialect.identifier).join(', ');
  const queries = members.map(({ member, parameters }) => {
    const wanted = Object.entries(member).map(
      ([name, value]) => `${dialect.identifier(name)} = ${dialect.literal(value)}`,
    );
    const query = `select ${own} from ${rows.query} as _all${wanted.length > 0 ? ` where ${wanted.join(' and ')}` : ''}`;
    return `select *, ${dialect.literal(version)} as model_version from (${predictedBy(parameters as Spelled, { ...rows, query }, dialect)}) as _predicted`;
  });
  return `(${queries.join('\nunion all\n')})`;
}

/** Whether rows are predicted by the engine: a sum, or the nearest of some centres. Others are predicted here. */
export const isSpelled = ({ members }: Predictor): boolean =>
  members.every(({ parameters }) => !('text' in parameters || 'onnx' in parameters || 'model' in parameters));

function predictedBy(
  parameters: Spelled,
  rows: { readonly query: string; readonly columns: readonly string[] },
  dialect: Dialect,
): string {
  if (parameters.learner === 'kmeans') {
    const { encoding, numbers } = parameters;
    const scale = {
      means: Float64Array.from(parameters.means),
      deviations: Float64Array.from(parameters.deviations),
    };
    return kmeansQuery(rows, { encoding, numbers, scale, centres: Float64Array.from(parameters.centres) }, dialect);
  }
  const expression =
    parameters.learner === 'logistic regression'
      ? `${logisticExpression(parameters, dialect)} as probability`
      : `${linearExpression(parameters, dialect)} as prediction`;
  return `select *, ${expression} from (${rows.query}) as _rows`;
}
