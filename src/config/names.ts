import type { AnySource, Reader } from '../define/index.ts';
import type { Graph } from '../graph/index.ts';
import type { Channels, ProjectConfig } from './project.ts';

/** Names of the variables in a value, however deep it holds them. */
function* namesIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    const [, name] = /^env:([^=]+)/.exec(value) ?? [];
    if (name) yield name;
  } else if (typeof value === 'object' && value !== null) {
    for (const one of Object.values(value)) yield* namesIn(one);
  }
}

interface UsedVariables {
  /** By name: what uses it, in every environment. */
  readonly all: ReadonlyMap<string, readonly string[]>;
  /** Those of readers and channels: addresses of other systems, and what they are entered with. */
  readonly ofOthers: readonly string[];
}

/** Every env('NAME') of the configuration and of the sources' readers. */
export function usedVariables(config: ProjectConfig, graph: Graph): UsedVariables {
  const all = new Map<string, string[]>();
  const ofOthers: string[] = [];
  const add = (user: string, value: unknown): void => {
    for (const name of namesIn(value)) all.set(name, [...new Set([...(all.get(name) ?? []), user])]);
  };
  // any: whatever columns it adds
  const ofReader = (user: string, { options, secret = Object.keys(options), choices = [] }: Reader<any>): void => {
    add(user, options);
    ofOthers.push(...secret.flatMap((name) => [...namesIn(options[name])]));
    for (const choice of choices) ofReader(user, choice);
  };
  const ofChannels = (channels: Channels = {}, of = ''): void => {
    for (const [channel, members] of Object.entries(channels))
      for (const { options, secrets } of members) {
        add(`channel ${channel}${of}`, options);
        ofOthers.push(...namesIn(secrets));
      }
  };
  ofChannels(config.channels);
  add('logs', config.logs);
  for (const [name, environment] of Object.entries(config.environments)) {
    for (const role of ['warehouse', 'state', 'files'] as const) add(`${role} of ${name}`, environment[role].options);
    add(`trees of ${name}`, environment.trees?.options);
    for (const store of environment.models ?? []) {
      add(`models of ${name}`, store.options);
      ofOthers.push(...namesIn('secrets' in store ? store.secrets : []));
    }
    for (const reader of Object.values(environment.standIns ?? {})) ofReader(`stand-ins of ${name}`, reader);
    ofChannels(environment.channels, ` of ${name}`);
  }
  for (const { definition } of graph.nodes.values()) {
    if (definition.kind !== 'source') continue;
    ofReader(`source ${definition.name}`, (definition as AnySource).reader);
  }
  return { all, ofOthers };
}
