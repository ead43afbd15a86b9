import { EsteiraError } from '../errors.ts';
import { loadConfig } from './load.ts';
import type { Environment, Place, ProjectConfig } from './project.ts';
import { Variables } from './variables.ts';

export function environmentOf(config: ProjectConfig, name: string): Environment {
  const found = Object.hasOwn(config.environments, name) ? config.environments[name] : undefined;
  if (found) return found;
  throw new EsteiraError('ENVIRONMENT_UNKNOWN', {
    what: `The configuration has no environment "${name}".`,
    where: 'esteira.config.ts',
    allowed: Object.keys(config.environments).join(', '),
    next: 'Use one of these with --env, or add it to the configuration.',
  });
}

export interface Placed {
  readonly config: ProjectConfig;
  /** Of the environment. */
  readonly name: string;
  readonly of: Environment;
  readonly place: Place;
  readonly variables: Variables;
}

/** Where an environment has its stores, without any of them being opened. */
export async function placeIn({
  folder,
  environment,
  trace = () => {},
}: {
  readonly folder: string;
  readonly environment?: string;
  readonly trace?: Place['trace'];
}): Promise<Placed> {
  const variables = new Variables(folder);
  const config = await loadConfig(folder);
  const name = environment ?? config.standard;
  const of = environmentOf(config, name);
  return { config, name, of, place: placeFor(of, name, { config, folder, variables, trace }), variables };
}

export const placeFor = (
  of: Environment,
  name: string,
  {
    config,
    folder,
    variables,
    trace,
  }: {
    readonly config: ProjectConfig;
    readonly folder: string;
    readonly variables: Variables;
    readonly trace: Place['trace'];
  },
): Place => ({
  folder,
  project: config.name,
  environment: name,
  prefix: of.prefix ?? '',
  catalogs: Object.keys(config.pipelines),
  value: (value) => variables.value(value),
  secret: (value) => variables.secret(value),
  trace,
});

/**
 * ESTEIRA_STOP_AT=<point>@<n> ends the process with SIGKILL when it reaches a named point of a run for the n-th time, as a machine that loses
 * power would: the tests of recovery say where.
 */
export function stopPoint(): (point: string) => void {
  const [wanted, nth = '1'] = (process.env['ESTEIRA_STOP_AT'] ?? '').split('@');
  let left = Number(nth);
  return (point) => {
    if (point !== wanted) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
