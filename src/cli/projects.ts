import type { OpenProject } from '../config/open.ts';
import { EsteiraError } from '../errors.ts';
import type { OperationName } from '../operate/views.ts';
import type { Against } from '../run/index.ts';
import type { Serve } from '../server/owner.ts';

/** What goes to the owner: a command says its environment, an owner may serve several. */
export interface Asked {
  readonly environment?: string;
  readonly input: unknown;
}

/** The project in each environment that somebody asked for, opened once. */
export class Projects {
  readonly #folder: string;
  readonly #own: string | undefined;
  readonly #command: string;
  readonly #tell: (text: string) => void;
  readonly #opened = new Map<string, Promise<OpenProject>>();
  /** Environments that are looked at, until that has ended. */
  readonly #looking = new Map<string, Promise<void>>();

  constructor(
    folder: string,
    { own, command, tell }: { readonly own: string | undefined; readonly command: string; tell(text: string): void },
  ) {
    this.#command = command;
    this.#tell = tell;
    this.#folder = folder;
    this.#own = own;
  }

  async open(): Promise<void> {
    await this.#project(this.#own);
  }

  async close(): Promise<void> {
    const all = await Promise.allSettled(this.#opened.values());
    for (const one of new Set(all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))))
      await one.close();
  }

  readonly serve: Serve = async (operation, asked, context) => {
    // Another program at the socket may ask for anything.
    const { environment, input } = (asked ?? {}) as Partial<Asked>;
    const [project, { operate }] = await Promise.all([this.#project(environment), import('../operate/index.ts')]);
    if (context.forClient && !needsNoDefinitions.includes(operation)) refuseChanged(project);
    project.lost.throwIfAborted();
    try {
      return await operate(project, operation as OperationName, input as never, {
        emit: (event) => void context.emit(event),
        signal: AbortSignal.any([context.signal, project.lost]),
      });
    } catch (error) {
      if (!(error instanceof EsteiraError) && error instanceof Error) {
        // Operations redact what they say; nobody has looked at this text.
        error.message = project.redact(error.message);
        error.stack = project.redact(error.stack ?? '');
      }
      throw error;
    }
  };

  /** The warehouse of an environment that is open here is looked at through it: its files must not be opened twice. */
  async #against(environment: string, look: () => Promise<Against>): Promise<Against> {
    const known = await this.#opened.get(environment)?.catch(() => undefined);
    if (known) return { warehouse: known.warehouse, release: async () => {} };
    await this.#settled(environment);
    const looking = look();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#looking.set(environment, promise);
    const ended = (): void => {
      this.#looking.delete(environment);
      resolve();
    };
    looking.catch(ended);
    const { warehouse, release } = await looking;
    return { warehouse, release: () => release().finally(ended) };
  }

  /** Whoever looks at the environment has ended. */
  async #settled(environment: string): Promise<void> {
    for (let looking = this.#looking.get(environment); looking; looking = this.#looking.get(environment)) await looking;
  }

  async #project(asked: string | undefined): Promise<OpenProject> {
    const [{ openProject }, { loadConfig }] = await Promise.all([
      import('../config/open.ts'),
      import('../config/load.ts'),
    ]);
    // Named or not, the standard environment is one: its files must not be opened twice.
    const environment = asked ?? (await loadConfig(this.#folder)).standard;
    const known = this.#opened.get(environment);
    if (known) return known;
    const opening = this.#settled(environment).then(() =>
      openProject({
        folder: this.#folder,
        environment,
        command: this.#command,
        waits: this.#tell,
        against: (called, look) => this.#against(called, look),
      }),
    );
    this.#opened.set(environment, opening);
    opening.catch(() => this.#opened.delete(environment));
    return opening;
  }
}

/** What only looks at what is there answers also from definitions of an earlier moment. */
const needsNoDefinitions: readonly string[] = ['query', 'runs', 'logs', 'status'];

function refuseChanged(project: OpenProject): void {
  const changed = project.changed();
  if (changed === undefined) return;
  const { pid, command } = project.owner;
  throw new EsteiraError('DEFINITIONS_CHANGED', {
    what: `Process ${pid} (${command}) owns the project, and began before ${changed} was changed.`,
    where: changed,
    next: 'Wait until it has ended, or stop it, and give the command again: it then reads the definitions as they are.',
  });
}
