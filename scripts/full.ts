// `.ci/full [block ...]`: runs test/full/<block>.ts and keeps what it found in test/evidence/<block>.json.
// A block prints what it likes, and on its last line a summary as JSON: its counts, its seeds, and the sources that it speaks of.
// `--stale` says which evidence is older than those sources.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const evidence = path.join(root, 'test', 'evidence');

interface Summary {
  readonly counts: Readonly<Record<string, number>>;
  readonly seeds?: readonly (number | string)[];
  /** Paths whose change makes the evidence old; by default all of src. */
  readonly sources?: readonly string[];
}
interface Evidence extends Summary {
  readonly block: string;
  readonly commit: string;
}

const git = (...args: string[]): string | undefined => {
  const done = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return done.status === 0 ? done.stdout.trim() : undefined;
};
const blocks = (): string[] =>
  globSync('test/full/*.ts', { cwd: root })
    .map((file) => path.basename(file, '.ts'))
    .sort();

function versions(): Record<string, string> {
  const { version, dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
    dependencies: Record<string, string>;
  };
  return { esteira: version, node: process.versions.node, ...dependencies };
}

function summaryIn(output: string): Summary | undefined {
  try {
    const last = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Partial<Summary>;
    return last.counts && Object.keys(last.counts).length > 0 ? (last as Summary) : undefined;
  } catch {
    return undefined;
  }
}

async function carryOut(block: string): Promise<boolean> {
  const started = Date.now();
  const child = spawn(process.execPath, [path.join('test', 'full', `${block}.ts`)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pieces: string[] = [];
  for await (const piece of child.stdout.setEncoding('utf8')) {
    pieces.push(piece as string);
    process.stdout.write(piece as string);
  }
  const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.on('exit', resolve)));
  const seconds = Math.round((Date.now() - started) / 100) / 10;
  const summary = summaryIn(pieces.join(''));
  if (code !== 0 || !summary) {
    console.error(
      `${block}: ${code === 0 ? 'no summary with counts on its last line' : `exit ${code}`}, ${seconds} s; its evidence is left as it was`,
    );
    return false;
  }
  const { counts, seeds = [], sources = ['src'], ...more } = summary;
  const found = {
    block,
    commit: git('rev-parse', 'HEAD') ?? 'no git',
    changedSinceCommit: Boolean(git('status', '--porcelain', '--', ...sources)),
    at: Temporal.Now.instant().toString({ smallestUnit: 'second' }),
    versions: versions(),
    machine: { processors: os.availableParallelism(), memoryGiB: Math.round(os.totalmem() / 2 ** 30) },
    seconds,
    rounds: process.env['ESTEIRA_ROUNDS'] ?? '1',
    seeds,
    counts,
    sources,
    ...more,
  };
  mkdirSync(evidence, { recursive: true });
  writeFileSync(path.join(evidence, `${block}.json`), `${JSON.stringify(found, null, 2)}\n`);
  console.log(`${block}: ${seconds} s, kept in test/evidence/${block}.json`);
  return true;
}

/** Said, not refused: a commit does not repeat an hour's work, but its reader should know. */
function sayStale(): void {
  for (const block of blocks()) {
    const file = path.join(evidence, `${block}.json`);
    if (!existsSync(file)) {
      console.log(`warning: ${block} has no evidence; .ci/full ${block} makes it`);
      continue;
    }
    const { commit, sources = ['src'] } = JSON.parse(readFileSync(file, 'utf8')) as Evidence;
    const changed = git('diff', '--name-only', commit, '--', ...sources);
    const count = changed?.split('\n').filter(Boolean).length ?? 0;
    if (count > 0)
      console.log(`warning: test/evidence/${block}.json is older than ${count} of its sources; .ci/full ${block}`);
  }
}

const words = process.argv.slice(2);
const known = blocks();
const unknown = words.filter((word) => word !== '--stale' && !known.includes(word));
if (unknown.length > 0) {
  console.error(`full: no block ${unknown.join(', ')}; there are: ${known.join(', ') || 'none'}`);
  process.exitCode = 2;
} else if (words.includes('--stale')) sayStale();
else {
  const chosen = words.length > 0 ? words : known;
  let passed = 0;
  for (const block of chosen) if (await carryOut(block)) passed++;
  console.log(`${passed} passed, ${chosen.length - passed} failed`);
  process.exitCode = passed === chosen.length && passed > 0 ? 0 : 1;
}
