import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { type Endpoint, logFolder } from '../../define/index.ts';
import type { StepModel } from '../../plan/index.ts';
import type { KeptFiles } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import type { Context } from '../views.ts';
import { fetchSeen } from './fetch-seen.ts';

/** A run that reads the log of an endpoint, from a store that has so many files of it and takes so long for each answer. */
async function fetched({
  count,
  takes,
  silentAfter = Number.POSITIVE_INFINITY,
}: {
  readonly count: number;
  readonly takes: number;
  readonly silentAfter?: number;
}) {
  const log = {};
  const endpoint = { name: 'risk', log, facts: {} } as unknown as Endpoint;
  const there = new Set(
    Array.from({ length: count }, (_, index) => `${logFolder('risk')}/2026-03-04/${index}.parquet`),
  );
  const [here, notes]: [string[], string[]] = [[], []];
  let signal: AbortSignal | undefined;
  const answer = async <T>(value: T): Promise<T> => {
    mock.timers.tick(here.length > silentAfter ? 20_000 : takes);
    signal?.throwIfAborted();
    return value;
  };
  const store: Partial<KeptFiles> = {
    below: async (_, limit) => answer([...there].slice(0, limit)),
    read: async () => answer(Buffer.from('rows')),
    remove: async (path) => answer(void there.delete(path)),
  };
  const project = {
    graph: { endpoints: new Map([['risk', endpoint]]) },
    files: { keep: async (path: string) => here.push(path) },
    serving: {
      name: 's3',
      open: async (given: AbortSignal) => {
        signal = given;
        return store;
      },
    },
    redact: (text: string) => text,
    trace: () => {},
  } as unknown as Project;
  const models = [{ reads: [{ node: { definition: log } }] }] as unknown as readonly StepModel[];
  const emit: Context['emit'] = (event) => event.type === 'note' && notes.push(event.text);
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    await fetchSeen(models, project, { emit, signal: new AbortController().signal } as unknown as Context);
  } finally {
    mock.timers.reset();
  }
  return { here: here.length, notes, left: there.size };
}

test('all that endpoints have seen arrives from a store that answers, however long that takes in all', async () => {
  assert.deepEqual(await fetched({ count: 50, takes: 15_000 }), { here: 50, notes: [], left: 0 });
});

test('a store that is silent for twenty seconds is left, and how much has arrived is said', async () => {
  const { here, notes, left } = await fetched({ count: 5, takes: 19_000, silentAfter: 2 });
  assert.deepEqual([here, left], [3, 2]);
  assert.match(
    notes.join('\n'),
    /could not be fetched from s3, after 3 files: .*does not answer.*the next one fetches the rest/,
  );
});
