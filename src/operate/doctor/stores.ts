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

async function lookInto(target: Target, { state, graph }: Project): Promise<string> {
  const store = await target.open();
  await store.probe?.();
  const records = (await state.published.all()).filter((one) => one.store === target.name);
  const owed = records.filter((one) => one.owed);
  const [first] = owed;
  if (!first?.owed) {
    const tables = records.filter(({ model }) => model.startsWith('endpoints/')).length;
    const models = records.length - tables;
    const counts = [
      ...(models > 0 || tables === 0 ? [counted(models, 'model')] : []),
      ...(tables > 0 ? [`${counted(tables, 'table')} or settings of endpoints`] : []),
    ];
    return `${store.describe}: ${counts.join(', ')}`;
  }
  const others = owed.length > 1 ? `, and ${owed.length - 1} more` : '';
  throw new NotReady(
    `${publishedLabel(graph, first.model)}${others} owed since ${first.owed.since}: ${first.owed.error}`,
    'esteira publish',
  );
}
