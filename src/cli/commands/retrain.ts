import { EsteiraError } from '../../errors.ts';
import { figure } from '../../operate/models/words.ts';
import type { RetrainView, TrialView } from '../../operate/views.ts';
import { type Command, given, numberOf } from '../command.ts';
import { lineOf } from '../progress/line.ts';
import type { Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const retrain: Command = async (request) => {
  const { typed, terminal, call } = request;
  const [job = ''] = typed.words;
  if (!typed.flags.has('preview'))
    throw new EsteiraError('COMMAND_UNKNOWN', {
      what: 'retrain shows when a job would have trained; it trains nothing.',
      allowed: '--preview',
      next: `esteira retrain ${job} --preview, or to train now: esteira run ${job}`,
    });
  const line = lineOf(request);
  try {
    const view = await call('retrain', { job, ...given('days', numberOf(typed, 'days')) }, (event) =>
      line.onEvent(event),
    );
    return { result: view, text: () => retrainText(view, terminal) };
  } finally {
    line.close();
  }
};

export function retrainText(
  { job, when, from, to, monitors, fires, unfired, trials }: RetrainView,
  look: Look,
): string {
  const say = (text: string, indent = 2): string =>
    wrapHanging(`${' '.repeat(indent)}${visible(text)}`, look.columns, indent + 2);
  const times = fires.length === 1 ? 'once' : `${fires.length} times`;
  const passed = trials.filter((trial) => trial.passed).length;
  const came = trials.length === 0 ? '' : `, and ${passed} of ${trials.length} trainings would have passed the gate`;
  return [
    say(
      `${job} (${when}), dates ${from} to ${to}: it would have begun ${fires.length === 0 ? 'on no day' : times}${came}`,
      0,
    ),
    ...monitors.map((monitor) => say(monitorText(monitor))),
    ...(fires.length > 0 ? [''] : []),
    ...fires.flatMap(({ on, date, cause, waited }) => [
      say(`${on}, for ${date}: ${waited === undefined ? cause : `${cause} (waited: ${waited})`}`, 0),
      ...trials.filter((trial) => trial.on === on && trial.date === date).map((trial) => say(trialText(trial), 4)),
    ]),
    ...(unfired.length > 0 ? ['', 'Not begun:'] : []),
    ...unfired.map(({ date, cause, why }) => say(`for ${date}, ${cause}: ${why}`)),
  ].join('\n');
}

function monitorText({ monitor, why, held, broken, unknown }: RetrainView['monitors'][number]): string {
  if (held === undefined) return `${monitor}: not looked at, ${why}`;
  return `${monitor}: held on ${held} days, broken on ${broken}, not known on ${unknown}${why === undefined ? '' : ` (${why})`}`;
}

function trialText({ model, why, passed, beside, limits }: TrialView): string {
  if (limits === undefined) return `${model}: ${why}`;
  if (!passed) return `${model}: refused: ${why}`;
  const once = new Map(limits.map((limit) => [limit.measure, limit])).values().toArray();
  const compared = once.flatMap(({ measure, members }) =>
    members.slice(0, 1).map(({ value, champion }) => {
      const than = champion === undefined ? '' : `, before ${figure(champion)}`;
      return value === undefined ? `${measure} not known` : `${measure} ${figure(value)}${than}`;
    }),
  );
  const than = beside === undefined ? ', with nothing before' : ` beside that of ${beside}`;
  return `${model}: passes its gate${than} (${compared.join('; ')})`;
}
