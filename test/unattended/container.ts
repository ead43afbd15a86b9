import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';
import { ask, server } from '../../src/adapters/postgres/testing.ts';
import { Wire } from '../../src/ports/conformance/wire.ts';
import { binOf, type Command, type Ended, Sandbox } from '../sandbox.ts';

/** Root may write everywhere: what only reads is shown as somebody else, where that one may run this Node. */
const nobody = 65_534;
const asNobody =
  process.getuid?.() === 0 && spawnSync(process.execPath, ['--version'], { uid: nobody, gid: nobody }).status === 0;

const below = (folder: string): readonly string[] =>
  readdirSync(folder).flatMap((name) => {
    if (name === 'node_modules') return [];
    const file = path.join(folder, name);
    return lstatSync(file).isDirectory() ? [file, ...below(file)] : [file];
  });
/** Names, sizes and times of all that a checkout holds. */
const listing = (folder: string): string =>
  below(folder)
    .map((file) => `${file} ${lstatSync(file).size} ${lstatSync(file).mtimeMs}`)
    .join('\n');

/** One checkout that only reads, whose commands are each carried out by a machine that keeps nothing. */
export class Containers {
  readonly sandbox: Sandbox;
  /** Of the state; files have one of their own, `<schema>_files`. */
  readonly schema: string;
  /** The way to Postgres, and another to the tables of the application: a test may cut them. */
  readonly state: Wire;
  readonly tables: Wire;
  readonly #before: string;
  #number = 0;
  #isClosed = false;
  /** So many were started. */
  get started(): number {
    return this.#number;
  }

  private constructor(sandbox: Sandbox, of: { readonly schema: string; readonly state: Wire; readonly tables: Wire }) {
    this.sandbox = sandbox;
    this.schema = of.schema;
    this.state = of.state;
    this.tables = of.tables;
    for (const file of below(sandbox.folder)) chmodSync(file, lstatSync(file).isDirectory() ? 0o555 : 0o444);
    chmodSync(sandbox.folder, 0o555);
    chmodSync(path.dirname(sandbox.folder), 0o755);
    this.#before = listing(sandbox.folder);
  }

  static async of(files: (schema: string) => Readonly<Record<string, string | Uint8Array>>): Promise<Containers> {
    const schema = `esteira_test_${randomBytes(6).toString('hex')}`;
    const [state, tables] = [await Wire.to(server), await Wire.to(server)];
    const containers = new Containers(new Sandbox(files(schema)), { schema, state, tables });
    after(() => containers.close());
    return containers;
  }

  /** Nothing of it is left in the database. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.all([this.state.close(), this.tables.close()]);
    for (const one of [this.schema, `${this.schema}_files`, `${this.schema}_app`])
      await ask(`drop schema if exists "${one}" cascade`);
  }

  /** A machine with an empty local folder, which is gone with it. */
  start(
    now: string,
    words: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): { readonly command: Command; readonly ended: Promise<Ended> } {
    this.#number += 1;
    const local = path.join(
      path.dirname(this.sandbox.folder),
      `${path.basename(this.sandbox.folder)}-local-${this.#number}`,
    );
    mkdirSync(local);
    if (asNobody) chownSync(local, nobody, nobody);
    const command = this.sandbox.startProgram(process.execPath, [binOf(this.sandbox.folder), ...words], {
      env: {
        // Nothing can be written there.
        ...{ ESTEIRA_NOW: now, ESTEIRA_LOCAL: local, TMPDIR: '/proc', TZ: 'UTC' },
        ...{ DATABASE_URL: this.state.url, APP_DATABASE_URL: this.tables.url },
        ...env,
      },
      ...(asNobody ? { uid: nobody } : {}),
    });
    const ended = command.ended.then((how) => {
      rmSync(local, { recursive: true, force: true });
      if (listing(this.sandbox.folder) !== this.#before) throw new Error(`esteira ${words[0]} wrote into the checkout`);
      return how;
    });
    return { command, ended };
  }

  run(now: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.start(now, words, env).ended;
  }
  async ask<Result>(now: string, ...words: readonly string[]): Promise<Result> {
    const { exit, out, err } = await this.run(now, [...words, '--json']);
    if (exit !== 0) throw new Error(`esteira ${words.join(' ')} ended with ${exit}: ${out}${err}`);
    return JSON.parse(out) as Result;
  }

  /** The next machine begins when the lease of one that was killed has run out: the database's clock cannot be set, what it has written can. */
  async letLeaseRunOut(): Promise<void> {
    await ask(`update "${this.schema}".owner set expires_at = '2000-01-01T00:00:00Z'`);
  }
}
