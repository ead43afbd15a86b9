import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type OpenProject, openProject } from '../../../src/config/open.ts';
import { type Input, type OperationName, type Output, operate, type RunEvent } from '../../../src/operate/index.ts';
import { Elsewhere, targetsAt } from '../../deliver/elsewhere.ts';

/** A project opened in this process, with a clock that stands until it is set. */
export class World {
  readonly folder: string;
  readonly project: OpenProject;
  readonly events: RunEvent[] = [];

  private constructor(folder: string, project: OpenProject) {
    this.folder = folder;
    this.project = project;
  }

  static async open(
    folder: string,
    now = '2026-09-17T06:00:00Z',
    trace?: (point: string) => void | Promise<void>,
  ): Promise<World> {
    const clock = path.join(folder, 'now');
    writeFileSync(clock, now);
    process.env['ESTEIRA_NOW'] = clock;
    const opened = await openProject({ folder, ...(trace ? { trace } : {}) });
    // What is written elsewhere is written into a file of the world, where it has one.
    const targets = existsSync(path.join(folder, Elsewhere.file)) ? { targets: targetsAt(folder) } : {};
    return new World(folder, { ...opened, ...targets });
  }

  setClock(now: string): void {
    writeFileSync(path.join(this.folder, 'now'), now);
  }

  async do<Name extends OperationName>(name: Name, input: Input<Name>): Promise<Output<Name>> {
    const emit = (event: RunEvent): void => void this.events.push(event);
    return await operate(this.project, name, input, { emit, signal: new AbortController().signal });
  }

  /** Without a date: a job by hand runs each time that it is asked. */
  async run(
    job: string,
    date?: string,
    other: { readonly again?: boolean; readonly anyway?: boolean } = {},
  ): Promise<Output<'run'>> {
    return await this.do('run', { job, ...(date ? { date } : {}), ...other });
  }

  async rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    return (await this.do('query', { sql, limit: 1_000_000 })).rows;
  }

  async close(): Promise<void> {
    await this.project.close();
  }
}
