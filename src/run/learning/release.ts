import type { AnyModel } from '../../define/index.ts';
import type { Node } from '../../graph/index.ts';
import { placeOf } from '../../plan/index.ts';
import { type Champion, type Held, type ModelVersion, placeText } from '../../ports/index.ts';
import type { VersionAbout } from '../../registry/about.ts';
import { missedText } from '../../registry/verdict.ts';
import type { Project } from '../project.ts';
import { frozenBy, frozenText } from './frozen.ts';

/** Tables that stand inside a model. */
export const insideOf = (model: AnyModel, { graph }: Project): readonly Node[] =>
  [...graph.nodes.values()].filter((node) => node.inside === model);

/** Whether a table inside a model has been made of that version. */
export async function hasRows(table: Node, version: string, { warehouse }: Project): Promise<boolean> {
  const there = (await warehouse.inspect(table.catalog)).some(({ place }) => placeText(place) === table.id);
  if (!there) return false;
  const { dialect } = warehouse;
  const query = `select 1 from ${dialect.place(placeOf(table))} where model_version = ${dialect.literal(version)}`;
  return (await warehouse.query(query, { limit: 1, catalogs: [table.catalog] })).rows.length > 0;
}

/** The tables inside a model that a version waits for. */
export async function lacking(project: Project, model: AnyModel, version: string): Promise<readonly Node[]> {
  const found: Node[] = [];
  for (const table of insideOf(model, project)) if (!(await hasRows(table, version, project))) found.push(table);
  return found;
}

/** The newest version that waits and could become the champion by itself: newer than that one, not going on from another, and compared with it. */
export async function candidateOf(model: string, { state }: Project): Promise<ModelVersion | undefined> {
  const [newest] = await state.models.versions({ model, state: 'candidate', limit: 1 });
  const champion = (await state.models.champions()).get(model);
  const before = champion && (await state.models.version(model, champion.version));
  const isOlder = newest && before && Temporal.Instant.compare(newest.createdAt, before.createdAt) < 0;
  return isOlder || (newest && overtaken(newest, champion?.version)) ? undefined : newest;
}

/** Has the views show the champions that the state knows. What was killed after a move is made good by the next to come. */
export async function showChampions(project: Project): Promise<void> {
  const nodes = [...project.graph.nodes.values()].filter(({ definition }) => definition.kind === 'model');
  if (nodes.length === 0) return;
  const champions = await project.state.models.champions();
  for (const [catalog, own] of Map.groupBy(nodes, (node) => node.catalog)) {
    const shown = await project.warehouse.champions(catalog);
    const other = own.flatMap(({ id }): readonly (readonly [string, Champion])[] => {
      const champion = champions.get(id);
      return champion && champion.number > (shown.get(id)?.number ?? 0) ? [[id, champion]] : [];
    });
    await project.warehouse.show(catalog, new Map(other));
  }
}

/** What a run says of versions, and the command that shows more. */
export interface ReleaseNote {
  readonly text: string;
  readonly next?: string;
}

/**
 * The versions that a run has trained, or to which it has made what they waited for, become champions together: those that passed their gate, lack
 * nothing, and wait for nobody. Gives what there is to say.
 */
export async function release(
  { held, steps, by }: { readonly held: Held; readonly steps: readonly Node[]; readonly by: string },
  project: Project,
): Promise<readonly ReleaseNote[]> {
  const { state, graph } = project;
  const touched = new Set<AnyModel>(
    steps.flatMap(({ definition, inside }) => inside ?? (definition.kind === 'model' ? definition : [])),
  );
  const said: ReleaseNote[] = [];
  const ready: { readonly model: string; readonly to: string }[] = [];
  const how = new Map<string, string>();
  const champions = await state.models.champions();
  for (const model of touched) {
    const { id } = graph.nodeOf(model);
    const [own] = await state.models.versions({ model: id, runId: held.runId, limit: 1 });
    const newest = own ?? (await candidateOf(id, project));
    if (!newest) continue;
    const waits =
      (await waitsFor(newest, model, project)) ??
      overtaken(newest, champions.get(id)?.version) ??
      (await waitsForThaw(newest, champions.get(id)?.version, project));
    if (waits === undefined) {
      ready.push({ model: id, to: newest.version });
      how.set(id, madeOf(newest));
    } else if (waits !== '') {
      const next = `esteira models show ${model.name} ${newest.version}`;
      said.push({ text: `${model.name} ${newest.version} ${waits}`, ...(newest.state === 'refused' ? { next } : {}) });
    }
  }
  if (ready.length === 0) return said;
  const models = ready
    .map((one) => ({ ...one, from: champions.get(one.model)?.version }))
    .filter(({ from, to }) => from !== to)
    .map(({ from, ...one }) => (from === undefined ? one : { ...one, from }));
  const reason = `trained by ${held.job}`;
  const moved = await state.models.move({ models, by, reason, held, now: project.clock.now() });
  await project.trace('moved');
  await showChampions(project);
  await project.trace('shown');
  if (moved.moved === 'all')
    return [
      ...said,
      ...models.map(({ model, to }) => ({
        text: `${graph.nodes.get(model)?.definition.name} ${to} is the champion${how.get(model)}`,
      })),
    ];
  const text = `${graph.nodes.get(moved.model)?.definition.name}: another version became the champion meanwhile`;
  return [...said, { text }];
}

/** As the end of a sentence; the champion itself waits for nothing. */
async function waitsForThaw(
  version: ModelVersion,
  champion: string | undefined,
  project: Project,
): Promise<string | undefined> {
  const freeze = version.version === champion ? undefined : await frozenBy(version, project);
  return freeze && `waits: ${frozenText(freeze)}`;
}

/** Of a version that was to go on from another, as the end of a sentence. */
function madeOf({ about }: ModelVersion): string {
  const { refined } = (about ?? {}) as Partial<VersionAbout>;
  if (!refined) return '';
  return 'from' in refined ? `; it goes on from ${refined.from}` : `; it was trained anew: ${refined.anew}`;
}

/**
 * Why a version does not become the champion without a person: what was put in the place of the one that it goes on from was put there with reason, and
 * with a champion that cannot be read it was not compared.
 */
export function overtaken({ version, about }: ModelVersion, champion: string | undefined): string | undefined {
  const { refined, gate, champion: unread } = (about ?? {}) as Partial<VersionAbout>;
  if (gate?.unread && champion !== version)
    return `was not compared with the champion of then, ${unread}, which could not be read`;
  if (!refined || !('from' in refined) || champion === refined.from || champion === version) return undefined;
  return `goes on from ${refined.from}, which is not the champion any more`;
}

/** Why a version is not the champion yet, as the end of a sentence; empty for one that never will be without a person, nothing for one that is ready. */
async function waitsFor(version: ModelVersion, model: AnyModel, project: Project): Promise<string | undefined> {
  const about = version.about as VersionAbout | undefined;
  if (version.state === 'refused')
    return about?.gate.passed === false ? `did not pass its gate: ${missedText(about.gate)}` : '';
  if (version.state !== 'candidate' || !about) return '';
  const [lacks] = await lacking(project, model, version.version);
  if (lacks) return `waits for ${lacks.definition.name}`;
  if (about.gate.later && !version.judged?.passed) return 'waits for what its shadow shows at its endpoint';
  const isDecided = version.decision?.decided === 'approved';
  return about.approvedBy !== undefined && !isDecided ? `waits for the approval of ${about.approvedBy}` : undefined;
}
