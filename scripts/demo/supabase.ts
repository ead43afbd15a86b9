import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import {
  type Fault,
  type JsonRow,
  type Postgrest,
  postgrest,
  type SeenRequest,
} from '../../src/testing/postgrest/index.ts';

type Rows = Readonly<Record<string, readonly JsonRow[]>>;
type Told =
  | { readonly is: 'fail'; readonly fault: Omit<Fault, 'of'> }
  | { readonly is: 'put'; readonly rows: Rows }
  | { readonly is: 'look' }
  | { readonly is: 'end' };
/** What is there, and what came, since it was looked at last. */
export interface Looked {
  readonly users: readonly JsonRow[];
  /** How often each user was written. */
  readonly writes: ReadonlyMap<string, number>;
  readonly requests: number;
  /** Bytes of the longest request line. */
  readonly longest: number;
}

/** A Supabase project of the demo: the double of PostgREST in a thread of its own, for this one waits for the command line. */
export class Project {
  readonly address: string;
  readonly key: string;
  readonly #worker: Worker;

  private constructor(worker: Worker, { address, key }: { readonly address: string; readonly key: string }) {
    this.#worker = worker;
    this.address = address;
    this.key = key;
  }

  static async begin(rows: Rows): Promise<Project> {
    const worker = new Worker(new URL(import.meta.url), { workerData: rows });
    const [ready] = (await once(worker, 'message')) as [{ address: string; key: string }];
    return new Project(worker, ready);
  }

  /** The next requests that write a row fail. */
  fail = (fault: Omit<Fault, 'of'>): Promise<Looked> => this.#tell({ is: 'fail', fault });
  /** As the application writes. */
  put = (rows: Rows): Promise<Looked> => this.#tell({ is: 'put', rows });
  look = (): Promise<Looked> => this.#tell({ is: 'look' });

  async end(): Promise<void> {
    this.#worker.postMessage({ is: 'end' } satisfies Told);
    await once(this.#worker, 'exit');
  }

  async #tell(told: Told): Promise<Looked> {
    this.#worker.postMessage(told);
    const [looked] = (await once(this.#worker, 'message')) as [Looked];
    return looked;
  }
}

/** The application's tables. */
async function serve(rows: Rows): Promise<void> {
  const person = { id: 'uuid', created_at: 'timestamp with time zone', country: 'text', source: 'text' } as const;
  const server = await postgrest({
    tables: {
      users: { columns: { ...person, lead_score: 'double precision' }, key: ['id'], rows: rows['users'] ?? [] },
      events: {
        columns: { id: 'text', user_id: 'uuid', kind: 'text', occurred_at: 'timestamp with time zone' },
        key: ['id'],
        rows: rows['events'] ?? [],
      },
      closed_leads: {
        columns: { ...person, closed_at: 'timestamp with time zone', converted: 'boolean' },
        key: ['id'],
        rows: rows['closed_leads'] ?? [],
      },
    },
  });
  parentPort?.postMessage({ address: server.address, key: server.keys.service });
  let seen = 0;
  parentPort?.on('message', async (told: Told) => {
    if (told.is === 'fail') server.fail({ ...told.fault, of: writesRow });
    if (told.is === 'put') for (const [table, some] of Object.entries(told.rows)) server.put(table, some);
    if (told.is === 'end') {
      await server.close();
      parentPort?.close();
      return;
    }
    parentPort?.postMessage(lookedAt(server, seen));
    seen = server.requests.length;
  });
}

const writesRow = ({ method, query }: SeenRequest): boolean => method === 'PATCH' && query.includes('id=eq.');

function lookedAt(server: Postgrest, from: number): Looked {
  const asked = server.requests.slice(from);
  return {
    users: server.rows('users').map((row) => ({ ...row })),
    writes: new Map(server.writes('users')),
    requests: asked.length,
    longest: asked.reduce((most, { line }) => Math.max(most, line), 0),
  };
}

if (!isMainThread) await serve(workerData as Rows);
