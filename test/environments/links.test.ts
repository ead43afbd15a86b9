import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { test } from 'node:test';
import { Sandbox } from '../sandbox.ts';

const definition = (name: string): string => `import { col, cron, job, sql, table } from 'esteira';
export const ${name} = table('silver.${name}', { columns: { n: col.integer() }, rows: sql\`select 1 as n\` });
export const daily = job('${name}_daily', { when: cron('0 5 * * *'), build: [${name}] });
`;
const config = (
  pipelines: string,
  dev: string,
): string => `import { duckdb, folder, project, sqlite } from 'esteira/config';
export default project({
  name: 'shop',
  pipelines: { ${pipelines} },
  standard: 'local',
  environments: {
    local: { warehouse: duckdb({ folder: 'warehouse' }), state: sqlite({ file: 'state.sqlite' }), files: folder({ path: 'data' }) },
    ${dev}
  },
});
`;

test('environments whose files are one by a link are refused', async () => {
  const dev = `dev: { warehouse: duckdb({ folder: 'other' }), state: sqlite({ file: 'dev.sqlite' }), files: folder({ path: 'data' }) },`;
  const sandbox = new Sandbox({
    'definitions/all.ts': definition('one'),
    'esteira.config.ts': config(`shop: 'definitions/*.ts'`, dev),
  });
  await sandbox.succeed('setup');
  mkdirSync(sandbox.file('other'));
  symlinkSync('../warehouse/shop.duckdb', sandbox.file('other/shop.duckdb'));
  const { exit, err } = await sandbox.run('status', '--env', 'dev');
  assert.equal(exit, 2);
  assert.match(err, /ENVIRONMENTS_SHARE[\s\S]*local and dev[\s\S]*warehouse\/shop\.duckdb/);
});

test('catalogs whose files are one by a link are refused: two engines on one file would lose rows', async () => {
  const sandbox = new Sandbox({
    'definitions/all.ts': definition('one'),
    'more/all.ts': definition('two'),
    'esteira.config.ts': config(`shop: 'definitions/*.ts', more: 'more/*.ts'`, ''),
  });
  await sandbox.succeed('setup');
  const linked = new Sandbox({
    'definitions/all.ts': definition('one'),
    'more/all.ts': definition('two'),
    'esteira.config.ts': config(`shop: 'definitions/*.ts', more: 'more/*.ts'`, ''),
  });
  mkdirSync(linked.file('warehouse'));
  symlinkSync(sandbox.file('warehouse/shop.duckdb'), linked.file('warehouse/shop.duckdb'));
  symlinkSync(sandbox.file('warehouse/shop.duckdb'), linked.file('warehouse/more.duckdb'));
  const { exit, err } = await linked.run('setup');
  assert.notEqual(exit, 0);
  assert.match(err, /FILE_HELD: The file of the catalog (shop|more) is open already/);
});
