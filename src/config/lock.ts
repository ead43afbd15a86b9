import type { TakeLock } from '../ports/index.ts';

/** The lock by which one process owns a project; the adapter is loaded when it is taken. */
export const takeLock: TakeLock = async (file) => {
  const { takeSqliteLock } = await import('../adapters/sqlite/lock.ts');
  return takeSqliteLock(file);
};
