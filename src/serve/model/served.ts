import { OnnxFailed, type OnnxRuntime } from '../../ports/index.ts';
import type { VersionAbout } from '../../registry/about.ts';
import type { PublishedMove } from '../../registry/index.ts';
import { PlainError } from '../briefly.ts';
import { onnxScore } from './onnx-scorer.ts';
import { type PackedMember, type PackedModel, Unservable } from './pack.ts';
import type { PredictedRow } from './readers.ts';
import { type Score, spelledScore, treesScore } from './scorers.ts';
import type { WantedModel } from './wanted.ts';

/** One version, ready to predict. */
export interface ServedModel {
  /** `catalog.schema.name`. */
  readonly model: string;
  readonly version: string;
  readonly contentHash: string;
  /** Absent: it is not the one in use. */
  readonly move?: PublishedMove;
  readonly about: VersionAbout;
  /**
   * Of each row what the warehouse would say of it, in their order; null where a feature is missing that nothing stands for. Throws UnknownMember. What it gives
   * stays as it is.
   */
  predict(rows: readonly object[]): readonly PredictedRow[];
}

/** A row of a member of the family that the version was not trained for. */
export class UnknownMember extends PlainError {
  override readonly name = 'UnknownMember';
}

/** `onnx`: of a version that needs it. Throws Unservable for one that cannot be carried out. */
export function servedModel(packed: PackedModel, onnx?: OnnxRuntime): ServedModel {
  const { wanted, version, contentHash, move, about, members } = packed;
  return Object.freeze({
    ...{ model: wanted.model, version, contentHash, about },
    ...(move ? { move } : {}),
    predict: predictor(members, packed, onnx),
  });
}

function scoreOf(one: PackedMember, packed: PackedModel, onnx: OnnxRuntime | undefined): Score {
  const { wanted } = packed;
  if ('trees' in one) return treesScore(one.trees, wanted);
  if ('spelled' in one) return spelledScore(one.spelled, wanted);
  try {
    if (!onnx) throw new OnnxFailed('missing', 'nothing here carries out models of the ONNX format', '');
    return onnxScore(onnx.open(one.onnx.bytes), one.onnx.bound, wanted);
  } catch (error) {
    if (!(error instanceof OnnxFailed)) throw error;
    throw new Unservable(error.reason === 'missing' ? 'engine' : 'corrupt', error.message, packed);
  }
}

function predictor(members: readonly PackedMember[], packed: PackedModel, onnx: OnnxRuntime | undefined): Score {
  const { wanted, version } = packed;
  const scores = members.map((one) => scoreOf(one, packed, onnx));
  const [only] = scores;
  if (wanted.each.length === 0 && only) return only;
  const places = new Map(members.map(({ member }, place) => [nameOf(member, wanted), place]));
  return (rows) => {
    const own = scores.map((): number[] => []);
    for (const [row, values] of rows.entries()) {
      const name = nameOf(values as Readonly<Record<string, unknown>>, wanted);
      const place = places.get(name);
      if (place === undefined)
        throw new UnknownMember(`version ${version} was not trained for this ${wanted.each.join(', ')}`);
      own[place]?.push(row);
    }
    const found = new Array<PredictedRow>(rows.length);
    for (const [place, list] of own.entries()) {
      if (list.length === 0) continue;
      const values = (scores[place] as Score)(list.map((row) => rows[row] as object));
      for (const [at, row] of list.entries()) found[row] = values[at] as PredictedRow;
    }
    return found;
  };
}

/** Members are told apart by what their values are called. */
const nameOf = (values: Readonly<Record<string, unknown>>, { each }: WantedModel): string =>
  each.length === 1 ? String(values[each[0] as string]) : JSON.stringify(each.map((name) => String(values[name])));
