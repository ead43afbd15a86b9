import { setTimeout as sleep } from 'node:timers/promises';
import { EsteiraError } from '../errors.ts';
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
  /** The command is carried out by this process or not at all. */
  readonly own?: 'wait' | 'refuse';
}

/** Changes that may have been made although no answer came are not asked for twice. */
const onlyOnce: readonly OperationName[] = [
  'settings set',
  'settings sql',
  'models promote',
  'models rollback',
  'models thaw',
  'approve',
  'reject',
];
/** Seconds that an owner which is told to stop has for it. */
const usualGrace = 30;
/** Between two attempts to own a state that a process elsewhere owns, in milliseconds. */
const again = 5000;
/** A person is told what is waited for after so long. */
const soon = 1500;

/**
 * Nothing is opened before the first call: a command that only looks at what was typed needs no project. Ctrl-C is listened for from then on, and
 * the project's own code is kept from ending the process unseen.
 */
export function openSession(options: Options): Session {
  const { typed, terminal } = options;
  let goesOn = false;
  let interrupt: Interrupt | undefined;
  let connected: Promise<Connection> | undefined;
  let guard: Guard | undefined;
  let isReached = false;
  const leave = (code: number): void => {
    guard?.close();
    process.exit(code);
  };
  return {
    call: async (operation, input, onEvent = notesTo(typed, terminal)) => {
      interrupt ??= listenForInterrupt({
        onFirst: () => {
          if (goesOn) leave(130);
          const text = 'Stopping: what goes on is rolled back. Ctrl-C again ends at once.';
          onEvent({ type: 'note', level: 'info', text });
          if (!options.own) return;
          // Nothing is going on while it waits to own the project.
          if (!isReached) leave(0);
          const grace = Number(typed.texts.get('grace') ?? usualGrace);
          const tooLong = `It has not ended within ${grace} s and is ended now; the next start goes on.\n`;
          setTimeout(
            () => {
              terminal.tell(tooLong);
              leave(1);
              // A timer that counts more than 31 bits would be over at once.
            },
            Math.min(grace * 1000, 2 ** 31 - 1),
          ).unref();
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
      isReached = true;
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

/** Where a command does not say what becomes of its events: notes are told, the rest is not. */
const notesTo =
  (typed: Typed, terminal: Terminal) =>
  (event: RunEvent): void => {
    if (event.type === 'note' && !typed.flags.has('json')) terminal.tell(`${event.text}\n`);
  };

async function open(
  options: Options,
  { guarded, waiting }: { guarded(guard: Guard): void; waiting(commands: readonly string[]): void },
): Promise<Connection> {
  const { typed, terminal, version, command, own } = options;
  const [
    { connect },
    { readOwnerNote },
    { findProject },
    { localFolder, refuseOthersLocal },
    { clockOf },
    { takeLock },
    { Projects },
    { guardExit },
  ] = await Promise.all([
    import('../server/owner.ts'),
    import('../server/lock.ts'),
    import('../config/load.ts'),
    import('../config/local.ts'),
    import('../config/clock.ts'),
    import('../config/lock.ts'),
    import('./projects.ts'),
    import('./guard.ts'),
  ]);
  const folder = findProject(typed.texts.get('project') ?? process.cwd());
  const local = localFolder(folder);
  guarded(guardExit({ folder, terminal, version, json: typed.flags.has('json') }));
  await refuseOthersLocal(folder);
  const projects = new Projects(folder, {
    own: typed.texts.get('env'),
    command,
    // One that stands by is told once for whom, not with each attempt.
    tell: (text) => isTold || say(text),
  });
  let isTold = false;
  /** Whoever reads the log of a process that stays reads lines of one kind. */
  const say = (text: string): void => {
    clearTimeout(timer);
    const line = { at: Temporal.Now.instant().toString(), level: 'info', text };
    terminal.tell(`${own && typed.flags.has('json') ? JSON.stringify(line) : text}\n`);
  };
  const timer = setTimeout(() => {
    const note = readOwnerNote(local);
    const isOther = note && note.pid !== process.pid;
    const what = isOther ? `Waiting for \`${note.command}\` (process ${note.pid}), which owns` : 'Opening';
    terminal.tell(`${what} the project.\n`);
  }, soon).unref();
  const standingBy = (): void => {
    const { command: other, pid } = readOwnerNote(local) ?? { command: 'another process', pid: '?' };
    say(`Stands by: \`${other}\` (process ${pid}) owns the project.`);
  };
  const reach = (): Promise<Connection> =>
    connect({
      local,
      command,
      version,
      clock: clockOf(process.env['ESTEIRA_NOW']),
      lock: takeLock,
      open: () => projects.open(),
      close: () => projects.close(),
      serve: projects.serve,
      waiting,
      ...(own && { own, standingBy }),
    });
  try {
    for (;;) {
      try {
        return await reach();
      } catch (error) {
        if (own !== 'wait' || !(error instanceof EsteiraError) || error.code !== 'OWNED_ELSEWHERE') throw error;
        if (!isTold) say(`Stands by: ${error.details.where ?? 'another process'} owns the project.`);
        isTold = true;
        await sleep(again);
      }
    }
  } finally {
    clearTimeout(timer);
  }
}
