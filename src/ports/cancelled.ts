import { EsteiraError } from '../errors.ts';

/** Why a signal has ended what went on, as an error. */
export function cancelled(reason: unknown): EsteiraError {
  if (reason instanceof EsteiraError) return reason;
  return new EsteiraError('CANCELLED', {
    what: 'The step was stopped; nothing of it was published.',
    next: 'Run the job again to go on from this step.',
  });
}
