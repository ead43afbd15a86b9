import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../refusals.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && /^(127\.|::1$|::ffff:127\.)/.test(address);

/**
 * Throws TOKEN_NEEDED, unless the request comes from this machine, or brings the token as `authorization: Bearer …`. What a proxy of this machine hands on
 * comes from elsewhere.
 */
export function refuseStrangers(
  { headers, socket }: Pick<FastifyRequest, 'headers' | 'socket'>,
  token: string | undefined,
): void {
  const isHandedOn = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => headers[name] !== undefined);
  if (isLoopback(socket.remoteAddress) && !isHandedOn) return;
  const [, given] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (token !== undefined && token !== '' && given !== undefined && timingSafeEqual(digest(given), digest(token)))
    return;
  throw new Refusal('TOKEN_NEEDED', {
    message:
      given === undefined ? 'From another machine this needs a token.' : 'This is not the token of the endpoint.',
    where: 'authorization',
    got: given === undefined ? 'none' : 'another token',
    allowed: 'Bearer <token>',
    next: token
      ? 'Send the token that the process has as ESTEIRA_TOKEN.'
      : 'Set ESTEIRA_TOKEN for the process, or ask from its own machine.',
  });
}
