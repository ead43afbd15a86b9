import { EsteiraError } from '../errors.ts';
import type { Held } from '../ports/index.ts';
import type { StepOutcome } from '../run/index.ts';
import { isRerun } from './rerun/called.ts';
import { isStopped } from './stops.ts';

/** One failure gives the run its name; of several each is told. */
export function runFailed({ runId, job }: Held, failures: readonly StepOutcome[]): EsteiraError {
  const errors = failures.flatMap(({ step, error }) => (error ? [{ step, error }] : []));
  const [first] = errors;
  const again = isRerun(job)
    ? 'Then esteira resume goes on with the steps that are not done; until then these are as they were.'
    : 'Then run the job again: it goes on with the steps that are not done; --again begins anew, with new rows.';
  if (first && errors.length === 1) {
    const { code, details, cause } = first.error;
    const next = /\bagain\b/.test(details.next) ? details.next : `${details.next} ${again}`;
    const all = { ...details, where: `${details.where}, run ${runId}`, next };
    return new EsteiraError(code, all, { cause });
  }
  return new EsteiraError('RUN_FAILED', {
    what: `${errors.length} steps failed; what does not need them was done.`,
    where: `run ${runId}`,
    got: errors
      .toSorted((one, other) => (one.step < other.step ? -1 : 1))
      .map(({ step, error: { code, details } }) => `${step}: ${code}: ${details.what}`)
      .join('\n'),
    next: `esteira logs ${runId} <step> says all of it. ${again}`,
  });
}

/** Why a run ended, and why what it has published is not kept where the warehouse is. */
export function bothOf(its: EsteiraError | undefined, unkept: EsteiraError | undefined): EsteiraError | undefined {
  if (!its || !unkept) return its ?? unkept;
  const text = `not kept: ${unkept.code}: ${unkept.details.what}`;
  const got = its.details.got === undefined ? text : `${its.details.got}\n${text}`;
  return new EsteiraError(its.code, { ...its.details, got }, { cause: its.cause });
}

export const cancelled = ({ runId, job }: Held, reason: unknown): EsteiraError =>
  new EsteiraError('CANCELLED', {
    what: 'The run was stopped; the steps at hand were rolled back, those before are published.',
    where: `run ${runId}`,
    ...(isStopped(reason) ? { got: reason.details.what } : {}),
    next: isRerun(job)
      ? 'esteira resume goes on with it; until then what stands below the tables that are published is as it was.'
      : 'Run the job again: a new run begins; what is published stays, and what it has read is not read again.',
  });
