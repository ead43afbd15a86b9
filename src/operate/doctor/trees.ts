import type { AnyModel } from '../../define/index.ts';
import { asksEngine, type Project } from '../../run/index.ts';
import { modelNodes } from '../models/find.ts';
import { type Finding, NotReady } from './finding.ts';

/** Of projects with models of trees: whether LightGBM's own library could grow them, and whether some model asks for that. */
export async function treesFinding(project: Project): Promise<string | readonly Finding[]> {
  const models = modelNodes(project).map(({ definition }): AnyModel => definition);
  if (!project.trees || !models.some(({ facts }) => facts.learner.refines)) return [];
  const missing = await (await project.trees()).missing();
  const asking = models.filter(asksEngine).map(({ name }) => name);
  const by = asking.length > 0 ? `${asking.join(', ')} by LightGBM's own library` : 'all by Esteira itself';
  if (!missing) return `${by}; the library is there`;
  if (asking.length > 0) throw new NotReady(missing.what, missing.next);
  return `${by}; LightGBM's own library, which engine: 'native' asks for, is not there: ${missing.next}`;
}
