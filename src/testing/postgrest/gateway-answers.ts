import type { Fault } from './faults.ts';
import type { RestAnswer } from './rest.ts';

const json = { 'Content-Type': 'application/json' };
const html = { 'Content-Type': 'text/html' };
const page = (title: string): string =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;

/** Supabase's gateway, for a request without a key, and for one with a key that it does not know. */
export const noKey: RestAnswer = {
  status: 401,
  headers: json,
  body: JSON.stringify({
    message: 'No API key found in request',
    hint: 'No `apikey` request header or url param was found.',
  }),
};
export const invalidKey: RestAnswer = {
  status: 401,
  headers: json,
  body: JSON.stringify({
    message: 'Invalid API key',
    hint: 'Double check your Supabase `anon` or `service_role` API key.',
  }),
};
/** nginx, of a request line that its buffers do not hold, and of an answer whose head they do not. */
export const tooLong: RestAnswer = {
  status: 414,
  headers: { ...html, Connection: 'close' },
  body: page('414 Request-URI Too Large'),
};
export const badGateway: RestAnswer = { status: 502, headers: html, body: page('502 Bad Gateway') };

/** What is answered in the place of what was asked for; nothing where nothing is. */
export function answerOf({ is, retryAfter }: Fault): RestAnswer | undefined {
  const later: Readonly<Record<string, string>> = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
  switch (is) {
    case '401 no key':
      return noKey;
    case '401 invalid key':
      return invalidKey;
    case '429':
      return {
        status: 429,
        headers: { ...json, ...later },
        body: JSON.stringify({ message: 'API rate limit exceeded' }),
      };
    case '500':
      return {
        status: 500,
        headers: json,
        body: JSON.stringify({ code: 'XX000', details: null, hint: null, message: 'internal error' }),
      };
    case '502':
      return badGateway;
    case '503':
      return {
        status: 503,
        headers: { ...json, ...later },
        body: JSON.stringify({
          code: 'PGRST002',
          details: null,
          hint: null,
          message: 'Could not query the database for the schema cache. Retrying.',
        }),
      };
    case 'hang':
    case 'cut':
    case 'cut within':
      return undefined;
  }
}
