import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Fault, Faults, type SeenRequest } from './faults.ts';
import { answerOf, badGateway, invalidKey, noKey, tooLong } from './gateway-answers.ts';
import { keyOf, roleOf } from './keys.ts';
import { answer, type RestAnswer, type RestFunction, type RestOptions } from './rest.ts';
import { type JsonRow, MemoryTable, type TableGiven } from './table.ts';

export type { Fault, SeenRequest } from './faults.ts';
export type { RestFunction } from './rest.ts';
export type { JsonRow, MemoryTable, TableGiven } from './table.ts';
export type { PgType } from './types.ts';

export interface PostgrestOptions {
  readonly tables: Readonly<Record<string, TableGiven>>;
  readonly functions?: Readonly<Record<string, RestFunction>>;
  /** `db-max-rows`: an answer has no more rows, and does not say so. Default 1,000, as Supabase's. */
  readonly maxRows?: number;
  /** Bytes of a request line beyond which the answer is 414. Default 8,192, as nginx's. */
  readonly requestLine?: number;
  /** Bytes of an answer's head beyond which there is a 502: PostgREST repeats the query in it. Default 4,096, as nginx's own. */
  readonly headBuffer?: number;
  readonly port?: number;
}

/** A PostgREST behind a gateway, in this process: its tables are in memory. */
export interface Postgrest {
  /** What SUPABASE_URL is to say. */
  readonly address: string;
  readonly keys: { readonly anon: string; readonly service: string };
  /** Whatever came, in its order. */
  readonly requests: readonly SeenRequest[];
  rows(table: string): readonly JsonRow[];
  /** As whoever else uses the database writes: a row that is there is changed. Not counted. */
  put(table: string, rows: readonly JsonRow[]): void;
  /** How often each row was written by requests, by its key. */
  writes(table: string): ReadonlyMap<string, number>;
  /** The next requests meet it. */
  fail(fault: Fault): void;
  /** No fault waits any more. */
  heal(): void;
  define(name: string, called: RestFunction): void;
  close(): Promise<void>;
}

/** Begins one on this machine. */
export async function postgrest(options: PostgrestOptions): Promise<Postgrest> {
  const tables = new Map(Object.entries(options.tables).map(([name, given]) => [name, new MemoryTable(name, given)]));
  const functions = new Map(Object.entries(options.functions ?? {}));
  const faults = new Faults();
  const requests: SeenRequest[] = [];
  const keys = { anon: keyOf('anon'), service: keyOf('service_role') };
  const gateway = new Gateway({ tables, functions, maxRows: options.maxRows ?? 1000 }, options, { faults, requests });
  const server = createServer({ maxHeaderSize: 2 ** 20, keepAliveTimeout: 60_000 }, (request, response) =>
    gateway.serve(request, response),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', () => resolve());
  });
  const tableOf = (name: string): MemoryTable => {
    const table = tables.get(name);
    if (!table) throw new TypeError(`the double has no table ${name}`);
    return table;
  };
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    requests,
    rows: (name) =>
      tableOf(name)
        .rows()
        .map((row) => tableOf(name).toJson(row)),
    put: (name, rows) => {
      for (const row of rows) tableOf(name).put(row);
    },
    writes: (name) => tableOf(name).writes,
    fail: (fault) => faults.add(fault),
    heal: () => faults.clear(),
    define: (name, called) => functions.set(name, called),
    close: () => ended(server),
  };
}

const ended = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

class Gateway {
  readonly #rest: RestOptions;
  readonly #options: PostgrestOptions;
  readonly #faults: Faults;
  readonly #requests: SeenRequest[];
  readonly #began = performance.now();

  constructor(
    rest: RestOptions,
    options: PostgrestOptions,
    { faults, requests }: { readonly faults: Faults; readonly requests: SeenRequest[] },
  ) {
    this.#rest = rest;
    this.#options = options;
    this.#faults = faults;
    this.#requests = requests;
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET', url = '/' } = request;
    // HTTP/1.1 and the blanks before and after the address.
    const line = method.length + url.length + ' '.length * 2 + 'HTTP/1.1'.length;
    if (line > (this.#options.requestLine ?? 8192)) {
      send(response, tooLong);
      return;
    }
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const [path = '', query = ''] = url.replace(/^\/rest\/v1/, '').split('?', 2);
      const body = Buffer.concat(pieces).toString('utf8');
      const seen = { method, path, line, query, body, at: performance.now() - this.#began };
      this.#requests.push(seen);
      const fault = this.#faults.take(seen);
      if (fault) this.#fail(fault, { request, response, seen });
      else send(response, url.startsWith('/rest/v1') ? this.#answer(request, seen) : notFound);
    });
  }

  #answer(request: IncomingMessage, { method, path, query, body }: SeenRequest): RestAnswer {
    const parameters = new URLSearchParams(query);
    const key = request.headers['apikey'] ?? parameters.get('apikey');
    if (key === undefined || key === null || key === '') return noKey;
    if (typeof key !== 'string' || typeof roleOf(key) !== 'string') return invalidKey;
    parameters.delete('apikey');
    const bearer = /^Bearer (.*)$/i.exec(request.headers.authorization ?? '')?.[1];
    const role = bearer === undefined ? 'anon' : roleOf(bearer);
    if (typeof role !== 'string') return unknownToken(role.refused);
    const { prefer = '' } = request.headers;
    const said = answer({ method, path, parameters, prefer: String(prefer), body, role }, this.#rest);
    const head = Object.entries(said.headers).reduce(
      (sum, [name, value]) => sum + name.length + value.length + ': \r\n'.length,
      200,
    );
    return head > (this.#options.headBuffer ?? 4096) ? badGateway : said;
  }

  #fail(
    fault: Fault,
    {
      request,
      response,
      seen,
    }: { readonly request: IncomingMessage; readonly response: ServerResponse; readonly seen: SeenRequest },
  ): void {
    const { is, carriedOut } = fault;
    if (carriedOut === true) this.#answer(request, seen);
    else if (carriedOut) setTimeout(() => this.#answer(request, seen), carriedOut.after);
    const said = answerOf(fault);
    if (said) send(response, said);
    else if (is === 'cut') request.socket.destroy();
    else if (is === 'cut within') {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '1000' });
      response.write('[{"id":');
      setImmediate(() => request.socket.destroy());
    }
  }
}

const notFound: RestAnswer = {
  status: 404,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ message: 'no Route matched with those values' }),
};
const unknownToken = (message: string): RestAnswer => ({
  status: 401,
  headers: {
    'Content-Type': 'application/json; charset=utf-8',
    'WWW-Authenticate': `Bearer error="invalid_token", error_description="${message}"`,
  },
  body: JSON.stringify({ code: 'PGRST301', details: null, hint: null, message }),
});

function send(response: ServerResponse, { status, headers, body }: RestAnswer): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...headers, ...(status === 204 ? {} : { 'Content-Length': Buffer.byteLength(body) }) });
  response.end(status === 204 ? undefined : body);
}
