import type { Selectable } from 'kysely';
import type { PublishedRecord, PublishedStore } from '../../ports/index.ts';
import type { Engine } from './engine.ts';
import type { ModelPublishedRow } from './tables.ts';

const instant = (text: string): Temporal.Instant => Temporal.Instant.from(text);

const toRecord = (row: Selectable<ModelPublishedRow>): PublishedRecord => ({
  store: row.store,
  model: row.model,
  ...(row.number !== null &&
    row.version !== null &&
    row.at !== null && { there: { number: Number(row.number), version: row.version, at: instant(row.at) } }),
  ...(row.since !== null &&
    row.next_try_at !== null && {
      owed: {
        since: instant(row.since),
        tries: Number(row.tries),
        nextTryAt: instant(row.next_try_at),
        error: row.error ?? '',
      },
    }),
});

export const publishedOf = (engine: Engine): PublishedStore =>
  Object.freeze<PublishedStore>({
    all: () =>
      engine.read(async (state) => {
        const rows = await state.selectFrom('model_published').selectAll().orderBy('store').orderBy('model').execute();
        return rows.map(toRecord);
      }),
    note: ({ store, model, there, owed }) =>
      engine.transaction('receipt', async (state) => {
        const said = {
          number: there?.number ?? null,
          version: there?.version ?? null,
          at: there?.at.toString() ?? null,
          since: owed?.since.toString() ?? null,
          tries: owed?.tries ?? 0,
          next_try_at: owed?.nextTryAt.toString() ?? null,
          error: owed?.error ?? null,
        };
        await state
          .insertInto('model_published')
          .values({ store, model, ...said })
          .onConflict((conflict) => conflict.columns(['store', 'model']).doUpdateSet(said))
          .execute();
      }),
    forget: (store, model) =>
      engine.transaction('receipt', async (state) => {
        const own = state.deleteFrom('model_published').where('store', '=', store);
        await (model === undefined ? own : own.where('model', '=', model)).execute();
      }),
  });
