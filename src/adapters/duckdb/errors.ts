import { EsteiraError } from '../../errors.ts';
import { queryInvalid } from './tree.ts';

interface Circumstances {
  /** A step, a catalog, a definition. */
  readonly where?: string;
  readonly memoryLimit?: string;
}

/** What the engine said, without its advice: it speaks of its own settings, not of Esteira's. */
const sentence = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .replace(/\n\s*\nPossible solutions:[\s\S]*/, '')
    .replace(/\n\s*This limit was set by the [\s\S]*/, '')
    .replace(/[. \n]+See also https:\S+/, '')
    .trim();

// The client has no codes of what went wrong: the engine’s sentences are all there is.
const held = /Could not set lock on file|Conflicting lock is held|being used by another process/;
const memory = /^Out of Memory Error/i;
/** What does not fit in memory fills the temporary folder up to its limit. */
const spill = /failed to offload data block/;
const full = /No space left on device|not enough space|disk (is )?full|Disk quota exceeded|File too large/i;
/** Another writer has published the row or the key: only Esteira's own tables have keys that the engine keeps. */
const ahead =
  /^TransactionContext Error[\s\S]*conflict|Conflict on (update|tuple)|violates (primary key|unique) constraint/i;

/** What the engine said, as a coded error, the first that fits (a full disk is also said to be out of memory); one that has a code already is passed on. */
export function engineError(error: unknown, { where, memoryLimit }: Circumstances = {}): EsteiraError {
  if (error instanceof EsteiraError) return error;
  const got = sentence(error);
  const details = { ...(where ? { where } : {}), got };
  const cause = { cause: error };
  if (held.test(got)) {
    const holder = /\(PID (\d+)\)/.exec(got)?.[1];
    const what = `Another program has the DuckDB file open${holder ? ` (process ${holder})` : ''}.`;
    return new EsteiraError(
      'FILE_HELD',
      { what, ...details, next: 'Close that program, or wait until it has ended.' },
      cause,
    );
  }
  if (full.test(got) || (memory.test(got) && spill.test(got))) {
    const what = 'There is no room left on the disk for what the engine has to write.';
    const next = 'Make room, or raise the limit of the temporary folder in esteira.config.ts, and run again.';
    return new EsteiraError('DISK_FULL', { what, ...details, next }, cause);
  }
  if (memory.test(got)) {
    const what = `${where ?? 'A statement'} needs more memory than the engine may use.`;
    const allowed = memoryLimit ? `memory limit ${memoryLimit}` : undefined;
    const next = 'Raise the memory limit in esteira.config.ts, or have the query read less at a time.';
    return new EsteiraError('OUT_OF_MEMORY', { what, ...details, ...(allowed ? { allowed } : {}), next }, cause);
  }
  if (ahead.test(got)) return fenced(where, got, cause);
  return new EsteiraError(
    'ENGINE_FAILED',
    {
      what: 'The engine refused a statement.',
      ...details,
      next: 'Read what it says; `esteira compile` shows the statement of each step.',
    },
    cause,
  );
}

/** A statement that the engine does not understand, unless it is the machine that fails it. */
export function ofStatement(error: unknown, told: (said: string) => string, memoryLimit: string): EsteiraError {
  const coded = engineError(error, { memoryLimit });
  return coded.code === 'ENGINE_FAILED' ? queryInvalid(told(sentence(error)), error) : coded;
}

export function fenced(where: string | undefined, got: string, cause: { cause?: unknown } = {}): EsteiraError {
  const what = 'Another run with a newer token has taken over; nothing of this one was published.';
  const next =
    'Look at `esteira runs`. When no newer run is there, the state is older than the warehouse: esteira doctor --reconcile brings it up to it.';
  const details = { what, ...(where ? { where } : {}), got, next };
  return new EsteiraError('FENCED', details, cause);
}
