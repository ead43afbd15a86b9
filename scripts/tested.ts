// Writes the package that tests start as users do, unless these very sources have one, and prints its folder: it starts in half of the time that sources take.
import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import path from 'node:path';
import { parts, writePackage } from './package.ts';

const root = path.join(import.meta.dirname, '..');
const home = path.join(root, '.esteira', 'package');
const day = 24 * 60 * 60 * 1000;

function hashOfSources(): string {
  const hash = createHash('sha256');
  const made = ['src', 'scripts/bundle.ts', 'scripts/package.ts', 'package.json', 'package-lock.json', ...parts];
  for (const part of made) {
    const isFolder = statSync(path.join(root, part)).isDirectory();
    const files = isFolder ? globSync('**/*', { cwd: path.join(root, part), withFileTypes: true }) : [];
    const names = files.filter((one) => one.isFile()).map((one) => path.join(one.parentPath, one.name));
    for (const file of isFolder ? names.sort() : [path.join(root, part)])
      hash.update(`${path.relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

const now = new Date();
const folder = path.join(home, hashOfSources());
if (!existsSync(folder)) {
  mkdirSync(home, { recursive: true });
  // Another `npm test` may be writing the same: the first to end gives it its name.
  const mine = `${folder}-${process.pid}`;
  await writePackage(mine);
  try {
    renameSync(mine, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(mine, { recursive: true });
  }
}
utimesSync(folder, now, now);
// Of other sources: gone when nobody has asked for it for a day.
for (const name of readdirSync(home)) {
  const other = path.join(home, name);
  if (now.getTime() - (statSync(other, { throwIfNoEntry: false })?.mtimeMs ?? now.getTime()) > day)
    rmSync(other, { recursive: true, force: true });
}
console.log(folder);
