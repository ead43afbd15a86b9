import type { Duration } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import type { StepModel } from '../plan/index.ts';
import type { StepRecord } from '../ports/index.ts';
import { limit, mayPass, rest, usualRetries, waitAfter } from './patience.ts';
import { runStep, type StepResult, type StepRun, stepError } from './step.ts';

/** A step failed for a reason that may pass, and waits. */
export interface Waiting {
  readonly step: string;
  readonly error: EsteiraError;
  /** The next attempt of so many. */
  readonly attempt: number;
  readonly of: number;
  readonly milliseconds: number;
}
interface Patience {
  /** For all attempts of the step together. */
  readonly within?: Duration | undefined;
  onWait(waiting: Waiting): void;
}

export const tooLong = (what: string, allowed: Duration, where: string): EsteiraError =>
  new EsteiraError('TIME_LIMIT', {
    what: `${what} took longer than its job allows; what it had begun was rolled back.`,
    where,
    allowed,
    next: 'Run the job again: it goes on with the steps that are not done. If it has grown, give the job longer limits.',
  });

/** Carries out a step, again and again where its failure may pass, until it is done, its attempts are used, or its time is over. */
export async function attempt(
  model: StepModel,
  record: StepRecord,
  { run, patience }: { readonly run: StepRun; readonly patience: Patience },
): Promise<StepResult> {
  const { project, held } = run;
  const { id, catalog } = model.node;
  const retries = project.retries ?? usualRetries;
  const { within } = patience;
  const time = limit(project.clock, within, () => tooLong(`The step ${id}`, within ?? '0 ms', id));
  const signal = AbortSignal.any([run.signal, time.signal]);
  let { published } = run;
  try {
    for (let number = 1; ; number += 1) {
      try {
        return await runStep(model, record, { ...run, signal, published });
      } catch (thrown) {
        const error = stepError(thrown, model, project);
        if (number > retries.times || !mayPass(error) || signal.aborted) throw thrown;
        const milliseconds = waitAfter(number, retries);
        patience.onWait({ step: id, error, attempt: number + 1, of: retries.times + 1, milliseconds });
        await rest(project.clock, milliseconds, signal);
        if (time.signal.aborted) throw time.signal.reason;
        if (signal.aborted) throw thrown;
        // What failed may have been only the answer. The last part of it: a delivery has several.
        const found = (await project.warehouse.publications(catalog, held.runId)).findLast(({ step }) => step === id);
        if (found) published = new Map(published).set(id, found);
      }
    }
  } finally {
    time.end();
  }
}
