import type { Emptied } from '../adapters/duckdb/empty.ts';

/** A warehouse that keeps nothing, and whose catalogs can be emptied: for tests of pipelines. */
export async function memoryWarehouse(): Promise<Emptied> {
  const { openInMemory } = await import('../adapters/duckdb/warehouse.ts');
  return openInMemory();
}
