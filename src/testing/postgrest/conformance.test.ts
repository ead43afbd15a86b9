import { after } from 'node:test';
import { postgrestConformance } from '../conformance/postgrest.ts';
import { functionsGiven, tablesGiven } from '../conformance/postgrest-tables.ts';
import { type Postgrest, postgrest } from './index.ts';

let opened: Postgrest | undefined;
after(() => opened?.close());
postgrestConformance('the double', async () => {
  opened = await postgrest({ tables: tablesGiven, functions: functionsGiven });
  return opened;
});
