import type { Endpoint } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { collect, type Graph } from '../graph/index.ts';
import {
  type Clock,
  type ExportReader,
  type KeptFiles,
  type LogFile,
  type OnnxRuntimeAt,
  type TakeLock,
  within,
} from '../ports/index.ts';
import { said } from '../run/said.ts';
import { type Address, addressesIn, refuseIdleAddresses } from './addresses.ts';
import { clockOf } from './clock.ts';
import { type EventsTo, eventsTo } from './event-target.ts';
import { loadConfig, loadDefinitions } from './load.ts';
import { localFolder, refuseOthersLocal } from './local.ts';
import { takeLock } from './lock.ts';
import { logsIn } from './logs-of.ts';
import { usedVariables } from './names.ts';
import { onnxIn } from './onnx.ts';
import { environmentOf, placeFor, placeIn } from './place.ts';
import { Variables } from './variables.ts';

/** What a process that serves has of a project: definitions, and where it reads what is published. No warehouse, no state. */
export interface OpenServing {
  readonly name: string;
  readonly folder: string;
  /** Where what is local to this machine stands. */
  readonly local: string;
  readonly environment: string;
  readonly graph: Graph;
  /** As `ServingStore` of serve/ has it. */
  readonly store: { readonly models: KeptFiles; readonly files: KeptFiles; leave(): void };
  /** What reads rows that a warehouse has exported. */
  exports(): Promise<ExportReader>;
  readonly clock: Clock;
  /** Where what carries out models of the ONNX format is. */
  readonly onnx: OnnxRuntimeAt;
  readonly takeLock: TakeLock;
  /** The files of endpoints that the configuration gives one. */
  readonly logs: ReadonlyMap<string, LogFile>;
  /** Where the events of an endpoint go; nothing where it has none. */
  eventsTo(endpoint: Endpoint): Promise<EventsTo | undefined>;
  /** Where an endpoint listens when nobody says otherwise. */
  addressOf(endpoint: string): Address;
  /** Secret values are taken out. */
  redact(text: string): string;
  /** A variable of the environment or of .env; nothing where it is not set. */
  variable(name: string): string | undefined;
}

/** Opens what serves one environment. */
export async function openServing(options: {
  readonly folder: string;
  readonly environment?: string;
}): Promise<OpenServing> {
  const { folder } = options;
  const variables = new Variables(folder);
  const redact = (text: string): string => variables.redact(text);
  try {
    return await open(options, variables);
  } catch (error) {
    throw said(error, { folder, redact });
  }
}

async function open(
  { folder, environment: asked }: Parameters<typeof openServing>[0],
  variables: Variables,
): Promise<OpenServing> {
  await refuseOthersLocal(folder);
  const config = await loadConfig(folder);
  const name = asked ?? config.standard;
  const environment = environmentOf(config, name);
  const place = placeFor(environment, name, { config, folder, variables, trace: () => {} });
  const graph = collect(await loadDefinitions(folder, config), { suffix: config.invalid ?? '_invalidos' });
  refuseIdleAddresses(config, graph);
  for (const variable of usedVariables(config, graph).ofOthers) variables.hide(variable);
  const [published] = environment.models ?? [];
  const leaving = new AbortController();
  const files = published ? await published.open(place, leaving.signal) : await environment.files.open(place);
  const leave = (): void => leaving.abort(new Error('the process ends'));
  return {
    name: config.name,
    folder,
    local: localFolder(folder),
    environment: name,
    graph,
    store: { models: published ? files : within(files, 'published'), files, leave },
    exports: async () => (await import('../adapters/duckdb/export-reader.ts')).openExportReader(),
    clock: clockOf(process.env['ESTEIRA_NOW']),
    onnx: onnxIn(folder),
    takeLock,
    logs: logsIn(config, place, graph),
    eventsTo: (endpoint) => eventsTo(endpoint, { environment, variables, folder }),
    addressOf: addressesIn(environment, graph),
    redact: (text) => variables.redact(text),
    variable: (of) => {
      try {
        return variables.secret(`env:${of}`);
      } catch {
        return undefined;
      }
    },
  };
}

/** Endpoints of a project, for whoever keeps their processes. */
export async function endpointsIn(options: {
  readonly folder: string;
  readonly environment?: string;
}): Promise<readonly string[]> {
  const { config } = await placeIn(options);
  const graph = collect(await loadDefinitions(options.folder, config), { suffix: config.invalid ?? '_invalidos' });
  refuseIdleAddresses(config, graph);
  return [...graph.endpoints.keys()].sort();
}

/** The endpoint of that name, or the only one. Throws NAME_UNKNOWN. */
export function endpointOf({ endpoints }: Graph, name: string | undefined): Endpoint {
  const [only, ...others] = endpoints.values();
  const found = name === undefined ? (others.length === 0 ? only : undefined) : endpoints.get(name);
  if (found) return found;
  throw new EsteiraError('NAME_UNKNOWN', {
    what: name === undefined ? 'It is not said which endpoint.' : `There is no endpoint "${name}".`,
    allowed: [...endpoints.keys()].join(', ') || 'none: no definition file exports an endpoint',
    next: only ? `esteira endpoint ${only.name}` : 'Write one: endpoint(name, { … }) in a definition file.',
  });
}
