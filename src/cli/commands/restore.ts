import { hostname } from 'node:os';
import path from 'node:path';
import type { Restored } from '../../config/restore.ts';
import { EsteiraError } from '../../errors.ts';
import { askForName } from '../ask.ts';
import { type Command, given, type Request } from '../command.ts';
import { counted, moment } from '../numbers.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const restore: Command = async (request) => {
  const { typed, terminal } = request;
  const only = typed.texts.get('only');
  if (only !== undefined && only !== 'state' && only !== 'warehouse')
    throw new EsteiraError('COMMAND_UNKNOWN', {
      what: 'Which part is to be restored?',
      got: only,
      allowed: 'state, or warehouse; both without --only',
      next: 'esteira restore <folder> --only state',
    });
  const view = await locked(request, async (folder) => {
    const { restore: put } = await import('../../config/restore.ts');
    const asked = {
      ...{ folder, from: path.resolve(typed.words[0] ?? ''), command: 'esteira restore' },
      ...given('environment', typed.texts.get('env')),
      ...(only && ({ only } as const)),
      waits: (text: string) => terminal.tell(`${text}\n`),
    };
    const foreseen = await put({ ...asked, ...given('confirmed', typed.texts.get('yes')) });
    if (foreseen.isDone) return foreseen;
    return put({ ...asked, confirmed: await confirmed(foreseen, request) });
  });
  return { result: view, text: () => restoredText(view, terminal) };
};

/** Nobody else of this folder has the project open, or opens it meanwhile. */
async function locked<Result>({ typed }: Request, work: (folder: string) => Promise<Result>): Promise<Result> {
  const [
    { findProject },
    { localFolder, refuseOthersLocal },
    { takeLock },
    { lockProject, readOwnerNote },
    { version },
    { mkdirSync },
  ] = await Promise.all([
    import('../../config/load.ts'),
    import('../../config/local.ts'),
    import('../../config/lock.ts'),
    import('../../server/lock.ts'),
    import('../../config/open.ts'),
    import('node:fs'),
  ]);
  const folder = findProject(typed.texts.get('project') ?? process.cwd());
  await refuseOthersLocal(folder);
  const local = localFolder(folder);
  mkdirSync(local, { recursive: true });
  const since = Temporal.Now.instant().toString();
  const note = { pid: process.pid, host: hostname(), since, command: 'esteira restore', version: version() };
  const lock = await lockProject(local, takeLock, note);
  if (!lock) {
    const other = readOwnerNote(local);
    throw new EsteiraError('OWNED_ELSEWHERE', {
      what: 'Another process has the project open; nothing was touched.',
      ...(other && { where: `\`${other.command}\` (PID ${other.pid} on ${other.host}, since ${other.since})` }),
      next: 'Stop it, or wait until it has ended, and give the command again.',
    });
  }
  try {
    return await work(folder);
  } finally {
    lock.release();
  }
}

async function confirmed(view: Restored, { typed, terminal }: Request): Promise<string> {
  const { project, replaces } = view;
  return askForName({
    ...{ terminal, isProgram: typed.flags.has('json') },
    list: restoredText(view, terminal),
    question: `Type ${project} to replace them: `,
    refusal: () =>
      new EsteiraError('RESTORE_UNCONFIRMED', {
        what: `${counted(replaces.length, 'place')} would be replaced, and nobody is here to be asked.`,
        got: replaces.join('\n'),
        next: `Give the name of the project with the command, once you have looked at this list: --yes ${project}`,
      }),
  });
}

export function restoredText({ folder, at, parts, replaces, isDone }: Restored, look: Look): string {
  const what = parts.length === 2 ? 'state and warehouse' : parts.join();
  const lines = [
    isDone ? `Restored ${what} of ${moment(at)}, from ${folder}.` : `${what} of ${moment(at)}, from ${folder}:`,
    ...replaces.map((place) => `  ${isDone ? 'replaced' : 'would replace'} ${place}`),
    ...(isDone ? ['Files that sources read are as they are.', '  next    esteira doctor'] : []),
  ];
  return lines.map((line) => wrapHanging(visible(inEnvironment(line, look)), look.columns, 10)).join('\n');
}
