import timers from 'node:timers/promises';
import { EsteiraError } from '../errors.ts';
import type { LogFile, StepState } from '../ports/index.ts';
import { cleaned, type Project } from '../run/index.ts';
import { versionsOf } from './alerts/told-versions.ts';
import { aboutOf } from './models/find.ts';
import type { Brought } from './publish/bring.ts';
import type { Context, RunEvent, RunView, StepView } from './views.ts';

/** Between two lines of the progress of a step, in milliseconds: training says how far it is many times in a second. */
const progressEvery = 1000;
/** The end of a run waits so long at most for its file, in milliseconds. */
const patience = 3000;

/** What is being written to a file: one at a time, else those that wait for one that never answers would take all threads of the process. */
const going = new WeakMap<LogFile, Promise<void>>();

type Line = Readonly<Record<string, unknown>> & { readonly event: string };
const words: Readonly<Record<StepState, string>> = {
  pending: 'step waits',
  running: 'step began',
  done: 'step finished',
  failed: 'step failed',
  skipped: 'step skipped',
};

/** Writes what happens in a run to a file, one line of JSON for each thing, in order and while it goes on. */
class JobLog {
  readonly #project: Project;
  readonly #file: LogFile;
  /** What each line ends with. */
  #about: Readonly<Record<string, unknown>>;
  #waiting: string[] = [];
  #going: Promise<void> | undefined;
  #looking: Promise<void> = Promise.resolve();
  readonly #said = new Map<string, number>();
  #runId: string | undefined;
  #steps: readonly StepView[] = [];
  #end: Extract<RunEvent, { type: 'end' }> | undefined;
  /** Why lines could not be written. */
  failure: unknown;

  constructor(project: Project, file: LogFile, about: Readonly<Record<string, unknown>>) {
    this.#project = project;
    this.#file = file;
    this.#about = about;
  }

  add({ event, ...line }: Line): void {
    const at = this.#project.clock.now().toString({ fractionalSecondDigits: 3 });
    const all = cleaned({ at, event, ...this.#about, ...line }, this.#project);
    // Of times the milliseconds, of measures every digit.
    const short = (name: string, value: unknown): unknown =>
      name === 'seconds' && typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
    this.#waiting.push(JSON.stringify(all, short));
    this.#going ??= this.#write();
  }

  hear(event: RunEvent): void {
    switch (event.type) {
      case 'run': {
        const { runId, date, resumed, steps } = event;
        this.#about = { ...this.#about, run: runId, date };
        [this.#runId, this.#steps] = [runId, steps];
        this.add({ event: 'run opened', resumed, steps: steps.length });
        break;
      }
      case 'step':
        this.#step(event);
        break;
      case 'note':
        this.add({ event: 'note', level: event.level, text: event.text, step: event.step, next: event.next });
        break;
      case 'progress':
        if (this.#isTime(event.step)) this.add({ event: 'progress', step: event.step, text: event.text });
        break;
      case 'end':
        this.#end = event;
        break;
      default:
    }
  }

  #step(event: Extract<RunEvent, { type: 'step' }>): void {
    const { step, state, seconds, adopted, unchanged, account, details, error } = event;
    const { in: total, valid, invalid, duplicates } = account ?? {};
    const learned = details?.trained?.rows;
    const rows = learned === undefined ? { in: total, valid, invalid, duplicates } : { training_rows: learned };
    this.add({ event: words[state], step, seconds, adopted, unchanged, ...rows, ...errorOf(error) });
    const own = this.#steps.filter((one) => one.step === step && one.kind === 'model');
    if (state === 'done' && own.length > 0) this.#look(own, ['measured', 'gate']);
  }

  #isTime(step: string): boolean {
    const now = performance.now();
    if (now - (this.#said.get(step) ?? -progressEvery) < progressEvery) return false;
    this.#said.set(step, now);
    return true;
  }

  /** What the run's versions measure, what their gate says, and what became of them. */
  #look(steps: readonly StepView[], events: readonly ('measured' | 'gate' | 'version')[]): void {
    const look = async (): Promise<void> => {
      for (const { version, told } of await versionsOf(steps, this.#runId ?? '', this.#project)) {
        const { model, limits, became, champion, why } = told;
        const of = { model, version: version.version };
        const about = aboutOf(version);
        if (events.includes('measured'))
          for (const { member, rows, held, measures } of about?.members ?? [])
            this.add({ event: 'measured', ...of, ...(about?.each.length ? { member } : {}), rows, held, measures });
        if (events.includes('gate')) this.add({ event: 'gate', ...of, passed: about?.gate.passed, limits });
        if (events.includes('version')) this.add({ event: 'version', ...of, became, champion, why });
      }
    };
    this.#looking = this.#looking.then(look).catch((error: unknown) => {
      this.add({ event: 'note', level: 'warn', text: `What became of a version could not be read: ${String(error)}` });
    });
  }

  /** The last line, when all others are written. */
  async end(how: { readonly view: RunView } | { readonly error: unknown }): Promise<void> {
    const models = this.#steps.filter(({ kind }) => kind !== 'source');
    if (this.#end?.state === 'succeeded') this.#look(models, ['version']);
    await this.#looking;
    const { state = 'view' in how ? how.view.state : undefined, seconds } = this.#end ?? {};
    if ('view' in how) this.add({ event: 'run ended', state, seconds, alreadyDone: how.view.alreadyDone });
    else {
      const event = this.#runId === undefined ? 'run not begun' : 'run ended';
      this.add({ event, state, seconds, ...errorOf(how.error) });
    }
    await this.written();
  }

  /** A folder of another machine may never answer: a run does not wait for it, and what it has not taken by then it is not given. */
  async written(): Promise<void> {
    if (!this.#going) return;
    const late = new AbortController();
    const waited = timers.setTimeout(patience, true, { signal: late.signal }).catch(() => false);
    if (await Promise.race([this.#going.then(() => false), waited])) {
      this.failure ??= new Error(`it was not written within ${patience / 1000} s`);
      this.#waiting = [];
    }
    late.abort();
  }

  async #write(): Promise<void> {
    // What happens at once is written at once.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      if (!going.has(this.#file)) going.set(this.#file, this.#append(this.#waiting.splice(0)));
      await going.get(this.#file);
    }
    this.#going = undefined;
  }

  async #append(lines: readonly string[]): Promise<void> {
    await this.#file.append(lines).catch((error: unknown) => {
      this.failure ??= error;
    });
    going.delete(this.#file);
  }
}

function errorOf(error: unknown): Readonly<Record<string, unknown>> {
  if (error === undefined) return {};
  const { code, what, got, next } = error instanceof EsteiraError ? error.toJSON() : (error as Record<string, unknown>);
  return { code, what: what ?? String(error), got, next };
}

/** The file that the configuration gives a job, or one of its parts. */
function logOf(called: string, project: Project): JobLog | undefined {
  const file = project.logs?.get(called.split(':')[0] ?? '');
  return file && new JobLog(project, file, { job: called, environment: project.environment });
}

/** Carries out a run with all that happens in it written to the file of its job. A run does not fail for want of it. */
export async function logged(
  { job }: { readonly job: string },
  { project, context }: { readonly project: Project; readonly context: Context },
  carry: (context: Context) => Promise<RunView>,
): Promise<RunView> {
  const log = logOf(job, project);
  if (!log) return carry(context);
  const emit = (event: RunEvent): void => {
    log.hear(event);
    context.emit(event);
  };
  const ended = async (how: Parameters<JobLog['end']>[0]): Promise<void> => {
    await log.end(how);
    const { failure } = log;
    const text = `The file ${project.logs?.get(job.split(':')[0] ?? '')?.describe} does not have all of this run: ${String(failure)}`;
    if (failure !== undefined) context.emit({ type: 'note', level: 'warn', text });
  };
  try {
    const view = await carry({ ...context, emit });
    await ended({ view });
    return view;
  } catch (error) {
    await ended({ error });
    throw error;
  }
}

/** That a version is published to a store, or owed to it, stands in the file of the job that trained it. */
export async function logPublished(
  { model, label, version, store, state, owed }: Brought,
  project: Project,
): Promise<void> {
  if (project.logs === undefined || project.logs.size === 0) return;
  const trained = await project.state.models.version(model, version);
  const about = trained && aboutOf(trained);
  const log = about && logOf(about.job, project);
  if (!log) return;
  const of = { run: about.runId, date: about.date, model: label, version, store };
  log.add(
    state === 'owed'
      ? { event: 'publication owed', ...of, what: owed?.error, nextTryAt: owed?.nextTryAt }
      : { event: 'published', ...of },
  );
  await log.written();
}
