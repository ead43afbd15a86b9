import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { EsteiraError } from '../errors.ts';

interface Importing {
  /** The project's. */
  readonly folder: string;
  /** Below it. */
  readonly file: string;
}
/** What is imported now: when its code ends the process, nothing else could say which file it was. */
let importing: Importing | undefined;

/** Nobody's definitions take so long to be read, in milliseconds; a process that waits for ever would keep all others waiting. */
const longest = 60_000;

/**
 * What a file of the project exports. Throws DEFINITION_FAILED when it cannot be loaded or does not come to its end, CYCLE when files import
 * each other before they are there, and what the words of the package refuse; each says the file and the line.
 */
export async function importFile(
  folder: string,
  file: string,
  options: { readonly patience?: number } = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { patience = longest } = options;
  const current = { folder, file };
  const { promise: given, reject } = Promise.withResolvers<never>();
  const idle = (): void => reject(unsettled(file, 'nothing is left that could happen'));
  const timer = setTimeout(() => reject(unsettled(file, `${patience / 1000} s have passed`)), patience).unref();
  // Nothing else keeps the process alive: what the file awaits cannot come any more.
  process.once('beforeExit', idle);
  importing = current;
  try {
    return await Promise.race([import(pathToFileURL(path.resolve(folder, file)).href), given]);
  } catch (error) {
    const thrown = error instanceof Error ? error : new Error(String(error), { cause: error });
    throw thrown instanceof EsteiraError ? placed(thrown, current) : notLoaded(thrown, current);
  } finally {
    clearTimeout(timer);
    process.off('beforeExit', idle);
    importing = undefined;
  }
}

/**
 * For a listener of the process's `exit`: the error of the project's own code that ends it, a definition file or a function of one; nothing when
 * none of its lines has asked for it.
 */
export function endedBy(folder: string): EsteiraError | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  const here = new Error('process.exit');
  Error.stackTraceLimit = stackTraceLimit;
  if (importing) {
    return new EsteiraError('DEFINITION_FAILED', {
      what: `${importing.file} ended the process while it was loaded.`,
      where: placeOf(here, importing),
      next: 'Take process.exit out of it, and out of what it imports: a definition only says what is.',
    });
  }
  const where = ownLine(here, folder);
  if (where === undefined) return undefined;
  return new EsteiraError('FUNCTION_FAILED', {
    what: 'Code of the project ended the process.',
    where,
    next: 'Take process.exit out of it: a function that cannot go on throws an error.',
  });
}

const unsettled = (file: string, why: string): EsteiraError =>
  new EsteiraError('DEFINITION_FAILED', {
    what: `${file} is never loaded to its end: it awaits something that does not come.`,
    got: why,
    next: 'Take the `await` out of it, and out of what it imports: a definition only says what is.',
  });

/** A word of the package refuses what it is given while the file is loaded: the error says at which line. */
function placed(error: EsteiraError, importing: Importing): EsteiraError {
  const { where } = error.details;
  const place = where ? `${placeOf(error, importing)}, ${where}` : placeOf(error, importing);
  return new EsteiraError(error.code, { ...error.details, where: place }, { cause: error });
}

/** The innermost line of the project's own files that the error went through. */
function placeOf(error: Error, { file, folder }: Importing): string {
  const at = ownLine(error, folder) ?? file;
  return at.replace(/:\d+$/, '') === file ? at : `${at}, loaded by ${file}`;
}

/** `file:line` below the folder. */
function ownLine(error: Error, folder: string): string | undefined {
  const own = pathToFileURL(`${folder}/`).href;
  const frame = error.stack?.split('\n').find((line) => line.includes(own) && !line.includes('/node_modules/'));
  const [, url, line] = /(file:\S+?):(\d+)(?::\d+)?\)?$/.exec(frame?.trim() ?? '') ?? [];
  return url && `${path.relative(folder, fileURLToPath(url))}:${line}`;
}

/** Files that import each other in a circle fail as a name that is used before it is there: that is a circle of definitions. */
function notLoaded(error: Error, importing: Importing): EsteiraError {
  const { file } = importing;
  const where = placeOf(error, importing);
  const early =
    error instanceof ReferenceError ? /Cannot access '(\w+)' before initialization/.exec(error.message) : undefined;
  if (early) {
    return new EsteiraError('CYCLE', {
      what: `${early[1]} is read before it is defined: these definitions read each other in a circle.`,
      where,
      got: error.message,
      next: 'Follow the imports of the file, and take one of the two mentions out.',
    });
  }
  const next = /Cannot find package|ERR_MODULE_NOT_FOUND/.test(
    `${error.message}${(error as NodeJS.ErrnoException).code}`,
  )
    ? 'Run npm install, and check the names of the imports.'
    : 'Mend the file; `npx tsc --noEmit` shows mistakes of types.';
  return new EsteiraError(
    'DEFINITION_FAILED',
    { what: `${file} cannot be loaded: ${error.message.split('\n')[0]}`, where, next },
    { cause: error },
  );
}
