import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Figure, Goal, Outcome } from '../figure.ts';
import { emptyPlace, place } from '../places.ts';
import { interleave, medians, type Samples } from '../rounds.ts';
import { type Tool, tools } from './contenders.ts';
import { landingFiles } from './data.ts';
import { sums } from './sums.ts';

const peerNames = ['dbt', 'sqlmesh', 'dagster'];
const kept = (tool: Tool) => place('medallion', 'after-first', tool.name);

/** The first day, once for each tool; what it left is kept, and each round begins from there. */
async function loadFirst(measured: readonly Tool[], file: string, say: (line: string) => void): Promise<void> {
  for (const tool of measured) {
    cpSync(file, path.join(tool.folder, 'src', path.basename(file)));
    await tool.setup?.();
    const { wall, cpu } = await tool.first();
    say(`  first day   ${tool.name.padEnd(12)} ${wall.toFixed(2)} s, cpu ${cpu?.toFixed(2) ?? '–'} s`);
    emptyPlace('medallion', 'after-first', tool.name);
    cpSync(tool.folder, kept(tool), { recursive: true, preserveTimestamps: true });
  }
}

function restore(tool: Tool, file: string): void {
  rmSync(tool.folder, { recursive: true, force: true });
  cpSync(kept(tool), tool.folder, { recursive: true, preserveTimestamps: true });
  cpSync(file, path.join(tool.folder, 'src', path.basename(file)));
}

/** All tools must have done the same work: equal rows in all sixteen tables. */
async function compare(measured: readonly Tool[]): Promise<readonly string[]> {
  let agreed: readonly string[] | undefined;
  for (const tool of measured) {
    const own = await sums(path.join(tool.folder, tool.database), tool.named);
    agreed ??= own;
    const differing = own.filter((line, index) => line !== agreed?.[index]);
    if (differing.length > 0)
      throw new Error(`${tool.name} has other rows than ${measured[0]?.name}: ${differing.join('; ')}`);
  }
  return agreed ?? [];
}

function goals(samples: Samples): Goal[] {
  const own = medians(samples, 'esteira');
  const floor = medians(samples, 'node script');
  const present = peerNames.map((name) => ({ name, ...medians(samples, name) })).filter((peer) => peer.wall > 0);
  const found: Goal[] = [];
  for (const measure of ['wall', 'cpu'] as const) {
    const said = measure === 'wall' ? 'on the clock' : 'of the processor';
    const fastest = Math.min(...present.map((peer) => peer[measure]));
    if (present.length === peerNames.length) {
      const text = `incremental, ${said}, against the fastest of ${peerNames.join(', ')}`;
      found.push({ text, measured: own[measure] / fastest, atMost: 0.2, unit: '×' });
    }
    const text = `incremental, ${said}, against one Node script with the same statements`;
    found.push({ text, measured: own[measure] / floor[measure], atMost: 2, unit: '×' });
  }
  return found;
}

export const figure: Figure = {
  about: 'sixteen tables, 100,000 rows there and 1,000 new, the whole incremental command',
  rounds: 5,
  async measure({ rounds, say }): Promise<Outcome> {
    const [first, second] = await landingFiles();
    const all = tools();
    const measured = all.filter((tool) => !tool.missing);
    await loadFirst(measured, first, say);
    const contenders = measured.map((tool) => ({
      name: tool.name,
      prepare: () => restore(tool, second),
      run: tool.incremental,
    }));
    const samples = await interleave({ contenders, rounds, say });
    const agreed = await compare(measured);
    const versions = measured.flatMap((tool) => (tool.version ? [[tool.name, tool.version] as const] : []));
    return {
      samples,
      goals: goals(samples),
      skipped: all.flatMap((tool) => tool.missing ?? []),
      notes: [`${measured.map((tool) => tool.name).join(', ')} have equal rows: ${agreed.length} tables compared`],
      versions: Object.fromEntries(versions),
    };
  },
};
