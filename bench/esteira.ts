import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Command, measure, type Sample } from './measure.ts';
import { place, root } from './places.ts';

const installed = place('node_modules', 'esteira');
export const bin = path.join(installed, 'bin', 'esteira.mjs');

let done = false;
/** Builds the package and puts it where the benches' projects find it, as `npm install` would: what is measured is what a user gets. */
export function installPackage(): void {
  if (done) return;
  execFileSync(process.execPath, [path.join(root, 'scripts', 'build.ts')], { cwd: root, stdio: ['ignore', 2, 2] });
  rmSync(installed, { recursive: true, force: true });
  mkdirSync(installed, { recursive: true });
  cpSync(path.join(root, 'dist', 'package'), installed, { recursive: true });
  // A package of its own: else the repository's, found above, would be meant by 'esteira'.
  writeFileSync(place('package.json'), '{ "private": true, "type": "module" }\n');
  done = true;
}

/** `esteira <words>` in a project's folder, by the pinned Node. */
export const esteira = (folder: string, words: readonly string[], more: Partial<Command> = {}): Promise<Sample> =>
  measure({ file: process.execPath, args: [bin, ...words], folder, ...more });
