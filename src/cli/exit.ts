import { catalogue, type ErrorCode } from '../errors.ts';
import type { RunView } from '../operate/views.ts';

/** The exit code of a run that was given back: its error's, where it has one. */
export function exitOf({ state, error }: RunView): number {
  if (state === 'succeeded') return 0;
  return error && Object.hasOwn(catalogue, error.code) ? catalogue[error.code as ErrorCode].exit : 1;
}
