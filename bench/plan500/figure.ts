import path from 'node:path';
import { esteira, installPackage } from '../esteira.ts';
import type { Figure, Outcome } from '../figure.ts';
import { writeChain, writeConfiguration } from '../generated.ts';
import { emptyPlace } from '../places.ts';
import { interleave, medians } from '../rounds.ts';

const tables = 500;

function project(name: string): string {
  const folder = emptyPlace('plan500', name);
  writeConfiguration({ folder, catalog: 'wide' });
  writeChain({ folder: path.join(folder, 'definitions'), tables, each: 5, words: 'esteira' });
  return folder;
}

export const figure: Figure = {
  about: `esteira plan of a job over ${tables} chained tables of 22 columns, before and after setup`,
  rounds: 5,
  async measure({ rounds, say }): Promise<Outcome> {
    installPackage();
    const before = project('before');
    const after = project('after');
    const setup = await esteira(after, ['setup']);
    say(`  setup of ${tables} tables: ${setup.wall.toFixed(2)} s`);
    const plan = (folder: string) => () => esteira(folder, ['plan', 'all', '--date', '2026-01-01']);
    const contenders = [
      { name: 'before setup', run: plan(before) },
      { name: 'after setup', run: plan(after) },
    ];
    const samples = await interleave({ contenders, rounds, say });
    const goals = contenders.map(({ name }) => ({
      text: `plan of ${tables} tables, ${name}`,
      measured: medians(samples, name).wall,
      atMost: 1,
      unit: 's',
    }));
    return { samples, goals, skipped: [], notes: [`setup of ${tables} tables: ${setup.wall.toFixed(2)} s`] };
  },
};
