import { cpSync, globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';

const root = path.join(import.meta.dirname, '..');
/** Libraries that are packed with Esteira: what is used of them, in one file, instead of hundreds that Node would open one by one. */
const packed = ['@duckdb/node-api', 'croner', 'kysely'];
/** Packages that stay their own: the engine, one for each platform; what serves endpoints, and the clients of Kafka, of Postgres and of SMTP, which not all use. */
const outside = ['@duckdb/node-bindings', '@platformatic/kafka', 'fastify', 'nodemailer', 'pg', 'prom-client'];
/** Below `lib`; what is here finds `lib` one folder above, as src/define does. */
const shared = 'shared';

/** What is started as a thread or a process, by a URL beside whoever starts it: code that is shared, and so stands in `shared`. */
const started = [
  'src/run/learning/worker.ts',
  'src/adapters/lightgbm/lightgbm-child.ts',
  'src/serve/shadow/shadow-worker.ts',
  'src/serve/model/loading-thread.ts',
];

/** What threads import by an address that they are given: below `lib` as it is below `src`. */
const addressed = ['src/adapters/onnx/runtime.ts'];

/** What Python carries out, as it is: found by a URL beside whoever starts it. */
const carried = 'src/adapters/sklearn/child/*.py';

/** Packed CommonJS asks with `require` for the engine and for parts of Node; a module has no such thing, so an import is put in its place. */
const importWhatStaysOutside: Plugin = {
  name: 'import what stays outside',
  setup(build) {
    build.onResolve({ filter: /^[@\w]/ }, ({ path: name, kind }) => {
      if (!outside.includes(name) && !isBuiltin(name)) return undefined;
      return kind === 'require-call' ? { path: name, namespace: 'outside' } : { path: name, external: true };
    });
    build.onLoad({ filter: /^/, namespace: 'outside' }, ({ path: name }) => ({
      contents: `export * from '${name}'; export { default } from '${name}';`,
    }));
  },
};

/**
 * Packs `src` into few files below `out`: one for each entry (a path below src), and `shared/` for what several of them mean or import when it is used, so
 * that each module is there once. Gives the names of the libraries that are in them.
 */
export async function bundle(entries: readonly string[], out: string): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [
      ...[...entries, ...addressed].map((entry) => ({
        in: entry,
        out: path.relative('src', entry).replace(/\.ts$/, ''),
      })),
      ...started.map((entry) => ({ in: entry, out: `${shared}/${path.basename(entry, '.ts')}` })),
    ],
    outbase: 'src',
    outdir: out,
    chunkNames: `${shared}/[name]-[hash]`,
    plugins: [importWhatStaysOutside],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    charset: 'utf8',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  for (const file of globSync(carried, { cwd: root }))
    cpSync(path.join(root, file), path.join(out, shared, path.basename(file)));
  const lists = Object.entries(metafile.outputs).map(([file, { inputs }]) => ({ file, inputs: Object.keys(inputs) }));
  const home = lists.find(({ inputs }) => inputs.includes('src/define/definition.ts'))?.file ?? '';
  if (path.basename(path.dirname(home)) !== shared)
    throw new Error(`src/define is in ${home}: not below lib/${shared}`);
  const used = lists.flatMap(({ inputs }) => inputs.map((file) => /^node_modules\/((@[^/]+\/)?[^/]+)/.exec(file)?.[1]));
  const libraries = [...new Set(used.filter((name) => name !== undefined))].sort();
  if (libraries.join() !== packed.join()) throw new Error(`${libraries} are packed, and should be ${packed}`);
  return libraries;
}

interface LibraryManifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}
const manifestOf = (library: string): LibraryManifest =>
  JSON.parse(readFileSync(path.join(root, 'node_modules', library, 'package.json'), 'utf8'));

/** What packed libraries need beside themselves. */
export const neededBy = (libraries: readonly string[]): Readonly<Record<string, string>> =>
  Object.assign({}, ...libraries.map((name) => manifestOf(name).dependencies));

/** The licences of libraries, whole, each under its name and version. */
export function licences(libraries: readonly string[]): string {
  const texts = libraries.map((name) => {
    const folder = path.join(root, 'node_modules', name);
    const { version } = manifestOf(name);
    const [file] = globSync('{LICENSE,LICENCE,COPYING}*', { cwd: folder });
    if (!file) throw new Error(`${name} is packed, but has no licence that could go with it`);
    return `${name} ${version}\n\n${readFileSync(path.join(folder, file), 'utf8').trim()}\n`;
  });
  return `The files in lib/ contain parts of these libraries.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}
