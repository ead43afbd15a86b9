import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { GateLimit, Job } from '../../../define/index.ts';
import { EsteiraError } from '../../../errors.ts';
import type { ModelVersion } from '../../../ports/index.ts';
import { latestPath, publishedPlace } from '../../../registry/publish.ts';
import { missedText } from '../../../registry/verdict.ts';
import type { Project } from '../../../run/index.ts';
import { backup } from '../../keep/backup.ts';
import { drillFolder } from '../../keep/leftovers.ts';
import { aboutOf, labelOfModel, type ModelNode, mostVersions } from '../../models/find.ts';
import { chainOf } from '../../models/life.ts';
import { championBefore, rollback } from '../../models/rollback.ts';
import { thaw } from '../../models/thaw.ts';
import { publishModels } from '../../publish/publish.ts';
import { run } from '../../run.ts';
import { setSetting, settings, settingsHistory } from '../../settings.ts';
import type { Context } from '../../views.ts';
import type { ItemState } from '../views.ts';

export interface Drilled {
  readonly state: ItemState;
  readonly what: string;
  readonly evidence: readonly string[];
}
export interface Drills {
  readonly gate: Drilled;
  readonly rollback: Drilled;
  /** What people can see of the model, as a hash: before, and after. */
  readonly untouched: readonly [before: string, after: string];
}

/**
 * Forces a gate to refuse, and takes a champion back, on a copy of state, warehouse and versions in a temporary folder of the project, with real trainings; the
 * project itself is only read.
 */
export async function drill(project: Project, node: ModelNode, job: Job, context: Context): Promise<Drills> {
  const { rehearse } = project;
  if (!rehearse) throw new Error('a rehearsal is not rehearsed');
  const before = await seen(project, node);
  const own = project.local;
  await mkdir(own, { recursive: true });
  const folder = await mkdtemp(path.join(own, drillFolder));
  try {
    const copy = path.join(folder, 'backup');
    await backup(project, { folder: copy }, context);
    const { project: other, close } = await rehearse({ backup: copy, at: path.join(folder, 'copy') });
    try {
      await copyVersions(project, other, node);
      const quiet: Context = { ...context, emit: () => {} };
      const of = { project: other, node, job, context: quiet };
      const [gate, taken] = [await attempt(() => forceGate(of)), await attempt(() => takeBack(of))];
      return { gate, rollback: taken, untouched: [before, await seen(project, node)] };
    } finally {
      await close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface On {
  readonly project: Project;
  readonly node: ModelNode;
  readonly job: Job;
  readonly context: Context;
}
const by = 'drill';

async function attempt(work: () => Promise<Drilled>): Promise<Drilled> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EsteiraError)) throw error;
    return { state: 'failed', what: `${error.code}: ${error.message}`, evidence: [] };
  }
}

/** A limit that nothing reaches: the end of what its setting may be. */
function forced({ bound, sign }: GateLimit): { readonly name: string; readonly value: number } | undefined {
  if (typeof bound !== 'object' || sign === 'no worse') return undefined;
  const { columns } = bound.of as ModelNode['definition'];
  const rules = columns[bound.setting]?.facts.rules ?? [];
  const end = rules.find(({ code }) => code === (sign === '>=' ? 'max' : 'min'));
  return typeof end?.allowed === 'number'
    ? { name: `${bound.of.name}.${bound.setting}`, value: end.allowed }
    : undefined;
}

async function forceGate({ project, node, job, context }: On): Promise<Drilled> {
  const limit = node.definition.facts.gate.map(forced).find((one) => one !== undefined);
  if (!limit)
    return {
      state: 'unknown',
      what: 'no limit of its gate is a setting with an end: it cannot be forced',
      evidence: [],
    };
  const { name, value } = limit;
  const usual = (await settings(project)).settings.find((one) => one.name.endsWith(name))?.value;
  const champion = await championOf(project, node);
  const reason = 'the gate is forced to refuse';
  await setSetting(project, { name, value: String(value), by, reason });
  const version = await trained({ project, node, job, context });
  await setSetting(project, { name, value: String(usual), by, reason: 'and is as it was' });
  const about = aboutOf(version);
  const isRefused = version.state === 'refused' && (await championOf(project, node)) === champion;
  return {
    state: isRefused ? 'ok' : 'failed',
    what: `with ${name} at ${value} version ${version.version} was ${version.state}, the champion is ${champion ?? 'none'}`,
    evidence: about ? [missedText(about.gate)] : [],
  };
}

/** To the champion before; where there is none to go back to, a version is trained that becomes one. */
async function takeBack(on: On): Promise<Drilled> {
  const { project, node } = on;
  const champion = await championOf(project, node);
  if (champion === undefined)
    return { state: 'failed', what: 'there is no champion that could be taken back', evidence: [] };
  const label = labelOfModel(project, node);
  const how = { model: node.id, by, reason: 'the way back is tried' };
  const former = await formerOf(project, node);
  if (!former) {
    await thaw(project, how);
    const { version, state } = await trained(on);
    if ((await championOf(project, node)) !== version)
      return {
        state: 'unknown',
        what: `there is none to go back to, and ${version}, which was trained to be taken back, is ${state} instead of the champion`,
        evidence: [],
      };
  }
  const moved = await rollback(project, { ...how, to: former?.version ?? champion });
  await publishModels(project, {});
  const store = await project.published?.[0]?.open();
  const latest = await store?.look(latestPath(publishedPlace(node.id)));
  const served = latest && (JSON.parse(new TextDecoder().decode(latest.bytes)) as { version?: string }).version;
  const state = (await project.state.models.version(node.id, moved.before ?? ''))?.state;
  const isBack =
    (await championOf(project, node)) === moved.version && state === 'taken back' && served === moved.version;
  return {
    state: isBack ? 'ok' : 'failed',
    what: `${label} went from ${moved.before} back to ${moved.version}, and latest names ${served ?? 'nothing'}`,
    evidence: [`${moved.before} is ${state}: it is never used again there`],
  };
}

const championOf = async ({ state }: Project, { id }: ModelNode): Promise<string | undefined> =>
  (await state.models.champions()).get(id)?.version;

/** The newest version, by the newest date that the job has done; of the model alone, its rows as they are. */
async function trained({ project, node, job, context }: On) {
  const [last] = await project.state.runs({ job: job.name, state: 'succeeded', limit: 1 });
  const date = last ? { date: last.date.toString() } : {};
  await run(project, { job: job.name, ...date, select: [labelOfModel(project, node)], again: true, by }, context);
  const [version] = await project.state.models.versions({ model: node.id, limit: 1 });
  if (!version) throw new Error('a training has left no version');
  return version;
}

/** What an automatic rollback would go back to. */
async function formerOf(project: Project, node: ModelNode): Promise<ModelVersion | undefined> {
  const champion = await championOf(project, node);
  if (champion === undefined) return undefined;
  try {
    const chain = await chainOf(project, node.id, champion);
    return await championBefore(project, node, champion, { whole: true, chain });
  } catch (error) {
    if (!(error instanceof EsteiraError) || error.code !== 'ROLLBACK_IMPOSSIBLE') throw error;
    return undefined;
  }
}

/** Of the champion, and of what it would be taken back to. */
async function copyVersions(from: Project, to: Project, node: ModelNode): Promise<void> {
  for (const version of [await championOf(from, node), (await formerOf(from, node))?.version])
    for (const file of version ? await from.versions.below(`models/${node.id}/${version}`, mostVersions) : []) {
      const bytes = await from.versions.read(file);
      if (bytes) await to.versions.keep(file, { bytes });
    }
}

/** What was released, when and why, what settings say, and what is published. */
async function seen(project: Project, { id }: ModelNode): Promise<string> {
  const { models } = project.state;
  const store = await project.published?.[0]?.open().catch(() => undefined);
  const latest = await store?.look(latestPath(publishedPlace(id))).catch(() => undefined);
  const versions = await models.versions({ model: id, limit: mostVersions });
  const all = {
    champion: await championOf(project, { id } as ModelNode),
    moves: await models.moves({ model: id, limit: mostVersions }),
    versions: versions.map(({ version, state, contentHash }) => [version, state, contentHash]),
    settings: await settingsHistory(project, {}),
    latest: latest && createHash('sha256').update(latest.bytes).digest('hex'),
  };
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 12);
}
