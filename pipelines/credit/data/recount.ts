import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { goldOf } from './recount/gold.ts';
import { landingFiles } from './recount/read.ts';
import { type Figures, Silver } from './recount/runs.ts';

/** What the manifest promises, counted again from the files alone: no engine, nothing of the generator. */
export interface Recount {
  readonly files: Readonly<Record<string, number>>;
  readonly badFiles: readonly string[];
  readonly daily: Readonly<Record<string, Record<string, Figures>>>;
  readonly full: Record<string, Figures>;
  readonly gold: object;
}

export async function recount(folder: string): Promise<Recount> {
  const files = await landingFiles(folder);
  const daily: Record<string, Record<string, Figures>> = {};
  const byDay = new Silver(folder);
  for (const date of [...new Set(files.map((file) => file.date))].sort()) {
    daily[date] = await byDay.run(files.filter((file) => file.date === date));
  }
  const full = await new Silver(folder).run(files);
  return {
    files: Object.fromEntries(byDay.lines),
    badFiles: [...byDay.badFiles].sort(),
    daily,
    full,
    gold: goldOf(byDay),
  };
}

/** Each figure that is not the same, as 'daily.2026-09-14.silver.tb_chamado.invalid: manifest 12, files 13'. */
export function differences(manifest: unknown, files: unknown, where = ''): readonly string[] {
  const isGroup = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  if (!isGroup(manifest) || !isGroup(files)) {
    return manifest === files ? [] : [`${where}: manifest ${manifest ?? 'nothing'}, files ${files ?? 'nothing'}`];
  }
  const names = new Set([...Object.keys(manifest), ...Object.keys(files)]);
  return [...names].flatMap((name) =>
    differences(manifest[name], files[name], where === '' ? name : `${where}.${name}`),
  );
}

interface Promised {
  readonly files: readonly { readonly path: string; readonly lines: number }[];
  readonly badFiles: readonly { readonly path: string }[];
  readonly daily: unknown;
  readonly full: unknown;
  readonly gold: unknown;
}

/** The part of a manifest that can be counted in files, in the form of a recount. */
export const promised = ({ files, badFiles, daily, full, gold }: Promised): object => ({
  files: Object.fromEntries(files.map(({ path, lines }) => [path, lines])),
  badFiles: badFiles.map(({ path }) => path).sort(),
  daily,
  full,
  gold,
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { folder: { type: 'string' }, manifest: { type: 'string' }, json: { type: 'boolean' } },
  });
  if (values.folder === undefined) {
    throw new RangeError(
      '--folder is missing\nnode pipelines/credit/data/recount.ts --folder <folder> [--manifest <file>] [--json]',
    );
  }
  const counted = await recount(values.folder);
  const manifest = values.manifest === undefined ? undefined : JSON.parse(await readFile(values.manifest, 'utf8'));
  const differing = manifest === undefined ? [] : differences(promised(manifest), counted);
  if (values.json) console.log(JSON.stringify({ ...counted, differences: differing }, null, 2));
  else {
    console.table(counted.full);
    for (const difference of differing) console.log(difference);
    if (manifest !== undefined) console.log(`${differing.length} figures differ from the manifest`);
  }
  if (differing.length > 0) process.exitCode = 1;
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
