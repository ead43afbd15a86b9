import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as rest } from 'node:timers/promises';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { Random } from '../../../src/learn/random.ts';
import { within } from '../../../src/ports/within.ts';
import { publishedPlace, readLatest } from '../../../src/registry/index.ts';
import { Models } from '../../../src/serve/model/index.ts';
import { grownTrees, ranked, rankedId, timesAsMuch, walked } from '../../../src/serve/model/testing.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'esteira-killed-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a publisher that is killed at any time is never seen: what is served is whole, its own, and never goes back', async () => {
  const store = folderStore({ path: folder });
  const published = within(store, 'published');
  const said: object[] = [];
  const models = new Models({
    ...{ endpoint: 'rank', id: rankedId, model: ranked(), models: published, files: store, process: 'p1' },
    clock: { now: () => Temporal.Now.instant() },
    every: () => '20 ms',
    setting: (of) => of as '1 ms',
    say: (line) => said.push(line),
  });
  const base = await grownTrees({ trees: 10, leaves: 8 });
  const row = { near: 31.5, won: 0.25 };
  const served: number[] = [];
  const look = (): void => {
    const { served: own, predict, end } = models.begin();
    if (own) {
      const number = Number(own.version.slice(1));
      assert.equal(predict([row])[0]?.['score'], walked(timesAsMuch(base, 1 + number / 1000), row));
      if (served.at(-1) !== number) served.push(number);
    }
    end({ failed: false, milliseconds: 1 });
  };
  await models.start();
  const random = new Random(Number(process.env['ESTEIRA_SEED'] ?? 1));
  for (let kill = 0; kill < 8; kill += 1) {
    const publishing = spawn(process.execPath, [path.join(import.meta.dirname, 'publishing.ts'), folder], {
      stdio: 'inherit',
    });
    const ending = performance.now() + 700 + random.below(500);
    for (; performance.now() < ending; await rest(2)) look();
    publishing.kill('SIGKILL');
    await once(publishing, 'exit');
  }
  await models.reload('test');
  look();
  const latest = await readLatest(published, publishedPlace(rankedId));
  await models.close();
  assert.ok(served.length > 5, String(served));
  assert.deepEqual(
    served,
    served.toSorted((one, other) => one - other),
  );
  assert.equal(latest.is === 'whole' && latest.version, `v${served.at(-1)}`);
  assert.deepEqual(
    Object.keys(models.results).filter((result) => !['swapped', 'unchanged', 'none'].includes(result)),
    [],
  );
});
