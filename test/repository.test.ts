import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const lines = (file: string): number => read(file).split('\n').length - 1;

/** Every file below the folders that people write in; no git here, so that a copy without .git says the same. */
function filesBelow(...folders: readonly string[]): string[] {
  return folders
    .filter((folder) => existsSync(path.join(root, folder)))
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/')),
    )
    .filter((file) => !/(^|\/)(node_modules|\.esteira|dist|results|evidence)\//.test(file));
}
const written = [
  ...filesBelow('src', 'test', 'scripts', 'bin', 'pipelines', 'template', 'bench', 'docs', '.ci'),
  ...readdirSync(root).filter((file) => /\.(md|json|ts)$/.test(file) && file !== 'package-lock.json'),
];
const sources = filesBelow('src').filter((file) => file.endsWith('.ts') && !/\.test(-d)?\.ts$/.test(file));

const chain = ['columns', 'define', 'graph', 'plan', 'run', 'operate'];
const means = ['ports', 'quality', 'learn', 'registry', 'serve'];
/** What a folder of src/ may import besides itself and errors.ts. */
const may: Record<string, readonly string[]> = {
  errors: [],
  index: ['columns', 'define'],
  columns: [],
  quality: ['columns'],
  learn: ['columns'],
  define: ['columns'],
  graph: ['columns', 'define'],
  ports: ['columns'],
  registry: ['columns', 'ports'],
  plan: ['columns', 'define', 'graph', 'ports'],
  run: ['columns', 'define', 'graph', 'plan', 'ports', 'quality', 'learn', 'registry'],
  serve: ['columns', 'define', 'graph', 'ports', 'quality', 'learn', 'registry'],
  operate: [...chain, ...means],
  config: ['columns', 'define', 'graph', 'ports', 'run', 'adapters'],
  server: [...chain, ...means, 'config'],
  cli: [...chain, ...means, 'config', 'server'],
  testing: [...chain, ...means, 'config'],
  adapters: ['columns', 'ports', 'quality'],
};

const folderOf = (file: string): string => (file.split('/')[1] ?? '').replace(/\.ts$/, '');
const adapterOf = (file: string): string | undefined => /^src\/adapters\/([^/]+)\//.exec(file)?.[1];

test('imports go one way', () => {
  const found: string[] = [];
  for (const file of sources) {
    const home = folderOf(file);
    const allowed = may[home];
    if (!allowed) found.push(`${file}: src/${home} has no place in the order of imports`);
    for (const [, name = ''] of read(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g)) {
      if (name === 'esteira' || name.startsWith('esteira/')) found.push(`${file} imports itself by the package's name`);
      if (!name.startsWith('.')) continue;
      const target = path.posix.join(path.posix.dirname(file), name);
      const there = folderOf(target);
      if (!target.startsWith('src/')) found.push(`${file} -> ${target}: src/ imports nothing beside it`);
      else if (there !== home && there !== 'errors' && !allowed?.includes(there))
        found.push(`${file} -> ${there}: ${home} may import ${allowed?.join(', ') || 'errors.ts only'}`);
      else if (
        ![adapterOf(file), 'common', 'state'].includes(adapterOf(target)) &&
        home === 'adapters' &&
        there === 'adapters'
      )
        found.push(`${file} -> ${target}: adapters never import each other`);
    }
  }
  assert.deepEqual(found, []);
});

test('the lint refuses exactly what the order of imports refuses, each folder with a message', () => {
  interface Override {
    includes: string[];
    linter: {
      rules: { style?: { noRestrictedImports?: { options: { patterns: { group: string[]; message: string }[] } } } };
    };
  }
  const { overrides } = JSON.parse(read('biome.json')) as { overrides: Override[] };
  const folders = Object.keys(may).filter((name) => name !== 'errors' && name !== 'index');
  for (const home of folders) {
    const override = overrides.find(
      ({ includes, linter }) => includes[0] === `src/${home}/**` && linter.rules.style?.noRestrictedImports,
    );
    const patterns = override?.linter.rules.style?.noRestrictedImports?.options.patterns ?? [];
    const refused = (patterns[0]?.group ?? []).filter((one) => one.startsWith('**/')).map((one) => one.slice(3, -3));
    const expected = folders.filter((name) => name !== home && !may[home]?.includes(name));
    assert.deepEqual(refused.toSorted(), expected.toSorted(), `biome.json, src/${home}`);
    for (const { message } of patterns) assert.ok(message.length > 20, `biome.json, src/${home}: say why`);
    if (home !== 'adapters')
      assert.ok(
        patterns.some(({ group }) => group.includes('@duckdb/**') && group.includes('node:sqlite')),
        `biome.json, src/${home}: clients`,
      );
  }
});

test('only adapters name a client, and DuckDB is opened in one place', () => {
  const clients = /['"](@duckdb\/[^'"]+|kysely(?:\/[^'"]+)?|node:sqlite|pg(?:[-/][^'"]+)?)['"]/;
  const outside = sources.filter((file) => !file.startsWith('src/adapters/') && clients.test(read(file)));
  assert.deepEqual(outside, []);
  const opened = sources.flatMap((file) =>
    [...read(file).matchAll(/DuckDBInstance\s*\.\s*\w+/g)].map(([what]) => `${what} in ${file}`),
  );
  assert.deepEqual(opened, ['DuckDBInstance.create in src/adapters/duckdb/connection.ts'], 'one process owns a file');
});

test('pipelines and what init writes use the public words only', () => {
  const found = filesBelow('pipelines', 'template').filter(
    (file) => file.endsWith('.ts') && /from\s+['"][./]+\/src\//.test(read(file)),
  );
  assert.deepEqual(found, []);
});

test('no file is above 500 lines, half are at most 80, nine in ten at most 300', () => {
  const code = written.filter((file) => /\.(ts|mjs)$/.test(file));
  assert.deepEqual(
    code.filter((file) => lines(file) > 500),
    [],
  );
  const sizes = sources.map(lines).sort((a, b) => a - b);
  const at = (share: number): number => sizes[Math.floor((sizes.length - 1) * share)] ?? 0;
  assert.ok(at(0.5) <= 80, `the median of src/ is ${at(0.5)} lines`);
  assert.ok(at(0.9) <= 300, `nine in ten of src/ have up to ${at(0.9)} lines`);
});

test('each folder of src has a README of at most seven lines', () => {
  const folders = new Set(sources.filter((file) => file.split('/').length > 2).map((file) => `src/${folderOf(file)}`));
  for (const file of sources) if (adapterOf(file)) folders.add(`src/adapters/${adapterOf(file)}`);
  for (const folder of folders) {
    const file = `${folder}/README.md`;
    assert.ok(existsSync(path.join(root, file)), `${file} is missing`);
    assert.ok(lines(file) <= 7, `${file} has ${lines(file)} lines`);
  }
});

test('the project speaks only of the project', () => {
  // Written in pieces, so that this file does not name them either.
  const names = [
    ['/wo', 'rk/'],
    ['/tmp', '/'],
    ['/ro', 'ot/'],
    ['/fa', 'rm'],
    ['farm', '-'],
    ['\\.\\./sha', 'red\\b'],
    ['before', '-stop'],
    ['\\.lib', 'rary\\b'],
    ['registry\\.np', 'mjs'],
    ['pythonhos', 'ted'],
    ['repo1\\.ma', 'ven'],
    ['proxy\\.gol', 'ang'],
    ['\\b(TO', 'DO|FIX', 'ME|XX', 'X|HA', 'CK)\\b'],
  ].map((pieces) => new RegExp(pieces.join('')));
  const found = written.flatMap((file) =>
    names.filter((name) => name.test(read(file))).map((name) => `${file}: ${name.source}`),
  );
  assert.deepEqual(found, []);
});

test('each decision has a number of its own, which its title says', () => {
  const decisions = written
    .filter((file) => file.startsWith('docs/adr/'))
    .map((file) => file.slice('docs/adr/'.length));
  const numbers = decisions.map((file) => file.slice(0, 4));
  assert.deepEqual(numbers, [...new Set(numbers)]);
  for (const file of decisions) assert.match(read(`docs/adr/${file}`), new RegExp(`^# ${file.slice(0, 4)}\\b`));
});

test('no test is left out or alone', () => {
  const found = written
    .filter((file) => file.endsWith('.ts') && file !== 'test/repository.test.ts')
    .filter((file) => /\b(?:describe|it|test)\.(?:only|todo|skip)\(|\bskip: true\b/.test(read(file)));
  assert.deepEqual(found, []);
});

test('a file that says `any` says why', () => {
  const found = sources.filter((file) => {
    const text = read(file).split('\n');
    const code = text.map((line) => line.replace(/\/\/.*|^\s*\/?\*.*/, ''));
    const says = code.some((line) => /[<:,|(]\s*any\b(?!\()|\bas any\b/.test(line));
    return says && !text.some((line) => /(?:\/\/|\*).*(?:`any`|\bany:)/.test(line));
  });
  assert.deepEqual(found, []);
});

test('one word for one thing, in the documents, the commands and the messages', () => {
  const words: Record<string, RegExp> = {
    'invalid rows': /quarantin|\breject(?:ed|s)? rows?|rows? (?:was|were|is|are) rejected|dead.?letter/i,
    champion: /\b(?:production|live|active) model\b/i,
    owner: /\bdaemon\b/i,
    approval: /\bsign-?off\b/i,
    'resume, backfill or reprocess': /\breplay(?:s|ed)? (?:a|the) (?:run|date)/i,
  };
  const spoken = written.filter(
    (file) => /\.md$/.test(file) || /^(?:src\/(?:cli|operate|server|errors)|template)/.test(file),
  );
  const found = spoken
    .filter((file) => !file.startsWith('docs/reference/terms'))
    .flatMap((file) =>
      Object.entries(words).flatMap(([term, wrong]) => {
        const [said] = wrong.exec(read(file)) ?? [];
        return said ? [`${file}: say ${term} (not "${said}")`] : [];
      }),
    );
  assert.deepEqual(found, []);
});

test('the lock names every platform and no address', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { resolved?: string; libc?: string[]; optionalDependencies?: Record<string, string> }>;
  };
  for (const [where, entry] of Object.entries(packages)) {
    assert.equal(entry.resolved, undefined, `${where}: npm install with the project's .npmrc`);
    if (where.endsWith('-musl'))
      assert.deepEqual(entry.libc, ['musl'], `${where}: this lock was written by an npm before 11.19`);
    for (const name of Object.keys(entry.optionalDependencies ?? {}))
      assert.ok(packages[`node_modules/${name}`], `${name} of ${where || 'package.json'} is not in the lock`);
  }
});

test('every version is pinned, and the pinned Node is one version on every platform', () => {
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  const all = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((name) =>
    Object.entries(manifest[name] ?? {}),
  );
  for (const [name, version] of all) assert.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, name);
  const nodes = all.filter(([name]) => /^node-(bin-)?(linux|darwin|win)/.test(name));
  assert.equal(nodes.length, 5);
  assert.deepEqual([...new Set(nodes.map(([, version]) => version))], [process.versions.node]);
  assert.match(read('bin/node.mjs'), new RegExp(`'${process.versions.node.replaceAll('.', '\\.')}'`));
});
