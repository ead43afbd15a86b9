import type { Objective, Tree, TreeModel } from '../model.ts';
import { isKnown } from '../objectives/outcome.ts';
import { numberOf } from './numbers.ts';
import { readTree } from './read-tree.ts';
import { broken, cut, unknown } from './refusal.ts';

/** Reads LightGBM's model.txt; throws UnreadableModel for what is cut off, contradicts itself, or is not known here. */
export function readModel(text: string): TreeModel {
  const lines = text.split('\n').map((line) => line.trimEnd());
  if (lines[0] !== 'tree') throw unknown('is none', lines[0] ?? '');
  const end = lines.indexOf('end of trees');
  if (end < 0) throw cut('is cut off: the line "end of trees" is missing');
  const starts = lines.flatMap((line, at) => (at < end && line.startsWith('Tree=') ? [at] : []));
  const header = fieldsOf(lines.slice(1, starts[0] ?? end));
  if (!['v3', 'v4'].includes(header.get('version') ?? ''))
    throw unknown('has an unknown version', header.get('version') ?? 'none');
  const features = header.get('feature_names')?.split(' ') ?? [];
  const count = numberOf(header.get('max_feature_idx') ?? '', 'max_feature_idx', 'whole') + 1;
  if (features.length !== count) throw broken(`names ${features.length} features, and says that it has ${count}`);
  const infos = header.get('feature_infos')?.split(' ') ?? [];
  if (infos.length !== count) throw broken(`describes ${infos.length} of ${count} features`);
  const sizes = (header.get('tree_sizes') ?? '').split(' ').filter(Boolean);
  if (sizes.length !== starts.length) throw broken(`says that it has ${sizes.length} trees, and has ${starts.length}`);
  const trees = starts.map((start, index): Tree => {
    const block = lines.slice(start, starts[index + 1] ?? end);
    // The next block begins where this one ends, by the file's own account.
    const size = Buffer.byteLength(`${block.join('\n')}\n`);
    if (lines[start] !== `Tree=${index}` || size !== Number(sizes[index]))
      throw broken(`has ${size} bytes in tree ${index}, and says ${sizes[index]}`, `line ${start + 1}`);
    return readTree(fieldsOf(block), count);
  });
  const objective = objectiveOf(header);
  const perRound = numberOf(header.get('num_tree_per_iteration') ?? '', 'num_tree_per_iteration', 'whole');
  if (perRound !== objective.classes || trees.length % perRound !== 0)
    throw broken(`has ${trees.length} trees, ${perRound} a round, for ${objective.classes} classes`);
  const parameters = lines.slice(end).filter((line) => /^\[[a-z0-9_]+: .*\]$/.test(line));
  return {
    ...{ objective, perRound, features, infos, trees, parameters },
    average: header.has('average_output'),
    words: wordsOf(lines.slice(end), { parameters, features }),
  };
}

function fieldsOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines) {
    const at = line.indexOf('=');
    if (line === '') continue;
    const key = at < 0 ? line : line.slice(0, at);
    if (fields.has(key)) throw broken('says something twice', key);
    fields.set(key, at < 0 ? '' : line.slice(at + 1));
  }
  return fields;
}

function objectiveOf(header: ReadonlyMap<string, string>): Objective {
  const [name = '', ...more] = (header.get('objective') ?? '').split(' ');
  if (!isKnown(name)) throw unknown('has an objective that is not known', name || 'none');
  const option = (key: string): string | undefined =>
    more.find((one) => one.startsWith(`${key}:`))?.slice(key.length + 1);
  const sigmoid = numberOf(option('sigmoid') ?? '1', 'sigmoid');
  const classes = numberOf(header.get('num_class') ?? '', 'num_class', 'whole');
  if (!(sigmoid > 0) || classes < 1) throw broken('has an objective that cannot be', header.get('objective') ?? '');
  return { name, classes, sigmoid, root: more.includes('sqrt') };
}

/** Words stand where Python's lightgbm keeps those of pandas: one list for each feature that `categorical_feature` numbers. */
function wordsOf(
  tail: readonly string[],
  { parameters, features }: { readonly parameters: readonly string[]; readonly features: readonly string[] },
): Readonly<Record<string, readonly string[]>> {
  const key = 'pandas_categorical:';
  const lists = parsed(tail.find((line) => line.startsWith(key))?.slice(key.length) ?? 'null');
  const numbered = parameters.find((line) => line.startsWith('[categorical_feature: '))?.slice(22, -1) ?? '';
  const owners = numbered === '' ? [] : numbered.split(',').map((number) => features[Number(number)]);
  if (lists.length !== owners.length || owners.includes(undefined)) return {};
  return Object.fromEntries(owners.map((name, index) => [name as string, lists[index] as readonly string[]]));
}

function parsed(text: string): readonly (readonly string[])[] {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null) return [];
    if (Array.isArray(value) && value.every((list) => Array.isArray(list)))
      return value.map((list) => list.map(String));
  } catch {}
  throw broken('has words that cannot be read', text);
}
