/** What PostgREST answers when it refuses: a status, and four parts. */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly status: number;
  readonly code: string;
  readonly details: string | null;
  readonly hint: string | null;

  constructor(status: number, code: string, message: string, more: { details?: string; hint?: string } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = more.details ?? null;
    this.hint = more.hint ?? null;
  }

  /** In the order of its parts. */
  get body(): string {
    return JSON.stringify({ code: this.code, details: this.details, hint: this.hint, message: this.message });
  }
}

export const noTable = (name: string): RestError =>
  new RestError(404, '42P01', `relation "public.${name}" does not exist`);
export const noColumn = (table: string, column: string): RestError =>
  new RestError(400, '42703', `column ${table}.${column} does not exist`);
export const noBodyColumn = (table: string, column: string): RestError =>
  new RestError(400, 'PGRST204', `Column '${column}' of relation '${table}' does not exist`);
export const noFunction = (name: string, parameters: readonly string[]): RestError => {
  const given =
    parameters.length > 0 ? `with parameter${parameters.length > 1 ? 's' : ''} ${parameters.join(', ')} or ` : '';
  return new RestError(
    404,
    'PGRST202',
    `Could not find the function public.${name}${parameters.length > 0 ? `(${parameters.join(', ')})` : ' without parameters'} in the schema cache`,
    {
      details: `Searched for the function public.${name} ${given}with a single unnamed json/jsonb parameter, but no matches were found in the schema cache.`,
    },
  );
};
/** Of whoever has no account the gateway is to ask for one. */
export const denied = (kind: 'table' | 'function', name: string, role: string): RestError =>
  new RestError(role === 'anon' ? 401 : 403, '42501', `permission denied for ${kind} ${name}`);
export const unreadable = (what: string, place: number, details: string): RestError =>
  new RestError(400, 'PGRST100', `"${what}" (line 1, column ${place})`, { details });

/** A test that asks for it is to know that it was not the real one which said no. */
export const notSpoken = (what: string): RestError =>
  new RestError(501, 'DOUBLE', `The double of PostgREST does not know ${what}.`, {
    hint: 'Add it to src/testing/postgrest, and to the suite that holds it to the real one.',
  });
