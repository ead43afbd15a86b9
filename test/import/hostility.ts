import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { runChild } from '../../src/adapters/sklearn/child/run.ts';
import { contentOf } from '../../src/adapters/sklearn/scan/content.ts';
import { EsteiraError } from '../../src/errors.ts';
import { converter, environment } from './environment.ts';
import { carriedOut, type Prey, type Variant, variantOf } from './variants.ts';

const secretVariable = 'A_SECRET_OF_THIS_MACHINE';

interface Tried extends Variant {
  readonly file: string;
  /** What it makes, where it makes something. */
  readonly target: string;
}

/** Hostile files, and what hears and sees whether they do what they want. */
export class Hostility {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'esteira-hostility-'));
  readonly #secret = `secret-${process.pid}-${Math.trunc(performance.timeOrigin)}`;
  readonly #prey: Omit<Prey, 'target'>;
  readonly #server: Server;
  #heard = 0;

  private constructor(server: Server, prey: Omit<Prey, 'target' | 'secretFile' | 'secretVariable'>) {
    this.#server = server;
    const secretFile = path.join(homedir(), `.esteira-secret-${process.pid}`);
    mkdirSync(path.dirname(secretFile), { recursive: true });
    writeFileSync(secretFile, this.#secret);
    process.env[secretVariable] = this.#secret;
    this.#prey = { ...prey, secretFile, secretVariable };
    server.on('connection', (socket) => {
      this.#heard += 1;
      socket
        .unref()
        .on('error', () => {})
        .end('HTTP/1.1 204 No Content\r\n\r\n');
    });
  }

  static async begin(): Promise<Hostility> {
    const { python } = await environment();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // What does not close its connections keeps no test alive.
    server.unref();
    const { port } = server.address() as { port: number };
    return new Hostility(server, { port, python: python.command });
  }
  end(): void {
    this.#server.close();
    rmSync(this.#prey.secretFile, { force: true });
    rmSync(this.#folder, { recursive: true, force: true });
  }

  made(seed: number): Tried {
    const target = path.join(this.#folder, `written-${seed}`);
    const variant = variantOf(seed, { ...this.#prey, target });
    const file = path.join(this.#folder, `${seed}.joblib`);
    writeFileSync(file, variant.content);
    return { ...variant, file, target };
  }

  /** Loaded as people load such files; those that did not do what they want. */
  async idle(all: readonly Tried[]): Promise<readonly string[]> {
    const { python, site } = await environment();
    const start = `import sys, runpy; sys.path.insert(0, ${JSON.stringify(site)}); sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')`;
    const words = ['-I', '-S', '-c', start, path.join(import.meta.dirname, 'unprotected.py')];
    this.#heard = 0;
    // Not one that is waited for without an end: whoever connects is answered by this process.
    const child = spawn(python.command, [...words, ...all.map(({ file }) => file)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      out += part;
    });
    await new Promise((resolve) => child.once('close', resolve));
    const said = JSON.parse(out.trim().split('\n').at(-1) ?? '') as readonly string[];
    const connecting = all.filter(({ deed }) => deed === 'connect').length;
    const idle = all.flatMap(({ name, deed, target }, index) => {
      const isDone = deed === 'write' ? existsSync(target) : deed === 'connect' || said[index]?.includes(this.#secret);
      return isDone ? [] : [`${name}: ${said[index]?.slice(0, 200)}`];
    });
    for (const { target } of all) rmSync(target, { force: true });
    const heard = this.#heard === connecting ? [] : [`${this.#heard} of ${connecting} connected`];
    return [...idle, ...heard];
  }

  /** As Esteira imports it; what it says, and whether it did anything. */
  imported(one: Tried, { isUnscanned }: { readonly isUnscanned: boolean }): Promise<Outcome> {
    return this.#watched(one, async () => {
      const asked = { file: one.file, features: {}, columns: {}, rows: 1, isUnscanned };
      const thrown = await converter()
        .convert(asked)
        .then(
          () => 'it was converted',
          (error: unknown) => error,
        );
      if (!(thrown instanceof EsteiraError)) return String(thrown);
      return `${thrown.code}: ${thrown.message} ${JSON.stringify(thrown.details)}`;
    });
  }

  /** As if the scan had let it through without a name, and the system kept nothing apart: what loads it looks for itself. */
  behindTheScan(one: Tried): Promise<Outcome> {
    return this.#watched(one, async () => {
      const { python, site } = await environment();
      const content = await contentOf(one.file);
      const header = { rows: 1, columns: [], bytes: content.length, names: [] };
      const sent = { header, parts: [content] };
      const limits = { memory: 2 ** 31, seconds: 60 };
      const { header: said } = await runChild({ command: python.command, site }, sent, { apart: false, limits });
      return `refused: ${said['refused'] ?? ''}; failed: ${said['failed'] ?? ''}`;
    });
  }

  async #watched({ target }: Tried, work: () => Promise<string>): Promise<Outcome> {
    this.#heard = 0;
    const said = await work();
    return { said, isDone: existsSync(target) || this.#heard > 0 || said.includes(this.#secret) };
  }
}

interface Outcome {
  readonly said: string;
  /** A file was written, somebody was reached, or a secret was told. */
  readonly isDone: boolean;
}
export interface Found {
  files: number;
  /** Deed, what carries it out, place and packing: so many different ones. */
  kinds: number;
  refusedByTheScan: number;
  refusedBehindIt: number;
  /** Where it is kept apart without the scan; others could not even begin what they need. */
  carriedOutApart: number;
}

/** The files of these seeds: each does what it wants where it is loaded as people do, and nothing where Esteira imports it, with the scan and without. */
export async function hostilities(
  seeds: readonly number[],
): Promise<{ readonly found: Found; readonly differences: readonly string[] }> {
  const hostility = await Hostility.begin();
  try {
    const all = seeds.map((seed) => hostility.made(seed));
    const differences = (await hostility.idle(all)).map((one) => `unprotected it does nothing: ${one}`);
    const found: Found = {
      ...{ files: all.length, kinds: new Set(all.map(({ name }) => name)).size },
      ...{ refusedByTheScan: 0, refusedBehindIt: 0, carriedOutApart: 0 },
    };
    for (const one of all) {
      const tell = (how: string, { said, isDone }: Outcome, isAsItShouldBe: boolean): number => {
        if (isDone) differences.push(`${one.name}: done, ${how}`);
        if (!isAsItShouldBe) differences.push(`${one.name}, ${how}: ${said.slice(0, 300)}`);
        return Number(isAsItShouldBe);
      };
      const scanned = await hostility.imported(one, { isUnscanned: false });
      found.refusedByTheScan += tell('with the scan', scanned, scanned.said.startsWith('IMPORT_REFUSED'));
      const behind = await hostility.behindTheScan(one);
      found.refusedBehindIt += tell('behind the scan', behind, !behind.said.includes(carriedOut));
      const apart = await hostility.imported(one, { isUnscanned: true });
      const isCarriedOut = apart.said.includes(carriedOut);
      found.carriedOutApart += Number(isCarriedOut);
      tell('without the scan', apart, apart.said.startsWith('IMPORT_FAILED') && isCarriedOut >= one.speaks);
    }
    return { found, differences };
  } finally {
    hostility.end();
  }
}
