import { appends, wayOf } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { whereOf } from '../graph/index.ts';
import type { StepModel } from '../plan/index.ts';
import type { Publication } from '../ports/index.ts';
import { keptBecause } from './rerun.ts';

/** What is in the table was written by another definition: it may hold what this one would never have written. */
export const isRedefined = (model: StepModel, latest: Publication | undefined): boolean =>
  latest !== undefined && latest.definition !== model.definition;

/**
 * Rows that were replaced whole do not say where they come from: an append would bring in again what they were made of. And a history has versions of
 * the rows that it has kept, which nobody has kept before.
 */
export function refuseReplacedBefore(model: StepModel, latest: Publication | undefined): void {
  const { node } = model;
  const next =
    keptBecause(model) === undefined
      ? `Build it again from the start: \`esteira reprocess ${node.schema}.${node.table}\`. Or give the table another name.`
      : `Give the table another name, or drop it first: \`esteira reset --layer ${node.schema}\`.`;
  if (wayOf(node.definition, 'history') && latest !== undefined && latest.mode !== 'history')
    throw new EsteiraError('SETUP_CONFLICT', {
      what: `${node.id} is to keep every version, and was written in another way before: its rows are none.`,
      where: whereOf(node.definition),
      got: `rows that were written by ${latest.mode}`,
      allowed: 'rows that were kept with every version',
      next,
    });
  const isAppended = node.definition.kind !== 'table' || appends(node.definition);
  if (!isAppended || latest?.mode !== 'replace') return;
  throw new EsteiraError('SETUP_CONFLICT', {
    what: `${node.id} is to be appended to, and each run before has replaced it whole: its rows do not say where they come from, so that they could come twice.`,
    where: whereOf(node.definition),
    got: 'rows that were written by replace',
    allowed: 'rows that were appended',
    next,
  });
}
