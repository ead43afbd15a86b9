import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { openLoop, times } from './open-loop.ts';
import { load } from './process.ts';
import { quantile } from './tally.ts';

async function serving<T>(listener: RequestListener, use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/rank`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
const echo: RequestListener = (request, response) => {
  request.pipe(response.setHeader('x-model-version', 'v1').setHeader('x-answered-by', 'model'));
};

test('the same seed plans the same times, as many in a second as asked for', () => {
  const plan = { url: '', bodies: [], rate: 500, seconds: 20, seed: 7 };
  const planned = [...times(plan)];
  assert.deepEqual(planned, [...times(plan)]);
  assert.notDeepEqual(planned, [...times({ ...plan, seed: 8 })]);
  assert.ok(Math.abs(planned.length - 10_000) < 400, `${planned.length} in 20 seconds`);
  assert.deepEqual([...times({ ...plan, rate: 4, seconds: 1, gaps: 'even' })], [0, 250, 500, 750]);
});

test('a quantile is the nearest rank', () => {
  assert.deepEqual(
    [0.5, 0.95, 1].map((share) => quantile([1, 2, 3, 4], share)),
    [2, 4, 4],
  );
});

test('a server that stands still is seen by all that were planned meanwhile, from their planned time', async () => {
  let asked = 0;
  const still: RequestListener = (_, response) => {
    if (asked++ === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    response.end('{}');
  };
  await serving(still, async (url) => {
    const { sent, failed, latency } = await openLoop({
      ...{ url, rate: 100, seconds: 0.4, gaps: 'even', bodies: ['{}'] },
    }).ended;
    assert.deepEqual({ sent, failed }, { sent: 40, failed: 0 });
    // Half of them were planned while it stood still, a quarter in the first 100 ms of it.
    assert.ok(latency.most >= 195, `the greatest: ${latency.most}`);
    assert.ok(latency.p95 >= 150, `p95: ${latency.p95}`);
  });
});

test('requests beyond the connections wait, are sent, and their waiting counts', async () => {
  await serving(
    (_, response) => void setTimeout(() => response.end('{}'), 50),
    async (url) => {
      const plan = { url, rate: 100, seconds: 0.1, gaps: 'even', bodies: ['{}'], connections: 2 } as const;
      const { sent, failed, latency, inFlight } = await openLoop(plan).ended;
      assert.deepEqual({ sent, failed }, { sent: 10, failed: 0 });
      assert.ok(latency.most >= 150, `the greatest: ${latency.most}`);
      assert.ok(inFlight.most >= 5, `in flight: ${inFlight.most}`);
    },
  );
});

test('what fails is counted by its reason, and what never comes has failed when the patience ends', async () => {
  let asked = 0;
  const odd: RequestListener = (_, response) => {
    asked += 1;
    if (asked === 1) response.writeHead(503).end();
    else if (asked === 2) response.socket?.destroy();
    else if (asked > 3) response.end('{}');
  };
  await serving(odd, async (url) => {
    const plan = { url, rate: 50, seconds: 0.1, gaps: 'even', bodies: ['{}'], patience: 100 } as const;
    const { sent, failed, failures } = await openLoop(plan).ended;
    assert.deepEqual({ sent, failed }, { sent: 5, failed: 3 });
    assert.deepEqual(failures, { 503: 1, ECONNRESET: 1, 'no answer in time': 1 });
  });
});

test('another process sends, keeps every answer, and says what it took of the processor itself', async () => {
  await serving(echo, async (url) => {
    const bodies = ['{"case":1}', '{"case":2}'];
    const loading = load({ url, rate: 200, bodies, seed: 3 }, { answers: true });
    setTimeout(() => loading.stop(), 700);
    const { sent, failed, versions, by, cpu } = await loading.ended;
    assert.ok(sent > 20 && failed === 0 && cpu > 0, `${sent} sent, ${failed} failed, ${cpu} s`);
    assert.deepEqual({ versions, by }, { versions: { v1: sent }, by: { model: sent } });
    const answers = loading.answers();
    assert.equal(answers.length, sent);
    for (const { body, text, index } of answers) assert.deepEqual([body, text], [index % 2, bodies[index % 2]]);
  });
});
