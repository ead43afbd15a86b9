import type { Say } from './parts.ts';
import type { ServingStore } from './store.ts';

/** Milliseconds: a store that has not taken by then what is left for it is left; and what each part has after that. */
const untilLeft = 6000;
const afterwards = 3000;

/** Closes all parts beside each other. A store that says nothing, and a part that does not end, keep nobody from ending; a part that fails is said. */
export async function closeAll(
  parts: Readonly<Record<string, () => Promise<void> | void>>,
  { store, say }: { readonly store: Pick<ServingStore, 'leave'>; readonly say: Say },
): Promise<void> {
  const open = new Set(Object.keys(parts));
  const all = Object.entries(parts).map(async ([part, close]) => {
    try {
      await close();
    } catch (error) {
      say({ level: 'warn', event: 'not closed', part, error: (error as Error).message });
    }
    open.delete(part);
  });
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const leaving = setTimeout(() => store.leave?.(), untilLeft);
  const ending = setTimeout(() => {
    say({ level: 'warn', event: 'not closed', part: [...open].join(', '), error: 'it does not end' });
    resolve();
  }, untilLeft + afterwards);
  await Promise.race([Promise.all(all), late]);
  for (const timer of [leaving, ending]) clearTimeout(timer);
}
