import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { warehouseConformance } from '../../ports/conformance/warehouse.ts';
import { openDuckdb } from './warehouse.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'esteira-warehouse-'));
after(() => rmSync(root, { recursive: true, force: true }));
// Several threads, although there are few rows: what they do to each other is asked for.
warehouseConformance('duckdb', () =>
  openDuckdb({
    folder: mkdtempSync(path.join(root, 'data-')),
    catalogs: ['one', 'two'],
    memoryLimit: '1GiB',
    threads: 4,
  }),
);
