import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundle, neededBy } from './bundle.ts';

const root = path.join(import.meta.dirname, '..');
export const parts = ['bin', 'template', 'docs/guides', 'docs/reference', 'README.md', 'LICENSE'];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly private?: boolean;
  readonly scripts?: unknown;
  readonly devDependencies?: unknown;
}

export const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
/** What users import, as files below `src`. */
export const sources = Object.values(manifest.exports).filter((file) => file.endsWith('.ts'));

function writeManifest(out: string, packed: readonly string[]): void {
  const { private: _, scripts: __, devDependencies: ___, exports: sources, dependencies: all, ...rest } = manifest;
  const exports = Object.entries(sources).map(([name, file]) => {
    if (!file.endsWith('.ts')) return [name, file];
    const base = file.replace('./src/', './lib/').replace(/\.ts$/, '');
    return [name, { types: `${base}.d.ts`, default: `${base}.js` }];
  });
  const own = Object.fromEntries(Object.entries(all).filter(([name]) => !packed.includes(name)));
  const built = { ...rest, exports: Object.fromEntries(exports), dependencies: { ...own, ...neededBy(packed) } };
  writeFileSync(path.join(out, 'package.json'), `${JSON.stringify(built, null, 2)}\n`);
}

/** Imports are bundled, and no other text is changed: a worker's URL, say, would name a file that is not packed. */
function refuseTypeScript(lib: string): void {
  const found = globSync('**/*.js', { cwd: lib }).filter((file) =>
    /['"`]\.{1,2}\/[^'"`\s]*\.ts['"`]/.test(readFileSync(path.join(lib, file), 'utf8')),
  );
  if (found.length > 0)
    throw new Error(`these name a .ts file, which Node refuses below node_modules: ${found.join(', ')}`);
}

/** Writes what is installed, but for declarations and licences, into a folder. Gives the libraries that are packed into it. */
export async function writePackage(out: string): Promise<readonly string[]> {
  const lib = path.join(out, 'lib');
  mkdirSync(lib, { recursive: true });
  const packed = await bundle([...sources, './src/cli/main.ts'], lib);
  refuseTypeScript(lib);
  writeManifest(out, packed);
  for (const part of parts) cpSync(path.join(root, part), path.join(out, part), { recursive: true });
  return packed;
}
