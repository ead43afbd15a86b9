import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoint } from '../define/index.ts';
import { addressesIn, refuseIdleAddresses } from './addresses.ts';

const endpoints = new Map(['rank', 'match'].map((name) => [name, { name } as Endpoint]));

test('an endpoint listens where the environment says, else at a port by the order of the names', () => {
  const addressOf = addressesIn({ endpoints: { rank: { host: '0.0.0.0' } } }, { endpoints });
  assert.deepEqual(addressOf('match'), { host: '127.0.0.1', port: 8080 });
  assert.deepEqual(addressOf('rank'), { host: '0.0.0.0', port: 8081 });
});

test('an address of an endpoint that there is none of is refused, in whichever environment it is', () => {
  const production = { endpoints: { rank: { port: 80 } } };
  refuseIdleAddresses({ environments: { local: {}, production } }, { endpoints });
  const renamed = { environments: { local: {}, production: { endpoints: { ranking: { port: 80 } } } } };
  assert.throws(() => refuseIdleAddresses(renamed, { endpoints }), {
    code: 'CONFIG_INVALID',
    message: /environments\.production\.endpoints\.ranking/,
  });
});
