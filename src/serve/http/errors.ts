import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { briefly } from '../briefly.ts';
import { Refusal, refusals } from '../refusals.ts';
import type { Sparing } from '../sparing.ts';

export const json = 'application/json; charset=utf-8';

/** What Fastify or Node found wrong, in the terms of everything else that is refused. */
export function refusalOf(
  error: Pick<FastifyError, 'code' | 'message'>,
  about: { readonly bytes: number; readonly type?: string | undefined },
): Refusal | undefined {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Refusal('REQUEST_TOO_LARGE', {
        message: 'The body is too large.',
        ...{ where: 'body', allowed: `at most ${about.bytes} bytes` },
        next: 'Send less at once; `limits` of the endpoint says how much.',
      });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Refusal('CONTENT_TYPE_WRONG', {
        message: 'The body is not sent as JSON.',
        ...{ where: 'content-type', got: about.type?.slice(0, 80) ?? 'none', allowed: 'application/json' },
        next: 'Send the header content-type: application/json.',
      });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_BAD_URL':
      return malformed(error.code === 'FST_ERR_BAD_URL' ? 'path' : 'content-length');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Refusal('REQUEST_SLOW', {
        message: 'The request did not arrive in time.',
        next: 'Send it again, at once.',
      });
    case 'HPE_HEADER_OVERFLOW':
      return new Refusal('HEADERS_TOO_LARGE', {
        message: 'The headers are too large.',
        ...{ where: 'headers', allowed: 'at most 16384 bytes' },
        next: 'Send fewer of them.',
      });
    default:
      return undefined;
  }
}
const malformed = (where?: string): Refusal =>
  new Refusal('REQUEST_MALFORMED', {
    message: 'This is no HTTP request.',
    ...(where !== undefined && { where }),
    next: 'Send it by an HTTP client.',
  });

export const refusedBody = (refusal: Refusal): string => `${JSON.stringify(refusal)}\n`;

/** Answers what was thrown; nothing where who asked has gone away in the middle of it, which is nobody's error. */
export function answerError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { bytes, sparing }: { readonly bytes: number; readonly sparing: Sparing },
): Refusal | undefined {
  const { raw } = request;
  if (raw.destroyed && !raw.complete) {
    void reply.code(malformed().status).send();
    return undefined;
  }
  const type = request.headers['content-type'];
  const refusal =
    thrown instanceof Refusal
      ? thrown
      : (refusalOf(thrown as FastifyError, { bytes, type }) ?? unexpected(thrown, request.id, sparing));
  // What is left of a body that nobody wants is not waited for.
  if (refusal.code === 'REQUEST_TOO_LARGE' || refusal.code === 'CONTENT_TYPE_WRONG')
    reply.header('connection', 'close');
  if (refusal.code === 'TOKEN_NEEDED') reply.header('www-authenticate', 'Bearer');
  void reply.code(refusal.status).type(json).send(refusedBody(refusal));
  return refusal;
}

function unexpected(thrown: unknown, request: string, sparing: Sparing): Refusal {
  sparing.say('unexpected', { level: 'error', event: 'no answer', request, error: briefly(thrown) });
  return new Refusal('ANSWER_FAILED', {
    message: 'No answer could be made.',
    next: 'Try again; the log of the endpoint says why, under the id of this request.',
  });
}

/** Answers what never became a request: no HTTP, or too slow. */
export function answerClient(error: Error & { readonly code?: string }, socket: Socket): Refusal | undefined {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return undefined;
  }
  const refusal = refusalOf({ code: error.code ?? '', message: '' }, { bytes: 0 }) ?? malformed();
  const body = refusedBody(refusal);
  const { status } = refusals[refusal.code];
  socket.end(
    `HTTP/1.1 ${status} ${refusal.code}\r\nx-request-id: ${randomUUID()}\r\ncontent-type: ${json}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
  return refusal;
}
