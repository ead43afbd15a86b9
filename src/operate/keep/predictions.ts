import { millisecondsOf } from '../../columns/index.ts';
import { logFolder } from '../../define/index.ts';
import { allSteps } from '../../graph/index.ts';
import { placeOf } from '../../plan/index.ts';
import type { Swept } from '../../ports/index.ts';
import { modelsOf, type Project, usualRetention } from '../../run/index.ts';

/** Files of one endpoint that are looked at, at most: the next time goes on. */
const most = 100_000;

/** Files of what endpoints have predicted on days that are older, once every table that reads them has: one that reads all of them each time keeps all. */
export async function sweepPredictions(
  project: Project,
  { dryRun, now }: { readonly dryRun: boolean; readonly now: Temporal.Instant },
): Promise<Swept & { readonly kind: 'predictions' }> {
  const { graph, files, warehouse } = project;
  const { predictions: keep } = { ...usualRetention, ...project.keep };
  let [count, bytes] = [0, 0];
  if (keep === 'forever' || graph.endpoints.size === 0) return { kind: 'predictions', count, bytes };
  const oldest = now
    .subtract({ milliseconds: millisecondsOf(keep) })
    .toString()
    .slice(0, 'YYYY-MM-DD'.length);
  const models = await modelsOf(allSteps(graph), project);
  for (const { name, log } of graph.endpoints.values()) {
    const folder = `${logFolder(name)}/`;
    const old = (await files.list(`${folder}**`))
      .filter(({ path }) => path.slice(folder.length) < oldest)
      .slice(0, most);
    if (old.length === 0) continue;
    const read: ((path: string) => boolean)[] = [];
    for (const model of models)
      for (const { node, how } of model.reads.filter((one) => one.node.definition === log)) {
        const known = how === 'new files' ? await warehouse.filesRead(placeOf(model.node), node.id) : undefined;
        read.push((path) => known?.has(path) === true);
      }
    for (const file of old.filter(({ path }) => read.every((has) => has(path)))) {
      if (!dryRun) await files.remove(file.path);
      count += 1;
      bytes += file.bytes;
    }
  }
  return { kind: 'predictions', count, bytes };
}
