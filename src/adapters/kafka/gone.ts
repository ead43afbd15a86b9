import type { Span } from '../../ports/index.ts';
import type { Found } from './topics.ts';

/**
 * Of the newest span that was read: when it began and ended, in milliseconds, and by partition the first message that was sent then or later, or where the
 * partition ended. So all that is before was sent before.
 */
export type Known = ReadonlyMap<string, bigint>;

/** A number that another topic hardly has. */
export const identityOf = (id: string): bigint => BigInt(`0x${id.replaceAll('-', '').slice(0, 15)}`);

/** Of one that goes on both edges are where it began: where it ends nobody knows yet. Nothing of one that has not begun. */
export async function spanned(
  { topic, broker, described }: Found,
  { from, until }: Span,
  now = Date.now(),
): Promise<Known> {
  if (from.epochMilliseconds > now) return new Map();
  const end = until.epochMilliseconds > now ? from : until;
  const [begun, ended] = await Promise.all([from, end].map((at) => broker.since(topic, at)));
  const offsets = described.partitions.flatMap((extent, partition) =>
    [begun, ended].map((since, index) => {
      const first = since?.[partition] ?? -1n;
      return [`${partition}:${index === 0 ? 'from' : 'until'}`, first < 0n ? extent.end : first] as const;
    }),
  );
  const times = [
    ['from', BigInt(from.epochMilliseconds)],
    ['until', BigInt(end.epochMilliseconds)],
  ] as const;
  return new Map([...times, ['topic', identityOf(described.id)] as const, ...offsets]);
}

/**
 * What is gone of a time, in a sentence. A partition of which the first message is the first that it still has, or that has none, may have had others before.
 * Were they of that time? Where it was read up to there, what was known then says it; else how long the topic keeps its messages.
 */
export async function goneOf(
  found: Found,
  span: Span,
  { known = new Map(), starts }: { readonly known?: Known | undefined; readonly starts: readonly bigint[] },
): Promise<string | undefined> {
  const { topic, broker, described } = found;
  const cut = described.partitions.flatMap(({ first, end }, partition) => {
    const start = starts[partition] ?? -1n;
    return first > 0n && (start === first || (start < 0n && first === end)) ? [{ partition, first }] : [];
  });
  const lost: typeof cut = [];
  let kept: Promise<boolean> | undefined;
  for (const one of cut) {
    const verdict = wereOf(span, one, identityOf(described.id) === known.get('topic') ? known : new Map());
    kept ??= verdict === undefined ? broker.keeps(topic, span.from) : undefined;
    if (verdict ?? !(await kept)) lost.push(one);
  }
  if (lost.length === 0) return undefined;
  const parts = lost.map(({ partition, first }) => `those of partition ${partition} before offset ${first}`);
  return `${topic.name} may not have all messages of ${span.called} any more: ${parts.join(', ')} are gone`;
}

/** Whether messages before the first that is there were sent in the span, by what was known before; nothing where that does not say it. */
function wereOf(
  { from }: Span,
  { partition, first }: { readonly partition: number; readonly first: bigint },
  known: Known,
): boolean | undefined {
  const begin = BigInt(from.epochMilliseconds);
  for (const edge of ['from', 'until']) {
    const [at, offset] = [known.get(edge), known.get(`${partition}:${edge}`)];
    if (at === undefined || offset === undefined || at > begin) continue;
    // All before the offset was sent before the span.
    if (first <= offset) return false;
    // What is gone behind it was sent since: in the span, where that begins there.
    if (at === begin) return true;
  }
  return undefined;
}
