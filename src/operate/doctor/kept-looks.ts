import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { variableIn } from '../../define/index.ts';
import type { Project } from '../../run/index.ts';
import type { Outside } from './outside.ts';

/** What was well is not looked at again for so long; by the project's clock. */
const lasts = { hours: 1 };

/** What a job has outside was looked at, all of it was well, and when. Of one machine, with the variables that it had. */
interface Kept {
  readonly at: string;
  /** Makes the hash of variables one of this file alone. */
  readonly salt: string;
  readonly hash: string;
}

/** Beside what this machine alone needs, and not in the state: another machine has other variables, and another way there. */
const fileOf = (job: string, { local, environment }: Project): string =>
  path.join(local, 'looks', `${hashOf([environment, job]).slice(0, 22)}.json`);

const hashOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('base64url');

/** Of what would be looked at, and of the values of its variables. */
function hashOfAll(outside: readonly Outside[], salt: string, project: Project): string {
  const values = outside.flatMap(({ options }) => Object.values(options));
  const names = [...new Set(values.flatMap((value) => variableIn(value)?.name ?? []))].toSorted();
  const looks = outside.map(({ what, options, about }) => [what, options, about]);
  return hashOf([project.version, hostname(), looks, project.hashOfVariables?.(names, salt)]);
}

/** All of it was well within the hour, as it is now. */
export function isKept(outside: readonly Outside[], job: string, project: Project): boolean {
  try {
    const { at, salt, hash } = JSON.parse(readFileSync(fileOf(job, project), 'utf8')) as Kept;
    const [looked, now] = [Temporal.Instant.from(at), project.clock.now()];
    const isYoung = Temporal.Instant.compare(looked, now) <= 0 && Temporal.Instant.compare(now, looked.add(lasts)) < 0;
    return isYoung && hash === hashOfAll(outside, salt, project);
  } catch {
    // Not there, or half of one: it is looked at again.
    return false;
  }
}

export function keepLook(outside: readonly Outside[], job: string, project: Project): void {
  const salt = randomUUID();
  const kept: Kept = { at: project.clock.now().toString(), salt, hash: hashOfAll(outside, salt, project) };
  const file = fileOf(job, project);
  const half = `${file}.${process.pid}`;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(half, JSON.stringify(kept), { mode: 0o600 });
    renameSync(half, file);
  } catch (error) {
    // A folder that cannot be written, or a full disk: what is not kept is looked at again.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    rmSync(half, { force: true });
  }
}

/** Its run has failed: what is there now need not be what was looked at. */
export function forgetLook(job: string, project: Project): void {
  try {
    rmSync(fileOf(job, project), { force: true });
  } catch (error) {
    // Where nothing can be written nothing was kept.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}
