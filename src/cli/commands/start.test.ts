import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { KeepingView, StartView } from '../../operate/views.ts';
import type { Request } from '../command.ts';
import { start } from './start.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'esteira-start-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('definitions that cannot be read any more when endpoints are to be served are said, and the schedules are kept', async () => {
  writeFileSync(path.join(folder, 'esteira.config.ts'), "throw new Error('half of it is written');\n");
  const told: string[] = [];
  const texts = new Map([
    ['project', folder],
    ['heartbeat', path.join(folder, 'heartbeat.json')],
  ]);
  const view: StartView = { runs: { succeeded: 3, failed: 0 }, skipped: 0, left: [], waiting: [], failed: [] } as never;
  const answer = await start({
    typed: { words: [], flags: new Set(), texts, lists: new Map() },
    terminal: { tell: (text: string) => void told.push(text) } as never,
    home: folder,
    call: (async (_: string, __: object, onEvent: (event: object) => void) => {
      const beat = { type: 'beat', view: { jobs: [] } as unknown as KeepingView };
      onEvent(beat);
      onEvent({ type: 'schedule', level: 'info', text: 'a run has ended' });
      while (!told.some((text) => text.includes('endpoints'))) await new Promise((resolve) => setTimeout(resolve, 5));
      onEvent(beat);
      return view;
    }) as Request['call'],
  });
  assert.match(answer.text(), /^Stopped: 3 runs succeeded/);
  assert.equal(told.filter((text) => text.includes('endpoints are not served')).length, 1);
});
