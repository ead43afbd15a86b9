/** What went wrong, as people and programs read it. `docs/reference/errors.md` says the same, and a test keeps them equal. */
interface Entry {
  /** `transient`: the same call may succeed later. `terminal`: something must be changed first. */
  readonly nature: 'transient' | 'terminal';
  /** Exit code of the command line: 1 the work failed, 2 what was asked or written is wrong, 3 something must be set up, 4 someone else is at it. */
  readonly exit: 1 | 2 | 3 | 4;
  readonly means: string;
}
const terminal = (exit: Entry['exit'], means: string): Entry => Object.freeze({ nature: 'terminal', exit, means });
const transient = (exit: Entry['exit'], means: string): Entry => Object.freeze({ nature: 'transient', exit, means });

export const catalogue = Object.freeze({
  // ---- configuration and command line ----
  COMMAND_UNKNOWN: terminal(2, 'There is no such command, or an option or argument of it is wrong.'),
  PROJECT_NOT_FOUND: terminal(2, 'No esteira.config.ts here or in a folder above.'),
  CONFIG_INVALID: terminal(2, 'esteira.config.ts says something that cannot be.'),
  ENVIRONMENT_UNKNOWN: terminal(2, 'The configuration has no environment of that name.'),
  ENVIRONMENTS_SHARE: terminal(2, 'Two environments would write the same place.'),
  VARIABLE_MISSING: terminal(2, 'An environment variable that is needed is not set.'),
  FOLDER_NOT_EMPTY: terminal(2, 'A folder that is to be written holds files that are in the way.'),
  // ---- definitions ----
  DEFINITION_FAILED: terminal(2, 'A definition file cannot be loaded.'),
  DEFINITION_INVALID: terminal(2, 'A definition says something that cannot be.'),
  TWO_COPIES: terminal(2, 'Definitions were made by two copies of the package.'),
  NAME_TWICE: terminal(2, 'One name was given to two definitions.'),
  NAME_RESERVED: terminal(2, 'A name is a reserved word of an engine, or one that Esteira uses itself.'),
  NAME_UNKNOWN: terminal(2, 'Nothing has that name.'),
  NAME_AMBIGUOUS: terminal(2, 'Two catalogs have something of that name.'),
  CYCLE: terminal(2, 'Definitions read each other in a circle.'),
  MENTION_UNKNOWN: terminal(
    2,
    'A query mentions something that is in no definition file, or names a table in its text.',
  ),
  QUERY_INVALID: terminal(2, 'The engine does not understand a query.'),
  QUERY_COLUMNS: terminal(2, 'A query gives other columns or types than its table declares.'),
  QUERY_UNREPEATABLE: terminal(2, 'A query uses the clock or chance, so that it gives other rows each time.'),
  SINCE_GROUPED: terminal(2, 'A query groups rows of which it reads only the new ones.'),
  // ---- set-up ----
  SETUP_NEEDED: terminal(3, 'A table or column is not there yet; a run never creates or alters.'),
  SETUP_CONFLICT: terminal(3, 'Something else has the name of a table or view; set-up never destroys.'),
  DESTROY_UNASKED: terminal(3, 'Stored values would be lost, and nobody has asked for that.'),
  // ---- runs ----
  RUN_IN_PROGRESS: transient(4, 'A run of this job, or one that writes the same table, is going.'),
  RUN_NOT_READY: terminal(3, 'A run would fail by what it needs outside of it, and has not begun.'),
  RUN_FAILED: terminal(1, 'Several steps of a run failed; when only one did, the run has its error.'),
  ROWS_INVALID: terminal(1, 'Rows broke the rules of a table that does not set them aside.'),
  MODEL_MISSING: terminal(3, 'A model has no version that could be used.'),
  MODEL_MEMBER_MISSING: terminal(1, 'A version of a model was not trained for what it is to predict.'),
  VERSION_BROKEN: terminal(1, 'The files of a version are gone, cut, or not what was registered.'),
  TRAINING_FAILED: terminal(1, 'Nothing can be learned from the rows of a model.'),
  IMPORT_REFUSED: terminal(
    1,
    'A pickled model would load what no pipeline of scikit-learn needs, or is not written as one.',
  ),
  IMPORT_FAILED: terminal(1, 'A model from elsewhere cannot be taken in as it is.'),
  ENGINE_MISSING: terminal(3, 'A package or program that is needed is not installed.'),
  TIME_LIMIT: terminal(1, 'A step or a run took longer than its job allows.'),
  ROWS_NOT_DELIVERED: terminal(1, 'Rows of a table that is kept elsewhere were not written there.'),
  CHECK_FAILED: terminal(1, 'A check holds back the rows.'),
  ACCOUNT_WRONG: terminal(1, 'Rows in are not valid + invalid + duplicates: nothing was published.'),
  KEYS_REPEATED: terminal(1, 'Two valid rows have one key, and nothing says which wins.'),
  ROW_UNKNOWN_COLUMN: terminal(
    1,
    'A function gave a row with a name that the table does not declare, or a value of another kind.',
  ),
  FUNCTION_FAILED: terminal(1, 'The function of a from(…) threw.'),
  DIFF_IMPOSSIBLE: terminal(2, 'A table cannot be compared with that of the other environment.'),
  REPROCESS_IMPOSSIBLE: terminal(2, 'A table cannot be built again: what it was made of is not kept.'),
  RESET_UNCONFIRMED: terminal(2, 'Tables would be dropped, and nobody has said their name.'),
  RESUME_IMPOSSIBLE: terminal(2, 'There is no run that could go on, or not as it was.'),
  CANCEL_IMPOSSIBLE: terminal(2, 'There is no run that could be stopped, or more than one.'),
  FENCED: transient(4, 'A newer run has taken over; what this one had begun was rolled back.'),
  OUT_OF_MEMORY: terminal(1, 'A step needs more memory than the engine may use.'),
  DISK_FULL: transient(1, 'There is no room on the disk.'),
  ENGINE_FAILED: terminal(1, 'The engine refused a statement while it was carried out.'),
  FILES_UNREADABLE: transient(1, 'The folder of a source cannot be listed.'),
  SOURCE_DRIFTED: terminal(
    1,
    'A file, or a table elsewhere, breaks the contract of its source: a column is gone, of another type, or new where that is refused.',
  ),
  SOURCE_UNREACHABLE: transient(
    1,
    'The database, broker or API of a source, or of a table that is kept elsewhere, does not answer, or went away in the middle.',
  ),
  SOURCE_REFUSED: terminal(
    3,
    'The database, broker or API of a source, or of a table that is kept elsewhere, does not let Esteira in, or do what it has to.',
  ),
  SOURCE_UNUSABLE: terminal(
    2,
    'A table or topic that a source names is not there, its cursor cannot say what is new, or its key which row it is.',
  ),
  REPLICATION_REFUSED: terminal(3, 'The database of a source does not let Esteira follow its changes.'),
  SLOT_IN_USE: transient(4, 'Somebody else follows the changes of a database by the same slot.'),
  CHANGES_LOST: terminal(3, 'Changes of a database are gone that were not brought in yet: another snapshot is needed.'),
  MESSAGES_LOST: terminal(3, 'Messages of a topic are gone that were not brought in yet.'),
  CANCELLED: terminal(1, 'A person stopped the run; the step at hand was rolled back.'),
  // ---- settings, queries ----
  SETTING_INVALID: terminal(2, 'A setting has a value that its column refuses.'),
  QUERY_NOT_READ_ONLY: terminal(2, 'A statement would change something; query only reads.'),
  READER_UNAVAILABLE: terminal(2, 'A source needs a reader that this environment does not have.'),
  // ---- versions of models ----
  VERSION_UNUSABLE: terminal(2, 'A version of a model was refused or taken back, or is not complete.'),
  APPROVAL_NEEDED: terminal(3, 'A version of a model waits for somebody who may approve it.'),
  NOT_ALLOWED: terminal(2, 'A person is not in the group that is to decide.'),
  DECIDED_ALREADY: terminal(2, 'Somebody has decided about a version, or a row, already.'),
  CHAMPION_CHANGED: terminal(2, 'Another version is the champion by now than the one that was seen.'),
  ROLLBACK_IMPOSSIBLE: terminal(2, 'There is no version of a model to go back to.'),
  ROLLBACK_TOO_SOON: transient(1, 'A model was taken back by itself once today, and is not again before tomorrow.'),
  // ---- owner and stores ----
  DEFINITIONS_CHANGED: transient(
    4,
    'The process that owns the project loaded the definitions before a file of them was changed.',
  ),
  OWNER_GONE: transient(4, 'The process that owned the project ended before it answered.'),
  OWNER_UNREACHABLE: transient(4, 'Another process owns the project and does not answer.'),
  OWNED_ELSEWHERE: transient(4, 'A process on another machine, or in another folder, owns the project.'),
  STATE_UNREACHABLE: transient(1, 'The database that keeps the state does not answer, or went away in the middle.'),
  STATE_REFUSED: terminal(3, 'The database that is to keep the state does not let Esteira in, or do what it needs.'),
  STATE_NEWER: terminal(2, 'The state, or a catalog, was written by a newer version of Esteira.'),
  BACKUP_UNUSABLE: terminal(2, 'A folder is no whole backup of this project, or not one that this version can read.'),
  RESTORE_UNCONFIRMED: terminal(
    2,
    'A restore would replace what is there, and nobody has said the name of the project.',
  ),
  RESTORE_UNFINISHED: terminal(3, 'A restore was interrupted: the state and the warehouse may be of two moments.'),
  STORE_UNREACHABLE: transient(1, 'A bucket, where models are published, does not answer, or went away in the middle.'),
  PUBLISH_CONFLICT: terminal(
    1,
    'Somebody else publishes in the same place, or this project is older than what it published.',
  ),
  TABLE_UNSERVABLE: terminal(1, 'The rows of a table cannot be given to the endpoint that looks them up.'),
  STORE_REFUSED: terminal(3, 'A bucket does not let Esteira in, or does not do what it needs.'),
  FILE_UNUSABLE: terminal(1, 'A file or folder cannot be opened, read or written.'),
  FILE_HELD: transient(4, 'Another program has the DuckDB file open.'),
  ADDRESS_UNUSABLE: transient(
    4,
    'What is to be listened at is taken by another process, or no address of this machine.',
  ),
}) satisfies Readonly<Record<string, Entry>>;

export type ErrorCode = keyof typeof catalogue;

export interface ErrorDetails {
  /** One sentence: what went wrong. */
  readonly what: string;
  /** A definition, `file:line`, a step, a file. */
  readonly where?: string;
  readonly got?: string;
  readonly allowed?: string;
  /** What to do now: a command, where there is one. */
  readonly next: string;
}

/** An error with a code; crosses processes as JSON. Its `message` is the sentence alone, `render` gives all of it. */
export class EsteiraError extends Error {
  override readonly name = 'EsteiraError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails, options: { cause?: unknown } = {}) {
    super(details.what, options);
    this.code = code;
    this.details = Object.freeze({ ...details });
  }

  get nature(): 'transient' | 'terminal' {
    return catalogue[this.code].nature;
  }
  get exit(): number {
    return catalogue[this.code].exit;
  }

  toJSON(): { readonly code: ErrorCode; readonly nature: string } & ErrorDetails {
    return { code: this.code, nature: this.nature, ...this.details };
  }

  static from(json: { readonly code: string } & ErrorDetails): EsteiraError {
    const { code, what, where, got, allowed, next } = json;
    const optional = { ...(where && { where }), ...(got && { got }), ...(allowed && { allowed }) };
    return new EsteiraError(code in catalogue ? (code as ErrorCode) : 'ENGINE_FAILED', { what, ...optional, next });
  }
}

/** What the system says when there is no room. */
const noRoom = ['ENOSPC', 'EDQUOT', 'EFBIG'];
/** What it says of the place to which a file is moved or copied, not of the file; of a copy the file itself may be in use, or a folder. */
const ofPlace = ['EROFS', ...noRoom];
const ofMove = ['EBUSY', 'EISDIR', 'ENOTEMPTY', ...ofPlace];

const fileWords: Readonly<Record<string, readonly [what: string, next: string] | undefined>> = {
  EBUSY: [
    'Another program has a file or folder in use.',
    'Close it there (a spreadsheet that shows it?), and do this again.',
  ],
  ENOENT: ['A file or folder is not there.', 'Correct its name, or bring it, and do this again.'],
};

/** A package that is not where it is looked for; the definitions' own imports are told with their file. */
function notInstalled(error: Error): EsteiraError | undefined {
  const [, name, from] = /^Cannot find package '([^']+)'(?: imported from (.+))?/.exec(error.message) ?? [];
  if (name === undefined) return undefined;
  const where = from === undefined ? {} : { where: from };
  const next = `npm ci, where package-lock.json is; or npm install ${name}.`;
  return new EsteiraError('ENGINE_MISSING', { what: `The package ${name} is not installed.`, ...where, next });
}

/** What the system said of a file or a package, with a code of ours; nothing when it did not speak of one. */
export function ofSystem(error: unknown): EsteiraError | undefined {
  if (!(error instanceof Error)) return undefined;
  const missing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND' ? notInstalled(error) : undefined;
  if (missing) return missing;
  const {
    code = '',
    syscall,
    path,
    dest,
    message,
  } = error as { code?: string; syscall?: string; path?: string; dest?: string; message: string };
  if (!/^(ERR_FS_)?E[A-Z]+$/.test(code) || syscall === undefined || (path === undefined && !noRoom.includes(code)))
    return undefined;
  const where = ((syscall === 'rename' ? ofMove : ofPlace).includes(code) && dest) || path;
  const details = { ...(where && { where }), got: message };
  if (noRoom.includes(code)) {
    const full = { what: 'There is no room left on the disk.', ...details };
    return new EsteiraError('DISK_FULL', { ...full, next: 'Make room, and do this again.' }, { cause: error });
  }
  const [what, next] = fileWords[code] ?? [
    'A file or folder cannot be used.',
    'Look at what it is and whose, correct that, and do this again.',
  ];
  return new EsteiraError('FILE_UNUSABLE', { what, ...details, next }, { cause: error });
}

/** The text that people read: at most five lines, each with its own beginning. */
export function render(error: EsteiraError): string {
  const { what, where, got, allowed, next } = error.details;
  const lines = [`${error.code}: ${what}`];
  for (const [word, text] of Object.entries({ where, got, allowed, next })) {
    if (text) lines.push(`  ${word.padEnd(8)}${text.replaceAll('\n', '\n          ')}`);
  }
  return lines.join('\n');
}
