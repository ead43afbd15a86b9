import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Project } from '../run/index.ts';
import { logged } from './job-log.ts';
import type { RunEvent, RunView } from './views.ts';

test('a file that does not answer is waited for 3 seconds at the end of a run, and is given no more until it answers', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const taken: (readonly string[])[] = [];
  const answers: (() => void)[] = [];
  const append = (lines: readonly string[]): Promise<void> => {
    taken.push(lines.map((line) => JSON.parse(line).event));
    return new Promise((resolve) => answers.push(resolve));
  };
  const project = {
    ...{ logs: new Map([['nightly', { describe: 'a.log', append }]]), environment: 'here' },
    ...{ clock: { now: () => Temporal.Instant.from('2026-03-10T12:00:00Z') }, redact: (text: string) => text },
  } as unknown as Project;
  const settle = async (): Promise<void> => {
    for (let n = 0; n < 5; n++) await turn();
  };
  /** A run that says one thing, and all that people are told of it. */
  const run = async (afterwards: (ended: () => boolean) => Promise<void>): Promise<readonly string[]> => {
    const told: string[] = [];
    const emit = (event: RunEvent): void => {
      if (event.type === 'note' && event.level === 'warn') told.push(event.text);
    };
    let isEnded = false;
    const context = { emit, signal: new AbortController().signal };
    const going = logged({ job: 'nightly' }, { project, context }, async (its) => {
      its.emit({ type: 'note', level: 'info', text: 'here it is' } as RunEvent);
      await turn();
      return { state: 'succeeded' } as RunView;
    }).then(() => {
      isEnded = true;
    });
    await settle();
    await afterwards(() => isEnded);
    await going;
    return told;
  };
  const patiently = async (ended: () => boolean): Promise<void> => {
    t.mock.timers.tick(2999);
    await settle();
    assert.equal(ended(), false);
    t.mock.timers.tick(1);
  };

  for (const _ of [1, 2])
    assert.deepEqual(await run(patiently), [
      'The file a.log does not have all of this run: Error: it was not written within 3 s',
    ]);
  assert.deepEqual(taken, [['note']], 'the second run has given it nothing');
  answers[0]?.();
  await settle();
  assert.equal(taken.length, 1, 'nobody waits for it any more');
  const answering = async (): Promise<void> => {
    for (; answers.length > 0; await settle()) answers.shift()?.();
  };
  assert.deepEqual(await run(answering), []);
  assert.deepEqual(taken.slice(1), [['note'], ['run ended']]);
});
