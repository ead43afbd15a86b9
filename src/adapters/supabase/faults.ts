import { unanswered } from '../common/attempts.ts';

/**
 * `passing`: the same request may come through a little later. `too long`: one that asks for less may. `of rows`: something in what was sent is not taken, and
 * fewer rows may be. `refused`: the key, or its role, may not. `unusable`: what it names is not there, or the address is of something else.
 */
export type FaultKind = 'passing' | 'too long' | 'of rows' | 'refused' | 'unusable';

interface Said {
  readonly is: FaultKind;
  /** A sentence. */
  readonly what: string;
  readonly next: string;
}

/** A request came to nothing. The message is what was said; who shows it takes secrets out. */
export class Fault extends Error implements Said {
  readonly is: FaultKind;
  readonly what: string;
  readonly next: string;
  /** Of HTTP; 0 where nothing was answered. */
  readonly status: number;
  /** As Postgres (`42703`) or PostgREST (`PGRST205`) says it; else ''. */
  readonly code: string;
  /** Milliseconds, where the server says how long to wait. */
  readonly after: number | undefined;

  constructor(
    of: Said & { readonly status: number; readonly code: string; readonly said: string; readonly after?: number },
  ) {
    super([of.status || '', of.code, of.said].filter(Boolean).join(' '));
    this.is = of.is;
    this.what = of.what;
    this.next = of.next;
    this.status = of.status;
    this.code = of.code;
    this.after = of.after;
  }

  /** nginx gives a 502 where the answer's own header is too long for it: PostgREST says the query once more in Content-Location. */
  get mayBeTooLong(): boolean {
    return this.is === 'too long' || this.status === 502;
  }
}

const gone: Said = {
  is: 'passing',
  what: 'The API does not answer, or went away.',
  next: 'See whether the project runs (one that is paused does not) and can be reached from here, and run again.',
};

const other: Said = {
  is: 'unusable',
  what: 'The API cannot carry out what it is asked.',
  next: 'Read what it says: a column may be of a type that cannot be asked like this, or a policy may be wrong.',
};

/** By what was answered; the first that fits. Codes are of Postgres, or of PostgREST. */
const known: readonly (Said & {
  readonly status?: RegExp;
  readonly code?: RegExp;
  readonly said?: RegExp;
  readonly body?: RegExp;
})[] = [
  {
    ...{ is: 'refused', status: /401/, said: /No API key/i, what: 'No API key has reached the gateway.' },
    next: 'Set the variable of the key; where it is set, see what takes the header `apikey` away on the way.',
  },
  {
    ...{ is: 'refused', status: /401/, said: /Invalid API key/i, what: 'The gateway does not know the API key.' },
    next: 'Set the variable of the key to a key of this project, as its settings show it (API keys): this one is of another, or was taken back.',
  },
  {
    ...{ is: 'refused', status: /401/, said: /JWT expired/i, what: 'The API key has run out.' },
    next: 'Set the variable of the key to a key that is valid.',
  },
  {
    ...{ is: 'refused', code: /^PGRST30/, what: 'The API does not take the API key.' },
    next: 'Set the variable of the key to a key that is signed with the secret of this project.',
  },
  {
    ...{ is: 'of rows', code: /^42501$/, said: /row-level security/i, what: 'Row security refuses a row.' },
    next: 'Use the key of service_role, or write a policy that lets the role of the key write it.',
  },
  {
    ...{ is: 'refused', code: /^42501$/, what: 'The role of the API key may not do this.' },
    next: 'Use the key of service_role, or grant its role what is named (usage on the schema, select, update).',
  },
  {
    ...{ is: 'refused', status: /401|403/, what: 'The gateway does not let Esteira in.' },
    next: 'Set the variable of the key to one of this project, and see what it says.',
  },
  {
    ...{ is: 'unusable', code: /^(PGRST205|42P01)$/, what: 'The API has no such table.' },
    next: "Name it as it is called there, 'schema.table' outside of the first schema; one that is new needs: notify pgrst, 'reload schema'.",
  },
  {
    // Of what is written PostgREST says no more than this, until it knows the table; it can be read before.
    ...{ is: 'unusable', status: /404/, body: /^\s*\{\}\s*$/, what: 'The API does not know this table yet.' },
    next: "Carry out in the database: notify pgrst, 'reload schema'; where that does not help, see that the table is called so there.",
  },
  {
    ...{ is: 'unusable', code: /^(PGRST204|42703)$/, what: 'The table has no such column.' },
    next: 'Name the columns as they are called there, or declare what they are called with .alias(…).',
  },
  {
    ...{ is: 'unusable', code: /^PGRST202$/, what: 'The API has no such function.' },
    next: "Make it in the database; one that is new needs: notify pgrst, 'reload schema'.",
  },
  {
    ...{ is: 'unusable', code: /^PGRST106$/, what: 'The API does not show this schema.' },
    next: 'Name it in the settings of the API (exposed schemas; db-schemas of PostgREST).',
  },
  // PostgREST gives some of these as a 500, as if they passed.
  {
    ...{ is: 'of rows', code: /^(21|22|23|44000|54|P0)/, what: 'The database does not take what a row says.' },
    next: 'Read what it says, and correct the row or the rule of the table.',
  },
  { ...other, code: /^42/ },
  {
    ...{ is: 'too long', status: /413|414|431/, what: 'The request is too long for the gateway.' },
    next: 'Ask for fewer at once: batch.',
  },
  {
    ...{ is: 'too long', status: /400/, said: /header.*too large/i, what: 'The request is too long for the gateway.' },
    next: 'Ask for fewer at once: batch.',
  },
  {
    ...{ is: 'passing', status: /429/, what: 'The gateway takes no more requests for now.' },
    next: 'Run again later, or ask for less at once: parallel.',
  },
  {
    ...{ is: 'passing', code: /^57014$/, what: 'The database has ended what took it too long.' },
    next: 'Make an index of what is asked for, or let the role of the key take longer: statement_timeout.',
  },
  { ...gone, status: /408|50[234]|52\d/ },
  { ...gone, status: /5../, what: 'The API fails.' },
  {
    ...{ is: 'unusable', status: /30[1-8]/, what: 'The address leads to another.' },
    next: 'Correct the variable of the address: https, without what follows the name of the project.',
  },
  {
    ...{ is: 'unusable', status: /404/, what: 'There is no such thing at this address.' },
    next: 'Correct the variable of the address, as the settings of the project show it: https://….supabase.co.',
  },
];
/** What an answer that is none of 2xx means. */
export function faultOf(status: number, body: string, headers: Headers, now: Temporal.Instant): Fault {
  const { code, said } = wordsIn(body);
  const fits = (pattern: RegExp | undefined, text: string): boolean => pattern === undefined || pattern.test(text);
  const found = known.find(
    (one) => fits(one.status, String(status)) && fits(one.code, code) && fits(one.said, said) && fits(one.body, body),
  );
  const after = waitIn(headers.get('retry-after'), now);
  return new Fault({ ...(found ?? other), status, code, said, ...(after === undefined ? {} : { after }) });
}

/** What reads an answer; one that is not JSON, or not such, is of a page on the way. */
export function understood<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Fault({
      ...{ is: 'unusable', status: 200, code: '', said: error.message.slice(0, most) },
      what: 'What answers is not PostgREST.',
      next: 'Correct the variable of the address, and see what answers in its place: a page to log in, or a firewall.',
    });
  }
}

/** What no answer means, by what `fetch` throws. */
export function faultWithout(error: unknown): Fault {
  const { certificate, said } = unanswered(error);
  if (certificate === undefined) return new Fault({ ...gone, status: 0, code: '', said });
  const what = 'The certificate of the gateway is not trusted here.';
  const next = 'Correct the address, or name the authority in NODE_EXTRA_CA_CERTS.';
  return new Fault({ is: 'refused', what, next, status: 0, code: certificate, said });
}

const most = 300;

/** PostgREST and the gateway answer in JSON, nginx with a page. */
function wordsIn(body: string): { readonly code: string; readonly said: string } {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  try {
    const { code, message, details, hint, error } = JSON.parse(body) as Record<string, unknown>;
    const parts = [text(message) || text(error), text(details), text(hint)].filter(Boolean);
    return { code: text(code), said: parts.join('; ').slice(0, most) };
  } catch {
    const title = /<title>([^<]*)<\/title>/i.exec(body)?.[1];
    return { code: '', said: (title ?? body).trim().slice(0, most) };
  }
}

/** Seconds, or a date. */
function waitIn(header: string | null, now: Temporal.Instant): number | undefined {
  if (header === null) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now.epochMilliseconds;
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}
