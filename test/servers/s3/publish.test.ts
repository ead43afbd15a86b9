import { describe } from 'node:test';
import { newBucket, storeIn, withoutServer } from '../../../src/adapters/s3/testing.ts';
import { publishingSuite } from '../../publish/suite.ts';

describe('versions in a bucket', { skip: withoutServer }, () => {
  publishingSuite('a bucket', async () => {
    const bucket = await newBucket();
    return { store: storeIn(bucket, { prefix: 'models' }), another: async () => storeIn(bucket, { prefix: 'models' }) };
  });
});
