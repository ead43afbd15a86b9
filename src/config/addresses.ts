import { EsteiraError } from '../errors.ts';
import type { Graph } from '../graph/index.ts';
import type { Environment } from './project.ts';

/** Where an endpoint listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}
const usualHost = '127.0.0.1';
const usualPort = 8080;

/** As the environment says, else on this machine only, at ports in the order of the names. */
export function addressesIn(
  { endpoints: own = {} }: Pick<Environment, 'endpoints'>,
  { endpoints }: Pick<Graph, 'endpoints'>,
): (endpoint: string) => Address {
  const names = [...endpoints.keys()].sort();
  return (name) => ({ host: usualHost, port: usualPort + Math.max(0, names.indexOf(name)), ...own[name] });
}

/** Throws CONFIG_INVALID for an address of an endpoint that was renamed, or never was. */
export function refuseIdleAddresses(
  { environments }: { readonly environments: Readonly<Record<string, Pick<Environment, 'endpoints'>>> },
  { endpoints }: Pick<Graph, 'endpoints'>,
): void {
  for (const [environment, { endpoints: own = {} }] of Object.entries(environments)) {
    const idle = Object.keys(own).find((name) => !endpoints.has(name));
    if (idle === undefined) continue;
    throw new EsteiraError('CONFIG_INVALID', {
      what: `The configuration has an address of an endpoint that there is none of, at environments.${environment}.endpoints.${idle}.`,
      where: 'esteira.config.ts',
      got: idle,
      allowed: [...endpoints.keys()].sort().join(', ') || 'none: no definition is an endpoint',
      next: 'Correct it.',
    });
  }
}
