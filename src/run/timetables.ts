import type { Job, Setting } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { unreadableSchedule } from '../graph/index.ts';
import { settingName } from '../plan/ticks.ts';
import { scheduleSettings, standardText, timed } from '../plan/timed.ts';
import { Timetable } from '../plan/timetable.ts';
import type { Project } from './project.ts';
import { judgeRows, judgeSetting, type SettingsNode } from './setting-rows.ts';
import { differences, type LookedAt, lookAt } from './settings-seen.ts';

/** When a job is due, by the history of the settings that say so. */
export interface TimetableFound {
  readonly timetable: Timetable;
  /** A setting cannot be used as it stands now: the job goes by the last that could. */
  readonly trouble?: EsteiraError;
  /** Tables with values that nobody has seen yet: they hold from now on. */
  readonly unseen: readonly SettingsNode[];
}

/** A schedule that no setting says is known without a look. */
export async function timetableFound(job: Job, project: Project): Promise<TimetableFound> {
  const settings = scheduleSettings(job);
  if (settings.length === 0) return { timetable: new Timetable([{ job: timed(job, standardText) }]), unseen: [] };
  const nodes = [...new Set(settings.map(({ of }) => project.graph.nodeOf(of) as SettingsNode))];
  const looked = await Promise.all(nodes.map((node) => lookAt(node, project)));
  const now = project.clock.now();
  const texts = new Map<string, readonly Said[]>();
  let trouble: EsteiraError | undefined;
  const unseen: SettingsNode[] = [];
  for (const setting of settings) {
    const one = looked.find(({ node }) => node.definition === setting.of) as LookedAt;
    const own = troubleOf(setting, one, project);
    trouble ??= own;
    const kept = saidOf(setting, one, { project, now });
    const text = String(one.rows[0]?.[setting.setting]);
    const isNew = own === undefined && text !== kept.at(-1)?.text;
    if (isNew && one.isKept && differences(one).length > 0) unseen.push(one.node);
    texts.set(settingName(setting), isNew ? [...kept, kept.length > 0 ? { text, from: now } : { text }] : kept);
  }
  const from = [...texts.values()].flatMap((said) => said.flatMap((one) => one.from ?? []));
  const at = (setting: Setting<string>, instant: Temporal.Instant | undefined): string =>
    textAt(texts.get(settingName(setting)) ?? [], instant) ?? standardText(setting);
  const periods = from
    .toSorted(Temporal.Instant.compare)
    .map((from) => ({ from, job: timed(job, (setting) => at(setting, from)), isUnkept: from === now }));
  return {
    timetable: new Timetable([{ job: timed(job, (setting) => at(setting, undefined)) }, ...periods]),
    ...(trouble && { trouble }),
    unseen,
  };
}

/** Throws SETTING_INVALID for a setting that cannot be read. */
export async function timetableOf(job: Job, project: Project): Promise<Timetable> {
  const { timetable, trouble } = await timetableFound(job, project);
  if (trouble) throw trouble;
  return timetable;
}

/** A text of a schedule, and from when on it is one. */
interface Said {
  readonly text: string;
  /** Absent of the first. */
  readonly from?: Temporal.Instant;
}

/** The oldest first; of texts that can be read. What a clock that was ahead has written holds at once. */
function saidOf(
  setting: Setting<string>,
  { changes }: LookedAt,
  { project, now }: { readonly project: Project; readonly now: Temporal.Instant },
): readonly Said[] {
  const own = changes.filter((one) => one.setting === setting.setting && one.row_key === null);
  const first = own[0] && own[0].before !== null ? [{ text: own[0].before }] : [];
  const all: readonly Said[] = [
    ...first,
    ...own.flatMap(({ before, after, changed_at }) => {
      if (after === null) return [];
      return [before === null ? { text: after } : { text: after, from: changed_at }];
    }),
  ].filter(({ text }) => unreadableSchedule(project.graph, setting, text) === undefined);
  const ahead = all.findLastIndex(({ from }) => from && Temporal.Instant.compare(from, now) > 0);
  const [oldest, ...others] = ahead < 0 ? all : all.slice(ahead);
  return oldest ? [{ text: oldest.text }, ...others] : [];
}

const textAt = (all: readonly Said[], instant: Temporal.Instant | undefined): string | undefined =>
  all.findLast(({ from }) => !from || (instant && Temporal.Instant.compare(from, instant) <= 0))?.text;

function troubleOf({ setting }: Setting<string>, { node, rows }: LookedAt, project: Project): EsteiraError | undefined {
  const [row] = rows;
  try {
    if (row && rows.length === 1) judgeSetting(node, row, { setting, graph: project.graph });
    else judgeRows(node, rows, project);
    return undefined;
  } catch (error) {
    if (error instanceof EsteiraError) return error;
    throw error;
  }
}
