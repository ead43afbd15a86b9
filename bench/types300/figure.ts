import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Figure, Outcome } from '../figure.ts';
import { writeChain } from '../generated.ts';
import { measure } from '../measure.ts';
import { emptyPlace, root } from '../places.ts';
import { interleave, medians } from '../rounds.ts';

const tables = 300;

export const figure: Figure = {
  about: `the type checker over ${tables} chained tables of 22 columns, against none`,
  rounds: 5,
  async measure({ rounds, say }): Promise<Outcome> {
    const folder = emptyPlace('types300');
    const source = path.relative(path.join(folder, 'definitions'), path.join(root, 'src'));
    writeChain({ folder: path.join(folder, 'definitions'), tables, each: 1, words: `${source}/index.ts` });
    const check = (name: string, include: readonly string[]) => {
      mkdirSync(path.join(folder, name), { recursive: true });
      const own = path.join(folder, name, 'tsconfig.json');
      const from = (target: string) => path.relative(path.dirname(own), target);
      const compilerOptions = { skipLibCheck: true };
      const settings = { extends: from(path.join(root, 'tsconfig.json')), compilerOptions, include, exclude: [] };
      writeFileSync(own, JSON.stringify(settings));
      const args = [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', own, '--extendedDiagnostics'];
      return { name, run: () => measure({ file: process.execPath, args, folder }) };
    };
    const index = path.relative(path.join(folder, 'none'), path.join(root, 'src', 'index.ts'));
    const contenders = [check('with', [index, '../definitions']), check('none', [index])];
    const samples = await interleave({ contenders, rounds, say });
    const count = (name: string) =>
      Number(/Instantiations:\s+(\d+)/.exec(samples.get(name)?.at(-1)?.output ?? '')?.[1] ?? Number.NaN);
    const each = Math.round((count('with') - count('none')) / tables);
    const measured = medians(samples, 'with').wall;
    return {
      samples,
      goals: [{ text: `tsc on ${tables} tables`, measured, atMost: 3, unit: 's' }],
      skipped: [],
      notes: [`${count('with')} instantiations, ${each} a table`],
    };
  },
};
