import { test } from 'node:test';
import { postgrestConformance } from '../../../src/testing/conformance/postgrest.ts';
import { sqlGiven } from '../../../src/testing/conformance/postgrest-tables.ts';
import { anonKey, emptied, gateway, inDatabase, madeKnown, serviceKey, withoutSupabase } from './support.ts';

if (withoutSupabase) test('the suite of the double, by a real PostgREST', { skip: withoutSupabase }, () => {});
else
  postgrestConformance('a real one behind nginx', async () => {
    await emptied();
    await inDatabase(sqlGiven);
    await madeKnown('hidden');
    return { address: gateway, keys: { anon: anonKey, service: serviceKey } };
  });
