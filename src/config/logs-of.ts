import { logFile } from '../adapters/files/log.ts';
import { EsteiraError } from '../errors.ts';
import { type Graph, matchesName } from '../graph/index.ts';
import type { LogFile } from '../ports/index.ts';
import { resolved } from './local.ts';
import type { Place, ProjectConfig } from './project.ts';

/** The file of each job, and of each endpoint, that has one: the first whose name fits. */
export function logsIn(
  { logs = {} }: Pick<ProjectConfig, 'logs'>,
  place: Place,
  { jobs, endpoints }: Graph,
): ReadonlyMap<string, LogFile> {
  const known = new Map<string, LogFile>();
  const files = Object.entries(logs).map(([pattern, value]) => {
    const describe = place.value(value);
    const where = resolved(place.folder, describe);
    const file = known.get(where) ?? logFile(where, { describe });
    known.set(where, file);
    return { pattern, file };
  });
  return new Map(
    [...jobs.keys(), ...endpoints.keys()].flatMap((name) => {
      const found = files.find(({ pattern }) => matchesName(pattern, name));
      return found ? [[name, found.file] as const] : [];
    }),
  );
}

/** Throws CONFIG_INVALID for a file that no job and no endpoint would ever write to. */
export function refuseIdleLogs({ logs = {} }: Pick<ProjectConfig, 'logs'>, { jobs, endpoints }: Graph): void {
  const names = [...jobs.keys(), ...endpoints.keys()];
  const idle = Object.keys(logs).find((pattern) => !names.some((job) => matchesName(pattern, job)));
  if (idle === undefined) return;
  throw new EsteiraError('CONFIG_INVALID', {
    what: `The configuration has a log of a job or an endpoint that there is none of, at logs.${idle}.`,
    where: 'esteira.config.ts',
    got: idle,
    allowed: `${names.join(', ') || 'none: no definition is a job or an endpoint'}; * stands for any text`,
    next: 'Correct it.',
  });
}
