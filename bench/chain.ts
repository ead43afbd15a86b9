import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { esteira } from './esteira.ts';
import { writeConfiguration } from './generated.ts';

const definition = (tables: number) => {
  const lines = [
    "import { byHand, col, files, job, keepLatest, source, sql, table } from 'esteira';",
    'const columns = { id: col.integer().key(), seen_at: col.timestamp(), name: col.text() };',
    "export const s0 = source('landing.s0', { reader: files('rows/*.jsonl'), columns });",
    "export const t1 = table('chain.t1', { columns, rows: s0.unread, write: 'append' });",
  ];
  for (let index = 2; index <= tables; index++) {
    const rows = `sql\`select id, seen_at, name from \${t${index - 1}.since('seen_at')}\``;
    const options = `columns, rows: ${rows}, write: 'merge', duplicates: keepLatest('seen_at')`;
    lines.push(`export const t${index} = table('chain.t${index}', { ${options} });`);
  }
  return `${[...lines, `export const all = job('all', { when: byHand, build: [t${tables}] });`].join('\n')}\n`;
};

/** 100 rows of a day, in a file of their own. */
export function writeRows(folder: string, day: string): void {
  mkdirSync(path.join(folder, 'rows'), { recursive: true });
  const rows = Array.from({ length: 100 }, (_, id) => ({ id, seen_at: `${day}T00:00:00Z`, name: `row ${id}` }));
  writeFileSync(path.join(folder, 'rows', `${day}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

/** A project of a chain of tables, each read incrementally by the next, that has taken in its rows once. */
export async function chain(
  folder: string,
  { tables, command = esteira }: { readonly tables: number; readonly command?: typeof esteira },
): Promise<void> {
  writeConfiguration({ folder, catalog: 'chained' });
  mkdirSync(path.join(folder, 'definitions'));
  writeFileSync(path.join(folder, 'definitions', 'chain.ts'), definition(tables));
  writeRows(folder, '2026-01-01');
  await command(folder, ['setup']);
  await command(folder, ['run', 'all', '--date', '2026-01-01']);
}
