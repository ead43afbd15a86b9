import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { type Command, root, Sandbox } from '../sandbox.ts';

const guide = readFileSync(path.join(root, 'docs', 'guides', 'endpoints.md'), 'utf8');
const [, definitions = ''] = /```ts\n([\s\S]*?)```/.exec(guide) ?? [];
/** The project of the guide, beside what `esteira init` writes. */
const box = new Sandbox({
  'definitions/1-orders.ts': `import { col, sql, table } from 'esteira';
export const products = table('silver.products', {
  columns: { name: col.text().key(), kind: col.text().oneOf('drink', 'food') },
  rows: sql\`select 'coffee' as name, 'drink' as kind union all select 'tea', 'drink' union all select 'cake', 'food'\`,
});
`,
  'definitions/3-quote.ts': definitions,
});
const config = readFileSync(box.file('esteira.config.ts'), 'utf8');
box.write({
  'esteira.config.ts': config
    .replace('retries:', 'endpoints: { quote: { port: 0 } },\n      retries:')
    .replace('standard:', "logs: { quote: 'logs/api.log' },\n  standard:"),
});
before(async () => {
  await box.succeed('setup');
  await box.succeed('run', 'train');
});

async function addressOf(process: Command): Promise<string> {
  await process.says(/"event":"ready"|ready: status|ready status/);
  const [address] = [...(process.out + process.err).matchAll(/http:\/\/[\d.]+:\d+/g)].at(-1) ?? [];
  return address ?? '';
}
const ask = (address: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${address}/api/quote`, {
    ...{ method: 'POST', body: JSON.stringify(body) },
    headers: { 'content-type': 'application/json', ...headers },
  });
const tea = { product: 'tea', quantity: 2, on: '2028-02-29' };

test('the endpoint of the guide answers, refuses, swaps another version in, and ends in order with what it has counted', async () => {
  const began = performance.now();
  const endpoint = box.start(['endpoint', 'quote', '--json']);
  const address = await addressOf(endpoint);
  assert.ok(performance.now() - began < 10_000);
  const answer = await ask(address, tea);
  assert.deepEqual([answer.status, answer.headers.get('x-answered-by')], [200, 'model']);
  const { kind, minutes } = (await answer.json()) as { readonly kind: string; readonly minutes: number };
  // (4 + 2 × 1.5 + 2), as the rows say that it learned from.
  assert.deepEqual([kind, Math.round(minutes * 1e6)], ['drink', 9e6]);
  const refused = await ask(address, { ...tea, product: 'secret-soup' });
  assert.deepEqual([refused.status, ((await refused.json()) as { code: string }).code], [422, 'REQUEST_REFUSED']);

  await box.succeed('run', 'train', '--again');
  const reloaded = await fetch(`${address}/api/debug/reload_weights`, { method: 'POST' });
  assert.equal(((await reloaded.json()) as { result: string }).result, 'swapped');
  const version = (await ask(address, tea)).headers.get('x-model-version');
  assert.notEqual(version, answer.headers.get('x-model-version'));
  assert.match(await box.succeed('status'), /quote +(not served|\d{8}_)/);

  const answering = Promise.all(Array.from({ length: 20 }, async () => (await ask(address, tea)).status));
  endpoint.signal('SIGTERM');
  assert.deepEqual(new Set(await answering), new Set([200]), 'what was sent before is answered');
  const { exit, out, err } = await endpoint.ended;
  assert.equal(exit, 0, err);
  assert.deepEqual(JSON.parse(out), { endpoint: 'quote', address });
  assert.doesNotMatch(err, /secret-soup|2028-02-29/);
  const folder = box.file('data/endpoints/quote/counts/2026-03-10');
  const [file = ''] = readdirSync(folder).filter((name) => !name.startsWith('.'));
  const counts = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
  assert.deepEqual([counts.refused, counts.failed, counts.ended], [1, 0, true]);
  assert.ok(counts.predictions >= 3);
});

test('what cannot be served is said before anything is opened', async () => {
  assert.match(await box.succeed('check'), /1 endpoint;/);
  const unknown = await box.run('endpoint', 'quotes');
  assert.equal(unknown.exit, 2);
  assert.match(unknown.err, /There is no endpoint "quotes"[\s\S]*quote/);
  const first = box.start(['endpoint', '--json']);
  const { port } = new URL(await addressOf(first));
  const taken = await box.run('endpoint', 'quote', '--port', port);
  assert.equal(taken.exit, 4);
  assert.match(taken.err, /ADDRESS_UNUSABLE: Port \d+ of 127\.0\.0\.1 cannot be listened at[\s\S]*--port 0/);
  const logged = readFileSync(box.file('logs/api.log'), 'utf8').split('\n');
  const line = logged.find((one) => one.includes('"not started"')) ?? '';
  assert.deepEqual([JSON.parse(line).code, /--port 0/.test(line)], ['ADDRESS_UNUSABLE', true]);
  first.signal('SIGTERM');
  assert.equal((await first.ended).exit, 0);
});

test('beside the schedules a process serves each endpoint: begun again when it is killed, ended with them', async () => {
  const start = box.start(['start']);
  await start.says(/endpoint quote: ready/);
  const address = await addressOf(start);
  const before = (await (await fetch(`${address}/quote/health`)).json()) as { readonly process: string };
  assert.match(await box.succeed('status'), /quote +\d{8}_\d{4}\S* at http/);
  const pid = Number(/"pid":(\d+)/.exec(await (await fetch(`${address}/health/live`)).text())?.[1]);
  process.kill(pid, 'SIGKILL');
  await start.says(/endpoint quote has ended \(SIGKILL\)[\s\S]*endpoint quote: ready/);
  const again = await addressOf(start);
  const after = (await (await fetch(`${again}/quote/health`)).json()) as { readonly process: string };
  assert.notEqual(after.process, before.process);
  start.signal('SIGTERM');
  assert.equal((await start.ended).exit, 0);
  await assert.rejects(fetch(`${again}/health/live`));
});
