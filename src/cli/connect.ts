import type { OperationName, RunEvent } from '../operate/views.ts';
import type { Connection } from '../server/owner.ts';
import type { Request, Typed } from './command.ts';
import type { Guard } from './guard.ts';
import { type Interrupt, listenForInterrupt } from './interrupt.ts';
import type { Asked } from './projects.ts';
import type { Terminal } from './terminal.ts';

/** A command's way to the project, opened by its first call. */
interface Session {
  readonly call: Request['call'];
  /** After the result is printed: an owner goes on for the commands that it serves. */
  close(): Promise<void>;
}

interface Options {
  readonly typed: Typed;
  readonly terminal: Terminal;
  readonly version: string;
  /** As it was typed, for the notice that others see. */
  readonly command: string;
}

/** Changes that may have been made although no answer came are not asked for twice. */
const onlyOnce: readonly OperationName[] = ['settings set'];
/** A person is told what is waited for after so long. */
const soon = 1500;

export function openSession(options: Options): Session {
  const { typed, terminal } = options;
  let goesOn = false;
  let interrupt: Interrupt | undefined;
  let connected: Promise<Connection> | undefined;
  let guard: Guard | undefined;
  const leave = (code: number): void => {
    guard?.close();
    process.exit(code);
  };
  return {
    call: async (operation, input, onEvent = notesTo(typed, terminal)) => {
      interrupt ??= listenForInterrupt({
        onFirst: () => {
          if (goesOn) leave(130);
          onEvent({
            type: 'note',
            level: 'info',
            text: 'Stopping: what goes on is rolled back. Ctrl-C again ends at once.',
          });
        },
        end: leave,
      });
      connected ??= open(options, {
        guarded: (made) => {
          guard = made;
        },
        waiting: (commands) => {
          goesOn = true;
          const others = commands.map((one) => `\`${one}\``).join(', ');
          terminal.tell(
            `Done; this process owns the project and goes on for ${others}. Ctrl-C ends it: they go on without it.\n`,
          );
        },
      });
      const connection = await connected;
      const environment = typed.texts.get('env');
      const asked: Asked = { ...(environment && { environment }), input };
      const answer = await connection.call(operation, asked, {
        onEvent: (event) => onEvent(event as RunEvent),
        signal: interrupt.signal,
        repeatable: !onlyOnce.includes(operation),
      });
      return answer as never; // what the operation's name promises; the owner is of this version
    },
    close: async () => {
      const connection = await connected?.catch(() => undefined);
      await connection?.close();
      interrupt?.close();
      guard?.close();
    },
  };
}

const notesTo =
  (typed: Typed, terminal: Terminal) =>
  (event: RunEvent): void => {
    if (event.type === 'note' && !typed.flags.has('json')) terminal.tell(`${event.text}\n`);
  };

async function open(
  options: Options,
  { guarded, waiting }: { guarded(guard: Guard): void; waiting(commands: readonly string[]): void },
): Promise<Connection> {
  const { typed, terminal, version, command } = options;
  const [{ connect }, { readOwnerNote }, { findProject }, { clockOf }, { takeLock }, { Projects }, { guardExit }] =
    await Promise.all([
      import('../server/owner.ts'),
      import('../server/lock.ts'),
      import('../config/load.ts'),
      import('../config/clock.ts'),
      import('../config/lock.ts'),
      import('./projects.ts'),
      import('./guard.ts'),
    ]);
  const folder = findProject(typed.texts.get('project') ?? process.cwd());
  guarded(guardExit({ folder, terminal, version, json: typed.flags.has('json') }));
  const projects = new Projects(folder, { own: typed.texts.get('env'), command });
  const timer = setTimeout(() => {
    const note = readOwnerNote(folder);
    const isOther = note && note.pid !== process.pid;
    const what = isOther ? `Waiting for \`${note.command}\` (process ${note.pid}), which owns` : 'Opening';
    terminal.tell(`${what} the project.\n`);
  }, soon).unref();
  try {
    return await connect({
      folder,
      command,
      version,
      clock: clockOf(process.env['ESTEIRA_NOW']),
      lock: takeLock,
      open: () => projects.open(),
      close: () => projects.close(),
      serve: projects.serve,
      waiting,
    });
  } finally {
    clearTimeout(timer);
  }
}
