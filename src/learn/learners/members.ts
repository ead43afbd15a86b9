import { readModel } from '../trees/format/read.ts';
import type { TreeModel } from '../trees/model.ts';
import type { Parameters } from './learned.ts';

/** What was learned of one member of a family, as it was read; trees are ready to be walked. */
export interface ReadMember {
  readonly member: Readonly<Record<string, string | number | boolean>>;
  readonly parameters: Parameters;
  readonly trees?: TreeModel;
}

/** What a version has learned. Throws SyntaxError and UnreadableModel. */
export const readMembers = (file: Uint8Array): readonly ReadMember[] =>
  (JSON.parse(Buffer.from(file).toString('utf8')) as { readonly members: readonly ReadMember[] }).members.map((one) =>
    'text' in one.parameters ? { ...one, trees: readModel(one.parameters.text) } : one,
  );
