import type { Evidence, Found } from './evidence.ts';
import { causes, type FindingView } from './views.ts';

/**
 * The most probable cause first. What comes of something that stands above it is no cause: it is told with the one that explains it. Where several are
 * left, the kind that is believed first goes first, then what stands highest, then what concerns most rows.
 */
export function ranked(found: readonly Found[], evidence: Pick<Evidence, 'above'>): readonly FindingView[] {
  const general = found.filter(({ explainsAll }) => explainsAll).toSorted(byCause)[0];
  const depth = ({ node }: Found): number => (node ? evidence.above(node).size : 0);
  // The nearest: what that comes of itself is found from there.
  const nearest = (one: Found, other: Found): number => depth(other) - depth(one) || byCause(one, other);
  const explainedBy = new Map<Found, Found>();
  for (const one of found) {
    const own = found.filter((other) => other !== one && explains(other, one, evidence)).toSorted(nearest)[0];
    const by = own ?? (general !== one && isEffect(one) ? general : undefined);
    if (by) explainedBy.set(one, by);
  }
  const rootOf = (one: Found, seen = new Set<Found>()): Found => {
    const by = explainedBy.get(one);
    if (!by || seen.has(one)) return one;
    seen.add(one);
    return rootOf(by, seen);
  };
  const roots = found.filter((one) => rootOf(one) === one);
  return roots
    .toSorted(
      (one, other) => byCause(one, other) || depth(one) - depth(other) || (other.weight ?? 0) - (one.weight ?? 0),
    )
    .map((root) =>
      view(
        root,
        found.filter((one) => one !== root && rootOf(one) === root),
      ),
    );
}

const isEffect = ({ isEffect: is, cause }: Found): boolean => is === true && cause !== 'invalid rows';
const byCause = (one: Found, other: Found): number => causes.indexOf(one.cause) - causes.indexOf(other.cause);

/** Something above it that is wrong itself, and that it may come of. */
function explains(other: Found, one: Found, evidence: Pick<Evidence, 'above'>): boolean {
  if (other.isAside || !one.isEffect || !one.node || !other.node || other.node.id === one.node.id) return false;
  const of = one.of ?? evidence.above(one.node);
  return [other.node, ...(other.also ?? [])].some(({ id }) => of.has(id)) && !of.has(one.node.id);
}

function view({ cause, what, node, evidence, rows, next }: Found, explained: readonly Found[]): FindingView {
  return {
    cause,
    what,
    ...(node ? { step: node.id } : {}),
    evidence,
    ...(rows ? { rows } : {}),
    explains: explained.map((one) => one.short ?? one.what),
    next: [...new Set(next)],
  };
}
