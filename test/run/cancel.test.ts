import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import type { EsteiraError } from '../../src/errors.ts';
import { operate } from '../../src/operate/index.ts';
import { dates, deliverDay } from '../crash/days.ts';
import { Looking, ofTheRun } from './support/compare.ts';
import { temporaryFolder, writeProject } from './support/folder.ts';
import { World } from './support/world.ts';

const input = { job: 'desk_daily', date: dates[0] };
let base: string;
let undisturbed: string;

const copied = (): string => {
  const folder = temporaryFolder('cancel');
  cpSync(base, folder, { recursive: true, verbatimSymlinks: true });
  return folder;
};
const now = `${dates[0]}T23:00:00Z`;

before(async () => {
  base = temporaryFolder('cancel-base');
  const definitions = readFileSync(path.join(import.meta.dirname, '..', 'crash', 'definitions.ts'), 'utf8');
  writeProject(base, { catalog: 'desk', definitions });
  deliverDay(base, 0);
  const world = await World.open(base, now);
  await world.do('setup', {});
  await world.do('sync', {});
  await world.close();
  undisturbed = copied();
  const other = await World.open(undisturbed, now);
  await other.run(input.job, input.date);
  await other.close();
});

for (const [point, nth] of [
  ['claimed', 1],
  ['before-intent', 4],
  ['intent', 2],
  ['published', 3],
  ['done', 6],
] as const) {
  test(`a run that is stopped at ${point}@${nth} leaves nothing half done, and the next run does the rest`, async () => {
    const folder = copied();
    const world = await World.open(folder, now);
    const stop = new AbortController();
    let left: number = nth;
    const trace = (name: string): void => {
      if (name !== point) return;
      left -= 1;
      if (left === 0) stop.abort();
    };
    const emit = (): void => {};
    await assert.rejects(
      operate({ ...world.project, trace }, 'run', input, { emit, signal: stop.signal }),
      (error: EsteiraError) => error.code === 'CANCELLED',
    );
    const stopped = await world.do('show', { name: 'latest' });
    assert.ok('steps' in stopped);
    assert.equal(stopped.state, 'cancelled');
    const published = (await world.rows('select step from desk._esteira.publication')).flat();
    for (const { step, state } of stopped.steps) {
      assert.notEqual(state, 'running', step);
      if (state === 'done' && step !== 'desk.shown.load') assert.ok(published.includes(step), `${step} is published`);
    }
    const next = await world.run(input.job, input.date);
    assert.equal(next.state, 'succeeded');
    assert.notEqual(next.runId, stopped.runId);
    await world.close();
    const looking = await Looking.at({ undisturbed, stopped: folder }, 'desk');
    assert.deepEqual(await looking.differences('undisturbed', 'stopped', { without: ofTheRun }), []);
    looking.close();
  });
}
