import type { AnySource } from '../../define/index.ts';
import type { Node } from '../../graph/index.ts';
import type { Project } from '../../run/index.ts';
import { few } from '../alerts/words.ts';
import { nameOf } from '../names.ts';
import { counted } from '../numbers.ts';
import { isOf } from './dates.ts';

/** So many files are looked at. */
const most = 20_000;

interface Missed {
  readonly text: string;
  readonly evidence: readonly string[];
  readonly next: readonly string[];
}

/** A file that no source takes, and that looks as if it were this one's: in another folder, or under another ending. */
export async function near(
  node: Node<AnySource>,
  {
    pattern,
    date,
    project,
    hasSome,
  }: {
    readonly pattern: string;
    readonly date: Temporal.PlainDate;
    readonly project: Project;
    /** Files of other dates are where they belong: only one of this date is missed. */
    readonly hasSome: boolean;
  },
): Promise<Missed | undefined> {
  const wanted = pattern.replaceAll('{date}', date.toString());
  const taken = await takenBySources(project);
  const left = (await project.files.below('', most)).filter((path) => !taken.has(path));
  const ofDate = left.filter((path) => isOf(path, date));
  const candidates = (hasSome || ofDate.length > 0 ? ofDate : left)
    .map((path) => ({ path, likeness: likeness(path, wanted) }))
    .filter((one) => one.likeness >= alike)
    .toSorted((one, other) => other.likeness - one.likeness || (one.path < other.path ? 1 : -1));
  const [best] = candidates;
  if (!best) return undefined;
  const same = candidates.filter((one) => one.likeness === best.likeness).map(({ path }) => path);
  const what = same.length === 1 ? 'a file lies' : `${counted(same.length, 'file')} lie`;
  return {
    text: `${what} where ${nameOf(node)} does not look: ${few(same, 1)}; it reads ${wanted}`,
    evidence: [`no source takes ${few(same)}`, `looked in ${project.files.describe}`],
    next: [`Put ${same.length === 1 ? 'it' : 'them'} where the source looks, or correct its pattern; then run again.`],
  };
}

async function takenBySources(project: Project): Promise<ReadonlySet<string>> {
  const taken = new Set<string>();
  for (const { definition } of project.graph.nodes.values()) {
    if (definition.kind !== 'source') continue;
    const { by, options } = project.readerOf(definition as AnySource);
    const found = by === 'files' ? await project.files.list((options.pattern ?? '').replaceAll('{date}', '*')) : [];
    for (const { path } of found) taken.add(path);
  }
  return taken;
}

/** Less than this share of its words is no likeness. */
const alike = 0.5;

/** How much of the words of a path, its folders and ending among them, the other has; what a star stands for is no word. */
function likeness(path: string, wanted: string): number {
  const words = (text: string): readonly string[] =>
    text
      .toLowerCase()
      .replaceAll(/\d+/g, ' ')
      .split(/[^a-zà-ÿ]+/)
      .filter((word) => word.length > 1);
  const [own, asked] = [words(path), words(wanted)];
  if (asked.length === 0) return 0;
  const has = (word: string): boolean => own.some((one) => one === word || isClose(one, word));
  return asked.filter(has).length / Math.max(asked.length, own.length);
}

/** `pedido` and `pedidos`, `orders` and `order`, `Chamados` and `chamado_s`. */
const isClose = (one: string, other: string): boolean =>
  Math.min(one.length, other.length) >= 4 &&
  (one.startsWith(other.slice(0, -1)) || other.startsWith(one.slice(0, -1))) &&
  Math.abs(one.length - other.length) <= 2;
