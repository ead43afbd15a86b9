import type { TakenOver } from '../../ports/index.ts';
import type { State } from './engine.ts';

const instantText = (at: Temporal.Instant): string => at.toString();

/** `takeOver` of the contract. */
export async function takeOver(state: State, { model, theirs, by, reason, now }: TakenOver): Promise<number> {
  const own = await state.selectFrom('model_move').selectAll().where('model', '=', model).orderBy('number').execute();
  const champion = await state.selectFrom('model_champion').selectAll().where('model', '=', model).executeTakeFirst();
  const differs = own.findIndex(({ to_version, moved_by, at }, index) => {
    const other = theirs[index];
    return other?.to !== to_version || other.by !== moved_by || instantText(other.at) !== at;
  });
  const common = differs < 0 ? own.length : differs;
  const later = theirs.slice(common);
  const last = later.at(-1);
  if (!champion || !last) return 0;
  // The greatest first: no two have one number at any time.
  for (const { number } of own.slice(common).toReversed())
    await state
      .updateTable('model_move')
      .set({ number: number + BigInt(later.length) })
      .where('model', '=', model)
      .where('number', '=', number)
      .execute();
  for (const { number, from, to, by: moved_by, reason: why, at } of later)
    await state
      .insertInto('model_move')
      .values({ model, number, from_version: from ?? null, to_version: to, moved_by, reason: why, at: instantText(at) })
      .execute();
  const next = BigInt(common + later.length + 1);
  const [first] = own.slice(common);
  if (first)
    await state
      .updateTable('model_move')
      .set({ from_version: last.to })
      .where('model', '=', model)
      .where('number', '=', next)
      .execute();
  else {
    const moved = { moved_by: by, reason, at: instantText(now) };
    await state
      .insertInto('model_move')
      .values({ model, number: next, from_version: last.to, to_version: champion.version, ...moved })
      .execute();
  }
  const number = first ? BigInt(own.length + later.length) : next;
  await state.updateTable('model_champion').set({ number }).where('model', '=', model).execute();
  return later.length;
}
