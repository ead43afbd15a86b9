import { EsteiraError } from '../../errors.ts';
import { figure } from '../../operate/models/words.ts';
import type { RetrainView, TrialView } from '../../operate/views.ts';
import { type Command, given, numberOf } from '../command.ts';
import { table } from '../table.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const retrain: Command = async ({ typed, terminal, call }) => {
  const [job = ''] = typed.words;
  if (!typed.flags.has('preview'))
    throw new EsteiraError('COMMAND_UNKNOWN', {
      what: 'retrain shows when a job would have trained; it trains nothing.',
      allowed: '--preview',
      next: `esteira retrain ${job} --preview, or to train now: esteira run ${job}`,
    });
  const view = await call('retrain', { job, ...given('days', numberOf(typed, 'days')) });
  return { result: view, text: () => retrainText(view, terminal) };
};

const headings = [{ head: 'begins', whole: true }, { head: 'date', whole: true }, { head: 'because of' }] as const;

export function retrainText(
  { job, when, from, to, monitors, fires, unfired, trials }: RetrainView,
  look: Look,
): string {
  const say = (text: string): string => wrapHanging(`  ${visible(text)}`, look.columns, 4);
  const rows = fires.map(({ on, date, cause, waited }) => [
    on,
    date,
    waited === undefined ? cause : `${cause} (waited: ${waited})`,
  ]);
  const times = fires.length === 1 ? 'once' : `${fires.length} times`;
  return [
    `${visible(job)} (${when}), dates ${from} to ${to}: it would have begun ${fires.length === 0 ? 'on no day' : times}`,
    ...monitors.map(({ monitor, why, held = 0, broken = 0, unknown = 0 }) =>
      say(
        why === undefined
          ? `${monitor}: held on ${held} days, broken on ${broken}, not known on ${unknown}`
          : `${monitor}: not looked at, ${why}`,
      ),
    ),
    ...(rows.length > 0 ? ['', ...table(headings, rows, look)] : []),
    ...(trials.length > 0 ? ['', 'What it would have learned:'] : []),
    ...trials.map((trial) => say(`${trial.date}, ${trialText(trial)}`)),
    ...(unfired.length > 0 ? ['', 'Not begun:'] : []),
    ...unfired.map(({ date, cause, why }) => say(`${date}, ${cause}: ${why}`)),
  ].join('\n');
}

function trialText({ model, why, passed, beside, limits = [] }: TrialView): string {
  if (why !== undefined) return `${model}: ${why}`;
  const once = new Map(limits.map((limit) => [limit.measure, limit])).values().toArray();
  const compared = once.flatMap(({ measure, members }) =>
    members.slice(0, 1).map(({ value, champion }) => {
      const than = champion === undefined ? '' : `, before ${figure(champion)}`;
      return value === undefined ? `${measure} not known` : `${measure} ${figure(value)}${than}`;
    }),
  );
  const verdict = passed ? 'would have won' : 'refused';
  return `${model}: ${verdict}${beside === undefined ? ', with nothing before' : ''} (${compared.join('; ')})`;
}
