import { millisecondsOf } from '../../columns/index.ts';
import { type Limit, type Monitor, writtenAt } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import type { AlertNotice, AlertRecord, Figure, NoticeRecord } from '../../ports/index.ts';
import { type Project, ulid } from '../../run/index.ts';
import { fewOf } from '../names.ts';
import type { Input } from '../views.ts';
import { attemptTakes, hand, messageOf, whyNot } from './courier.ts';
import { labelOf } from './subject.ts';
import { threadOf } from './text.ts';
import type {
  AlertsTestView,
  AlertsView,
  AlertView,
  FigureView,
  MonitorsView,
  MonitorView,
  NoticeView,
} from './views.ts';
import { boundText, signWords, valueBeside } from './words.ts';

/** What is open, and what was lately; each with who was told of it. */
export async function alerts(project: Project, { limit = 10 }: Input<'alerts'>): Promise<AlertsView> {
  const { state } = project;
  const open = await state.alerts.alerts({ open: true, limit: 1000 });
  const recent = await state.alerts.alerts({ open: false, limit });
  const all = await state.alerts.notices([...open, ...recent].map(({ alertId }) => alertId));
  const view = alertViews(
    project,
    Map.groupBy(all, ({ notice }) => threadOf(notice)),
  );
  return { open: open.map(view), recent: recent.map(view), runs: await toldRuns(project, limit) };
}

const alertViews =
  ({ graph }: Project, notices: ReadonlyMap<string, readonly NoticeRecord[]>) =>
  ({ alertId, monitor, raisedAt, overAt, raised, latest }: AlertRecord): AlertView => {
    const next = graph.monitors.get(monitor)?.next;
    return {
      ...{ alertId, monitor, since: raisedAt.toString(), raised, latest },
      ...(overAt ? { overAt: overAt.toString() } : {}),
      ...(next === undefined ? {} : { next }),
      notices: (notices.get(alertId) ?? []).map(noticeView),
    };
  };

/** What was told of runs; the newest first, each with who was told of it. */
async function toldRuns({ state }: Project, limit: number): Promise<AlertsView['runs']> {
  const found = Map.groupBy(await state.alerts.ofRuns({ limit }), ({ notice }) => notice.id);
  return [...found.values()].flatMap((records) => {
    const [first] = records;
    if (!first || !('thread' in first.notice)) return [];
    const { kind, job, date, runId, what, at } = first.notice;
    return [{ kind, job, date, at, ...(runId === undefined ? {} : { runId }), what, notices: records.map(noticeView) }];
  });
}

const noticeView = ({
  notice,
  channel,
  member,
  state,
  tries,
  createdAt,
  nextTryAt,
  endedAt,
  error,
}: NoticeRecord): NoticeView => ({
  ...{ id: notice.id, kind: notice.kind, to: `${channel}/${member}`, state, tries, at: createdAt.toString() },
  ...(endedAt ? { endedAt: endedAt.toString() } : {}),
  ...(state === 'waiting' ? { nextTryAt: nextTryAt.toString() } : {}),
  ...(error === undefined ? {} : { error }),
});

/** Sends a message to each member of a channel, or of all, and says who took it. */
export async function testAlerts(project: Project, { channel }: Input<'alerts test'>): Promise<AlertsTestView> {
  const channels: NonNullable<Project['channels']> = project.channels ?? new Map();
  if (channels.size === 0 || (channel !== undefined && !channels.has(channel)))
    throw new EsteiraError('NAME_UNKNOWN', {
      what: channel === undefined ? 'The configuration has no channels.' : `There is no channel "${channel}".`,
      where: 'esteira.config.ts',
      allowed: [...channels.keys()].join(', ') || 'none',
      next: 'Name one of `channels` in esteira.config.ts, or add it there.',
    });
  const chosen = [...channels].filter(([name]) => channel === undefined || name === channel);
  const asked = chosen.flatMap(([name, members]) => members.map((member) => ({ name, member })));
  const results = await Promise.all(
    asked.map(async ({ name, member }) => {
      const about = { channel: name, member: member.name, describe: member.describe, standsIn: member.standsIn };
      try {
        const to = { channel: name, member: member.name };
        await hand(project, to, messageOf(testNotice(project, name)), AbortSignal.timeout(attemptTakes));
        return { ...about, ok: true };
      } catch (thrown) {
        return { ...about, ok: false, error: whyNot(thrown, project) };
      }
    }),
  );
  return { results };
}

function testNotice({ clock, name, environment }: Project, channel: string): AlertNotice {
  const now = clock.now();
  const at = now.toString();
  const date = now.toZonedDateTimeISO('UTC').toPlainDate().toString();
  const about = { measure: 'rows', sign: '>=' as const, parts: [], facts: [], look: [], what: 'a test' };
  const id = ulid(now);
  return {
    ...{ id, kind: 'test', alertId: id, monitor: `channel ${channel}`, project: name, environment, since: at, at },
    figure: { ...about, monitor: `channel ${channel}`, at, date, verdict: 'held' },
  };
}

/** So many figures are a small history. */
const usualHistory = 14;

export async function monitors(
  project: Project,
  { name, limit = usualHistory }: Input<'monitors'>,
): Promise<MonitorsView> {
  const { graph, state } = project;
  const chosen = name === undefined ? [...graph.monitors.values()] : [monitorNamed(project, name)];
  const newest = await state.alerts.newest();
  const open = await state.alerts.alerts({ open: true, limit: 1000 });
  const views = chosen.map((monitor): MonitorView => {
    const last = newest.get(monitor.name);
    const alert = open.find((one) => one.monitor === monitor.name);
    return {
      ...monitorView(monitor, project, last),
      ...(alert ? { since: alert.raisedAt.toString() } : {}),
      ...(last ? { last: figureView(last) } : {}),
    };
  });
  const [first] = chosen;
  if (name === undefined || !first) return { monitors: views };
  const history = await state.alerts.figures({ monitor: first.name, limit });
  return { monitors: views, history: history.map(figureView) };
}

/** By its name, or a part of it that no other has, whatever the case. */
export function monitorNamed({ graph }: Project, name: string): Monitor {
  const exact = graph.monitors.get(name);
  if (exact) return exact;
  const all = [...graph.monitors.values()];
  const near = all.filter((one) => one.name.toLowerCase().includes(name.toLowerCase()));
  if (near[0] && near.length === 1) return near[0];
  throw new EsteiraError('NAME_UNKNOWN', {
    what: near.length > 1 ? `More than one monitor has "${name}" in its name.` : `There is no monitor "${name}".`,
    allowed: fewOf((near.length > 0 ? near : all).map((one) => one.name)) || 'none: the project has no monitors',
    next: 'esteira monitors',
  });
}

function monitorView(monitor: Monitor, { graph, folder }: Project, last?: Figure): MonitorView {
  const { name, expect, every, tell, next } = monitor;
  const { measure } = expect;
  return {
    ...{
      monitor: name,
      measure: measure.measure,
      limit: limitText(expect, last),
      when: every ? `${every} UTC` : 'after each run',
    },
    of: measure.of.map((one) => (one.kind === 'job' || one.kind === 'endpoint' ? one.name : labelOf(one, graph))),
    ...(tell === undefined ? {} : { tell }),
    ...(next === undefined ? {} : { next }),
    writtenAt: writtenAt(monitor).replace(`${folder}/`, ''),
  };
}

function limitText({ measure: { measure }, sign, bound }: Limit, last?: Figure): string {
  if (typeof bound !== 'object')
    return boundText(measure, sign, typeof bound === 'string' ? millisecondsOf(bound) : bound);
  const setting = `${bound.of.name}.${bound.setting}`;
  return last?.bound === undefined
    ? `${signWords[sign]} ${setting}`
    : `${boundText(measure, sign, last.bound)} (${setting})`;
}

const figureView = ({ at, date, verdict, value, measure, sign, bound, what, facts, run }: Figure): FigureView => ({
  ...{ at, date, verdict, what, facts },
  ...(value === undefined ? {} : { value, text: valueBeside(measure, value, bound ?? value) }),
  ...(bound === undefined ? {} : { bound, limit: boundText(measure, sign, bound) }),
  ...(run ? { run: run.runId } : {}),
});
