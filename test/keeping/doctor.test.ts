import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { DoctorView } from '../../src/operate/views.ts';
import { dates, World } from './world.ts';

const config = `import { duckdb, folder, project, sqlite } from 'esteira/config';
export default project({ name: 'shop', pipelines: { shop: 'definitions/*.ts', other: 'others/*.ts' }, standard: 'local', environments: { local: {
  warehouse: duckdb({ folder: 'warehouse', threads: 1 }), state: sqlite({ file: 'warehouse/state.sqlite' }), files: folder({ path: 'data' }) } } });
`;
const others = `import { byHand, col, job, sql, table } from 'esteira';
export const numbers = table('silver.numbers', { columns: { n: col.integer() }, rows: sql\`select 1 as n\` });
export const counting = job('counting', { when: byHand, build: [numbers] });
`;

async function found(world: World): Promise<DoctorView['findings']> {
  const { exit, out, err } = await world.run('doctor', '--json');
  assert.equal(exit, 1, err);
  return (JSON.parse(out) as DoctorView).findings;
}
const of = (findings: DoctorView['findings'], what: string) =>
  findings.filter((one) => one.what === what).map(({ ok, found: text }) => `${ok} ${text}`);

describe('what the doctor cannot look at is one of its findings', { concurrency: 2 }, () => {
  test('a folder of files that cannot be listed', async () => {
    const world = new World();
    await world.succeed('setup');
    await world.day(dates[0] ?? '');
    // A name that no disk takes.
    world.write({
      'esteira.config.ts': config
        .replace("path: 'data'", `path: '${'very'.repeat(70)}'`)
        .replace(", other: 'others/*.ts'", ''),
    });
    const findings = await found(world);
    assert.match(of(findings, 'source landing.orders')[0] ?? '', /^false FILES_UNREADABLE/);
    assert.match(of(findings, 'files of bronze.orders')[0] ?? '', /^false FILES_UNREADABLE/);
    assert.match(of(findings, 'state')[0] ?? '', /^true .*last run .* succeeded/);
    assert.deepEqual(of(findings, 'disk').length, 1);
  });

  test('a catalog that is no database', async () => {
    const world = new World({ 'esteira.config.ts': config, 'others/others.ts': others });
    await world.succeed('setup');
    writeFileSync(world.file('warehouse/other.duckdb'), 'no database\n'.repeat(1000));
    const findings = await found(world);
    assert.match(of(findings, 'state')[0] ?? '', /^false FILE_UNUSABLE.*catalog other/);
    assert.match(of(findings, 'versions')[0] ?? '', /^true Esteira/);
    assert.match(of(findings, 'source landing.orders')[0] ?? '', /^false 0 files/);
    assert.equal(of(findings, 'disk').length, 1);
  });
});
