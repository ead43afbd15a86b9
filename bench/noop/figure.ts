import { chain } from '../chain.ts';
import { esteira, installPackage } from '../esteira.ts';
import type { Figure, Outcome } from '../figure.ts';
import { emptyPlace } from '../places.ts';
import { interleave, medians } from '../rounds.ts';

const long = 50;

const dayOf = (round: number) => Temporal.PlainDate.from('2026-01-02').add({ days: round }).toString();

export const figure: Figure = {
  about: `a run in which nothing is new, over a chain of ${long} tables and over one, the whole command`,
  rounds: 9,
  async measure({ rounds, say }): Promise<Outcome> {
    installPackage();
    const contenders = [];
    for (const tables of [long, 1]) {
      const folder = emptyPlace('noop', `chain${tables}`);
      await chain(folder, { tables });
      const run = (round: number) => esteira(folder, ['run', 'all', '--date', dayOf(round)]);
      contenders.push({ name: `${tables} tables`, run });
    }
    const samples = await interleave({ contenders, rounds, say });
    const difference = (measure: 'wall' | 'cpu') =>
      ((medians(samples, `${long} tables`)[measure] - medians(samples, '1 tables')[measure]) / (long - 1)) * 1000;
    return {
      samples,
      goals: [
        {
          text: `one step more with nothing new: (${long} tables − 1 table) / ${long - 1}`,
          measured: difference('wall'),
          atMost: 5,
          unit: 'ms',
        },
      ],
      skipped: [],
      notes: [`of the processor: ${difference('cpu').toFixed(2)} ms a step`],
    };
  },
};
