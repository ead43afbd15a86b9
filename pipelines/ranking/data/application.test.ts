import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Application, eventFiles } from './application.ts';
import type { MatchEvent } from './generator/events.ts';
import { knownAt, type Lawyer, lawyersOf, utility } from './generator/lawyers.ts';
import { planOf } from './generator/options.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'application-'));
const plan = planOf({ folder, lastDate: '2026-09-13', days: 3, lawyers: 300, faults: false, seed: 4 });
const lawyers = lawyersOf(plan);
const byId = new Map(lawyers.map((one) => [one.id, one]));
const noon = Date.parse('2026-09-13T12:00:00Z');
const worth = (lawyer: Lawyer | undefined): number => {
  const known = lawyer && knownAt(lawyer, noon);
  return known ? utility(known) : Number.NEGATIVE_INFINITY;
};

/** An endpoint that has two versions: one that knows all but the noise, and one that draws lots. */
async function endpoint(version: () => 'best' | 'lots'): Promise<{ address: string; close(): void }> {
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (piece) => (text += piece));
    request.on('end', () => {
      const { lawyer_ids } = JSON.parse(text) as { lawyer_ids: readonly string[] };
      const ids =
        version() === 'best' ? lawyer_ids.toSorted((a, b) => worth(byId.get(b)) - worth(byId.get(a))) : lawyer_ids;
      const ranking = ids.map((lawyer_id, index) => ({ lawyer_id, position: index + 1, score: 0 }));
      response
        .setHeader('x-answered-by', 'model')
        .setHeader('x-model-version', version())
        .end(JSON.stringify({ ranking }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() };
}
const linesOf = (name: string): readonly Record<string, unknown>[] =>
  readdirSync(path.join(folder, name)).flatMap((file) =>
    readFileSync(path.join(folder, name, file), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );

test('clients choose by what is shown to them, under the id of the request; what each version promises is planted, and comes true', async () => {
  let version: 'best' | 'lots' = 'best';
  const { address, close } = await endpoint(() => version);
  const application = new Application({ plan, lawyers, address, folder, send: eventFiles(folder) });
  await application.serve({ from: '2026-09-13T12:00:00Z', to: '2026-09-13T13:00:00Z', requests: 500 });
  version = 'lots';
  await application.serve({ from: '2026-09-13T13:00:00Z', to: '2026-09-13T14:00:00Z', requests: 500 });
  close();
  const [best, lots] = [application.planted.get('best'), application.planted.get('lots')];
  assert.deepEqual([application.asked, best?.requests, lots?.requests, application.fallbacks], [1000, 500, 500, 0]);
  const events = linesOf('match_events');
  const hits = (from: number, to: number): number => {
    const own = events.filter(
      ({ event_id }) => Number(String(event_id).slice(-7)) > from && Number(String(event_id).slice(-7)) <= to,
    );
    const hit = own.filter(({ chosen, shown }) =>
      (shown as { lawyer_id: string }[]).slice(0, 3).some(({ lawyer_id }) => lawyer_id === chosen),
    );
    return hit.length / own.length;
  };
  assert.ok(Math.abs(hits(0, 500) - (best?.hit ?? 0)) < 0.06, `${hits(0, 500)}, planted ${best?.hit}`);
  assert.ok(Math.abs(hits(500, 1000) - (lots?.hit ?? 0)) < 0.06, `${hits(500, 1000)}, planted ${lots?.hit}`);
  assert.ok((best?.hit ?? 0) > (lots?.hit ?? 1) + 0.4);
  assert.ok((best?.conversion ?? 0) > (lots?.conversion ?? 1) + 0.1);

  await application.exportContracts('2026-09-13T14:00:00Z');
  const soon = linesOf('contracts').length;
  await application.exportContracts('2026-10-14T00:00:00Z');
  const contracts = linesOf('contracts');
  const cases = new Set(contracts.map(({ case_id }) => case_id));
  assert.ok(soon < contracts.length / 10, 'few sign within the hour');
  assert.equal(contracts.filter(({ satisfaction }) => satisfaction !== null).length, cases.size);
  const planted = 500 * ((best?.conversion ?? 0) + (lots?.conversion ?? 0));
  assert.ok(Math.abs(cases.size - planted) < 50, `${cases.size}, planted ${planted}`);
  assert.ok(contracts.every(({ signed_at }) => String(signed_at) < '2026-10-13T14'));
});

test('who asks before midnight may choose after it: what is said then is of the moment, and in a file of the day, on which it was shown', async () => {
  const { address, close } = await endpoint(() => 'best');
  const [own, sent] = [path.join(folder, 'night'), [] as string[]];
  const send = async (date: string, events: readonly MatchEvent[]): Promise<void> => {
    for (const { occurred_at, chosen_at = '' } of events)
      sent.push([date, occurred_at.slice(0, 10), chosen_at.slice(0, 10)].join(' '));
  };
  const application = new Application({ plan, lawyers, address, folder: own, send });
  await application.serve({ from: '2026-09-13T23:30:00Z', to: '2026-09-14T00:00:00Z', requests: 60 });
  close();
  assert.equal(sent.length, application.choices);
  assert.deepEqual([...new Set(sent)].toSorted(), [
    '2026-09-13 2026-09-13 2026-09-13',
    '2026-09-13 2026-09-13 2026-09-14',
  ]);
});
