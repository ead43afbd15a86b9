import type { AlertsTestView, AlertsView, AlertView, NoticeView } from '../../operate/views.ts';
import { type Command, given, numberOf } from '../command.ts';
import { mark, paint } from '../marks.ts';
import { between, moment, seconds } from '../numbers.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';

export const alerts: Command = async ({ typed, terminal, call }) => {
  const view = await call('alerts', given('limit', numberOf(typed, 'limit')));
  return { result: view, text: () => alertsText(view, terminal) };
};

/** What is open in full, what is over in a line or two. */
export function alertsText({ open, recent, runs }: AlertsView, look: Look): string {
  const heading = open.length === 0 ? 'No alert is open.' : paint(look, 'strong', 'Open');
  return [
    heading,
    ...open.flatMap((alert) => openLines(alert, look)),
    ...(recent.length > 0 ? ['', paint(look, 'strong', 'Over')] : []),
    ...recent.flatMap((alert) => overLines(alert, look)),
    ...(runs.length > 0 ? ['', paint(look, 'strong', 'Told of runs')] : []),
    ...runs.flatMap((run) => runLines(run, look)),
  ].join('\n');
}

const hang = 10;
const line = (word: string, text: string, look: Look): string =>
  wrapHanging(`  ${word.padEnd(hang - 2)}${visible(text)}`, look.columns, hang);

function openLines({ monitor, since, latest, next, notices }: AlertView, look: Look): readonly string[] {
  const { run, date } = latest;
  return [
    wrapHanging(`${mark(look, 'failed')} ${paint(look, 'strong', visible(monitor))}`, look.columns, 2),
    line('what', latest.what, look),
    ...latest.facts.map((fact, index) => line(index === 0 ? 'facts' : '', fact, look)),
    line('since', `${moment(since)}${run ? `; last seen by run ${run.runId} of ${run.job}, for ${date}` : ''}`, look),
    ...(notices.length === 0 ? [line('told', 'nobody: the monitor tells no channel here', look)] : []),
    ...toldLines(notices, look),
    ...[...(next === undefined ? [] : [next]), ...latest.look.filter((one) => !next?.includes(one))].map(
      (text, index) => line(index === 0 ? 'next' : '', inEnvironment(text, look), look),
    ),
  ];
}

function overLines({ monitor, since, overAt = since, raised, notices }: AlertView, look: Look): readonly string[] {
  const lasted = seconds(between(since, overAt));
  const text = `${monitor}: ${moment(since)} to ${moment(overAt)}, ${lasted}: ${raised.what}`;
  return [
    wrapHanging(`${mark(look, 'done')} ${visible(text)}`, look.columns, 2),
    ...toldLines(
      notices.filter(({ state }) => state !== 'delivered'),
      look,
    ),
  ];
}

const marks = {
  succeeded: 'done',
  failed: 'failed',
  cancelled: 'skipped',
  'not begun': 'failed',
  missed: 'skipped',
} as const;

function runLines({ kind, at, what, notices }: AlertsView['runs'][number], look: Look): readonly string[] {
  return [
    wrapHanging(`${mark(look, marks[kind])} ${visible(`${moment(at)}: ${what}`)}`, look.columns, 2),
    ...toldLines(notices, look),
  ];
}

function toldLines(notices: readonly NoticeView[], look: Look): readonly string[] {
  const delivered = notices.filter(({ state }) => state === 'delivered');
  const told = delivered.map(({ kind, to, endedAt }) => `${to} (${kind}, ${moment(endedAt ?? '')})`);
  const untold = notices.filter(({ state }) => state !== 'delivered');
  return [
    ...(told.length > 0 ? [line('told', told.join(', '), look)] : []),
    ...untold.map(({ kind, to, state, tries, nextTryAt, error }) => {
      const why = error ? `: ${error}` : '';
      const when =
        state === 'given up' ? 'given up' : tries === 0 ? 'waits to be sent' : `again at ${moment(nextTryAt ?? '')}`;
      return line(
        'untold',
        `${to} (${kind}), ${when}${tries > 0 ? `, tried ${tries === 1 ? 'once' : `${tries} times`}` : ''}${why}`,
        look,
      );
    }),
  ];
}

export const alertsTest: Command = async ({ typed, terminal, call }) => {
  const [channel] = typed.words;
  const view = await call('alerts test', given('channel', channel));
  return { result: view, text: () => testText(view, terminal), exit: view.results.every(({ ok }) => ok) ? 0 : 1 };
};

export function testText({ results }: AlertsTestView, look: Look): string {
  if (results.length === 0) return 'Nobody is in these channels here: the environment tells nobody.';
  return results
    .map(({ channel, member, describe, standsIn, ok, error }) => {
      const where = `${channel}/${member}: ${describe}${standsIn ? ' (stands in for what the project says)' : ''}`;
      const text = `${mark(look, ok ? 'done' : 'failed')} ${visible(`${where}: ${ok ? 'taken' : `not taken: ${error}`}`)}`;
      return wrapHanging(text, look.columns, 2);
    })
    .join('\n');
}
