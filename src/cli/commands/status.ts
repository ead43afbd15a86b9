import type { ChangesView, EndpointView, RunView, StatusView, TickView } from '../../operate/views.ts';
import { driftTexts } from '../../ports/drift.ts';
import type { Command } from '../command.ts';
import { mark, paint } from '../marks.ts';
import { count, counted, moment, seconds } from '../numbers.ts';
import { table } from '../table.ts';
import { inEnvironment, type Look } from '../terminal.ts';
import { visible, wrapHanging } from '../text.ts';
import { dueLines, frozenLines } from './models.ts';
import { missedText } from './runs.ts';

export const status: Command = async ({ terminal, call }) => {
  const { owner, ...others } = await call('status', {});
  // Who asks owns the project for a moment only.
  const view = owner && owner.pid !== process.pid ? { owner, ...others } : others;
  return { result: view, text: () => statusText(view, terminal) };
};

const headings = [
  { head: 'job' },
  { head: 'last', whole: true },
  { head: 'state', whole: true },
  { head: 'next', whole: true },
  { head: 'when', optional: true },
  { head: 'ended', whole: true, optional: true },
] as const;

/** Who has the project, what goes on, and for each job its last day and its next time; a run of a part of a job stands below it. */
export function statusText(
  {
    environment,
    owner,
    running,
    interrupted,
    jobs,
    waiting,
    missed,
    drift,
    alerts,
    retrain,
    frozen,
    owed,
    approvals,
    changes,
    endpoints,
  }: StatusView,
  look: Look,
): string {
  const whose = owner
    ? `owner: process ${owner.pid} (${owner.command}) since ${moment(owner.since)}`
    : 'no process has it open';
  const words = `${environment}; ${whose}`;
  const ended = (run: { readonly finishedAt?: string } | undefined): string =>
    run?.finishedAt ? moment(run.finishedAt) : '';
  const rows = jobs.flatMap(({ job, when, last, lastPart: part, next }) => [
    [job, last?.date ?? 'never', last?.state ?? '', next ? moment(next) : '', when, ended(last)],
    ...(part ? [[`  ${part.job}`, part.date, part.state, '', '', ended(part)]] : []),
  ]);
  return [
    wrapHanging(visible(words), look.columns, 2),
    '',
    ...(running.length > 0 ? [paint(look, 'strong', 'Running')] : ['Nothing is running.']),
    ...running.map((run) => openRun(run, 'running', look)),
    ...(interrupted.length > 0 ? ['', paint(look, 'strong', 'Interrupted: the next run or start goes on')] : []),
    ...interrupted.map((run) => openRun(run, 'failed', look)),
    ...alertLines(alerts, look),
    ...(rows.length > 0 ? ['', ...table(headings, rows, look)] : []),
    ...(waiting.length > 0 ? ['', 'Due, not done', ...waiting.map((tick) => waitingLine(tick, look))] : []),
    ...(missed.length > 0 ? ['', missedText(missed, look)] : []),
    ...retrainLines(retrain, look),
    ...frozen.flatMap((one) => ['', visible(one.model), ...frozenLines(one, look)]),
    ...owedLines(owed, look),
    ...approvalLines(approvals, look),
    ...(endpoints.length > 0 ? ['', 'Endpoints'] : []),
    ...endpoints.map((one) => endpointLine(one, look)),
    ...(changes.length > 0 ? ['', 'Changes that are followed'] : []),
    ...changes.map((one) => changesLine(one, look)),
    ...(drift.length > 0 ? ['', 'Files that are not what their sources declare'] : []),
    ...driftTexts(drift).map((text) => wrapHanging(visible(`  ${text}`), look.columns, 4)),
  ].join('\n');
}

function endpointLine(
  { endpoint, processes, seen, requests, fallbacks, failed, trouble }: EndpointView,
  look: Look,
): string {
  const at = processes.flatMap(({ address }) => address ?? []).join(', ');
  const versions = [...new Set(processes.map(({ version }) => version ?? 'no version'))].join(', ');
  const served =
    processes.length === 0 ? `not served${seen === undefined ? '' : ` since ${moment(seen)}`}` : `${versions} at ${at}`;
  const refused = processes.find(({ unserved }) => unserved)?.unserved;
  const next = refused && [inEnvironment(`    next    ${refused.next}`, look)];
  const but = refused ? `; what is published is not served, ${refused.is}: ${refused.why}` : '';
  const today = `today ${counted(requests, 'request')}, ${fallbacks} by the fallback${failed > 0 ? `, ${failed} failed` : ''}`;
  const words = trouble === undefined ? `${served}${but}; ${today}` : `not known: ${trouble}`;
  const lines = [`  ${endpoint}  ${words}`, ...(next ?? [])];
  return lines.map((line) => wrapHanging(visible(line), look.columns, 4)).join('\n');
}

/** It is said, and left to people. */
const retrainLines = (retrain: StatusView['retrain'], look: Look): readonly string[] =>
  retrain.flatMap(({ model, due, trainedBy }) => [
    '',
    `${paint(look, 'warn', look.unicode ? '!' : 'warning:')} ${visible(model)} is due to be trained again`,
    ...dueLines(due, trainedBy, look),
  ]);

function owedLines(owed: StatusView['owed'], look: Look): readonly string[] {
  if (owed.length === 0) return [];
  const lines = owed.map(
    ({ store, label, since, error }) => `  ${label} to ${store}, since ${moment(since)}: ${error}`,
  );
  const words = [
    'Owed to stores of models, and tried again',
    ...lines,
    inEnvironment('  next    esteira publish', look),
  ];
  return ['', ...words.map((line) => wrapHanging(visible(line), look.columns, 4))];
}

function approvalLines(approvals: StatusView['approvals'], look: Look): readonly string[] {
  if (approvals.length === 0) return [];
  const lines = approvals.map(({ name, group, waiting, approved, since }) => {
    const parts = [
      ...(waiting > 0 ? [`${counted(waiting, 'line')} for ${group}${since ? ` since ${moment(since)}` : ''}`] : []),
      ...(approved > 0 ? [`${counted(approved, 'approved line')} for the next run`] : []),
    ];
    return `  ${name}: ${parts.join(', ')}`;
  });
  const words = ['Rows that wait', ...lines, inEnvironment('  next    esteira approvals list', look)];
  return ['', ...words.map((line) => wrapHanging(visible(line), look.columns, 4))];
}

function alertLines({ open, waiting, givenUp }: StatusView['alerts'], look: Look): readonly string[] {
  const lines = open.map(({ monitor, since, what }) => `${monitor}, since ${moment(since)}: ${what}`);
  const untold = [
    ...(waiting > 0 ? [`${counted(waiting, 'notice')} not delivered yet`] : []),
    ...(givenUp > 0 ? [`${counted(givenUp, 'notice')} given up: nobody was told`] : []),
  ];
  if (lines.length + untold.length === 0) return [];
  return [
    '',
    paint(look, 'strong', 'Alerts'),
    ...lines.map((line) => wrapHanging(`${mark(look, 'failed')} ${visible(line)}`, look.columns, 2)),
    ...untold.map((line) => `  ${line}`),
    inEnvironment('  next    esteira alerts', look),
  ];
}

function openRun({ job, date, runId, createdAt, steps, next }: RunView, how: 'running' | 'failed', look: Look): string {
  const done = steps.filter(({ state }) => state === 'done').length;
  const what = `${job} ${date}, ${done} of ${steps.length} steps, since ${moment(createdAt)}`;
  return [
    `${mark(look, how)} ${visible(what)}`,
    `  ${visible(runId)}`,
    ...(next ? [`  next    ${visible(next)}`] : []),
  ].join('\n');
}

/** Bytes as people read them. */
const size = (bytes: number): string =>
  bytes < 2 ** 20 ? `${count(Math.ceil(bytes / 2 ** 10))} kB` : `${count(Math.round(bytes / 2 ** 20))} MB`;

function changesLine(view: ChangesView, look: Look): string {
  const { job, isGoing, committedAt, lagBytes, lagSeconds, retainedBytes, rate, warning, trouble } = view;
  const parts = [
    isGoing ? `goes on${rate ? `, ${count(rate)} rows in a second` : ''}` : 'not followed now',
    ...(committedAt ? [`landed up to ${moment(committedAt)}`] : []),
    ...(lagBytes ? [`${size(lagBytes)} and ${seconds(lagSeconds ?? 0)} behind`] : []),
    ...(retainedBytes === undefined ? [] : [`the database keeps ${size(retainedBytes)} for it`]),
  ];
  const said = wrapHanging(visible(`  ${job}: ${parts.join('; ')}`), look.columns, 4);
  const worry = warning ?? trouble;
  if (!worry) return said;
  return `${said}\n${wrapHanging(`    ${paint(look, 'warn', look.unicode ? '!' : 'warning:')} ${visible(worry)}`, look.columns, 6)}`;
}

const waitingLine = ({ job, date, due, run, why }: TickView, look: Look): string => {
  const how = run ? `its run ${run === 'running' ? 'goes on' : run}` : `not begun${why ? `: ${why}` : ''}`;
  return wrapHanging(visible(`  ${job} ${date}, due ${moment(due)}: ${how}`), look.columns, 4);
};
