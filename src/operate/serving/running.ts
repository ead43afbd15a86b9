import type { Project } from '../../run/index.ts';
import { type Counts, countsEvery } from '../../serve/counts.ts';
import type { EndpointView } from '../views.ts';
import { addedUp, countsOf } from './counts.ts';

/** Milliseconds that a store has to answer, whoever asks how things stand. */
const patience = 3000;
/** A process that lives has written within this time, in milliseconds. */
const alive = countsEvery * 2.5;

/** Which processes serve the endpoints, by what they have written; a store that does not answer is said. */
export async function servedEndpoints({ graph, serving, clock }: Project): Promise<readonly EndpointView[]> {
  const names = [...graph.endpoints.keys()];
  if (!serving || names.length === 0) return [];
  const now = clock.now();
  const today = now.toZonedDateTimeISO('UTC').toPlainDate();
  try {
    const files = await serving.open(AbortSignal.timeout(patience));
    return await Promise.all(
      names.map(async (endpoint) =>
        viewOf(endpoint, await countsOf(files, endpoint, { from: today.subtract({ days: 1 }), to: today }), now),
      ),
    );
  } catch (error) {
    return names.map((endpoint) => ({ ...viewOf(endpoint, [], now), trouble: (error as Error).message }));
  }
}

/** When it began; of one that has counted the day before that is not known any more. */
function sinceOf(process: string, all: readonly Counts[], date: string): { readonly since?: string } {
  const own = all.filter((one) => one.process === process);
  const [since] = own.map(({ from }) => from).toSorted();
  return since !== undefined && own.every((one) => one.date === date) ? { since } : {};
}

function viewOf(endpoint: string, all: readonly Counts[], now: Temporal.Instant): EndpointView {
  const date = now.toString().slice(0, 10);
  const today = all.filter((one) => one.date === date);
  const byTime = all.toSorted((one, other) => one.to.localeCompare(other.to));
  // Where another listens now, the one before was killed.
  const newest = new Map(
    byTime.map((one) => [one.address === undefined ? one.process : `${one.host} ${one.address}`, one] as const),
  );
  const processes = [...newest.values()].filter(
    ({ to, ended }) => !ended && now.epochMilliseconds - Temporal.Instant.from(to).epochMilliseconds < alive,
  );
  const last = byTime.at(-1);
  const sum = (of: (one: Counts) => number): number => today.reduce((total, one) => total + of(one), 0);
  return {
    endpoint,
    processes: processes.map(({ process, address, serving, unserved }) => ({
      process,
      ...sinceOf(process, all, date),
      ...(address !== undefined && { address }),
      ...(serving !== undefined && { version: serving }),
      ...(unserved && { unserved }),
    })),
    ...(last && { seen: last.to }),
    ...(last && processes.length === 0 && !last.ended && { isLost: true }),
    requests: sum(({ requests }) => requests),
    fallbacks: sum(({ fallbacks }) => Object.values(fallbacks).reduce((total, count) => total + count, 0)),
    failed: sum(({ failed }) => failed),
    reloads: addedUp(today).reloads,
  };
}
