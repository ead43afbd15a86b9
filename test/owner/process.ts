// One process that reaches a project, makes its calls one after the other, tells of them in lines of JSON, and ends.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeSqliteLock } from '../../src/adapters/sqlite/lock.ts';
import { EsteiraError } from '../../src/errors.ts';
import { connect, type Serve } from '../../src/server/owner.ts';

export interface Given {
  readonly folder: string;
  readonly calls: readonly {
    readonly operation: string;
    readonly input?: unknown;
    readonly repeatable?: boolean;
    readonly cancelAfter?: number;
  }[];
  readonly command?: string;
  readonly version?: string;
  readonly patience?: number;
  readonly linger?: number;
  /** Milliseconds that opening takes, and closing. */
  readonly opening?: number;
  readonly closing?: number;
  readonly failToOpen?: boolean;
}

const given = JSON.parse(process.argv[2] ?? '') as Given;
const tell = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

let counted = 0;
const appears = async (file: string, signal: AbortSignal): Promise<void> => {
  while (!existsSync(file)) {
    signal.throwIfAborted();
    await sleep(10);
  }
};
const operations: Record<string, Serve> = {
  where: async () => ({ pid: process.pid, folder: process.cwd() }),
  /** Until the file is there. */
  wait: async (_, input, { emit, signal }) => {
    await emit({ began: process.pid });
    await appears(input as string, signal);
    return process.pid;
  },
  /** The same, then more than a socket holds. */
  flood: async (_, input, { emit, signal }) => {
    await emit({ began: process.pid });
    await appears(input as string, signal);
    await emit('x'.repeat(8_000_000));
    return process.pid;
  },
  count: async (_, input, { emit }) => {
    for (let index = 0; index < (input as number); index += 1) {
      await emit(index);
      counted = index + 1;
    }
    return 'counted';
  },
  /** How far the last count is. */
  counted: async () => counted,
  large: async (_, input) => 'ç'.repeat(input as number),
  fail: async () => {
    throw new EsteiraError('CHECK_FAILED', { what: 'too few', where: 'silver.x', got: '3', next: 'look' });
  },
  mistake: async () => {
    throw new TypeError('it is not a row');
  },
  bigint: async () => ({ count: 1n }),
  nothing: async () => undefined,
  echo: async (_, input) => input,
};

try {
  const connection = await connect({
    local: path.join(given.folder, '.esteira'),
    command: given.command ?? 'esteira test',
    version: given.version ?? '1.0.0',
    clock: { now: () => Temporal.Instant.from('2026-03-10T01:00:00Z') },
    lock: takeSqliteLock,
    ...(given.patience !== undefined && { patience: given.patience }),
    ...(given.linger !== undefined && { linger: given.linger }),
    open: async () => {
      tell({ opening: process.pid });
      await sleep(given.opening ?? 0);
      if (given.failToOpen)
        throw new EsteiraError('FILE_HELD', { what: 'the file is open elsewhere', next: 'close it' });
    },
    close: async () => {
      await sleep(given.closing ?? 0);
      tell({ closed: process.pid });
    },
    waiting: (commands) => tell({ waiting: commands }),
    serve: (operation, input, context) => {
      const work = operations[operation];
      if (!work) throw new Error(`no operation ${operation}`);
      return work(operation, input, context);
    },
  });
  for (const { operation, input, repeatable = true, cancelAfter } of given.calls) {
    try {
      const signal = cancelAfter === undefined ? {} : { signal: AbortSignal.timeout(cancelAfter) };
      const onEvent = (event: unknown): void => tell({ event });
      tell({ result: await connection.call(operation, input, { onEvent, repeatable, ...signal }) });
    } catch (error) {
      tell({ error: error instanceof EsteiraError ? error : String(error) });
    }
  }
  await connection.close();
  tell({ ended: true });
} catch (error) {
  tell({ unreached: error });
}
