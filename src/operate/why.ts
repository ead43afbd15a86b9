import type { StepModel } from '../plan/index.ts';
import { hidden } from '../ports/index.ts';
import {
  knownChampions,
  knownVersions,
  moved,
  Progress,
  type Project,
  type Reach,
  reachOf,
  readSettings,
  reasonOf,
  type SettingValues,
  settingsHashOf,
  settingsUsed,
  type WhyCode,
} from '../run/index.ts';
import { nameOf } from './names.ts';

/** `above`: when a step above it changes. `nothing`: nothing new. `view`: it shows its tables. */
export type PlanReason = WhyCode | 'above' | 'nothing' | 'view';
export interface Why {
  readonly reason: PlanReason;
  readonly text: string;
}

interface Looking {
  readonly project: Project;
  readonly date: Temporal.PlainDate;
  readonly at: Temporal.Instant;
  readonly forced: boolean;
  readonly progress: Progress;
}

const words: Readonly<Record<Exclude<PlanReason, 'setting' | 'new-rows' | 'above'>, string>> = Object.freeze({
  missing: 'never built',
  definition: 'its definition has changed',
  'made-anew': 'it was made anew',
  elsewhere: 'reads a table elsewhere, which may have changed',
  date: "uses the run's date or time",
  'judged-by-date': "its rules or checks use the run's date or time",
  'every-run': 'evaluated by every run',
  'look-back': 'reads again what it looks back on',
  trained: 'a new version each time',
  refined: 'a new version each time, which goes on from the champion',
  undelivered: 'rows are not written there yet',
  forced: 'asked for',
  nothing: 'nothing new',
  view: 'shows its tables',
});

/** What a run asks itself, by step, in words. What the steps above bring is not known before they are done. */
export async function whysOf(models: readonly StepModel[], looking: Looking): Promise<ReadonlyMap<string, Why>> {
  const { project, progress } = looking;
  const settings = {
    ...(await readSettings(project)),
    ...(await knownChampions(models, project)),
    ...(await knownVersions(models, project)),
  };
  const going = new Set<string>();
  const found = new Map<string, Why>();
  for (const model of models) {
    const { node } = model;
    const above = [...model.reads.map((read) => read.node), ...model.asked].filter(({ id }) => going.has(id));
    const reach = model.kind === 'view' ? undefined : await reachOf(model, looking);
    const settingsHash = settingsHashOf(model, settings, project);
    const code = reach && reasonOf(model, reach, { progress, settingsHash, forced: looking.forced });
    if (code || above.length > 0) going.add(node.id);
    if (!reach) found.set(node.id, { reason: 'view', text: words.view });
    else if (code === 'setting')
      found.set(node.id, { reason: code, text: await settingText(model, settings, looking) });
    else if (code === 'new-rows') found.set(node.id, { reason: code, text: await newsText(model, reach, looking) });
    else if (code) found.set(node.id, { reason: code, text: words[code] });
    else if (above.length === 0) found.set(node.id, { reason: 'nothing', text: words.nothing });
    else found.set(node.id, { reason: 'above', text: `when ${[...new Set(above.map(nameOf))].join(', ')} changes` });
  }
  return found;
}

/** From what to what: the run that published it last has kept what it used. */
async function settingText(model: StepModel, settings: SettingValues, { project, progress }: Looking): Promise<string> {
  const runId = progress.latest(model.node)?.runId;
  const before = (runId === undefined ? undefined : await project.state.run(runId))?.settings as
    | SettingValues
    | undefined;
  const changed = settingsUsed(model, project).filter((id) => before?.[id] !== settings[id]);
  const texts = changed.map((id) => {
    const name = id.slice(id.indexOf('.') + 1);
    const [was, is] = [before?.[id], settings[id]];
    return was === undefined || is === undefined || was.startsWith('[') ? name : `${name}: ${was} → ${is}`;
  });
  return before && texts.length > 0 ? texts.join(', ') : 'a setting that it uses has changed';
}

/** How many files or rows, where only the new ones are read; else since when. */
async function newsText(model: StepModel, reach: Reach, { project, progress }: Looking): Promise<string> {
  const texts: string[] = [];
  for (const { how, node } of model.reads.filter((read) => read.how === 'new files')) {
    const files = reach.files.get(node.id) ?? [];
    if (how && files.length > 0) texts.push(`new in ${nameOf(node)}: ${filesText(files.map(({ path }) => path))}`);
  }
  const since = progress.latest(model.node)?.publishedAt.round('second').toString();
  for (const { source, lower, upper } of moved(model, reach, progress)) {
    const id = source.replace(/^files:/, '');
    const name = id.slice(id.indexOf('.') + 1);
    const rows = lower === undefined ? undefined : await rowsBetween(id, { lower, upper }, project);
    texts.push(
      rows === undefined ? `new in ${name} since ${since}` : `new in ${name}: ${rows} ${rows === 1 ? 'row' : 'rows'}`,
    );
  }
  return [...new Set(texts)].join('; ');
}

function filesText(paths: readonly string[]): string {
  const shown = paths.slice(0, 2).join(', ');
  const more = paths.length > 2 ? ', …' : '';
  return `${paths.length} ${paths.length === 1 ? 'file' : 'files'} (${shown}${more})`;
}

async function rowsBetween(
  id: string,
  { lower, upper }: { readonly lower: bigint; readonly upper: bigint },
  { warehouse }: Project,
): Promise<number> {
  const [catalog = '', schema = '', ...table] = id.split('.');
  const { identifier, place } = warehouse.dialect;
  const sequence = identifier(hidden.sequence);
  const sql = `select count(*) from ${place({ catalog, schema, table: table.join('.') })} where ${sequence} > ${lower} and ${sequence} <= ${upper}`;
  const { rows } = await warehouse.query(sql, { limit: 1, catalogs: [catalog] });
  return Number(rows[0]?.[0] ?? 0);
}

/** As they stand now. */
export const progressOf = (project: Project): Promise<Progress> => Progress.load(project, project.graph.catalogs);
