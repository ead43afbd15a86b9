import type { AnyTable } from '../../define/index.ts';
import { placeOf } from '../../plan/index.ts';
import { nameOf } from '../names.ts';
import { count, counted } from '../numbers.ts';
import { type Case, daysOf, type Evidence, type Found } from './evidence.ts';
import { share } from './words.ts';

/** So many rows, and such a part of a table, do not leave it on a usual day; nor so many times as many as ever before. */
const much = { rows: 5, share: 0.3, times: 3 } as const;

/** Tables that much was deleted from: what came said that the rows are gone. */
export async function muchDeleted(of: Case, evidence: Evidence): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const step of of.at.steps.keys()) {
    const model = evidence.modelOf(step);
    if (model?.kind !== 'table' || (model.node.definition as AnyTable).spec.write === 'replace') continue;
    const [today, ...former] = daysOf(step, of);
    const deleted = today?.account.deleted ?? 0;
    const before = Math.max(0, ...former.map(({ account }) => account.deleted));
    if (today?.date !== of.at.run.date.toString() || deleted < Math.max(much.rows, before * much.times)) continue;
    const { dialect } = evidence.project.warehouse;
    const left = await evidence.number(`select count(*) from ${dialect.place(placeOf(model.node))}`);
    if (deleted < (left + deleted) * much.share) continue;
    const name = nameOf(model.node);
    const from = model.reads.map(({ node }) => nameOf(node)).join(', ');
    found.push({
      cause: 'lost rows',
      node: model.node,
      weight: deleted,
      short: `${counted(deleted, 'row')} of ${name} were deleted`,
      what: `${name}: ${count(deleted)} of ${counted(left + deleted, 'row')} (${share(deleted, left + deleted)}) were deleted on ${today.date}, by what came from ${from}; ${left === 0 ? 'it is empty now' : `${count(left)} are left`}`,
      evidence: [
        `on no date before were more than ${count(before)} deleted`,
        `run ${today.runs.at(-1)?.runId} took them out`,
      ],
      next: [
        `Ask who delivers ${from} whether they are meant to be gone.`,
        'If not: have them delivered once more, as they were, with a later time.',
      ],
    });
  }
  return found;
}
