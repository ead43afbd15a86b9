import { setTimeout as sleep } from 'node:timers/promises';
import type { Definition, Endpoint } from '../define/index.ts';
import type { Clock, ExportReader, OnnxRuntimeAt, TakeLock } from '../ports/index.ts';
import { Answers } from './answers.ts';
import { closeAll } from './closing.ts';
import type { Looks } from './http/routes.ts';
import type { Patience } from './http/server.ts';
import { CountsKeeper } from './keep-counts.ts';
import { Events, type EventTarget, PredictionLog } from './log/index.ts';
import { Models, wantedOf } from './model/index.ts';
import type { Parts, Say } from './parts.ts';
import { Shadow } from './shadow/shadow.ts';
import type { ServingStore } from './store.ts';
import { Tables } from './tables/index.ts';
import { Tally } from './tally.ts';

/** What an endpoint is served from, and with. */
export interface Serving {
  readonly endpoint: Endpoint;
  /** `catalog.schema.name` of a definition. */
  idOf(definition: Definition): string;
  readonly store: ServingStore;
  /** What reads the rows that were exported for it. */
  exports(): Promise<ExportReader>;
  readonly clock: Clock;
  /** Of this process, in no two of them the same: a part of the names of what it writes. */
  readonly process: string;
  /** On this machine, for what the store does not take yet. */
  readonly folder: string;
  readonly takeLock: TakeLock;
  /** Where its events go, where it has some. */
  readonly eventsTo?: EventTarget | undefined;
  readonly say: Say;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What its shadow may take, and what its thread runs; as usual where nothing is said. */
  readonly shadowing?: Pick<ConstructorParameters<typeof Shadow>[0], 'limits' | 'file'>;
  /** Aborted when it is to end: what it would wait for at its start keeps it no longer. */
  readonly ending?: AbortSignal;
  /** Who may have it reloaded from elsewhere. */
  readonly token?: string;
  readonly patience?: Patience;
  /** What carries out models of the ONNX format. */
  readonly onnx?: OnnxRuntimeAt;
  /** Milliseconds between being told to end and taking no connection any more. */
  readonly linger?: number;
}

export interface Served {
  readonly address: string;
  /** Something may have been published. */
  look(): Promise<void>;
  /** Answers what it has begun, writes what it has to, and ends. */
  close(): Promise<void>;
}

/** Milliseconds that requests wait for a process that has just begun, before the fallback answers them. */
const longestStart = 3000;

/** Milliseconds in which what is on its way still arrives, and whoever sends requests sees that it is not ready any more. */
const usualLinger = 500;
/** Milliseconds that callers have to take what was begun for them. With what parts have afterwards it is less than the half minute that keepers of processes usually give. */
const longestEnd = 15_000;

/** Serves one endpoint until it is closed. */
export async function serve(serving: Serving): Promise<Served> {
  const { endpoint, store, clock, process, say, host, port, token } = serving;
  const [{ serverOf }, { addRoutes }] = await Promise.all([import('./http/server.ts'), import('./http/routes.ts')]);
  const parts = partsOf(serving);
  const tally = new Tally(clock, () => parts.models.results);
  let keeper: CountsKeeper | undefined;
  const since = clock.now();
  let isStopping = false;
  let isStarted = false;
  const looks: Looks = {
    health: () => ({
      status: isStopping ? 'stopping' : statusOf(endpoint, parts, isStarted),
      ...{ endpoint: endpoint.name, process, since: since.toString() },
      models: parts.models.state(),
      tables: parts.tables.state(),
      log: parts.log.state(),
      ...(parts.events && { events: parts.events.state() }),
      ...(parts.shadow && { shadow: parts.shadow.state() }),
    }),
    reload: async (by) => {
      await parts.tables.refresh();
      await parts.shadow?.look();
      const receipt = await parts.models.reload(by);
      await keeper?.write();
      return receipt;
    },
  };
  const answers = new Answers({ facts: endpoint.facts, parts, tally, clock, say });
  const opened = Promise.withResolvers<void>();
  const server = serverOf(serving, { answers, parts, tally, opened: opened.promise, isEnding: () => isStopping });
  addRoutes(server, { endpoint, parts, tally, looks, token });
  const closeParts = (): Promise<void> => {
    const { models, tables, shadow, events, log } = parts;
    // The log takes what the shadow still says.
    const logged = async (): Promise<void> => Promise.resolve(shadow?.close()).finally(() => log.close());
    const closes = { models: () => models.close(), tables: () => tables.close(), events: () => events?.close() };
    return closeAll({ ...closes, 'shadow and log': logged, counts: () => keeper?.close() }, { store, say });
  };
  try {
    // It listens at once, so that whoever starts it sees that it is not ready yet; requests wait until the store was looked at, unless that is long.
    const address = await server.listen({ host, port });
    say({ level: 'info', event: 'start', address });
    // What could not be served has nothing to count.
    keeper = new CountsKeeper({
      ...{ endpoint: endpoint.name, process, files: store.files, clock, tally, say },
      served: () => parts.models.current?.version,
      unserved: () => parts.models.unserved,
    });
    keeper.address = address;
    const timer = setTimeout(opened.resolve, longestStart);
    try {
      const started = Promise.all([parts.tables.start(), parts.models.start()]).then(() => true);
      isStarted = await Promise.race([started, aborted(serving.ending).then(() => false)]);
    } finally {
      clearTimeout(timer);
      opened.resolve();
    }
    if (isStarted) {
      parts.shadow?.start();
      void keeper.write();
      const { status } = looks.health();
      say({ level: status === 'ok' ? 'info' : 'warn', event: status === 'not ready' ? 'not ready' : 'ready', status });
    }
    return {
      address,
      look: async () => void (await looks.reload('poll')),
      close: async () => {
        isStopping = true;
        await sleep(serving.linger ?? usualLinger);
        const late = setTimeout(() => server.server.closeAllConnections(), longestEnd);
        await server.close();
        clearTimeout(late);
        await closeParts();
        say({ level: 'info', event: 'stop' });
      },
    };
  } catch (error) {
    await server.close();
    await closeParts();
    throw error;
  }
}

const aborted = (signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener('abort', () => resolve(), { once: true });
  });

/** Ready to answer: by the model, or by the fallback while there is none. */
function statusOf({ facts }: Endpoint, { models, tables }: Parts, isStarted: boolean): 'ok' | 'fallback' | 'not ready' {
  if (!isStarted || tables.missing.length > 0) return 'not ready';
  if (models.current) return 'ok';
  return facts.fallback ? 'fallback' : 'not ready';
}

function partsOf({
  endpoint,
  idOf,
  store,
  exports,
  say,
  clock,
  process,
  folder,
  takeLock,
  eventsTo,
  shadowing,
  onnx,
}: Serving): Parts {
  const writing = { endpoint, store: store.files, spool: folder, process, takeLock, clock, say };
  const { model, reload, sample, shadow } = endpoint.facts;
  const tables = new Tables({ endpoint, idOf, files: store.files, exports, clock, say });
  const log = new PredictionLog({ ...writing, sample: () => tables.setting(sample) });
  return {
    models: new Models({
      ...{ endpoint: endpoint.name, id: idOf(model), model, models: store.models, files: store.files },
      ...{ clock, process, say },
      every: () => tables.setting(reload.every),
      setting: (of) => tables.setting(of),
      ...(onnx && { onnx }),
    }),
    tables,
    log,
    events: eventsTo && new Events({ ...writing, target: eventsTo }),
    shadow:
      shadow &&
      new Shadow({
        ...{ endpoint: endpoint.name, model, wanted: wantedOf({ id: idOf(model), definition: model }) },
        ...{ models: store.models, files: store.files, process, clock, say },
        ...shadowing,
        ...(onnx && { onnx }),
        share: () => tables.setting(shadow.share),
        predicted: (predicted) => log.add(predicted),
      }),
  };
}
