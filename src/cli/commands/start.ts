import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { KeepingView, RunEvent, ScheduleEvent, StartView, TickView } from '../../operate/views.ts';
import type { EndpointProcesses } from '../../server/endpoints.ts';
import { type HealthServer, serveHealth } from '../../server/health.ts';
import type { Command, Typed } from '../command.ts';
import { addressUnusable } from '../listening.ts';
import { counted } from '../numbers.ts';
import { inEnvironment, type Terminal } from '../terminal.ts';
import { visible } from '../text.ts';

/** So long without a beat, in milliseconds, and the schedules are not kept any more, whatever the process does. */
const stuckAfter = 15_000;
/** Between two writes of the heartbeat's file. */
const written = 5000;

export const start: Command = async ({ typed, terminal, home, call }) => {
  const isOnce = typed.flags.has('once');
  const watch = await Watch.open(typed, terminal);
  const serves = !isOnce && !typed.flags.has('no-endpoints');
  let serving: Promise<EndpointProcesses | undefined> | undefined;
  const onEvent = (event: RunEvent): void => {
    watch.onEvent(event);
    // It has the project: nobody else serves beside it.
    if (event.type === 'beat' && serves) serving ??= watch.serve(typed, home);
    else if (event.type === 'schedule') void serving?.then((processes) => processes?.look());
  };
  const asked = { ...(isOnce && { once: true }), ...(typed.flags.has('anyway') && { anyway: true }) };
  try {
    const view = await call('start', asked, onEvent);
    // Whoever started it for what is due hears that something of it is not done.
    const isLeft = isOnce && view.runs.failed + view.left.length + view.waiting.length + view.failed.length > 0;
    return { result: view, text: () => inEnvironment(stoppedText(view), terminal), exit: isLeft ? 1 : 0 };
  } finally {
    await (await serving)?.close();
    watch.close();
  }
};

/** What people and programs beside the process see of it: its log, its health, its heartbeat. */
class Watch {
  readonly #terminal: Terminal;
  readonly #isJson: boolean;
  #isUnwritten = false;
  readonly #file: string;
  #server: HealthServer | undefined;
  #view: KeepingView | undefined;
  #beat = 0;
  #written = Number.NEGATIVE_INFINITY;

  private constructor(terminal: Terminal, { isJson, file }: { readonly isJson: boolean; readonly file: string }) {
    this.#terminal = terminal;
    this.#isJson = isJson;
    this.#file = file;
  }

  static async open(typed: Typed, terminal: Terminal): Promise<Watch> {
    const [{ findProject }, { resolved }] = await Promise.all([
      import('../../config/load.ts'),
      import('../../config/local.ts'),
    ]);
    const folder = findProject(typed.texts.get('project') ?? process.cwd());
    const file = resolved(folder, typed.texts.get('heartbeat') ?? path.join('.esteira', 'heartbeat.json'));
    const watch = new Watch(terminal, { isJson: typed.flags.has('json'), file });
    const port = typed.texts.get('health');
    if (port !== undefined) await watch.#listen(Number(port));
    return watch;
  }

  async #listen(port: number): Promise<void> {
    try {
      this.#server = await serveHealth(port, () => this.#health());
    } catch (error) {
      throw addressUnusable({ host: 'this machine', port }, error, 'Take another one: --health 0 finds a free one.');
    }
    this.#log({ level: 'info', text: `health: http://127.0.0.1:${this.#server.port}/health` });
  }

  /** Processes of the endpoints that the definitions have; none where there is none. Does not throw: the schedules are kept without them, too. */
  async serve(typed: Typed, home: string): Promise<EndpointProcesses | undefined> {
    try {
      return await this.#serve(typed, home);
    } catch (error) {
      this.#log({ level: 'error', text: `endpoints are not served: ${(error as Error).message}` });
      return undefined;
    }
  }

  async #serve(typed: Typed, home: string): Promise<EndpointProcesses | undefined> {
    const [{ findProject }, { endpointsIn }, { EndpointProcesses }] = await Promise.all([
      import('../../config/load.ts'),
      import('../../config/serving.ts'),
      import('../../server/endpoints.ts'),
    ]);
    const folder = findProject(typed.texts.get('project') ?? process.cwd());
    const environment = typed.texts.get('env');
    const endpoints = await endpointsIn({ folder, ...(environment !== undefined && { environment }) });
    if (endpoints.length === 0) return undefined;
    // As `bin/node.mjs` would start it: without a process between.
    const servingFlags = ['--v8-pool-size=1'];
    const common = ['--project', folder, '--json', ...(environment === undefined ? [] : ['--env', environment])];
    const bin = path.join(home, 'bin', 'esteira.mjs');
    return new EndpointProcesses({
      endpoints,
      started: (name) => ({
        file: process.execPath,
        args: [...process.execArgv, ...servingFlags, bin, 'endpoint', name, ...common],
      }),
      say: (level, text) => this.#log({ level, text }),
    });
  }

  onEvent(event: RunEvent): void {
    if (event.type === 'schedule') this.#log(event);
    else if (event.type === 'note') this.#log({ level: event.level, text: event.text });
    else if (event.type === 'beat') this.#keep(event.view);
  }

  #keep(view: KeepingView): void {
    this.#view = view;
    this.#beat = performance.now();
    if (this.#beat - this.#written < written) return;
    this.#written = this.#beat;
    try {
      // Renamed into its place, so that nobody reads half of it.
      writeFileSync(`${this.#file}.new`, `${JSON.stringify(this.#health())}\n`);
      renameSync(`${this.#file}.new`, this.#file);
      this.#isUnwritten = false;
    } catch (error) {
      // Whoever watches the file sees that it grows old; the schedules are kept.
      if (!this.#isUnwritten)
        this.#log({ level: 'warn', text: `${this.#file} cannot be written: ${(error as Error).message}` });
      this.#isUnwritten = true;
    }
  }

  #health() {
    const isStuck = performance.now() - this.#beat > stuckAfter;
    const status = this.#view ? (isStuck ? ('stuck' as const) : ('ok' as const)) : ('starting' as const);
    return { status, pid: process.pid, ...this.#view };
  }

  #log(event: Pick<ScheduleEvent, 'level' | 'text'> & Partial<ScheduleEvent>): void {
    const { level, text, at = Temporal.Now.instant().toString(), job, date, runId } = event;
    if (this.#isJson) {
      const all = { at, level, ...(job && { job }), ...(date && { date }), ...(runId && { runId }), text };
      this.#terminal.tell(`${JSON.stringify(all)}\n`);
      return;
    }
    const time = Temporal.Instant.from(at).toString({ smallestUnit: 'second' });
    const who = job ? `${job} ${date ?? ''}: ` : '';
    this.#terminal.tell(
      `${time} ${level.padEnd(5)} ${who}${visible(text, { lines: true }).replaceAll('\n', '\n  ')}\n`,
    );
  }

  close(): void {
    this.#server?.close();
  }
}

/** What it did, and what is left for the next. */
export function stoppedText({ runs, skipped, left, waiting, failed }: StartView): string {
  const did = [
    `${counted(runs.succeeded, 'run')} succeeded`,
    ...(runs.failed > 0 ? [`${runs.failed} failed`] : []),
    ...(skipped > 0 ? [`${counted(skipped, 'time')} not run`] : []),
  ];
  return [
    `Stopped: ${did.join(', ')}.`,
    ...left.map(({ job, date, done, of, runId }) => `  ${job} ${date}: ${done} of ${of} steps are done (run ${runId})`),
    ...waiting.map(dueText),
    ...(left.length + waiting.length > 0 ? ['  next    esteira start goes on with it'] : []),
    ...failed.map(({ job, date, due }) => `  ${job} ${date}: due ${due}, its run has failed`),
    ...(failed.length > 0 ? ['  next    esteira resume goes on with it'] : []),
  ].join('\n');
}

const dueText = ({ job, date, due }: TickView): string => `  ${job} ${date}: due ${due}, not begun`;
