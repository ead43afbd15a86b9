import { copyFileSync, globSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/** Puts files that the generator has written before the pipeline; gives how many. */
export function deliver(from: string, project: string, chosen: (file: string) => boolean): number {
  const files = globSync('postgres_public/*/*', { cwd: from }).filter(chosen).sort();
  for (const file of files) {
    const place = path.join(project, 'files', file);
    mkdirSync(path.dirname(place), { recursive: true });
    copyFileSync(path.join(from, file), place);
  }
  return files.length;
}
