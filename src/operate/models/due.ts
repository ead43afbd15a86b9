import { millisecondsOf } from '../../columns/index.ts';
import { EsteiraError } from '../../errors.ts';
import type { ModelVersion } from '../../ports/index.ts';
import { changedParameters, type Project, readSettings, type SettingValues, settingText } from '../../run/index.ts';
import { timeText } from '../alerts/words.ts';
import { moment } from '../numbers.ts';
import { aboutOf, type ModelNode } from './find.ts';
import type { DueView } from './views.ts';

/** Why a model should be trained again: what its champion was trained with has changed, it is old, or a monitor of its rows is raised. */
export async function dueOf(
  project: Project,
  node: ModelNode,
  {
    champion,
    since,
    settings,
  }: { readonly champion: ModelVersion; readonly since: string; readonly settings: SettingValues | undefined },
): Promise<readonly DueView[]> {
  const about = aboutOf(champion);
  const changed = settings && about ? changedParameters(node, about, { values: settings, project }) : [];
  return [
    ...changed.map(({ name, trained = 'nothing', now = 'nothing' }) => ({
      why: 'settings' as const,
      what: `it was trained with ${name} = ${trained}, which is ${now} now`,
    })),
    ...oldOf(project, node, { champion, settings: settings ?? {} }),
    ...(await raisedOf(project, node, since)),
  ];
}

/** As they are now; nothing where one has a value that it may not have, which stops a run and is told there. */
export async function settingsNow(project: Project): Promise<SettingValues | undefined> {
  try {
    return await readSettings(project);
  } catch (error) {
    if (error instanceof EsteiraError && error.code === 'SETTING_INVALID') return undefined;
    throw error;
  }
}

function oldOf(
  project: Project,
  { definition }: ModelNode,
  { champion, settings }: { readonly champion: ModelVersion; readonly settings: SettingValues },
): readonly DueView[] {
  const { maxAge } = definition.facts;
  if (maxAge === undefined) return [];
  const text = typeof maxAge === 'string' ? maxAge : settingText(maxAge, settings, project);
  if (text === '') return [];
  const age = champion.createdAt.until(project.clock.now()).total('milliseconds');
  const most = millisecondsOf(text as `${number} days`);
  if (age <= most) return [];
  return [{ why: 'age', what: `it is ${timeText(age)} old, and may be ${timeText(most)}` }];
}

/** Monitors that compare rows of now with those that the champion was trained with; what they found before it was the champion is of another. */
async function raisedOf(
  { graph, state }: Project,
  { definition }: ModelNode,
  since: string,
): Promise<readonly DueView[]> {
  const own = [...graph.monitors.values()].filter(
    ({ expect: { measure } }) => 'model' in measure && measure.model === definition,
  );
  if (own.length === 0) return [];
  const open = await state.alerts.alerts({ open: true, limit: 1000 });
  return open
    .filter(({ monitor }) => own.some(({ name }) => name === monitor))
    .filter(({ latest }) => Temporal.Instant.compare(latest.at, since) >= 0)
    .map(({ monitor, raisedAt }) => ({
      why: 'monitor',
      what: `the monitor "${monitor}" is raised since ${moment(raisedAt.toString())}`,
    }));
}
