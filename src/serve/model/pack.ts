import type { Spelled } from '../../learn/learners/learned.ts';
import { type ReadMember, readMembers } from '../../learn/learners/members.ts';
import type { Bound } from '../../learn/onnx/bound.ts';
import { type PackedForest, packForest } from '../../learn/trees/forest.ts';
import { UnreadableModel } from '../../learn/trees/format/refusal.ts';
import type { Objective, TreeModel } from '../../learn/trees/model.ts';
import type { Member, VersionAbout } from '../../registry/about.ts';
import { type Found, modelFile, type Publishable, type PublishedMove, readVersionText } from '../../registry/index.ts';
import { type PlainRow, pretendedRequests } from './pretended.ts';
import { whyOther } from './schema.ts';
import type { WantedModel } from './wanted.ts';

/** Why a version is not served. */
export type Refusal = 'corrupt' | 'other model' | 'schema' | 'older' | 'not finite' | 'slow' | 'engine';
export type Named = Pick<PackedModel, 'version' | 'contentHash' | 'move'>;
/** A version that must not be served, in words. */
export class Unservable extends Error {
  override readonly name = 'Unservable';
  readonly is: Refusal;
  /** Which version it is, where that could be read. */
  readonly of: Named | undefined;
  constructor(is: Refusal, why: string, of?: Named) {
    super(why);
    this.is = is;
    this.of = of;
  }
}

export interface PackedTrees {
  readonly forest: PackedForest;
  readonly objective: Objective;
  readonly average: boolean;
  /** In the order of the trees' numbers. */
  readonly features: readonly string[];
  readonly words: TreeModel['words'];
}
/** A model of the ONNX format. */
export interface PackedOnnx {
  readonly bytes: Uint8Array;
  readonly bound: Bound;
}
export type PackedMember = { readonly member: Member } & (
  | { readonly trees: PackedTrees }
  | { readonly onnx: PackedOnnx }
  | { readonly spelled: Spelled }
);

/** A version that was read and fits the definition, as plain data: what a thread has made of it goes to another as it is. */
export interface PackedModel {
  readonly wanted: WantedModel;
  readonly version: string;
  readonly contentHash: string;
  /** Absent: it is not the one in use. */
  readonly move?: PublishedMove;
  readonly about: VersionAbout;
  readonly members: readonly PackedMember[];
}

/** A published file, looked over to its last byte, with requests such as its training rows were. Throws Unservable. */
export function packText(
  bytes: Uint8Array,
  wanted: WantedModel,
): { readonly packed: PackedModel; readonly pretended: readonly (readonly PlainRow[])[] } {
  const found = readVersionText(bytes);
  if (found.is !== 'whole') throw new Unservable('corrupt', found.is === 'broken' ? found.why : 'there is none');
  return { packed: packModel(found, wanted), pretended: pretendedRequests(found, wanted) };
}

/** What was published, made ready to be served. Throws Unservable where it is not what the definition says, or is not understood. */
export function packModel(found: Extract<Found, { is: 'whole' }>, wanted: WantedModel): PackedModel {
  if (found.model !== wanted.model)
    throw new Unservable('other model', `it is of the model ${found.model}, not of ${wanted.model}`);
  const { version, contentHash, about, move } = found;
  const named = { version, contentHash, ...(move ? { move } : {}) };
  const members = membersIn(found, named);
  const other = whyOther(wanted, found.about, members);
  if (other !== undefined) throw new Unservable('schema', other, named);
  return {
    ...{ ...named, wanted, about: about as VersionAbout },
    members: members.map(packed),
  };
}

function membersIn({ parts }: Publishable, named: Named): readonly ReadMember[] {
  const file = parts[modelFile];
  if (!file) throw new Unservable('corrupt', `it has no ${modelFile}`, named);
  try {
    return readMembers(file);
  } catch (error) {
    if (!(error instanceof UnreadableModel || error instanceof SyntaxError || error instanceof TypeError)) throw error;
    throw new Unservable('corrupt', `${modelFile} is not understood: ${error.message}`, named);
  }
}

function packed({ member, parameters, trees }: ReadMember): PackedMember {
  if ('onnx' in parameters) {
    const bytes = Uint8Array.from(Buffer.from(parameters.onnx, 'base64'));
    return { member, onnx: { bytes, bound: parameters.bound } };
  }
  if (!trees) return { member, spelled: parameters as Spelled };
  const { objective, average, features, words } = trees;
  return { member, trees: { forest: packForest(trees), objective, average, features, words } };
}

/** What can be handed over instead of copied. */
export const buffersOf = ({ members }: PackedModel): readonly ArrayBuffer[] =>
  members.flatMap((one) => {
    if ('onnx' in one) return [one.onnx.bytes.buffer as ArrayBuffer];
    return 'trees' in one ? [one.trees.forest.bytes, one.trees.forest.used.buffer as ArrayBuffer] : [];
  });

/** Whether something is needed that carries out models of the ONNX format. */
export const needsOnnx = ({ members }: PackedModel): boolean => members.some((one) => 'onnx' in one);
