import { EsteiraError } from '../errors.ts';

/** An address that cannot be listened at; `next`: how another one is given. */
export const addressUnusable = (
  { host, port }: { readonly host: string; readonly port: number },
  error: unknown,
  next: string,
): EsteiraError =>
  new EsteiraError('ADDRESS_UNUSABLE', {
    what: `Port ${port} of ${host} cannot be listened at.`,
    got: error instanceof Error ? error.message : String(error),
    next,
  });
