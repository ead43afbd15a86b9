import type { FollowedStep, Layer } from './follow.ts';

interface Drawn<Line> {
  head(layer: Layer): Line;
  step(step: FollowedStep): Line;
  /** So many steps are not shown. */
  more(steps: number): Line;
}

/**
 * The lines of the layers, at most so many. What is over gives way first: steps of finished layers, those without invalid rows before the
 * others; then of layers that have not begun, the last first; then, in what is going on, steps that say the least.
 */
export function shorten<Line>(all: readonly Layer[], height: number, drawn: Drawn<Line>): readonly Line[] {
  const closed = new Set<Layer>();
  const size = (): number => all.reduce((lines, layer) => lines + (closed.has(layer) ? 1 : 1 + layer.steps.length), 0);
  const over = all.filter(({ state }) => state === 'done' || state === 'skipped');
  const waiting = all.filter(({ state }) => state === 'pending').toReversed();
  for (const layer of [...over.filter((one) => !hasInvalid(one)), ...over.filter(hasInvalid), ...waiting]) {
    if (size() <= height) break;
    closed.add(layer);
  }
  if (size() <= height) return all.flatMap((layer) => lines(layer, closed.has(layer) ? 0 : layer.steps.length, drawn));
  const open = all.filter((layer) => !closed.has(layer));
  let room = Math.max(0, height - all.length);
  const drawnLines = all.flatMap((layer) => {
    if (closed.has(layer)) return lines(layer, 0, drawn);
    const share = Math.ceil(room / (open.length - open.indexOf(layer)));
    const taken = Math.min(share, layer.steps.length);
    room -= taken;
    return lines(layer, taken, drawn);
  });
  return drawnLines.slice(0, Math.max(1, height));
}

const hasInvalid = ({ steps }: Layer): boolean => steps.some(({ end }) => (end?.account?.invalid ?? 0) > 0);

const worth: Readonly<Record<FollowedStep['state'], number>> = {
  failed: 0,
  running: 1,
  done: 2,
  pending: 3,
  skipped: 4,
};

/** A layer in so many lines below its head; the last of them says how many steps are left out. */
function lines<Line>(layer: Layer, room: number, drawn: Drawn<Line>): Line[] {
  const head = drawn.head(layer);
  if (room === 0) return [head];
  if (room >= layer.steps.length) return [head, ...layer.steps.map((step) => drawn.step(step))];
  const first = layer.steps.toSorted((a, b) => worth[a.state] - worth[b.state]).slice(0, room - 1);
  const kept = layer.steps.filter((step) => first.includes(step));
  return [head, ...kept.map((step) => drawn.step(step)), drawn.more(layer.steps.length - kept.length)];
}
