import { collect } from '../graph/index.ts';
import type { KnownVariable } from '../run/index.ts';
import { loadConfig, loadDefinitions } from './load.ts';
import { knownVariables, usedVariables } from './names.ts';
import { environmentOf } from './place.ts';
import { Variables } from './variables.ts';

/** The variables of a project that cannot be opened: as many as its files name that can be loaded. Opens nothing. */
export async function variablesOf(folder: string, asked?: string): Promise<ReadonlyMap<string, KnownVariable>> {
  const variables = new Variables(folder);
  const config = await loadConfig(folder);
  const name = asked ?? config.standard;
  const graph = collect(await loadDefinitions(folder, config), { suffix: config.invalid ?? '_invalidos' });
  return knownVariables(usedVariables(config, graph), variables, { name, environment: environmentOf(config, name) });
}
