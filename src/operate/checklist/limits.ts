import type { Endpoint, Monitor } from '../../define/index.ts';
import { refusing } from '../../graph/index.ts';
import type { Figure, RunRecord, StepRecord } from '../../ports/index.ts';
import { type RunValues, readSettings, type SettingValues } from '../../run/index.ts';
import { figureOf } from '../alerts/figure.ts';
import { type Ran, subjectOf } from '../alerts/subject.ts';
import { boundText } from '../alerts/words.ts';
import type { Case, Evidence } from '../diagnose/evidence.ts';
import { nameOf } from '../names.ts';
import { errorView } from '../views-of.ts';
import type { ItemState, ItemView } from './views.ts';

/** So many figures are looked through for that of the run. */
const most = 200;

/** Every monitor that touches the job or what it builds: by what it found of this run, or measured now. */
export async function monitorItems(of: Case, evidence: Evidence): Promise<readonly ItemView[]> {
  const items: ItemView[] = [];
  for (const monitor of touching(of, evidence)) {
    const figure = await foundOf(monitor, of, evidence);
    if (figure) items.push(itemOf(monitor, figure));
  }
  return items;
}

function touching({ at, job }: Case, { project }: Evidence): readonly Monitor[] {
  const { graph } = project;
  const built = new Set(at.steps.keys());
  const above = (id: string): boolean => [...graph.nodes.values()].some((node) => node.id === id);
  return [...graph.monitors.values()].filter(({ expect: { measure } }) =>
    measure.of.some((one) => {
      if (one.kind === 'job') return one.name === job?.name;
      // Of an endpoint what it has served: of the run that made its model.
      if (one.kind === 'endpoint') return built.has(graph.nodeOf((one as Endpoint).facts.model).id);
      const { id } = graph.nodeOf(refusing(one));
      return built.has(id) || (one.kind === 'source' && above(id) && readsIt(id, at.steps, project));
    }),
  );
}
/** What the job reads and another one brings in. */
const readsIt = (id: string, steps: ReadonlyMap<string, StepRecord>, { graph }: Evidence['project']): boolean =>
  [...steps.keys()].some((step) =>
    graph.nodes.get(step)?.definition.dependsOn.some((definition) => graph.nodeOf(definition).id === id),
  );

async function foundOf(monitor: Monitor, { at }: Case, evidence: Evidence): Promise<Figure | undefined> {
  const { project } = evidence;
  const { run, steps } = at;
  const kept = await project.state.alerts.figures({ monitor: monitor.name, limit: most });
  const own = kept.find((figure) => figure.run?.runId === run.runId);
  if (own) return own;
  if (monitor.every !== undefined) {
    const ofDate = kept.find(({ date }) => date === run.date.toString());
    if (ofDate) return ofDate;
  }
  const settings = { ...(await readSettings(project)), ...(run.settings as SettingValues) };
  const values: RunValues = { runId: run.runId, date: run.date, logicalTime: run.logicalTime, settings };
  const subject = subjectOf(project, values, { ran: ranOf(run, [...steps.values()]), zone: run.zone });
  return figureOf(monitor, subject);
}

function ranOf(run: RunRecord, steps: readonly StepRecord[]): Ran {
  const { runId, job, date, zone, state, createdAt, finishedAt } = run;
  return {
    ...{ runId, job, date, zone, steps },
    state: state === 'superseded' ? 'cancelled' : state,
    took: finishedAt ? createdAt.until(finishedAt).total('milliseconds') : 0,
  };
}

const states: Readonly<Record<Figure['verdict'], ItemState>> = {
  held: 'ok',
  broken: 'failed',
  failed: 'failed',
  unknown: 'unknown',
};

function itemOf({ name, next, expect }: Monitor, figure: Figure): ItemView {
  const state = states[figure.verdict];
  return {
    kind: 'monitor',
    item: name,
    state,
    what: figure.what,
    ...(figure.bound === undefined ? {} : { limit: boundText(expect.measure.measure, figure.sign, figure.bound) }),
    evidence: figure.facts,
    at: figure.at,
    ...(figure.run ? { run: figure.run.runId } : {}),
    next: state === 'failed' ? [...(next === undefined ? [] : [next]), ...figure.look] : [],
  };
}

/** Every check of a table of the run: it was asked when the table was published. */
export function checkItems({ at }: Case, { models }: Evidence): readonly ItemView[] {
  const { run, steps } = at;
  return [...steps.values()].flatMap((step) => {
    const model = models.get(step.step);
    return (model?.checks ?? []).map(({ name, otherwise }): ItemView => {
      const error = step.error === undefined ? undefined : errorView(step.error);
      const isBroken = error?.code === 'CHECK_FAILED' && (error.where ?? '').includes(name);
      const warned = (step.details?.warnings ?? []).find((warning) => warning.includes(name));
      const isKnown = step.state === 'done';
      const label = model ? nameOf(model.node) : step.step;
      const what = isBroken
        ? `it held back ${label}: ${error.what}`
        : (warned ?? (isKnown ? `held when ${label} was published` : `${label} was not published`));
      return {
        kind: 'check',
        item: name,
        state: isBroken || warned ? 'failed' : isKnown ? 'ok' : 'unknown',
        what,
        limit: otherwise === 'block' ? 'else nothing of the table is published' : 'else it is said',
        evidence: isBroken && error.got ? error.got.split('\n').slice(0, 5) : [],
        at: (step.endedAt ?? run.createdAt).toString(),
        run: run.runId,
        next: isBroken || warned ? [`esteira diagnose ${run.runId}`] : [],
      };
    });
  });
}
