import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What goes into logs, names and headers as it is. */
const wellFormed = /^[\w.:-]{1,128}$/;
export const isId = (text: unknown): text is string => typeof text === 'string' && wellFormed.test(text);

/** The caller's own id of the request, where it has one that is well-formed. */
export function idOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return isId(given) ? given : randomUUID();
}
