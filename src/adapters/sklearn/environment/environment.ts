import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EsteiraError } from '../../../errors.ts';
import { newestPython, oldestPython, requirementsFor } from './pins.ts';
import { carryOut } from './process.ts';

export interface Python {
  readonly command: string;
  /** `3.11.7`. */
  readonly version: string;
  readonly minor: number;
}
export interface Made {
  readonly python: Python;
  /** Where the packages are. */
  readonly site: string;
}
export interface Missing {
  readonly what: string;
  readonly next: string;
}

const install =
  'Install Python 3.11 with venv (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.12), or name one in esteira.config.ts: converter: sklearn({ python: … }). Without Python, save the pipeline as .onnx where it is trained, and import that.';
const asking =
  'import sys, platform, json; print(json.dumps([sys.version_info[1], platform.python_version(), sys.executable]))';

/** The interpreter, or why there is none. */
export async function pythonOf(command: string): Promise<Python | Missing> {
  const { by, out, error } = await carryOut(command, ['-I', '-c', asking]);
  if (by === undefined)
    return { what: `Python is needed to convert what is pickled, and ${command} is not there.`, next: install };
  if (by !== 0) return { what: `${command} does not run: ${lastLine(error) ?? `it ended with ${by}`}`, next: install };
  const [minor, version, executable] = JSON.parse(out) as [number, string, string];
  if (minor < oldestPython || minor > newestPython)
    return {
      what: `${command} is Python ${version}; 3.${oldestPython} to 3.${newestPython} can convert.`,
      next: install,
    };
  return { command: executable || command, version, minor };
}

/** An environment for one version of scikit-learn: made once, and whole or not at all. */
export async function made(
  python: Python,
  release: string,
  {
    folder,
    signal,
    progress,
  }: {
    readonly folder: string;
    readonly signal?: AbortSignal | undefined;
    readonly progress?: ((text: string) => void) | undefined;
  },
): Promise<Made> {
  const wanted = requirementsFor(release, python.minor);
  if ('why' in wanted)
    throw new EsteiraError('IMPORT_FAILED', {
      what: wanted.why,
      got: `scikit-learn ${release}`,
      next: 'Train and save it again with one of these versions, or save it as .onnx where it is trained, and import that.',
    });
  const key = createHash('sha256')
    .update([python.version, process.arch, ...wanted].join('\n'))
    .digest('hex')
    .slice(0, 12);
  const site = path.join(folder, `sklearn-${release}-${key}`);
  if (existsSync(site)) return { python, site };
  mkdirSync(folder, { recursive: true });
  forget(folder);
  const partial = path.join(folder, `partial-${randomBytes(6).toString('hex')}`);
  try {
    progress?.(`installing scikit-learn ${release} and skl2onnx for Python ${python.version}, once`);
    mkdirSync(partial);
    await installed(python, wanted, { partial, signal });
    try {
      renameSync(partial, site);
    } catch (error) {
      // Another process has made it meanwhile.
      if (!existsSync(site)) throw error;
    }
    return { python, site };
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

async function installed(
  python: Python,
  wanted: readonly string[],
  { partial, signal }: { readonly partial: string; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const bootstrap = path.join(partial, '.pip');
  let command = python.command;
  if ((await carryOut(command, ['-I', '-m', 'pip', '--version'])).by !== 0) {
    const { by, error, out } = await carryOut(command, ['-I', '-m', 'venv', bootstrap], { signal });
    signal?.throwIfAborted();
    if (by !== 0)
      throw missing({
        what: `Python ${python.version} has neither pip nor venv: ${lastLine(error || out) ?? by}`,
        next: install,
      });
    command = path.join(bootstrap, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  }
  const list = path.join(partial, '.requirements');
  writeFileSync(list, `${wanted.join('\n')}\n`);
  // Read by whoever the conversion runs as; no code of a package runs while it is installed, nor any of the folder that this is done in (`-I`).
  const start =
    "import os, runpy, sys; os.umask(0o22); sys.argv[0] = 'pip'; runpy.run_module('pip', run_name='__main__')";
  const words = [
    'install',
    '--quiet',
    '--target',
    partial,
    '--no-deps',
    '--only-binary',
    ':all:',
    '--no-input',
    '--disable-pip-version-check',
  ];
  const { by, error } = await carryOut(command, ['-I', '-c', start, ...words, '-r', list], { signal });
  signal?.throwIfAborted();
  rmSync(bootstrap, { recursive: true, force: true });
  if (by === 0) return;
  const said =
    error.split('\n').findLast((line) => line.startsWith('ERROR:')) ?? lastLine(error) ?? `pip ended with ${by}`;
  throw missing({
    what: `What converts scikit-learn cannot be installed: ${said.replace(/^ERROR: /, '')}`,
    next: 'Look at the network and at pip’s index (pip config list), and do this again; or save the pipeline as .onnx where it is trained, and import that.',
  });
}

export const missing = ({ what, next }: Missing): EsteiraError => new EsteiraError('ENGINE_MISSING', { what, next });

const lastLine = (text: string): string | undefined => text.trim().split('\n').at(-1) || undefined;

/** What a process that was ended has left; an installation takes minutes. */
function forget(folder: string): void {
  for (const name of readdirSync(folder).filter((one) => one.startsWith('partial-'))) {
    const place = path.join(folder, name);
    const age = Date.now() - (statSync(place, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > 3_600_000) rmSync(place, { recursive: true, force: true });
  }
}
