import type { AlertChange, AlertNotice, Notice, NoticeKind, RunNotice } from '../../ports/index.ts';
import { moment } from '../numbers.ts';
import { timeText } from './words.ts';

// The sentences that people get in an inbox or a chat: what happened, the figures, since when, and what to look at next.

const beginnings: Readonly<Record<NoticeKind, string>> = {
  raised: '',
  more: 'more: ',
  still: 'still: ',
  over: 'over: ',
  test: 'test: ',
};

/** A run, or what stands beside an alert. */
const isOfRun = (notice: Notice): notice is RunNotice => 'thread' in notice;
export const threadOf = (notice: Notice): string => (isOfRun(notice) ? notice.thread : notice.alertId);
/** Of whom it is, for a line of a log. */
export const nameOf = (notice: Notice): string => (isOfRun(notice) ? notice.job : notice.monitor);

/** One line; begins with what the reader sorts by. */
export function subjectOf(notice: Notice): string {
  const { project, environment } = notice;
  const about = isOfRun(notice) ? notice.what : `${beginnings[notice.kind]}${notice.monitor}`;
  return `[${project} ${environment}] ${about}`.replaceAll(/\s+/g, ' ');
}

export const textOf = (notice: Notice): string => (isOfRun(notice) ? runText(notice) : alertText(notice));

function runText({ what, facts, look, job, runId, date, environment, project }: RunNotice): string {
  return [
    `${what}.`,
    ...(facts.length > 0 ? ['', ...facts] : []),
    ...lookLines(look),
    '',
    [
      `Job ${job}`,
      ...(runId === undefined ? [] : [`run ${runId}, for ${date}`]),
      `environment ${environment} of ${project}`,
    ].join('; '),
  ].join('\n');
}

const lookLines = (look: readonly string[]): readonly string[] =>
  look.length > 0 ? ['', 'What to look at next', ...look.map((line) => `  ${line}`)] : [];

function alertText(notice: AlertNotice): string {
  const { kind, monitor, figure, since, at, next, alertId } = notice;
  const lasted = timeText(Temporal.Instant.from(since).until(at).total('milliseconds'));
  const when: Readonly<Record<NoticeKind, string>> = {
    raised: `Since ${moment(since)}.`,
    more: `Since ${moment(since)}, and there is more now.`,
    still: `Since ${moment(since)}, for ${lasted}; it is told again about once a day.`,
    over: `It is over: it was so from ${moment(since)} to ${moment(at)}, for ${lasted}.`,
    test: 'Nothing has happened: somebody wanted to know whether this is heard.',
  };
  const own = figure.look.filter((line) => !next?.includes(line));
  const look = kind === 'over' || kind === 'test' ? [] : [...(next === undefined ? [] : [next]), ...own];
  const run = figure.run ? [`run ${figure.run.runId} of ${figure.run.job}, for ${figure.date}`] : [];
  return [
    ...(kind === 'test' ? [] : [`${figure.what}.`, '']),
    when[kind],
    ...(figure.facts.length > 0 ? ['', ...figure.facts] : []),
    ...lookLines(look),
    '',
    [
      kind === 'test' ? monitor : `Monitor "${monitor}"`,
      ...run,
      `environment ${notice.environment} of ${notice.project}`,
      `alert ${alertId}`,
    ].join('; '),
  ].join('\n');
}

const told: Readonly<Record<AlertChange['kind'], string>> = {
  raised: 'alert',
  more: 'alert, and more',
  still: 'alert, still',
  over: 'alert is over',
};
/** One line for a log and beside a run. */
export function changeLine({ kind, figure, told: recipients }: AlertChange): string {
  const channels = [...new Set(recipients.map(({ channel }) => channel))];
  const to = channels.length > 0 ? `; ${channels.join(', ')} ${channels.length === 1 ? 'is' : 'are'} told` : '';
  return `${told[kind]}: ${figure.monitor}: ${figure.what}${to}`;
}
