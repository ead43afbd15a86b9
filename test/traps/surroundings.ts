// Copies of the project and machines to run them on: what a stranger's computer may be like.
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const root = path.join(import.meta.dirname, '..', '..');

/** A new folder outside the project, so that nothing is found in a folder above by luck. */
export function outside(): string {
  const folder = mkdtempSync(path.join(process.env['ESTEIRA_OUTSIDE'] ?? os.tmpdir(), 'esteira-'));
  chmodSync(folder, 0o755);
  return folder;
}

/** What a clone would hold: what git tracks or would track, or every file where there is no git. */
function projectFiles(): string[] {
  const git = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  if (git.status === 0) {
    return [...new Set(git.stdout.toString('utf8').split('\0'))].filter(
      (file) => existsSync(path.join(root, file)) && file,
    );
  }
  const ignored = /^(node_modules|dist|\.esteira|\.git)(\/|$)|(^|\/)\.env$|\.tgz$/;
  return (readdirSync(root, { recursive: true, withFileTypes: true }) as import('node:fs').Dirent[])
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !ignored.test(file));
}

/** A copy without .git and without node_modules; `downloaded`: npm finds there what it downloaded for this project. */
export function copyTo(folder: string, { downloaded = false } = {}): string {
  for (const file of projectFiles()) cpSync(path.join(root, file), path.join(folder, file));
  const cache = path.join(root, '.esteira', 'npm');
  // What npm is writing at the moment, for another trap, is not part of it.
  const filter = (file: string): boolean => !/_cacache\/tmp|_logs/.test(file);
  if (downloaded) cpSync(cache, path.join(folder, '.esteira', 'npm'), { recursive: true, filter });
  return folder;
}

export function giveTo(folder: string, user: number): void {
  chownSync(folder, user, user);
  for (const name of readdirSync(folder, { recursive: true })) chownSync(path.join(folder, String(name)), user, user);
}

/** A folder for PATH with this Node and this npm, from their npm packages. */
export function machine(folder: string, versions: { readonly node: string; readonly npm: string }): string {
  const { name } = JSON.parse(readFileSync(path.join(root, nodePackage(), 'package.json'), 'utf8')) as { name: string };
  const wanted = [`${name}@${versions.node}`, `npm@${versions.npm}`];
  const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline'];
  const cache = ['--cache', path.join(root, '.esteira', 'npm')];
  const done = spawnSync('npm', ['install', '--prefix', folder, ...flags, ...cache, ...wanted], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${wanted.join(' and ')} cannot be installed: ${done.stderr}`);
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'node_modules', name, 'package.json'), 'utf8')) as {
    bin: { node: string };
  };
  const shelf = path.join(folder, 'bin');
  mkdirSync(shelf);
  symlinkSync(path.join(folder, 'node_modules', name, bin.node), path.join(shelf, 'node'));
  const npm = path.join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js');
  writeFileSync(path.join(shelf, 'npm'), `#!/bin/sh\nexec "${shelf}/node" "${npm}" "$@"\n`, { mode: 0o755 });
  return shelf;
}

function nodePackage(): string {
  const found = readdirSync(path.join(root, 'node_modules')).find((name) =>
    /^node-(bin-)?(linux|darwin|win)/.test(name),
  );
  if (!found) throw new Error('the pinned Node is not installed');
  return path.join('node_modules', found);
}

/** A folder for PATH with the given commands of this machine, and no others. */
export function shelfOf(folder: string, commands: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  for (const command of commands) {
    const found = ['/bin', '/usr/bin', '/usr/local/bin']
      .map((at) => path.join(at, command))
      .find((at) => existsSync(at));
    if (found) symlinkSync(found, path.join(folder, command));
  }
  return folder;
}

export interface Surroundings {
  /** Before the machine's own PATH, or the whole of it with `only`. */
  readonly path?: string;
  readonly only?: boolean;
  readonly user?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
}
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly seconds: number;
  /** What was left in HOME and in the machine's folder for temporary files. */
  readonly left: readonly string[];
}

const handedOn =
  /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|https?_proxy|no_proxy|npm_config_registry|npm_config_cafile)$/i;
const minutes = 20;

/** Runs a command in a copy with nothing of this process's environment but what the network needs. */
export async function run(copy: string, command: readonly string[], how: Surroundings = {}): Promise<Outcome> {
  const around = outside();
  const [home, temporary, far] = [path.join(around, 'home'), path.join(around, 'tmp'), path.join(around, 'far')];
  for (const folder of [home, temporary, far]) {
    mkdirSync(folder);
    if (how.user) chownSync(folder, how.user, how.user);
  }
  // npm puts this project's own programs before the machine's: its Node must not pass for the machine's.
  const machines = (process.env['PATH'] ?? '')
    .split(':')
    .filter((one) => !/node_modules|node-gyp-bin/.test(one))
    .join(':');
  const inherited = Object.entries(process.env).filter(([name]) => handedOn.test(name));
  const env: Record<string, string | undefined> = {
    ...Object.fromEntries(inherited),
    PATH: [how.path, how.only ? undefined : machines].filter(Boolean).join(':'),
    HOME: home,
    TMPDIR: temporary,
    ESTEIRA_DEMO_TICKETS: '1500',
    ESTEIRA_DEMO_DAYS: '1',
    ESTEIRA_DEMO_USERS: '300',
    ESTEIRA_OUTSIDE: far,
    ...how.env,
  };
  for (const [name, value] of Object.entries(env)) if (value === undefined) delete env[name];
  const started = Date.now();
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: copy,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(how.user ? { uid: how.user, gid: how.user } : {}),
  });
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  child.stderr.on('data', (piece: Buffer) => pieces.push(piece));
  const late = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), minutes * 60_000);
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  clearTimeout(late);
  const seconds = (Date.now() - started) / 1000;
  // From Node 22 on npm itself leaves its compiled code there.
  const left = [...readdirSync(home), ...readdirSync(temporary)].filter(
    (name) => program !== 'npm' || name !== 'node-compile-cache',
  );
  rmSync(around, { recursive: true, force: true });
  return { code, output: Buffer.concat(pieces).toString('utf8'), seconds, left };
}
