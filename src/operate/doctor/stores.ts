import type { KeptFiles } from '../../ports/index.ts';
import { latestPath, publishedPlace, readLatest } from '../../registry/index.ts';
import type { Project, Target } from '../../run/index.ts';
import { counted } from '../numbers.ts';
import { publishedLabel } from '../serve/served.ts';
import { attempt, type Finding, NotReady } from './finding.ts';

/** Each store that something is published to lets Esteira in, and is owed nothing. */
export async function storeFindings(project: Project): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const { published = [], serving } = project;
  for (const target of published)
    findings.push(...(await attempt(`models in ${target.name}`, project, () => lookInto(target, project))));
  if (serving && !published.some(({ name }) => name === serving.name))
    findings.push(...(await attempt(`endpoints in ${serving.name}`, project, () => lookInto(serving, project))));
  return findings;
}

/** Throws NotReady unless the store has a whole version in use of each model that was published to it. */
async function readAll(store: KeptFiles, models: readonly string[], { graph }: Project): Promise<void> {
  for (const model of models) {
    const place = publishedPlace(model);
    const found = await readLatest(store, place);
    if (found.is === 'whole') continue;
    const why = found.is === 'broken' ? found.why : 'it is not there any more';
    throw new NotReady(`${publishedLabel(graph, model)}: ${latestPath(place)}: ${why}`, 'esteira publish');
  }
}

async function lookInto(target: Target, project: Project): Promise<string> {
  const { state, graph } = project;
  const store = await target.open();
  await store.probe?.();
  const records = (await state.published.all()).filter((one) => one.store === target.name);
  const owed = records.filter((one) => one.owed);
  const there = records.flatMap((one) => (one.there && graph.nodes.has(one.model) ? [one.model] : []));
  await readAll(store, there, project);
  const [first] = owed;
  if (!first?.owed) {
    const tables = records.filter(({ model }) => model.startsWith('endpoints/')).length;
    const models = records.length - tables;
    const counts = [
      ...(models > 0 || tables === 0 ? [counted(models, 'model')] : []),
      ...(tables > 0 ? [`${counted(tables, 'file')} that endpoints read`] : []),
    ];
    return `${store.describe}: ${counts.join(', ')}`;
  }
  const others = owed.length > 1 ? `, and ${owed.length - 1} more` : '';
  throw new NotReady(
    `${publishedLabel(graph, first.model)}${others} owed since ${first.owed.since}: ${first.owed.error}`,
    'esteira publish',
  );
}
