import { EsteiraError } from '../errors.ts';
import type { GraphStep } from './order.ts';

/**
 * `silver.tb_x` that step, `+silver.tb_x` all above it too, `silver.tb_x+` all below it too, `silver.*` by pattern; several are added up. The
 * order stays.
 */
export function select(steps: readonly GraphStep[], words: readonly string[]): readonly GraphStep[] {
  if (words.length === 0) return steps;
  const chosen = new Set<string>();
  const above = new Map(steps.map(({ node, needs }) => [node.id, needs]));
  const below = new Map<string, string[]>();
  for (const { node, needs } of steps)
    for (const need of needs) {
      const readers = below.get(need);
      if (readers) readers.push(node.id);
      else below.set(need, [node.id]);
    }
  for (const word of words) {
    const [, withAbove, pattern = '', withBelow] = /^(\+?)(.*?)(\+?)$/.exec(word) ?? [];
    const matches = steps.filter(({ node }) => matchesName(pattern, node.id) || node.definition.name === pattern);
    if (matches.length === 0) throw unknownSelection(word, steps);
    for (const step of matches) {
      chosen.add(step.node.id);
      if (withAbove) for (const id of reach(step.node.id, above)) chosen.add(id);
      if (withBelow) for (const id of reach(step.node.id, below)) chosen.add(id);
    }
  }
  return steps.filter((step) => chosen.has(step.node.id));
}

/** `*` stands for any characters; the catalog may be left out. */
export function matchesName(pattern: string, id: string): boolean {
  return matches(pattern, id) || matches(pattern, id.slice(id.indexOf('.') + 1));
}

/** Part by part, without going back: an expression would take for ever over many `*`. */
function matches(pattern: string, text: string): boolean {
  const [first = '', ...parts] = pattern.split('*');
  const last = parts.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length >= at + last.length && text.endsWith(last);
}

function reach(start: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const other of next.get(id) ?? []) {
      if (found.has(other)) continue;
      found.add(other);
      open.push(other);
    }
  }
  return found;
}

const unknownSelection = (word: string, steps: readonly GraphStep[]): EsteiraError =>
  new EsteiraError('NAME_UNKNOWN', {
    what: `--select ${word} finds no step of this job.`,
    allowed: steps.map((step) => `${step.node.schema}.${step.node.table}`).join(', '),
    next: 'Use a name of the list, with + before it for all above, + after it for all below, or a pattern such as silver.*',
  });
