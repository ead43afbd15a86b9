import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { Sandbox } from '../sandbox.ts';

const me = userInfo().username;
const config = `import { duckdb, folder, project, sqlite } from 'esteira/config';
export default project({
  name: 'shop', pipelines: { shop: 'definitions/*.ts' }, standard: 'local', groups: { sales: ['${me}'], pricing: ['eva'] },
  environments: { local: {
    warehouse: duckdb({ folder: 'warehouse', threads: 1 }), state: sqlite({ file: 'warehouse/state.sqlite' }), files: folder({ path: 'files' }),
  } },
});
`;
const prices =
  'date,sku,price,recommended_price,units\n2026-03-10,Á,10,10.4,100\n2026-03-10,B,10,12,100\n2026-03-10,C,10,9.6,100\n';

let sandbox: Sandbox;
before(async () => {
  const definitions = readFileSync(path.join(import.meta.dirname, 'definitions.ts'), 'utf8');
  sandbox = new Sandbox({
    'definitions/all.ts': definitions,
    'esteira.config.ts': config,
    'files/recommended.csv': prices,
  });
  assert.match(
    await sandbox.succeed('approvals', 'list'),
    /recommendations_v1_approved_by_sales/,
    'before set-up, too',
  );
  await sandbox.succeed('setup');
  await sandbox.succeed('run', 'daily');
});
const names = async (): Promise<ReadonlyMap<string, string>> => {
  const { lines } = await sandbox.ask<{ lines: readonly { line: string; row: { sku: string } }[] }>(
    'approvals',
    'list',
  );
  return new Map(lines.map(({ line, row }) => [row.sku, line]));
};

test('lines, what they change and their history are read, and answered one by one or from a file', async () => {
  const list = await sandbox.succeed('approvals', 'list');
  assert.match(list, /^line +state +date +sku +recommended_price +today +change % +± revenue +second +rules +until$/m);
  assert.match(list, /^[0-9a-f]{16}@1 +proposed +2026-03-10 +B +12 +10 +20 +\+200 +pricing +2026-03-13 12:00Z$/m);
  assert.match(list, /^3 lines; together revenue \+200$/m);
  const a = (await names()).get('Á') ?? '';
  assert.match(
    await sandbox.succeed('approvals', 'edit', 'recommendations_v1', a, '--set', 'recommended_price=10.3'),
    /: edited \(/,
  );
  const shown = await sandbox.succeed('approvals', 'show', 'recommendations_v1', a.slice(0, 8));
  assert.match(shown, /recommended_price +10\.4 → 10\.3/);
  assert.match(shown, new RegExp(`^ *2 +.* +${me} +edited +recommended_price 10.3`, 'm'));
  const c = (await names()).get('C') ?? '';
  const mixed = await sandbox.run('approvals', 'approve', 'recommendations_v1', a, c);
  assert.equal(mixed.exit, 2, 'one was changed since, the other is done');
  assert.match(mixed.out, /: approved \(date 2026-03-10, sku C\)[\s\S]*Á is not as it was seen/);
  const filtered = await sandbox.succeed('approvals', 'list', '--where', 'sku=B', '--where', 'sku=X');
  assert.match(filtered, /^1 line; together revenue \+200; to answer them together: --seen [0-9a-f]{16}$/m);
  assert.match(await sandbox.succeed('approvals', 'list', '--where', 'sku=X'), /^No line is as was asked for\.$/m);
  const file = sandbox.file('prices.csv');
  await sandbox.succeed('approvals', 'export', 'recommendations_v1', file);
  const filled = readFileSync(file, 'utf8').replace(/^(.*,B,.*),,\r$/m, '$1,reject,margin\r');
  writeFileSync(file, Buffer.from(filled.replace('\uFEFF', ''), 'latin1'));
  assert.match(
    await sandbox.succeed('approvals', 'import', 'recommendations_v1', file),
    /: rejected \(date 2026-03-10, sku B\)/,
  );
  await sandbox.succeed('run', 'apply');
  const { rows } = await sandbox.ask<{ rows: unknown }>(
    'query',
    'select sku, recommended_price, approved_by from approved_prices',
  );
  assert.deepEqual(rows, [['C', 9.6, me]]);
  assert.match(await sandbox.succeed('approvals', 'list', '--state', 'rejected'), /rejected +2026-03-10 +B/);
  const there = await sandbox.run('approvals', 'export', 'recommendations_v1', file, '--json');
  assert.equal(JSON.parse(there.out).error.code, 'FILE_UNUSABLE', 'answers in it are not lost');
  const missing = await sandbox.run('approvals', 'import', 'recommendations_v1', sandbox.file('nothing.csv'), '--json');
  assert.equal(JSON.parse(missing.out).error.code, 'FILE_UNUSABLE');
});

test('rows that people let through are not made once more, and stand in plan and lineage', async () => {
  const again = await sandbox.run('reprocess', 'main.recommendations_v1_approved_by_sales', '--json');
  assert.notEqual(again.exit, 0);
  assert.match(again.out, /what people have let through/);
  assert.match(await sandbox.succeed('lineage', 'approved_prices'), /approved_by_sales[\s\S]*recommendations_v1/);
  assert.match(await sandbox.succeed('plan', 'apply'), /approved_by_sales/);
  assert.doesNotMatch(await sandbox.succeed('plan', 'apply'), /recommendations_v1\b(?!_)/);
});

test('of processes that answer one line at one time, while a run applies, one is done and the others say what it did', async () => {
  writeFileSync(sandbox.file('files/recommended.csv'), prices.replaceAll('2026-03-10', '2026-03-11'));
  await sandbox.succeed('run', 'propose');
  const c = (await names()).get('C') ?? '';
  const answers = [['approve'], ['approve'], ['reject', '--reason', 'margin']] as const;
  const ended = await Promise.all([
    ...answers.map(([says, ...why]) => sandbox.run('approvals', says, 'recommendations_v1', c, ...why, '--json')),
    sandbox.run('run', 'apply'),
  ]);
  const results = ended.slice(0, 3).map(({ out }) => {
    const { error, lines } = JSON.parse(out);
    return error ? error.code : lines[0].state;
  });
  const [done, ...others] = results.toSorted((one) => (one === 'DECIDED_ALREADY' ? 1 : -1));
  assert.ok(['approved', 'rejected'].includes(done), JSON.stringify(results));
  assert.deepEqual(others, ['DECIDED_ALREADY', 'DECIDED_ALREADY']);
  await sandbox.succeed('run', 'apply');
  await sandbox.succeed('run', 'apply');
  const { rows } = await sandbox.ask<{ rows: unknown }>(
    'query',
    "select sku, line from recommendations_v1_approved_by_sales where date = date '2026-03-11'",
  );
  assert.deepEqual(rows, done === 'approved' ? [['C', c.slice(0, 16)]] : []);
});
