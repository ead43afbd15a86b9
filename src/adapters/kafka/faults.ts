import { EsteiraError } from '../../errors.ts';
import type { Topic } from './options.ts';

interface Said {
  readonly code?: string;
  readonly apiId?: string;
  readonly message?: string;
  readonly errors?: readonly unknown[] | Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
  readonly host?: string;
  readonly port?: number;
}

/** An error, and those that it was made of. */
export function* within(error: unknown): Generator<Said> {
  if (typeof error !== 'object' || error === null) return;
  const said = error as Said;
  yield said;
  for (const one of Object.values(said.errors ?? {})) yield* within(one);
  if (said.cause !== undefined && said.cause !== error) yield* within(said.cause);
}
const has = (error: unknown, ...ids: readonly string[]): boolean =>
  [...within(error)].some(({ apiId = '', code = '' }) => ids.includes(apiId) || ids.includes(code));

const refusals = [
  'PLT_KFK_AUTHENTICATION',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'DELEGATION_TOKEN_EXPIRED',
];
/** What Node says of certificates. */
const isOfTls = (error: unknown): boolean =>
  [...within(error)].some(({ code = '' }) => /^(ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/.test(code));

/** The session of fetching was forgotten, or the leader is another now: the same is asked once more. */
export const mayAskAgain = (error: unknown): boolean =>
  has(
    error,
    ...['FETCH_SESSION_ID_NOT_FOUND', 'INVALID_FETCH_SESSION_EPOCH', 'FETCH_SESSION_TOPIC_ID_ERROR'],
    ...['NOT_LEADER_OR_FOLLOWER', 'LEADER_NOT_AVAILABLE', 'FENCED_LEADER_EPOCH', 'UNKNOWN_LEADER_EPOCH'],
    ...['OFFSET_NOT_AVAILABLE', 'REPLICA_NOT_AVAILABLE'],
  );
export const isOutOfRange = (error: unknown): boolean => has(error, 'OFFSET_OUT_OF_RANGE');
export const isUnknownTopic = (error: unknown): boolean =>
  has(error, 'UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID', 'INVALID_TOPIC_EXCEPTION') ||
  [...within(error)].some(({ message = '' }) => message.startsWith('Unknown topic '));

/** It may be there again in a while. */
const passing = [
  ...['PLT_KFK_NETWORK', 'PLT_KFK_TIMEOUT', 'REQUEST_TIMED_OUT', 'NETWORK_EXCEPTION', 'BROKER_NOT_AVAILABLE'],
  ...['LEADER_NOT_AVAILABLE', 'NOT_LEADER_OR_FOLLOWER', 'REPLICA_NOT_AVAILABLE', 'KAFKA_STORAGE_ERROR'],
];
const isPassing = (error: unknown): boolean =>
  has(error, ...passing) || [...within(error)].some(({ code = '' }) => /^E[A-Z]+$/.test(code));

/** The sentence that says most: that of what lies deepest. */
function sentence(error: unknown): string {
  const all = [...within(error)].map(({ message = '' }) => message.split('\n')[0] ?? '').filter(Boolean);
  return all.at(-1) ?? String(error);
}

/** What a broker, or the way to it, said of a topic, with a code of ours. */
export function brokerFault(error: unknown, { where, servers, name }: Topic): unknown {
  if (error instanceof EsteiraError) return error;
  const details = { where, got: `${servers.join(', ')}: ${sentence(error)}` };
  const options = { cause: error };
  if (has(error, ...refusals))
    return new EsteiraError(
      'SOURCE_REFUSED',
      {
        ...{ what: 'The broker of the source refuses Esteira.', ...details },
        next: `Correct the user, the password, the mechanism or the rights: it describes and reads the topic ${name}.`,
      },
      options,
    );
  if (isOfTls(error))
    return new EsteiraError(
      'SOURCE_REFUSED',
      {
        ...{ what: 'The broker of the source and Esteira do not trust each other.', ...details },
        next: 'Correct tls of the source: the certificate that it trusts (ca), or its own.',
      },
      options,
    );
  if (isUnknownTopic(error))
    return new EsteiraError(
      'SOURCE_UNUSABLE',
      {
        ...{ what: `The broker of the source has no topic ${name}.`, ...details },
        next: 'Correct the name of the topic, or its variable; topics are made by those who send to them.',
      },
      options,
    );
  if (isPassing(error)) return unreachable(details, options);
  // A fault of our own has no such code.
  if (![...within(error)].some(({ code = '' }) => code.startsWith('PLT_KFK_'))) return error;
  return new EsteiraError(
    'SOURCE_UNUSABLE',
    {
      ...{ what: 'The broker of the source cannot carry out what it is asked.', ...details },
      next: 'Read what it says: the broker may be at fault, or too old.',
    },
    options,
  );
}

export const unreachable = (
  details: { readonly where: string; readonly got: string },
  options: { readonly cause?: unknown } = {},
): EsteiraError =>
  new EsteiraError(
    'SOURCE_UNREACHABLE',
    {
      ...{ what: 'The broker of the source does not answer, or went away.', ...details },
      next: 'See whether it runs and can be reached from here, and run again: nothing of the step was published.',
    },
    options,
  );
