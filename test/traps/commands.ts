// The two commands of the README, on a machine that is given.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';
import { copyTo, outside, run, type Surroundings } from './surroundings.ts';

/** Where copies of the project and tools of other versions go; gone when the tests of a file have ended. */
export const folder = outside();
after(() => rmSync(folder, { recursive: true, force: true }));

export const demo = ['npm', 'run', 'demo'];
/** One of its systems: the others go the same ways. */
const usual = 'credit';
export const tests = ['npm', 'test', '--', 'test/setup/surroundings.test.ts'];
export const noNetwork = {
  npm_config_registry: 'http://127.0.0.1:9',
  https_proxy: 'http://127.0.0.1:9',
  http_proxy: 'http://127.0.0.1:9',
};

/** `sh` and what its scripts call, and nothing else of the machine. */
export const coreutils = 'sh env cat ls mkdir mkfifo rm cp mv uname dirname basename sleep true false'.split(' ');
export const isRoot = process.getuid?.() === 0;
export const someone = 65_534;

/** One after the other, or both `atOnce`, the demo of one `system`. Gives what they said, and how long the demo took. */
export async function bothCommands(
  copy: string,
  {
    atOnce = false,
    system = usual,
    ...how
  }: Surroundings & { readonly atOnce?: boolean; readonly system?: string } = {},
): Promise<{ readonly output: string; readonly seconds: number }> {
  const part = [...demo, '--', system];
  const one = (command: readonly string[]) => run(copy, command, how);
  const [shown, passed] = atOnce ? await Promise.all([one(part), one(tests)]) : [await one(part), await one(tests)];
  for (const [command, done] of [[part, shown] as const, [tests, passed] as const]) {
    assert.equal(done.code, 0, `${command.join(' ')}\n${done.output.slice(-4000)}`);
    assert.deepEqual(done.left, [], `${command.join(' ')} left files in HOME or the folder for temporary files`);
    assert.ok(!done.output.includes('\u001b'), `${command.join(' ')} wrote to a pipe as to a terminal`);
  }
  assert.match(passed.output, /pass [1-9]/);
  return { output: `${shown.output}${passed.output}`, seconds: shown.seconds };
}

/** A copy that installs for itself what this project downloaded, in a folder that is gone afterwards. */
export async function inCopy(name: string, work: (copy: string) => Promise<void>): Promise<void> {
  try {
    await work(copyTo(path.join(folder, name), { downloaded: true }));
  } finally {
    rmSync(path.join(folder, name.split(path.sep)[0] ?? name), { recursive: true, force: true });
  }
}
