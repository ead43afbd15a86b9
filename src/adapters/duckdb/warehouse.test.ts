import { warehouseConformance } from '../../ports/conformance/warehouse.ts';
import { openDuckdb } from './warehouse.ts';

warehouseConformance('duckdb in memory', () =>
  openDuckdb({ folder: ':memory:', catalogs: ['one', 'two'], memoryLimit: '1GiB' }),
);
