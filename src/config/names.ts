import { type AnyModel, type AnySource, type AnyTable, type Reader, variableIn } from '../define/index.ts';
import type { Graph } from '../graph/index.ts';
import type { KnownVariable, VariableUse } from '../run/index.ts';
import type { Channels, Environment, ProjectConfig } from './project.ts';
import { standIn } from './stand-ins.ts';
import type { Variables } from './variables.ts';

/** Variables in a value, however deep it holds them. */
function* variablesIn(value: unknown): Generator<NonNullable<ReturnType<typeof variableIn>>> {
  if (typeof value === 'string') {
    const found = variableIn(value);
    if (found) yield found;
  } else if (typeof value === 'object' && value !== null) {
    for (const one of Object.values(value)) yield* variablesIn(one);
  }
}

/** What uses a variable. */
interface Use extends Omit<VariableUse, 'isHere'> {
  /** Of that environment alone. */
  readonly environment?: string;
  /** Another is used in its place there. */
  isReplaced?(environment: Environment): boolean;
}
interface UsedVariables {
  /** By name: what uses it, in every environment. */
  readonly all: ReadonlyMap<string, readonly Use[]>;
  /** Addresses of other systems, and what they are entered with. */
  readonly ofOthers: readonly string[];
}

/** Every env('NAME') of the configuration and of the definitions. */
export function usedVariables(config: ProjectConfig, graph: Graph): UsedVariables {
  const all = new Map<string, Use[]>();
  const ofOthers: string[] = [];
  const note = (name: string, use: Use): void => {
    const before = all.get(name) ?? [];
    if (!before.some(({ by }) => by === use.by)) all.set(name, [...before, use]);
  };
  const add = (use: Omit<Use, 'hasStandard'>, value: unknown): void => {
    for (const { name, otherwise } of variablesIn(value)) note(name, { ...use, hasStandard: otherwise !== undefined });
  };
  const hide = (value: unknown): void => void ofOthers.push(...Array.from(variablesIn(value), ({ name }) => name));
  // any: whatever columns it adds
  const ofReader = (
    use: Omit<Use, 'hasStandard'>,
    { options, secret = Object.keys(options), choices = [] }: Reader<any>,
  ): void => {
    add(use, options);
    for (const name of secret) hide(options[name]);
    for (const choice of choices) ofReader(use, choice);
  };
  const ofChannels = (channels: Channels = {}, environment?: string): void => {
    for (const [channel, members] of Object.entries(channels))
      for (const { options, secrets } of members) {
        const isReplaced = ({ channels: own = {} }: Environment): boolean => (own[channel] ?? own['*']) !== undefined;
        const of = environment === undefined ? { isReplaced } : { environment };
        add({ by: `channel ${channel}${environment === undefined ? '' : ` of ${environment}`}`, ...of }, options);
        hide(secrets);
      }
  };
  ofChannels(config.channels);
  add({ by: 'logs' }, config.logs);
  for (const [name, environment] of Object.entries(config.environments)) {
    const of = (what: string) => ({ by: `${what} of ${name}`, environment: name });
    for (const role of ['warehouse', 'state', 'files'] as const) add(of(role), environment[role].options);
    add(of('trees'), environment.trees?.options);
    add(of('converter'), environment.converter?.options);
    const { models = [], versions, files } = environment;
    hide('secrets' in files ? files.secrets : []);
    for (const [what, store] of [
      ...models.map((one) => ['models', one] as const),
      ...(versions ? [['versions', versions] as const] : []),
    ]) {
      add(of(what), store.options);
      hide('secrets' in store ? store.secrets : []);
    }
    for (const reader of Object.values(environment.standIns ?? {})) ofReader(of('stand-ins'), reader);
    ofChannels(environment.channels, name);
  }
  for (const { definition } of graph.nodes.values()) {
    const by = `${definition.kind} ${definition.name}`;
    if (definition.kind === 'source') {
      const source = definition as AnySource;
      ofReader({ by, isReplaced: (environment) => standIn(source, environment) !== undefined }, source.reader);
    } else if (definition.kind === 'table') {
      const { keptIn, copiedTo } = (definition as AnyTable).spec;
      const { options } = keptIn ?? copiedTo ?? {};
      add({ by }, options);
      hide(options);
    } else if (definition.kind === 'model') {
      // A program that trains is given those that it names.
      const { variables = [] } = (definition as AnyModel).facts.learner.options as { variables?: readonly string[] };
      for (const name of variables) note(name, { by, hasStandard: false });
      ofOthers.push(...variables);
    }
  }
  return { all, ofOthers };
}

/** The same, as the project in one environment knows them: what is there of each, and never its value. */
export function knownVariables(
  { all }: UsedVariables,
  variables: Variables,
  { name, environment }: { readonly name: string; readonly environment: Environment },
): ReadonlyMap<string, KnownVariable> {
  const isHere = ({ environment: own, isReplaced }: Use): boolean =>
    (own === undefined || own === name) && isReplaced?.(environment) !== true;
  return new Map(
    [...all].map(([variable, uses]) => [
      variable,
      {
        is: variables.stateOf(variable),
        uses: uses.map((use) => ({ by: use.by, hasStandard: use.hasStandard, isHere: isHere(use) })),
      },
    ]),
  );
}
