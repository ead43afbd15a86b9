import type { AnySource } from '../define/index.ts';
import type { Graph } from '../graph/index.ts';
import type { ProjectConfig } from './project.ts';

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
  /** Those of readers: addresses of other systems. */
  readonly ofReaders: readonly string[];
}

/** Every env('NAME') of the configuration and of the sources' readers. */
export function usedVariables(config: ProjectConfig, graph: Graph): UsedVariables {
  const all = new Map<string, string[]>();
  const ofReaders: string[] = [];
  const add = (user: string, value: unknown): void => {
    for (const name of namesIn(value)) all.set(name, [...new Set([...(all.get(name) ?? []), user])]);
  };
  for (const [name, environment] of Object.entries(config.environments)) {
    for (const role of ['warehouse', 'state', 'files'] as const) add(`${role} of ${name}`, environment[role].options);
    for (const reader of Object.values(environment.standIns ?? {})) {
      add(`stand-ins of ${name}`, reader.options);
      ofReaders.push(...namesIn(reader.options));
    }
  }
  for (const { definition } of graph.nodes.values()) {
    if (definition.kind !== 'source') continue;
    const { reader } = definition as AnySource;
    add(`source ${definition.name}`, reader.options);
    ofReaders.push(...namesIn(reader.options));
  }
  return { all, ofReaders };
}
