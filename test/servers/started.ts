import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** What `.ci/<name> start` starts, for as long as the work takes; it is given the file that has what was started. */
export async function withServer<Result>(
  name: 'kafka' | 'postgres' | 's3' | 'supabase',
  work: (file: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'esteira-server-'));
  const file = path.join(folder, 'address');
  const script = (what: 'start' | 'stop'): void => {
    const own = path.join(import.meta.dirname, '..', '..', '.ci', name);
    const { status, stdout } = spawnSync(own, [what, file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    if (status !== 0) throw new Error(`.ci/${name} ${what}: ${stdout}`);
  };
  try {
    script('start');
    return await work(file);
  } finally {
    script('stop');
    rmSync(folder, { recursive: true, force: true });
  }
}
