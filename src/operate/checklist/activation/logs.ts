import { open } from 'node:fs/promises';
import path from 'node:path';
import type { Endpoint, Job } from '../../../define/index.ts';
import type { Project } from '../../../run/index.ts';
import { counted, moment } from '../../numbers.ts';
import type { EndpointView } from '../../views.ts';
import type { Found } from './found.ts';

/** Files that the configuration names for jobs and endpoints of the pipeline: each has what its job or endpoint has done last. */
export async function logged(
  { logs, folder, state }: Pick<Project, 'logs' | 'folder' | 'state'>,
  { jobs, endpoints }: { readonly jobs: readonly Job[]; readonly endpoints: readonly Endpoint[] },
  served: readonly EndpointView[],
): Promise<Found> {
  const wanted = new Map<string, { readonly of: string; readonly since: string | undefined }[]>();
  const want = (of: string, since: string | undefined): void => {
    const place = logs?.get(of)?.describe;
    if (place !== undefined) wanted.set(place, [...(wanted.get(place) ?? []), { of, since }]);
  };
  for (const { name } of jobs) {
    const [last] = await state.runs({ job: name, limit: 1 });
    want(name, last?.createdAt.toString());
  }
  for (const { name } of endpoints) {
    const processes = served.find(({ endpoint }) => endpoint === name)?.processes ?? [];
    const starts = processes.flatMap(({ since }) => since ?? []);
    want(name, starts.toSorted().at(-1));
  }
  const found = await Promise.all(
    [...wanted].map(async ([place, of]) => ({ place, of, at: await lastLine(path.resolve(folder, place)) })),
  );
  const bad = found.flatMap(({ place, of, at }) => {
    if (at === undefined) return [`nothing is in ${place}`];
    const late = of.find(({ since }) => since !== undefined && isBefore(at, since));
    return late?.since
      ? [`${place} has nothing of ${late.of} ${moment(late.since)}: its last line is of ${moment(at)}`]
      : [];
  });
  const [oldest] = found.flatMap(({ at }) => at ?? []).toSorted();
  return {
    ...{ item: 'logs are written', state: found.length === 0 ? 'unknown' : bad.length === 0 ? 'ok' : 'failed' },
    what:
      found.length === 0
        ? 'esteira.config.ts names no file for its jobs or endpoints'
        : (bad[0] ?? `${counted(found.length, 'file')}, the oldest last line is of ${moment(oldest ?? '')}`),
    evidence: [
      ...bad.slice(1),
      ...found.map(({ place, at }) => `${place}: ${at ? `last line ${moment(at)}` : 'nothing is there'}`),
    ],
    next: [],
  };
}

const isBefore = (one: string, other: string): boolean =>
  Temporal.Instant.from(one).epochMilliseconds < Temporal.Instant.from(other).epochMilliseconds;

/** Of a file, what its last lines are in. */
const tail = 65_536;
const instant = /^\{"at":"([^"]+Z)"/;

/** When the last line was written, by the line itself: the clock of the machine may be another than the project's. Nothing where there is no line. */
async function lastLine(place: string): Promise<string | undefined> {
  const file = await open(place).catch(() => undefined);
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.min(size, tail));
    await file.read(bytes, 0, bytes.length, size - bytes.length);
    const times = bytes
      .toString('utf8')
      .split('\n')
      .flatMap((line) => instant.exec(line)?.[1] ?? []);
    return times.at(-1);
  } finally {
    await file.close();
  }
}
