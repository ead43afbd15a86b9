import type { Warehouse } from '../ports/index.ts';

/** A warehouse that keeps nothing: for tests of pipelines. */
export async function memoryWarehouse(): Promise<Warehouse> {
  const { openDuckdb } = await import('../adapters/duckdb/warehouse.ts');
  return openDuckdb({ folder: ':memory:', catalogs: [], threads: 1 });
}
