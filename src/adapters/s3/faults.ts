import { EsteiraError } from '../../errors.ts';
import { isOfCertificate, NoAnswer, unanswered } from '../common/attempts.ts';

/** What a server answered instead of what was asked for. */
export class Refusal extends Error {
  readonly status: number;
  /** As S3 names it: `NoSuchKey`; the status where it names nothing. */
  readonly code: string;
  /** The region in which the bucket is, where it says so. */
  readonly region: string | undefined;
  constructor(status: number, code: string, said: string, region?: string) {
    super(said);
    this.status = status;
    this.code = code;
    this.region = region;
  }
}
/** There is no such object; a bucket or a user that is not there is another thing. */
export const isAbsent = ({ status, code }: Refusal): boolean => status === 404 && ['NoSuchKey', '404'].includes(code);
/** The same request may be answered a little later. */
export const isPassing = (error: unknown): boolean =>
  error instanceof NoAnswer ||
  (error instanceof Refusal &&
    (error.status === 429 ||
      (error.status >= 500 && error.status !== 501) ||
      ['RequestTimeout', 'ConditionalRequestConflict', 'OperationAborted', 'IncompleteBody'].includes(error.code)));

/** By the code of S3: what is wrong, and what to do. */
const known: Readonly<Record<string, readonly [what: string, next: string]>> = {
  SignatureDoesNotMatch: ['The secret key for the bucket is wrong.', 'Correct the variable that has the secret key.'],
  InvalidAccessKeyId: [
    'The server does not know the access key for the bucket.',
    'Correct the variable that has the access key.',
  ],
  AccessDenied: [
    'The access key may not do this in the bucket.',
    'Give it s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on what is in it.',
  ],
  NoSuchBucket: ['There is no such bucket.', 'Make the bucket, or correct its name in esteira.config.ts.'],
  RequestTimeTooSkewed: [
    'The clock of this machine is not that of the server of the bucket.',
    'Set the clock of this machine (NTP).',
  ],
  ExpiredToken: ['The credentials for the bucket have run out.', 'Set the variables to credentials that are valid.'],
  NotImplemented: [
    'The server of the bucket does not have what Esteira needs.',
    'Use a server with conditional puts (If-None-Match and If-Match).',
  ],
};
const alike: Readonly<Record<string, string>> = {
  InvalidToken: 'ExpiredToken',
  XAdminUserNotFound: 'InvalidAccessKeyId',
  AllAccessDisabled: 'AccessDenied',
  '403': 'AccessDenied',
  '501': 'NotImplemented',
};
const wrongRegion = ['PermanentRedirect', 'TemporaryRedirect', 'AuthorizationHeaderMalformed', '301', '307'];

/** What the server or the way to it said, with a code of ours; any other error as it is. */
export function named(error: unknown, where: string): unknown {
  if (isPassing(error)) {
    const what = 'The bucket does not answer, or not with what it has.';
    const next = 'See whether its server runs and can be reached from here; what is owed to it is tried again.';
    return new EsteiraError('STORE_UNREACHABLE', { what, where, got: gotOf(error), next }, { cause: error });
  }
  if (!(error instanceof Refusal)) return error;
  const [what, next] = sentencesOf(error);
  return new EsteiraError('STORE_REFUSED', { what, where, got: gotOf(error), next }, { cause: error });
}

function sentencesOf({ code, region }: Refusal): readonly [what: string, next: string] {
  if (wrongRegion.includes(code)) {
    const next = region ? `Say region: '${region}' in esteira.config.ts.` : 'Correct the region in esteira.config.ts.';
    return ['The bucket is in another region.', next];
  }
  if (isOfCertificate(code))
    return [
      'The certificate of the server of the bucket is not trusted here.',
      'Correct the endpoint, or name the authority in NODE_EXTRA_CA_CERTS.',
    ];
  return (
    known[alike[code] ?? code] ?? [
      'The server of the bucket refuses what Esteira asks for.',
      'Look at what it says; the endpoint may not be one of S3, or the bucket may have rules of its own.',
    ]
  );
}

const gotOf = (error: unknown): string => {
  if (!(error instanceof Refusal)) return (error as Error).message;
  return [error.code, error.message].filter(Boolean).join(': ').slice(0, 300);
};

/** Why a request had no answer; what no later one would change is a refusal. */
export function withoutAnswer(error: unknown): Error {
  const { certificate, said } = unanswered(error);
  return certificate === undefined ? new NoAnswer(said) : new Refusal(0, certificate, said);
}
