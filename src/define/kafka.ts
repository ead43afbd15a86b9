import { col, type Duration, parseDuration } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import { type Env, env, reader } from './source.ts';

/** How the broker is told who asks. */
interface Sasl {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER';
  readonly user?: Env;
  readonly password?: Env;
  /** Of OAUTHBEARER. */
  readonly token?: Env;
}
/** Files in PEM, below the project's folder. */
interface Tls {
  /** Whom to trust; without it, whom the machine trusts. */
  readonly ca?: string;
  readonly certificate?: string;
  readonly certificateKey?: string;
}
interface TopicOptions {
  /** `host:port`, several with a comma between; by default the variable KAFKA_BOOTSTRAP_SERVERS. */
  readonly servers?: Env;
  /** Under this name the broker is asked; by default the variable KAFKA_GROUP_ID, or else `esteira`. */
  readonly group?: Env;
  readonly tls?: true | Tls;
  readonly sasl?: Sasl;
  /** The column that the key of a message says where its text does not. */
  readonly key?: string;
  /** Of a source with `day`: how far the time at which a message was sent may be from that of its column; `1 hour`. */
  readonly apart?: Duration;
  /** When messages are gone that were to be read: `fail` (the default), or `skip` them and say which they were. */
  readonly expired?: 'fail' | 'skip';
}

/**
 * A topic of which each message is a JSON object: `kafka(env('KAFKA_TOPIC', 'match_events'))`. Mentioned it is every message, with `day` those of the
 * run's date, `.unread` those since the run before. Adds `_key`; `_sent_at`; `_deleted`, true of a message that has nothing but a key; `_partition`, and
 * `_offset`, by which the messages of a key are in order.
 */
export const kafka = (topic: string, options: TopicOptions = {}) => {
  const { servers = env('KAFKA_BOOTSTRAP_SERVERS'), group = env('KAFKA_GROUP_ID', 'esteira') } = options;
  const { tls, sasl, key, apart = '1 hour', expired = 'fail' } = options;
  if (!/^(env:[^=]+(=[\w.-]+)?|[\w.-]{1,249})$/.test(topic))
    throw unusable('topic', topic, "a topic's name, or env('KAFKA_TOPIC', 'match_events')");
  if (!parseDuration(apart)) throw unusable('apart', apart, "'1 hour', '2 days'");
  if (expired !== 'fail' && expired !== 'skip') throw unusable('expired', expired, "'fail', 'skip'");
  return reader({
    by: 'kafka',
    options: {
      ...{ name: topic, servers, group, apart, expired },
      ...(key === undefined ? {} : { key }),
      ...(tls ? { tls: 'yes', ...(tls === true ? {} : tls) } : {}),
      ...sasl,
    },
    secret: ['password', 'token'],
    adds: {
      _key: col.text().optional(),
      _sent_at: col.timestamp().optional(),
      _deleted: col.boolean().optional(),
      _partition: col.integer().optional(),
      _offset: col.bigint().optional(),
    },
    streams: false,
    sent: true,
  });
};

const unusable = (word: string, got: unknown, allowed: string): EsteiraError =>
  new EsteiraError('DEFINITION_INVALID', {
    what: `kafka(…) cannot take this as ${word}.`,
    got: String(got),
    allowed,
    next: 'Correct it where the source is written.',
  });
