import type { Project, Target } from '../../run/index.ts';
import { labelIn } from '../alerts/subject.ts';
import { attempt, type Finding, NotReady } from './finding.ts';

/** Each store that models are published to lets Esteira in, and is owed nothing. */
export async function storeFindings(project: Project): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const target of project.published ?? [])
    findings.push(...(await attempt(`models in ${target.name}`, project, () => lookInto(target, project))));
  return findings;
}

async function lookInto(target: Target, { state, graph }: Project): Promise<string> {
  const store = await target.open();
  await store.probe?.();
  const records = (await state.published.all()).filter((one) => one.store === target.name);
  const owed = records.filter((one) => one.owed);
  const [first] = owed;
  if (!first?.owed) return `${store.describe}: ${records.length === 1 ? '1 model' : `${records.length} models`}`;
  const others = owed.length > 1 ? `, and ${owed.length - 1} more` : '';
  throw new NotReady(
    `${labelIn(graph, first.model)}${others} owed since ${first.owed.since}: ${first.owed.error}`,
    'esteira publish',
  );
}
