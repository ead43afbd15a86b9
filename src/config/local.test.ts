import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { keepTemporaryLocal, localFolder, resolved } from './local.ts';

const names = ['ESTEIRA_LOCAL', 'TMPDIR'];
const before = names.map((name) => process.env[name]);
const reset = (): void => {
  for (const [at, name] of names.entries())
    if (before[at] === undefined) delete process.env[name];
    else process.env[name] = before[at];
};
after(reset);

test('what is local stands below the project, or where ESTEIRA_LOCAL says, with the paths of the configuration that lead there', () => {
  delete process.env['ESTEIRA_LOCAL'];
  const project = path.resolve('/app');
  assert.equal(localFolder(project), path.join(project, '.esteira'));
  assert.equal(resolved(project, '.esteira/warehouse'), path.join(project, '.esteira/warehouse'));
  process.env['ESTEIRA_LOCAL'] = path.resolve('/elsewhere');
  assert.equal(localFolder(project), path.resolve('/elsewhere'));
  process.env['ESTEIRA_LOCAL'] = 'mine';
  assert.equal(localFolder(project), path.join(project, 'mine'), 'wherever the command is given');
  process.env['ESTEIRA_LOCAL'] = path.resolve('/elsewhere');
  const found = [
    '.esteira/warehouse',
    './.esteira/state.sqlite',
    '.esteira',
    'data',
    '../.esteira/x',
    '.esteira2/x',
    '..',
  ];
  assert.deepEqual(
    found.map((one) => resolved(project, one)),
    [
      '/elsewhere/warehouse',
      '/elsewhere/state.sqlite',
      '/elsewhere',
      '/app/data',
      '/.esteira/x',
      '/app/.esteira2/x',
      '/',
    ].map((one) => path.resolve(one)),
  );
  assert.equal(
    resolved(project, path.resolve('/app/.esteira/x')),
    path.resolve('/app/.esteira/x'),
    'a whole path is itself',
  );
});

test('what is there for a moment stands below ESTEIRA_LOCAL, whatever the system says, and without it where the system says', () => {
  reset();
  delete process.env['ESTEIRA_LOCAL'];
  const usual = tmpdir();
  keepTemporaryLocal('/app');
  assert.equal(tmpdir(), usual);
  const local = mkdtempSync(path.join(usual, 'esteira-local-'));
  try {
    process.env['ESTEIRA_LOCAL'] = local;
    process.env['TMPDIR'] = '/proc';
    keepTemporaryLocal('/app');
    assert.equal(path.dirname(mkdtempSync(path.join(tmpdir(), 'one-'))), path.join(local, 'temporary'));
  } finally {
    rmSync(local, { recursive: true });
  }
});
