import path from 'node:path';
import { type Env, env } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { localFolder } from './local.ts';
import type { BucketAdapter, Place, Value } from './project.ts';

interface S3Words {
  readonly bucket: Value;
  /** Before all paths, as `team/models`. */
  readonly prefix?: string;
  /** Address of a server that is not Amazon's: `env('S3_ENDPOINT')`, `http://127.0.0.1:9000`. */
  readonly endpoint?: Value;
  /** Default `us-east-1`, what MinIO calls its own. */
  readonly region?: Value;
  /** The bucket in the path of addresses, as MinIO has it; by default where an endpoint is given. */
  readonly pathStyle?: boolean;
  /** Default env('AWS_ACCESS_KEY_ID') and env('AWS_SECRET_ACCESS_KEY'). */
  readonly key?: Env;
  readonly secret?: Env;
  /** Of credentials that last for a while; default env('AWS_SESSION_TOKEN'), which may be missing. */
  readonly token?: Env;
}

const isVariable = (value: unknown): boolean => typeof value === 'string' && value.startsWith('env:');

/** A bucket of S3, or of what speaks its protocol: MinIO, versitygw, R2. */
export function s3(options: S3Words): BucketAdapter {
  const { bucket, prefix = '', endpoint, region = 'us-east-1', pathStyle = endpoint !== undefined } = options;
  const { key = env('AWS_ACCESS_KEY_ID'), secret = env('AWS_SECRET_ACCESS_KEY') } = options;
  const token = options.token ?? env('AWS_SESSION_TOKEN', '');
  refuse('bucket', bucket, typeof bucket === 'string' && bucket !== '', "a name, or env('S3_BUCKET')");
  const isPath = typeof prefix === 'string' && (prefix === '' || /^[^/\\]+(\/[^/\\]+)*$/.test(prefix));
  refuse(
    'prefix',
    prefix,
    isPath && !/(^|\/)\.\.?(\/|$)/.test(prefix),
    "names with slashes between them: 'team/models'",
  );
  const isAddress = isVariable(endpoint) || (URL.canParse(String(endpoint)) && /^https?:/.test(String(endpoint)));
  refuse('endpoint', endpoint, endpoint === undefined || isAddress, "an address, or env('S3_ENDPOINT')");
  refuse('region', region, typeof region === 'string' && region !== '', "a name, such as 'sa-east-1'");
  for (const [name, value] of Object.entries({ key, secret, token }))
    refuse(name, isVariable(value) ? value : 'a text that is no variable', isVariable(value), "env('NAME')");
  const describeIn = (place: Place): string => `s3://${place.value(bucket)}/${prefix}`.replace(/\/$/, '');
  return Object.freeze({
    role: 'kept',
    adapter: 's3',
    ofSources: true,
    options: { bucket, prefix, region, pathStyle, key, secret, token, ...(endpoint !== undefined && { endpoint }) },
    secrets: [secret, token],
    writes: (place: Place) => [`${endpoint === undefined ? 'S3' : place.value(endpoint)}, ${describeIn(place)}`],
    open: async (place: Place, signal?: AbortSignal) => {
      const { s3Store } = await import('../adapters/s3/store.ts');
      const session = place.secret(token);
      return s3Store({
        ...{ bucket: place.value(bucket), prefix, region: place.value(region), pathStyle },
        ...(endpoint !== undefined && { endpoint: place.value(endpoint) }),
        temporary: path.join(localFolder(place.folder), 'temporary'),
        ...(signal && { signal }),
        credentials: {
          ...{ key: place.value(key), secret: place.secret(secret) },
          ...(session !== '' && { token: session }),
        },
      });
    },
  });
}

function refuse(option: string, got: unknown, isRight: boolean, allowed: string): void {
  if (isRight) return;
  throw new EsteiraError('CONFIG_INVALID', {
    what: `s3(…) cannot take this as ${option}.`,
    got: String(got),
    allowed,
    next: 'Correct it in esteira.config.ts.',
  });
}
