import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Role } from './rest.ts';

/** As long as Supabase's; of no use anywhere else. */
const secret = 'super-secret-jwt-token-with-at-least-32-characters';
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = (text: string): string => createHmac('sha256', secret).update(text).digest('base64url');

/** The key of a role: a token that says which it is, signed. */
export function keyOf(role: Role): string {
  const said = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ role, iss: 'supabase', iat: 1_700_000_000, exp: 4_000_000_000 })}`;
  return `${said}.${signed(said)}`;
}

/** Which role a token says, or what PostgREST says of one that it does not take. */
export function roleOf(token: string): Role | { readonly refused: string } {
  const parts = token.split('.');
  if (parts.length !== 3)
    return { refused: `JWSError (CompactDecodeError Invalid number of parts: Expected 3 parts; got ${parts.length})` };
  const [head = '', body = '', signature = ''] = parts;
  const wanted = Buffer.from(signed(`${head}.${body}`));
  const given = Buffer.from(signature);
  if (wanted.length !== given.length || !timingSafeEqual(wanted, given))
    return { refused: 'JWSError JWSInvalidSignature' };
  const { role } = JSON.parse(Buffer.from(body, 'base64url').toString()) as { readonly role: Role };
  return role;
}
