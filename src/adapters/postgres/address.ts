import { EsteiraError } from '../../errors.ts';

/** `host:port/database`, for people and to tell two databases apart: without the user's name and password. */
export function addressOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && /^postgres(ql)?:$/.test(parsed.protocol)) {
    const host = parsed.hostname || parsed.searchParams.get('host') || 'localhost';
    return `${host}:${parsed.port || '5432'}/${parsed.pathname.slice(1) || parsed.username}`;
  }
  throw new EsteiraError('CONFIG_INVALID', {
    what: 'postgres(…) needs the address of a database.',
    allowed: "env('DATABASE_URL') with a value such as postgres://name@host:5432/database?sslmode=verify-full",
    next: 'Correct the variable; characters such as @ or / in a password are written as %40 and %2F.',
  });
}
