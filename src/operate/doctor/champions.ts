import type { Project } from '../../run/index.ts';
import { commandIn } from '../alerts/words.ts';
import { labelOfModel, modelNodes } from '../models/find.ts';
import { frozenModels } from '../models/freeze.ts';
import { championOf } from '../models/list.ts';
import { brokenOf } from '../models/show.ts';
import { counted } from '../numbers.ts';
import { type Finding, NotReady } from './finding.ts';

/** The files of each champion are as they were registered: a run that predicts would else stop at them. */
export async function championFindings(project: Project): Promise<string | readonly Finding[]> {
  const nodes = modelNodes(project);
  if (nodes.length === 0) return [];
  let whole = 0;
  for (const node of nodes) {
    const champion = await championOf(project, node);
    if (!champion) continue;
    const broken = await brokenOf(project, champion.version);
    const label = labelOfModel(project, node);
    const next = commandIn(project, `models rollback ${label} --reason …`);
    if (broken !== undefined) throw new NotReady(`${label} ${champion.version.version}: ${broken}`, next);
    whole += 1;
  }
  const frozen = (await frozenModels(project)).map(({ model, text }) => `; ${model}: ${text}`);
  return whole === 0 ? 'no model has one yet' : `${counted(whole, 'model')}, all files as registered${frozen.join('')}`;
}
