import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  readonly key: string;
  readonly secret: string;
  /** Of credentials that last for a while. */
  readonly token?: string;
}
export interface Signing {
  readonly method: string;
  /** Its path and query are written as `escaped` writes them. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body. */
  readonly hash: string;
  readonly credentials: Credentials;
  readonly region: string;
  readonly at: Temporal.Instant;
}

/** As the signature wants paths and queries: all but letters, digits, `-`, `.`, `_` and `~` by their bytes. */
export const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The headers of a request signed by AWS Signature Version 4. */
export function signed({ method, url, headers, hash, credentials, region, at }: Signing): Record<string, string> {
  const time = at.toString({ smallestUnit: 'second' }).replace(/[-:]/g, '');
  const day = time.slice(0, 8);
  const sent: Record<string, string> = {
    ...headers,
    'x-amz-content-sha256': hash,
    'x-amz-date': time,
    ...(credentials.token && { 'x-amz-security-token': credentials.token }),
  };
  const all = Object.entries({ ...sent, host: url.host })
    .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/\s+/g, ' ')] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const names = all.map(([name]) => name).join(';');
  const query = url.search.slice(1).split('&').filter(Boolean).sort().join('&');
  const lines = all.map(([name, value]) => `${name}:${value}\n`).join('');
  const request = [method, url.pathname, query, lines, names, hash].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(request).digest('hex')].join('\n');
  const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${credentials.secret}`, day), region));
  const signature = hmac(key, toSign).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.key}/${scope},SignedHeaders=${names},Signature=${signature}`;
  return { ...sent, authorization };
}
