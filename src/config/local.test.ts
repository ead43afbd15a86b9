import assert from 'node:assert/strict';
import path from 'node:path';
import { after, test } from 'node:test';
import { localFolder, resolved } from './local.ts';

const before = process.env['ESTEIRA_LOCAL'];
after(() => {
  if (before === undefined) delete process.env['ESTEIRA_LOCAL'];
  else process.env['ESTEIRA_LOCAL'] = before;
});

test('what is local stands below the project, or where ESTEIRA_LOCAL says, with the paths of the configuration that lead there', () => {
  delete process.env['ESTEIRA_LOCAL'];
  const project = path.resolve('/app');
  assert.equal(localFolder(project), path.join(project, '.esteira'));
  assert.equal(resolved(project, '.esteira/warehouse'), path.join(project, '.esteira/warehouse'));
  process.env['ESTEIRA_LOCAL'] = path.resolve('/elsewhere');
  assert.equal(localFolder(project), path.resolve('/elsewhere'));
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
