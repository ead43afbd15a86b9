import { EsteiraError } from '../../errors.ts';
import type { PublishedRecord } from '../../ports/index.ts';
import { type Project, said } from '../../run/index.ts';
import type { PublishedView } from './views.ts';

/** In seconds: before the second attempt; each further one waits twice as long, up to the longest. */
const firstPause = 15;
const longestPause = 300;

/** Notes that something could not be brought to a store, and when it is tried again. */
export async function oweTo(
  { store, model, record }: Pick<PublishedRecord, 'store' | 'model'> & { readonly record: PublishedRecord | undefined },
  thrown: unknown,
  project: Project,
): Promise<{ readonly owed: NonNullable<PublishedView['owed']>; readonly failed: unknown }> {
  const { state, clock } = project;
  const now = clock.now();
  const tries = (record?.owed?.tries ?? 0) + 1;
  const seconds = Math.min(firstPause * 2 ** Math.min(tries - 1, 20), longestPause);
  const failed = said(thrown, project);
  const error = failed instanceof EsteiraError ? `${failed.code}: ${failed.message}` : String(failed);
  const owed = { since: record?.owed?.since ?? now, tries, nextTryAt: now.add({ seconds }), error };
  await state.published.note({ ...record, store, model, owed });
  return { owed: { since: owed.since.toString(), tries, nextTryAt: owed.nextTryAt.toString(), error }, failed };
}

/** What keeps a store from answering keeps it from answering for everything. */
export const isOfStore = (thrown: unknown): boolean =>
  thrown instanceof EsteiraError && ['STORE_UNREACHABLE', 'STORE_REFUSED', 'VARIABLE_MISSING'].includes(thrown.code);
