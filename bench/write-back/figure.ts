import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import type { Figure, Goal, Outcome } from '../figure.ts';
import { measure, type Sample } from '../measure.ts';
import { emptyPlace, place, root } from '../places.ts';
import { type Contender, interleave, medians } from '../rounds.ts';
import { ask, column, fillTable, makeFunction } from './rows.ts';

/** The file that `.ci/supabase start` has written, and the address of another Postgres. */
const addresses = process.env['ESTEIRA_TEST_SUPABASE'];
const [gateway = '', , key = '', behind = ''] = addresses ? readFileSync(addresses, 'utf8').trim().split('\n') : [];
const server = process.env['ESTEIRA_TEST_POSTGRES'] || behind;

async function built(): Promise<string> {
  emptyPlace('write-back');
  const outfile = place('write-back', 'work.mjs');
  await build({
    ...{ absWorkingDir: root, entryPoints: [path.join('bench', 'write-back', 'work.ts')], outfile },
    ...{ bundle: true, format: 'esm', platform: 'node', target: 'node26', packages: 'external' },
  });
  return outfile;
}

export const figure: Figure = {
  about:
    'scores of 100,000 rows written into a table that is there, compared and read back, in batches; beside one UPDATE for each row, and one for all',
  rounds: 3,
  async measure({ rounds, size: rows = 100_000, say }): Promise<Outcome> {
    if (server === '') throw new Error('neither ESTEIRA_TEST_POSTGRES nor ESTEIRA_TEST_SUPABASE names a server');
    const work = await built();
    const contender = (name: string, args: readonly string[], database = server): Contender => ({
      name,
      prepare: () => ask(database, `update ${column.table} set lead_score = null`, `vacuum analyze ${column.table}`),
      run: async (): Promise<Sample> => {
        const [how = '', batch = '', ...where] = args;
        const all = [work, how, String(rows), batch, ...where];
        const sample = await measure({ file: process.execPath, args: all, folder: place('write-back') });
        // Without the start of the process.
        return { ...sample, wall: (JSON.parse(sample.output) as { readonly seconds: number }).seconds };
      },
    });
    await fillTable(server, rows);
    const contenders = [
      contender('postgres, by 100', ['postgres', '100', server]),
      contender('postgres, by 1000', ['postgres', '1000', server]),
      contender('one UPDATE each', ['row by row', '0', server]),
      contender('all at once', ['at once', '0', server]),
    ];
    if (addresses) {
      if (behind !== server) await fillTable(behind, rows);
      await makeFunction(behind, { gateway, key });
      for (const batch of ['100', '1000'])
        contenders.push(contender(`PostgREST, by ${batch}`, ['supabase', batch, gateway, key], behind));
    }
    const samples = await interleave({ contenders, rounds, say });
    const wall = (name: string): number => medians(samples, name).wall;
    const goals: Goal[] = [
      {
        text: `${rows} rows by 100 into Postgres`,
        measured: wall('postgres, by 100'),
        atMost: rows / 100_000,
        unit: 's',
      },
      {
        text: 'by 1000 into Postgres, against one UPDATE for each row',
        measured: wall('postgres, by 1000') / wall('one UPDATE each'),
        atMost: 0.1,
        unit: '×',
      },
      ...(addresses
        ? [
            {
              text: `${rows} rows by 1000 through PostgREST`,
              measured: wall('PostgREST, by 1000'),
              atMost: rows / 30_000,
              unit: 's',
            },
          ]
        : []),
    ];
    const skipped = addresses ? [] : ['PostgREST: ESTEIRA_TEST_SUPABASE names no project'];
    return { samples, goals, skipped, notes: ['each contender must have written every row'] };
  },
};
