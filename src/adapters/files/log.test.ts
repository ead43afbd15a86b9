import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { logFile } from './log.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'esteira-log-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const linesIn = (of: string): readonly string[] =>
  readdirSync(path.join(folder, of))
    .toSorted()
    .flatMap((name) =>
      readFileSync(path.join(folder, of, name), 'utf8')
        .split('\n')
        .slice(0, -1),
    );

test('lines of several that write at once are whole, and none is lost when the file begins anew', async () => {
  const file = path.join(folder, 'all', 'a.log');
  const writers = [1, 2, 3, 4].map((who) => ({ who, log: logFile(file, { bytes: 4_000, kept: 1_000 }) }));
  await Promise.all(
    writers.map(async ({ who, log }) => {
      for (let n = 0; n < 100; n++) await log.append([`${who} ${n} ${'x'.repeat(40)}`, `${who} ${n} again`]);
    }),
  );
  const lines = linesIn('all');
  const wanted = writers.flatMap(({ who }) =>
    Array.from({ length: 100 }, (_, n) => [`${who} ${n} ${'x'.repeat(40)}`, `${who} ${n} again`]).flat(),
  );
  assert.deepEqual(lines.toSorted(), wanted.toSorted());
  assert.ok(readdirSync(path.join(folder, 'all')).length > 5, 'it began anew');
});

test('more than is written at once is written in whole lines', async () => {
  const file = path.join(folder, 'large', 'a.log');
  const lines = (who: string) => Array.from({ length: 9_000 }, (_, n) => `${who} ${n} ${'é'.repeat(100)}`);
  await Promise.all(['one', 'other', 'third'].map((who) => logFile(file).append(lines(who))));
  assert.deepEqual(linesIn('large').toSorted(), ['one', 'other', 'third'].flatMap(lines).toSorted());
});

test('of the files before it so many stay', async () => {
  const log = logFile(path.join(folder, 'few', 'a.log'), { bytes: 10, kept: 2 });
  for (let n = 0; n < 6; n++) await log.append([`line ${n} of it`]);
  assert.deepEqual(linesIn('few'), ['line 4 of it', 'line 5 of it']);
  await assert.rejects(logFile(path.join(folder, 'few')).append(['x']), { code: 'EISDIR' });
});

test('a pipe that nobody reads is told at once', { skip: process.platform === 'win32' }, async () => {
  const pipe = path.join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  await assert.rejects(logFile(pipe).append(['x']), { code: 'ENXIO' });
});
