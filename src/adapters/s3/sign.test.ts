import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { escaped, type Signing, signed } from './sign.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const signature = (of: Partial<Signing>): string | undefined => {
  const { authorization } = signed({
    method: 'GET',
    url: new URL('https://examplebucket.s3.amazonaws.com/'),
    headers: {},
    hash: hashOf(''),
    credentials: { key: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
    region: 'us-east-1',
    at: Temporal.Instant.from('2013-05-24T00:00:00Z'),
    ...of,
  });
  return authorization?.split('Signature=')[1];
};

test('the examples that Amazon publishes of its signature come out as they stand there', () => {
  const at = (path: string): URL => new URL(path, 'https://examplebucket.s3.amazonaws.com/');
  assert.equal(
    signature({ url: at('/test.txt'), headers: { range: 'bytes=0-9' } }),
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  );
  assert.equal(
    signature({
      method: 'PUT',
      url: at('/test%24file.text'),
      headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
      hash: hashOf('Welcome to Amazon S3.'),
    }),
    '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  );
  assert.equal(
    signature({ url: at('/?max-keys=2&prefix=J') }),
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  );
});

test('whatever is signed changes the signature', () => {
  const all = [
    signature({}),
    signature({ method: 'PUT' }),
    signature({ hash: hashOf('x') }),
    signature({ headers: { 'if-none-match': '*' } }),
    signature({ region: 'sa-east-1' }),
    signature({ at: Temporal.Instant.from('2013-05-24T00:00:01Z') }),
    signature({ credentials: { key: 'AKIAIOSFODNN7EXAMPLE', secret: 'other' } }),
    signature({ url: new URL('https://examplebucket.s3.amazonaws.com/?prefix=J') }),
  ];
  assert.equal(new Set(all).size, all.length);
});

test('what a path cannot have as it is stands there by its bytes', () => {
  assert.equal(escaped("a+b (1)'!*~/ç"), 'a%2Bb%20%281%29%27%21%2A~%2F%C3%A7');
});
