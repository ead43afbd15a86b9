import type { Job, Setting } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { unreadableSchedule } from '../graph/index.ts';
import { settingName } from '../plan/ticks.ts';
import { scheduleSettings, standardText, timed } from '../plan/timed.ts';
import { Timetable } from '../plan/timetable.ts';
import type { Project } from './project.ts';
import { judgeRows, judgeSetting, type SettingsNode } from './setting-rows.ts';
import { differences, justAfter, type Kept, type LookedAt, lookAt, type SettingChange } from './settings-seen.ts';

/** When a job is due, by the history of the settings that say so. */
export interface TimetableFound {
  readonly timetable: Timetable;
  /** A setting cannot be used as it stands now: the job goes by the last that could. */
  readonly trouble?: EsteiraError;
  /** Tables with values that nobody has seen yet: they hold from now on. */
  readonly unseen: readonly SettingsNode[];
  /** Changes that clocks have written which are ahead of this one: they hold from now on too. */
  readonly ahead: readonly Kept[];
}

/** Clocks that are kept right differ by less: what they write holds from when they say. */
const tolerance = { seconds: 10 };

/** A schedule that no setting says is known without a look. */
export async function timetableFound(job: Job, project: Project): Promise<TimetableFound> {
  const settings = scheduleSettings(job);
  if (settings.length === 0)
    return { timetable: new Timetable([{ job: timed(job, standardText) }]), unseen: [], ahead: [] };
  const nodes = [...new Set(settings.map(({ of }) => project.graph.nodeOf(of) as SettingsNode))];
  const looked = await Promise.all(nodes.map((node) => lookAt(node, project)));
  const now = project.clock.now();
  const texts = new Map<string, readonly Said[]>();
  let trouble: EsteiraError | undefined;
  const unseen: SettingsNode[] = [];
  const ahead: Kept[] = [];
  for (const setting of settings) {
    const one = looked.find(({ node }) => node.definition === setting.of) as LookedAt;
    const own = troubleOf(setting, one, project);
    trouble ??= own;
    const kept = saidOf(setting, one, { project, upTo: now.add(tolerance) });
    const text = String(one.rows[0]?.[setting.setting]);
    const isNew = own === undefined && text !== kept.at(-1)?.text;
    if (isNew && one.isKept && differences(one).length > 0) unseen.push(one.node);
    else if (isNew) ahead.push(...aheadOf(setting, one, { text, last: kept.at(-1), now }));
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
    ...{ unseen, ahead },
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

/** The oldest first; of texts that can be read. What a clock that is ahead has written is not yet among them. */
function saidOf(
  setting: Setting<string>,
  { changes }: LookedAt,
  { project, upTo }: { readonly project: Project; readonly upTo: Temporal.Instant },
): readonly Said[] {
  const own = changes.filter((one) => isOf(setting, one));
  const first = own[0] && own[0].before !== null ? [{ text: own[0].before }] : [];
  const said: readonly Said[] = [
    ...first,
    ...own.flatMap(({ before, after, changed_at }) => {
      if (after === null) return [];
      return [before === null ? { text: after } : { text: after, from: changed_at }];
    }),
  ];
  const all = said.filter(
    ({ text, from }) =>
      !(from && Temporal.Instant.compare(from, upTo) > 0) &&
      unreadableSchedule(project.graph, setting, text) === undefined,
  );
  const [oldest, ...others] = all.filter(({ text }, at) => text !== all[at - 1]?.text);
  return oldest ? [{ text: oldest.text }, ...others] : [];
}

/** The change that has said a text, as one of now: kept so, everybody finds that it held from now on. */
function aheadOf(
  setting: Setting<string>,
  { node, changes }: LookedAt,
  { text, last, now }: { readonly text: string; readonly last: Said | undefined; readonly now: Temporal.Instant },
): readonly Kept[] {
  const change = changes.findLast((one) => isOf(setting, one) && one.after === text);
  if (!last || !change || Temporal.Instant.compare(change.changed_at, now) <= 0) return [];
  return [{ node, changes: [{ ...change, before: last.text, changed_at: justAfter(last.from, now) }] }];
}

const isOf = ({ setting }: Setting<string>, change: SettingChange): boolean =>
  change.setting === setting && change.row_key === null;

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
