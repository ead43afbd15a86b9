import { EsteiraError } from '../../errors.ts';
import type { StepRun } from '../step.ts';

/** In milliseconds. */
const between = 1000;

/**
 * Asks whether this process may still carry the run out, at most once a second: one that stood still may have been followed by another, which writes newer
 * rows elsewhere, where no token holds it back. Throws FENCED. A state that cannot be asked decides nothing.
 */
export function stillHeld(run: StepRun): () => Promise<void> {
  const { elapsed = () => performance.now() } = run.project.clock;
  let [at, answer] = [elapsed(), Promise.resolve()];
  return () => {
    if (elapsed() - at >= between) {
      at = elapsed();
      answer = refuseFollowed(run);
    }
    return answer;
  };
}

/** The same, asked now. */
export const refuseFollowed = ({ project, held }: StepRun): Promise<void> =>
  project.state.stillHeld(held).catch((error: unknown) => {
    if (error instanceof EsteiraError && error.code === 'FENCED') throw error;
  });
