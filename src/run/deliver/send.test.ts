import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Target, type TargetBatch, TargetFault, type TargetResult } from '../../ports/index.ts';
import type { Batch } from './rows.ts';
import { type Sent, Stopped, sendAll, type Waits } from './send.ts';

const waits: Waits = { tries: 3, first: 1, longest: 2, patience: 300 };
const clock = { now: () => Temporal.Instant.from('2026-03-01T00:00:00Z') };
const passing = new TargetFault('It does not answer.', { is: 'passing', next: 'Wait.' });
const after = (milliseconds: number) =>
  new TargetFault('It does not answer.', { is: 'passing', next: 'Wait.', after: milliseconds });
const ofRows = new TargetFault('A row is refused.', { is: 'of rows', next: 'Mend it.' });
const all = ({ rows }: TargetBatch): TargetResult[] => Array.from({ length: rows }, () => ({ is: 'sent' }));
const ids = ({ columns }: TargetBatch) => columns['id'] ?? [];

async function* batches(count: number, size = 4): AsyncGenerator<Batch> {
  for (let number = 1; number <= count; number += 1) {
    const id = Array.from({ length: size }, (_, row) => (number - 1) * size + row);
    yield { number, hash: String(number), rowHashes: id.map(String), rows: size, columns: { id } };
  }
}

/** Sends so many batches of four rows; what becomes of each, in their order. */
async function send(
  count: number,
  write: (batch: TargetBatch, signal: AbortSignal | undefined) => Promise<readonly TargetResult[]>,
  other: {
    readonly parallel?: number;
    readonly signal?: AbortSignal;
    readonly again?: Target;
    /** What the rows say that an earlier attempt has left in doubt. */
    readonly left?: readonly string[];
  } = {},
) {
  const sent: Sent[] = [];
  let retries = 0;
  const target: Target = { place: 'elsewhere', write: (batch, signal) => write(batch, signal), close: async () => {} };
  const thrown = await sendAll(batches(count), {
    ...{ first: target, again: other.again ?? target, parallel: other.parallel ?? 1, waits, clock },
    signal: other.signal ?? new AbortController().signal,
    isInDoubt: (rowHash) => other.left?.includes(rowHash) ?? false,
    onBegin: async () => {},
    onSent: async (_, one) => void sent.push(one),
    onRetry: () => {
      retries += 1;
    },
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { sent: sent.toSorted((one, other) => one.number - other.number), retries, thrown };
}

test('a batch that comes to nothing again and again is reported, while the others go on', async () => {
  const { sent, retries, thrown } = await send(
    5,
    async (batch) => {
      if (ids(batch).includes(4)) throw passing;
      // Others come through meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 2));
      return all(batch);
    },
    { parallel: 2 },
  );
  assert.equal(thrown, undefined);
  assert.deepEqual(
    sent.map(({ status }) => status[0]),
    ['sent', 'failed', 'sent', 'sent', 'sent'],
  );
  assert.equal(sent[1]?.reasons[3], 'It does not answer.');
  assert.ok(retries >= 2);
});

test('where nothing comes through the place is waited for, and then nothing more is sent', async () => {
  let requests = 0;
  const { sent, thrown } = await send(5, async (batch) => {
    requests += 1;
    if (requests > 2) throw passing;
    return all(batch);
  });
  assert.ok(thrown instanceof Stopped);
  assert.equal(thrown.place, 'elsewhere');
  assert.deepEqual(
    sent.map(({ status }) => status[0]),
    ['sent', 'sent', 'failed'],
  );
  assert.ok(requests > 2 + waits.tries && requests < waits.patience, `${requests} requests`);
});

test('what requests take that hang counts, and nobody waits for longer than that though the place asks for it', async () => {
  const hanging = 15;
  let requests = 0;
  const first = await send(1, async () => {
    requests += 1;
    await new Promise((resolve) => setTimeout(resolve, hanging));
    throw passing;
  });
  assert.ok(first.thrown instanceof Stopped);
  assert.ok(requests <= 1 + Math.ceil(waits.patience / hanging), `${requests} requests`);
  const started = performance.now();
  const second = await send(1, () => Promise.reject(after(60_000)));
  assert.ok(second.thrown instanceof Stopped);
  assert.ok(performance.now() - started < 30_000);
});

test('a place that asks for no pause is not asked without one', async () => {
  let requests = 0;
  const { thrown } = await send(1, async () => {
    requests += 1;
    throw after(0);
  });
  assert.ok(thrown instanceof Stopped);
  assert.ok(requests < waits.patience, `${requests} requests`);
});

test('a place that comes back before that loses nothing', async () => {
  let requests = 0;
  const { sent, retries, thrown } = await send(3, async (batch) => {
    requests += 1;
    if (requests > 1 && requests < 8) throw passing;
    return all(batch);
  });
  assert.equal(thrown, undefined);
  assert.deepEqual([sent.length, retries], [3, 6]);
  assert.ok(sent.every(({ status }) => status.every((one) => one === 'sent')));
});

test('rows that are refused are found by halves, each for itself', async () => {
  const poison = new Set([1, 6]);
  const { sent, thrown } = await send(2, async (batch) => {
    if (ids(batch).some((id) => poison.has(id as number))) throw ofRows;
    return all(batch);
  });
  assert.equal(thrown, undefined);
  assert.deepEqual(
    sent.map(({ status, tries }) => [status.join(' '), tries]),
    [
      ['sent failed sent sent', 5],
      ['sent sent failed sent', 5],
    ],
  );
});

test('what is sent again is not written a second time, and counts as written by this run', async () => {
  const again: Target = {
    place: 'elsewhere',
    write: async ({ rows }) => Array.from({ length: rows }, () => ({ is: 'unchanged' })),
    close: async () => {},
  };
  const { sent } = await send(1, () => Promise.reject(passing), { again });
  // As far as anybody can tell, the first request has written it.
  assert.deepEqual(sent[0]?.status, ['sent', 'sent', 'sent', 'sent']);
  assert.match(sent[0]?.reasons[0] ?? '', /^it was sent twice/);
  const second = await send(2, async ({ rows }) => Array.from({ length: rows }, () => ({ is: 'unchanged' })), {
    ...{ again, left: ['4', '6'] },
  });
  assert.deepEqual(
    second.sent.map(({ status }) => status.join(' ')),
    ['unchanged unchanged unchanged unchanged', 'sent unchanged sent unchanged'],
  );
});

test('of the halves of a batch only that one is in doubt of which a request came to nothing', async () => {
  let times = 0;
  const { sent } = await send(1, async (batch) => {
    if (batch.rows > 2) throw ofRows;
    if (ids(batch).includes(2)) times += 1;
    if (times === 1 && ids(batch).includes(2)) throw passing;
    return ids(batch).map(() => ({ is: 'unchanged' }));
  });
  assert.deepEqual(sent[0]?.status, ['unchanged', 'unchanged', 'sent', 'sent']);
});

test('rows that failed are in doubt where a request may have been carried out, and not where they were refused', async () => {
  const { sent } = await send(2, async (batch) => {
    if (ids(batch).includes(1)) throw ofRows;
    if (ids(batch).includes(4)) throw passing;
    return all(batch);
  });
  assert.deepEqual(
    sent.map(({ inDoubt }) => inDoubt),
    [[], [0, 1, 2, 3]],
  );
});

test('once it is stopped no batch is begun, and what became of those under way is known', async () => {
  const stop = new AbortController();
  const begun: unknown[] = [];
  const { sent, thrown } = await send(
    50,
    async (batch) => {
      begun.push(ids(batch)[0]);
      if (begun.length === 4) stop.abort();
      await new Promise((resolve) => setTimeout(resolve, 5));
      return all(batch);
    },
    { parallel: 2, signal: stop.signal },
  );
  assert.equal(thrown, undefined);
  assert.equal(sent.length, begun.length);
  assert.ok(begun.length <= 5, `${begun.length} batches`);
});

test('a fault of Esteira itself is none of the place', async () => {
  const { thrown, sent } = await send(3, () => Promise.reject(new TypeError('wrong')));
  assert.ok(thrown instanceof TypeError);
  assert.deepEqual(sent, []);
});
