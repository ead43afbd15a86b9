import { spawn } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../run/support/folder.ts';
import type { Outcome } from './worlds.ts';

const root = path.join(import.meta.dirname, '..', '..');

/** A build with one of its guarantees taken out. */
export interface Mutant {
  readonly what: string;
  readonly file: string;
  readonly was: string;
  readonly is: string;
  /** A stop after which it must be found out … */
  readonly stop?: string;
  /** … or a test that must fail. */
  readonly test?: string;
  /** The file of that test. */
  readonly among?: string;
}

export const mutants: readonly Mutant[] = [
  {
    what: 'the publishing transaction removed',
    file: 'src/adapters/duckdb/publish/publish.ts',
    was: 'session.transaction((rows) => carryOut(work, staged, rows, publishing), fence)',
    is: 'session.rows(fence).then((rows) => carryOut(work, staged, rows, publishing))',
    stop: 'written@5',
  },
  {
    what: 'the reconciliation with the publications removed',
    file: 'src/run/execute.ts',
    was: 'execution.resumed ? await publishedBy(held, writing, project) : []',
    is: '[]',
    stop: 'published@5',
  },
  {
    what: 'a publication that is found, but not told to the state',
    file: 'src/run/step.ts',
    was: 'await project.state.done(held, id, before, project.clock.now());',
    is: '',
    stop: 'published@5',
  },
  {
    what: 'the rows of a publication committed before its record',
    file: 'src/adapters/duckdb/publish/publish.ts',
    was: '  await session.run([...session.drops(), record]',
    is: "  await session.run('commit; begin transaction');\n  await session.run([...session.drops(), record]",
    stop: 'before-commit@5',
  },
  {
    what: 'bounds that each attempt sets anew',
    file: 'src/adapters/state/store.ts',
    was: 'given.bounds.map((bound) => bounds.get(bound.source) ?? bound)',
    is: 'given.bounds',
    test: 'a step that goes on reads what its first attempt would have read',
  },
  {
    what: 'watermarks that may go back',
    file: 'src/run/step.ts',
    was: 'found.bounds.map((bound) => asFixed(bound, intent.bounds, found.bounds))',
    is: 'intent.bounds',
    test: 'a step that goes on does not read again what another job has read',
  },
  {
    what: 'a run that was killed and never goes on',
    file: 'src/adapters/state/opening.ts',
    was: "const resumed = found?.state === 'running' ||",
    is: 'const resumed = false &&',
    stop: 'published@5',
  },
  {
    what: 'fences that any token may pass',
    file: 'src/adapters/duckdb/publish/record.ts',
    was: ' and token = ${literal(batch.token)}`',
    is: '`',
    test: 'a process that wakes at intent@2, after another cancels it and begins anew',
    among: 'test/crash/woken.test.ts',
  },
  {
    what: 'claims that an open publication does not conflict with',
    file: 'src/adapters/duckdb/position.ts',
    was: 'set token = ${literal(token)}, seq = seq',
    is: 'set token = ${literal(token)}',
    test: 'no newer token is claimed beside a transaction',
    among: 'src/adapters/duckdb/publish/fence.test.ts',
  },
  {
    what: 'fences that are read but not written',
    file: 'src/adapters/duckdb/publish/publish.ts',
    was: '${touchFence(write, 1)}; select ${counted(write)} as seq',
    is: 'select ${counted(write)} + 1 as seq',
    test: 'no newer token is claimed beside a transaction',
    among: 'src/adapters/duckdb/publish/fence.test.ts',
  },
  {
    what: 'watermarks outside the transaction',
    file: 'src/adapters/duckdb/publish/publish.ts',
    was: 'recordSql(write, { account, details }, dialect.literal(sequence), staged.taken, moved)',
    is: 'recordSql(write, { account, details }, dialect.literal(sequence), staged.taken, [])',
    test: 'a step that goes on does not read again what another job has read',
  },
];

/** The file as it is changed; the text that is taken out must be there once. */
export function mutated({ file, was, is }: Mutant): string {
  const text = readFileSync(path.join(root, file), 'utf8');
  if (text.split(was).length !== 2) throw new Error(`${file} has not once: ${was}`);
  return text.replace(was, () => is);
}

/** A copy of the sources and of these tests, changed in one place. */
export function copyWith(mutant?: Mutant): string {
  const folder = temporaryFolder('mutant');
  for (const part of ['src', 'test/crash', 'test/deliver', 'test/run/support', 'test/sandbox.ts', 'package.json'])
    cpSync(path.join(root, part), path.join(folder, part), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'dir');
  if (!mutant) return folder;
  const file = path.join(folder, mutant.file);
  const text = readFileSync(file, 'utf8');
  if (text.split(mutant.was).length !== 2) throw new Error(`${mutant.file} has not once: ${mutant.was}`);
  writeFileSync(
    file,
    text.replace(mutant.was, () => mutant.is),
  );
  return folder;
}

interface Done {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
async function nodeIn(folder: string, words: readonly string[]): Promise<Done> {
  const child = spawn(process.execPath, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000 });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    out += piece;
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    err += piece;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

/** What the copy's own tests of recovery find when it is killed at these stops, each in a world of its own. */
export async function outcomesIn(folder: string, stops: readonly string[]): Promise<readonly Outcome[]> {
  const { code, out, err } = await nodeIn(folder, ['test/crash/stops.ts', ...stops]);
  if (code !== 0) throw new Error(`the copy ended with ${code}: ${err.slice(-2000)}`);
  return JSON.parse(out) as readonly Outcome[];
}

/** The tests of recovery of that name, in the copy: how many passed, and how many did not. */
export async function testsIn(
  folder: string,
  { test: name = '', among = 'test/crash/crash.test.ts' }: Mutant,
): Promise<{ readonly pass: number; readonly fail: number }> {
  const { out } = await nodeIn(folder, ['--test', '--test-reporter=tap', `--test-name-pattern=${name}`, among]);
  const count = (word: string): number => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(out)?.[1] ?? Number.NaN);
  return { pass: count('pass'), fail: count('fail') };
}
