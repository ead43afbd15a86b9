import type { KeepingStore } from '../../ports/index.ts';
import { snapshot } from './copy.ts';
import type { Engine } from './engine.ts';
import { knownOf, numbersOf, reconcile, toldOf } from './reconcile.ts';
import { sweep } from './sweep/sweep.ts';

/** Care of the tables, whichever database has them. */
export const keepingOf = (engine: Engine): KeepingStore =>
  Object.freeze<KeepingStore>({
    sweep: (before, how) => sweep(engine, before, how),
    swept: () =>
      engine.read(async (state) => {
        const row = await state.selectFrom('noted').select('value').where('name', '=', 'swept').executeTakeFirst();
        return row && Temporal.Instant.from(row.value);
      }),
    noteSwept: (at) =>
      engine.transaction('receipt', async (state) => {
        const value = at.toString();
        await state
          .insertInto('noted')
          .values({ name: 'swept', value })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
          .execute();
      }),
    snapshot: () => snapshot(engine),
    numbers: () => engine.read(numbersOf),
    told: (range) => engine.read((state) => toldOf(state, range)),
    known: (runIds) => engine.read((state) => knownOf(state, runIds)),
    reconcile: (holder, found, now) => reconcile(engine, holder, { found, now }),
  });
