import { cpSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { esteira, installPackage } from '../esteira.ts';
import { measure, type Sample } from '../measure.ts';
import { emptyPlace, peers, place, root } from '../places.ts';

/** One tool with the sixteen tables in a folder of its own. */
export interface Tool {
  readonly name: string;
  /** Why it cannot be measured here. */
  readonly missing?: string;
  readonly version?: string;
  readonly folder: string;
  /** Below the folder. */
  readonly database: string;
  readonly named: (table: string) => string;
  /** Before the first day; not measured. */
  readonly setup?: () => Promise<unknown>;
  readonly first: () => Promise<Sample>;
  readonly incremental: () => Promise<Sample>;
}

const bench = path.join(root, 'bench');

/** Copies the project beside its landing files, so that its relative paths hold and nothing is written into the repository. */
function project(name: string, from: string): string {
  const folder = emptyPlace('medallion', name);
  cpSync(path.join(bench, from), folder, { recursive: true });
  return folder;
}

function esteiraTool(): Tool {
  installPackage();
  const folder = project('esteira', 'medallion/esteira');
  const day = (date: string) => () => esteira(folder, ['run', 'daily', '--date', date]);
  return {
    name: 'esteira',
    folder,
    database: 'data/medallion.duckdb',
    named: (table) => table.replace('_', '.').replace(/^(dim|fact)\./, 'gold.$1_'),
    setup: () => esteira(folder, ['setup']),
    first: day('2026-01-01'),
    incremental: day('2026-01-02'),
  };
}

/** With Node's cache of compiled code, which Esteira keeps too: no time goes to the stripping of the script's types. */
function floorTool(): Tool {
  const folder = emptyPlace('medallion', 'floor');
  const args = [path.join(bench, 'medallion', 'floor.ts'), 'medallion.duckdb'];
  const env = { NODE_COMPILE_CACHE: place('medallion', 'compiled') };
  const run = () => measure({ file: process.execPath, args, folder, env });
  return {
    name: 'node script',
    folder,
    database: 'medallion.duckdb',
    named: (table) => table,
    first: run,
    incremental: run,
  };
}

interface Peer {
  readonly name: string;
  readonly main: string;
  readonly env: Readonly<Record<string, string>>;
  readonly first: readonly string[];
  readonly incremental?: readonly string[];
  readonly schema?: string;
}
const known: readonly Peer[] = [
  { name: 'dbt', main: 'dbt-duckdb', env: { DO_NOT_TRACK: '1' }, first: ['run', '--profiles-dir', '.'] },
  {
    name: 'sqlmesh',
    main: 'sqlmesh',
    env: { SQLMESH__DISABLE_ANONYMIZED_ANALYTICS: '1' },
    first: ['plan', '--auto-apply', '--no-prompts', '--execution-time', '2026-01-02 01:00:00'],
    incremental: ['run', '--end', '2026-01-02', '--ignore-cron'],
    schema: 'medallion.medallion.',
  },
  {
    name: 'dagster',
    main: 'dagster',
    env: { DAGSTER_DISABLE_TELEMETRY: '1' },
    first: ['job', 'execute', '-f', 'medallion.py', '-j', 'daily'],
  },
];

function peerTool(peer: Peer): Tool {
  const home = path.join(peers, peer.name);
  const folder = project(peer.name, `peers/${peer.name}`);
  const there = existsSync(path.join(home, 'installed.txt'));
  const installed = there ? readFileSync(path.join(home, 'installed.txt'), 'utf8') : '';
  const env = { ...peer.env, ...(peer.name === 'dagster' ? { DAGSTER_HOME: folder } : {}) };
  const file = path.join(home, 'bin', peer.name);
  const run = (args: readonly string[]) => () => measure({ file, args, folder, env });
  const version = new RegExp(`^${peer.main}==(.*)$`, 'm').exec(installed)?.[1];
  return {
    name: peer.name,
    ...(there ? {} : { missing: `${peer.name} is not installed: bench/peers/install.sh ${peer.name}` }),
    ...(version ? { version } : {}),
    folder,
    database: 'medallion.duckdb',
    named: (table) => `${peer.schema ?? ''}${table}`,
    first: run(peer.first),
    incremental: run(peer.incremental ?? peer.first),
  };
}

export const tools = (): readonly Tool[] => [esteiraTool(), floorTool(), ...known.map(peerTool)];
