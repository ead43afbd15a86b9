import type { Endpoint } from '../define/index.ts';
import type { Clock, TakeLock } from '../ports/index.ts';
import { listen } from './http/server.ts';
import { PredictionLog } from './log/index.ts';
import { Models } from './model/index.ts';
import type { Parts, Say, TablesPart } from './parts.ts';
import type { ServingStore } from './store.ts';

/** What an endpoint is served from, and with. */
export interface Serving {
  readonly endpoint: Endpoint;
  /** `catalog.schema.name` of a definition. */
  idOf(definition: Endpoint['facts']['model'] | Endpoint['facts']['lookup'][string]): string;
  readonly store: ServingStore;
  readonly clock: Clock;
  /** Of this process, in no two of them the same: a part of the names of what it writes. */
  readonly process: string;
  /** On this machine, for what the store does not take yet. */
  readonly folder: string;
  readonly takeLock: TakeLock;
  readonly say: Say;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Who may have it reloaded from elsewhere. */
  readonly token?: string;
}

export interface Served {
  readonly address: string;
  /** Answers what it has begun, writes what it has to, and ends. */
  close(): Promise<void>;
}

/** Serves one endpoint until it is closed. */
export async function serve(serving: Serving): Promise<Served> {
  const parts = partsOf(serving);
  await Promise.all([parts.tables.start(), parts.models.start()]);
  const { address, close } = await listen(serving, parts);
  serving.say({ level: 'info', event: 'start', address });
  return {
    address,
    close: async () => {
      await close();
      for (const part of [parts.models, parts.tables, parts.shadow, parts.events, parts.log]) await part?.close();
      serving.say({ level: 'info', event: 'stop' });
    },
  };
}

function partsOf({ endpoint, idOf, store, say, clock, process, folder, takeLock }: Serving): Parts {
  const writing = { endpoint, store: store.files, spool: folder, process, takeLock, clock, say };
  const { model, reload, sample } = endpoint.facts;
  const tables = noTables;
  return {
    models: new Models({
      ...{ endpoint: endpoint.name, id: idOf(model), model, models: store.models, files: store.files },
      ...{ clock, process, say },
      every: () => tables.setting(reload.every),
      setting: (of) => tables.setting(of),
    }),
    tables,
    log: new PredictionLog({ ...writing, sample: () => tables.setting(sample) }),
    events: undefined,
    shadow: undefined,
  };
}

const noTables: TablesPart = {
  start: async () => {},
  lookup: (name) => () => {
    throw new Error(`the table ${name} is not there`);
  },
  setting: (of) => {
    if (typeof of === 'object') throw new Error(`the setting ${of.setting} is not there`);
    return of;
  },
  isWhole: true,
  state: () => ({}),
  refresh: async () => {},
  close: () => {},
};
