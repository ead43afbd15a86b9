import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { Desk, lines, rid } from '../../../../test/reading.ts';
import { col } from '../../../columns/index.ts';
import type { SourceFile } from '../../../ports/index.ts';

const desk = new Desk();
const columns = { day: col.text().optional(), filename: col.text().optional() };
/** Taken for patterns, some of these would be others as well. */
const names = ['a*', 'ab', 'a[b]', '?', '[!a]', "it's {a,b}", 'ção\n"x"'];

async function written(format: SourceFile['format'], folder: string): Promise<readonly SourceFile[]> {
  await mkdir(path.join(desk.folder, folder), { recursive: true });
  const all = names.map(async (name, index): Promise<SourceFile> => {
    const location = path.join(desk.folder, folder, `${name}.${format}`);
    if (format === 'csv') await writeFile(location, lines('day,filename', `${index},own`));
    else if (format === 'jsonl') await writeFile(location, lines(`{"day":"${index}","filename":"own"}`));
    else {
      const query = `select '${index}' as day, 'own' as filename`;
      await desk.connection.run(`copy (${query}) to '${location.replaceAll("'", "''")}' (format parquet)`);
    }
    return { path: `landing/${name}`, location, format, bytes: 1, fingerprint: name };
  });
  return await Promise.all(all);
}

for (const format of ['csv', 'jsonl', 'parquet'] as const) {
  test(`${format}: a file's name is no pattern, and its folder gives no column`, async () => {
    const { rows, bad } = await desk.stage(columns, await written(format, `${format}/day=9`));
    assert.deepEqual(bad, []);
    const expected = names.map((name, index) => [rid(name, 1), String(index), 'own', null, null]);
    const byName = (one: readonly unknown[], other: readonly unknown[]) => (String(one[0]) < String(other[0]) ? -1 : 1);
    assert.deepEqual(rows.toSorted(byName), expected.toSorted(byName));
  });
}
