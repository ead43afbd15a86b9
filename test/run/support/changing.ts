import { cpSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openProject } from '../../../src/config/open.ts';
import { type Input, type OperationName, type Output, operate } from '../../../src/operate/index.ts';
import { temporaryFolder, writeProject } from './folder.ts';

const words = `import { atLeast, byHand, check, col, cron, expectNone, files, fn, from, job, keepLatest, mergeDeleting, rowsIn, run, scalar, settings, source, sql, table } from 'esteira';\n`;
const signal = new AbortController().signal;

/** One project, one definition (or one for each catalog) after another, the same warehouse and state. */
export class Changing {
  #folder: string | undefined;

  /** Where it is now. */
  get folder(): string {
    return this.#folder as string;
  }
  /** The definitions are other ones from here on: another folder, for a module is loaded once. */
  define(text: string | Readonly<Record<string, string>>): this {
    const folder = temporaryFolder('changed');
    const definitions =
      typeof text === 'string'
        ? words + text
        : Object.fromEntries(Object.entries(text).map(([catalog, own]) => [catalog, words + own]));
    writeProject(folder, { catalog: 'shop', definitions });
    for (const kept of ['warehouse', 'state.sqlite', 'state.sqlite-wal', 'files']) {
      const from = this.#folder && path.join(this.#folder, kept);
      if (from && existsSync(from)) cpSync(from, path.join(folder, kept), { recursive: true });
    }
    this.#folder = folder;
    return this;
  }
  file(name: string, content: string | Uint8Array): void {
    writeFileSync(path.join(this.folder, 'files', name), content);
  }
  async do<Name extends OperationName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
    const project = await openProject({ folder: this.folder });
    try {
      return await operate(project, name, input, { emit: () => {}, signal });
    } finally {
      await project.close();
    }
  }
  async run(date: string, more: Partial<Input<'run'>> = {}): Promise<Output<'run'>> {
    await this.do('setup', {});
    return await this.do('run', { job: 'daily', date, ...more });
  }
  async rows(statement: string): Promise<readonly (readonly unknown[])[]> {
    return (await this.do('query', { sql: statement })).rows;
  }
  /** The first value. */
  async ask(statement: string): Promise<unknown> {
    return (await this.rows(statement))[0]?.[0];
  }
}
/** A job that builds these. */
export const daily = (build: string): string =>
  `export const daily = job('daily', { when: cron('0 2 * * *'), build: [${build}] });\n`;
