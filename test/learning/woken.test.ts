import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EsteiraError } from '../../src/errors.ts';
import { operate } from '../../src/operate/index.ts';
import { becomeOwner } from '../crash/woken.ts';
import { championOf, consistentVersion, learningWorld } from './world.ts';

const silent = { emit: (): void => {}, signal: new AbortController().signal };

for (const point of ['version', 'learned', 'kept'])
  test(`a training that wakes at ${point}, after another process has ended its run, changes no file of the version`, async () => {
    const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let met = 0;
    const trace = (name: string): void | Promise<void> => {
      if (name !== point || met > 0) return;
      met += 1;
      reached.resolve();
      return gate.promise;
    };
    const world = await learningWorld(`learning-woken-${point}`, { trace });
    try {
      const first = operate(world.project, 'run', { job: 'retrain' }, silent).then(
        () => 'it ended',
        (error: EsteiraError) => error.code,
      );
      await reached.promise;
      const holder = `${world.project.holder}-2`;
      becomeOwner(world.folder, holder);
      await operate({ ...world.project, holder, trace: () => {} }, 'run', { job: 'retrain' }, silent);
      gate.resolve();
      assert.equal(await first, 'FENCED');
      assert.equal(await championOf(world, 'analytics.engagement'), '20260310_0600');
      // It reads the version's files, and refuses those that are not what was registered.
      await operate({ ...world.project, holder }, 'run', { job: 'classify' }, silent);
      assert.equal(await consistentVersion(world), '20260310_0600');
    } finally {
      gate.resolve();
      await world.close();
    }
  });
