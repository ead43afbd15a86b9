import { randomBytes } from 'node:crypto';
import { Requests } from './requests.ts';
import { type S3Options, s3Store } from './store.ts';

/** A server for tests, as `http://…` with the key and the secret below; without one they say so and do nothing. */
export const server = process.env['ESTEIRA_TEST_S3'] ?? '';
export const withoutServer = server === '' && 'ESTEIRA_TEST_S3 names no server';
export const credentials = { key: 'testkey', secret: 'testsecret123' };

/** No test waits for a pause. */
export const hurried = { now: Temporal.Now.instant, pause: async () => {}, chance: () => 0 };

export const optionsOf = (of: Partial<S3Options>): S3Options => ({
  ...{ bucket: 'none', endpoint: server, region: 'us-east-1', pathStyle: true, credentials },
  ...{ times: hurried, ...of },
});

/** The name of a bucket that was not there before. */
export async function newBucket(): Promise<string> {
  const bucket = `esteira-test-${randomBytes(6).toString('hex')}`;
  await straight(bucket).ask({ method: 'PUT' });
  return bucket;
}

/** Straight to the server, past what a store asks for. */
export const straight = (bucket: string): Requests =>
  new Requests({ times: hurried, attempts: 3, patience: 10_000, ...optionsOf({ bucket }) }, bucket);

export const storeIn = (bucket: string, of: Partial<S3Options> = {}) => s3Store(optionsOf({ bucket, ...of }));
