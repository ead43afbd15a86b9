import type { Job } from '../../define/index.ts';
import type { EsteiraError } from '../../errors.ts';
import type { Tick } from '../../plan/ticks.ts';
import type { Project } from '../../run/index.ts';
import type { Context } from '../views.ts';
import { judgeUnopened } from './judge.ts';
import { sendNow, tellChanges } from './tell.ts';
import { toldUnopened } from './told-run.ts';

/** A run could not even begin: that is told as a run that failed is, and the time at which it was due says why nothing is begun for it. */
export async function tellUnopened(
  job: Job,
  { tick, error }: { readonly tick: Tick; readonly error: EsteiraError | undefined },
  project: Project,
  context: Pick<Context, 'emit'>,
): Promise<void> {
  const { date, zone, logicalTime } = tick;
  const { state, holder, clock } = project;
  tellChanges(await judgeUnopened(job, { date, zone, error }, project), project, context);
  if (error) await state.ticks.hold({ job: job.name, due: logicalTime }, whyOf(error));
  const telling = toldUnopened(job, { date, due: logicalTime, error }, project);
  if (!telling) return;
  await state.alerts.tell(holder, telling, clock.now());
  sendNow(project);
}

/** One line, which still says of a run that would fail by what. */
const whyOf = ({ code, message, details: { got } }: EsteiraError): string =>
  [`${code}: ${message}`, ...(code === 'RUN_NOT_READY' && got !== undefined ? got.split('\n') : [])].join(' ');
