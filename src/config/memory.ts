import type { Emptied } from '../adapters/duckdb/empty.ts';

export type MemoryWarehouse = Emptied;

/** A warehouse that keeps nothing, and whose catalogs can be emptied: for tests of pipelines. */
export async function memoryWarehouse(): Promise<MemoryWarehouse> {
  const { openInMemory } = await import('../adapters/duckdb/warehouse.ts');
  return openInMemory();
}
