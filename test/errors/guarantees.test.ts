import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { memoryWarehouse } from '../../src/config/memory.ts';
import type { Warehouse } from '../../src/ports/index.ts';
import { root } from '../sandbox.ts';
import { type Guarantee, guarantees, without } from './guarantees.ts';

/** What the port says of each capability, in its order. */
function capabilities(): ReadonlyMap<string, string> {
  const source = readFileSync(path.join(root, 'src/ports/warehouse.ts'), 'utf8');
  const [, body = ''] = /interface WarehouseCapabilities \{([\s\S]*?)\n\}/.exec(source) ?? [];
  return new Map(
    [...body.matchAll(/\/\*\* (.*) \*\/\n\s*readonly (\w+): boolean/g)].map(([, means, name]) => [
      name ?? '',
      means ?? '',
    ]),
  );
}

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const link = (file: string): string => `[${file}](../../${file})`;

function reference(engines: readonly Warehouse[]): string {
  const names = engines.map((engine) => engine.dialect.name);
  const answers = [...capabilities()].map(([name, means]) =>
    row(means, `\`${name}\``, ...engines.map((engine) => (engine.capabilities[name as never] ? 'yes' : 'no'))),
  );
  const lines = (of: readonly Guarantee[]) =>
    of.map(({ what, by, proof }) => row(what, by, proof.map(link).join('<br>')));
  return `${[
    '# Guarantees',
    '',
    'What holds on each engine, who enforces it, and which test proves it. Made from what each adapter says of itself',
    '(`WarehouseCapabilities` in `src/ports/warehouse.ts`); `npm test -- --test-update-snapshots test/errors/guarantees.test.ts` writes it anew.',
    '',
    '## Per engine',
    '',
    row('', 'capability', ...names),
    row('---', '---', ...names.map(() => '---')),
    ...answers,
    '',
    '## Who enforces what',
    '',
    row('', 'enforced by', 'proven by'),
    row('---', '---', '---'),
    ...lines(guarantees),
    '',
    '## What is not promised',
    '',
    ...without.map((one) => `- ${one}`),
  ].join('\n')}\n`;
}

test('docs/reference/guarantees.md says what the engines say of themselves', async (t) => {
  const duckdb = await memoryWarehouse();
  try {
    assert.deepEqual([...capabilities().keys()].toSorted(), Object.keys(duckdb.capabilities).toSorted());
    t.assert.fileSnapshot(reference([duckdb]), path.join(root, 'docs/reference/guarantees.md'), {
      serializers: [String],
    });
  } finally {
    await duckdb.close();
  }
});

test('each guarantee is proven by a test that there is', () => {
  const missing = guarantees.flatMap(({ proof }) => proof).filter((file) => !existsSync(path.join(root, file)));
  assert.deepEqual(missing, []);
});
