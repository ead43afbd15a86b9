import { type Columns, keyOf } from '../columns/index.ts';
import {
  type AnyModel,
  type AnyTable,
  type ApprovalFacts,
  appends,
  type Definition,
  verdictColumns,
} from '../define/index.ts';
import { misshapen } from './catalog.ts';
import { insideOf } from './models.ts';

/** How people let its rows through; of any other table nothing. */
export const approvalOf = (definition: Definition): ApprovalFacts | undefined =>
  (definition as AnyTable).spec?.approval;

/** Rows that people let through, among what a definition reads: they need not be exported by themselves. */
export const approvalsAbove = ({ dependsOn }: Definition): readonly AnyTable[] =>
  dependsOn.filter((one): one is AnyTable => approvalOf(one) !== undefined);

/** Who waits, as a sentence begins, and the groups of which somebody is to let it, or its rows, out: of each of them one person, of all another. */
export function groupsOf(
  definition: Definition,
): { readonly who: string; readonly groups: readonly string[] } | undefined {
  const approval = approvalOf(definition);
  if (approval)
    return {
      who: `Rows of ${approval.of.name} wait`,
      groups: [approval.group, ...(approval.second ? [approval.second.by] : [])],
    };
  if (definition.kind !== 'model') return undefined;
  const { name, facts } = definition as AnyModel;
  return facts.release && { who: `The model ${name} waits`, groups: [facts.release.approvedBy] };
}

/** Throws DEFINITION_INVALID where nobody could say which row is meant, or what people answer. */
export function refuseApproval(table: AnyTable): void {
  const facts = approvalOf(table);
  if (!facts) return;
  const of = facts.of as AnyTable;
  const refuse = (what: string, got: string, allowed: string): never => {
    throw misshapen(table, `Rows of ${of.name} cannot be approved: ${what}.`, got, allowed);
  };
  const columns: Columns = of.columns;
  const key = keyOf(columns);
  if (typeof facts.group !== 'string' || !/^[a-z0-9_]+$/i.test(facts.group))
    refuse(
      'who answers is no group',
      String(facts.group),
      'the name of a group, of letters a to z, digits and underscores',
    );
  if (key.length === 0) refuse('nothing says which row is meant', 'no key', 'a column with .key()');
  if (of.spec.write === 'view' || appends(of))
    refuse('its rows are not those that stand now', String(of.spec.write), 'a table that is replaced or merged');
  if (insideOf(of)) refuse('it stands inside the versions of a model', 'every version', 'a table that reads it');
  if (facts.of === table || approvalOf(of)) refuse('they were approved already', of.name, 'a table that reads them');
  const taken = Object.keys(verdictColumns).find((name) => name in columns);
  if (taken !== undefined) refuse('a column has a name that approval gives', taken, 'another name');
  const strange = facts.edit.find((name) => !(name in columns) || key.includes(name));
  if (strange !== undefined)
    refuse(
      'what is to be edited is no column beside the key',
      strange,
      Object.keys(columns)
        .filter((one) => !key.includes(one))
        .join(', '),
    );
  if (facts.reasons.some((reason) => typeof reason !== 'string' || reason.trim() === ''))
    refuse('a reason is no text', facts.reasons.map(String).join(', '), 'texts that people choose from');
  if (facts.second && (typeof facts.second.by !== 'string' || facts.second.by === ''))
    refuse(
      'nobody is the second person',
      String(facts.second.by),
      'second: { by: the name of a group, when: a condition }',
    );
}
