import { type Columns, col, type Duration, parseDuration } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import type { Definition } from './definition.ts';
import type { AnyRows, Setting } from './rows.ts';

/** How people let rows through, one by one. Conditions are SQL over the row's columns; a condition that is null (unknown) does not hold. */
export interface Approval<Name extends string = string> {
  /** Rows that are to be answered; the others never get out. Default: all. */
  readonly only?: AnyRows;
  /** Columns that people may change; their rules hold for the new value, too. */
  readonly edit?: readonly Name[];
  /** A row without an answer after that is not asked for any more. Default: never. */
  readonly expires?: Duration | Setting<string>;
  /** Why a row may be rejected; default: any words. */
  readonly reasons?: readonly string[];
  /** Conditions by name, on the row as it came: those approve themselves, unless a second person is needed. */
  readonly approvesItself?: Readonly<Record<string, AnyRows>>;
  /** Conditions by name, on the row as it came: those may be approved together, with one answer. */
  readonly bulk?: Readonly<Record<string, AnyRows>>;
  /** Rows that, as edited, need somebody of another group as well, who sees the edited value. */
  readonly second?: { readonly by: string; readonly when: AnyRows };
  /** What people see beside a row, as edited, by name: today's price, by how much it would change. */
  readonly show?: Readonly<Record<string, AnyRows>>;
  /** What an answer would change, as edited, shown beside it: numbers, which are summed over rows. */
  readonly effect?: Readonly<Record<string, AnyRows>>;
}

/** The same as the graph and the planner see it. */
export interface ApprovalFacts extends Required<Omit<Approval, 'only' | 'expires' | 'second'>> {
  /** The table whose rows people let through. */
  readonly of: Definition;
  /** Who answers. */
  readonly group: string;
  readonly only?: AnyRows;
  readonly expires?: Duration | Setting<string>;
  readonly second?: NonNullable<Approval['second']>;
}

/** What is said of a row that was let through, after its own columns. */
export const verdictColumns = Object.freeze({
  /** Whoever approved it, several in their order; `rule <name>` where it approved itself. */
  approved_by: col.text(),
  approved_at: col.timestamp(),
  /** It says something else than it did when it came. */
  edited: col.boolean(),
  /** The line of `esteira approvals`. */
  line: col.text(),
}) satisfies Columns;

/** Throws DEFINITION_INVALID for a time that is none. */
export function approvalFacts(of: Definition, group: string, how: Approval): ApprovalFacts {
  const { edit = [], reasons = [], approvesItself = {}, bulk = {}, show = {}, effect = {}, expires, ...rest } = how;
  const isTime = typeof expires === 'object' || expires === undefined || parseDuration(String(expires)) !== undefined;
  if (!isTime)
    throw new EsteiraError('DEFINITION_INVALID', {
      what: `Rows of ${of.name} expire after what is no time.`,
      got: String(expires),
      allowed: "such as '3 days', or a setting that is one",
      next: 'Correct `expires` where approvedBy(…) is written.',
    });
  return Object.freeze({
    ...{ of, group, edit: Object.freeze([...edit]), reasons: Object.freeze([...reasons]) },
    ...{ approvesItself: Object.freeze(approvesItself), bulk: Object.freeze(bulk) },
    ...{ show: Object.freeze(show), effect: Object.freeze(effect) },
    ...(expires === undefined ? {} : { expires }),
    ...rest,
  });
}

/** Everything that is asked of a row, by how people call it. */
export const conditionsOf = ({
  only,
  approvesItself,
  bulk,
  second,
}: ApprovalFacts): Readonly<Record<string, AnyRows>> => ({
  ...(only ? { only } : {}),
  ...Object.fromEntries(Object.entries(approvesItself).map(([name, when]) => [`approvesItself "${name}"`, when])),
  ...Object.fromEntries(Object.entries(bulk).map(([name, when]) => [`bulk "${name}"`, when])),
  ...(second ? { 'second.when': second.when } : {}),
});

/** What it mentions beside the rows that it lets through. */
export const readByApproval = (facts: ApprovalFacts): readonly Definition[] => [
  ...[conditionsOf(facts), facts.show, facts.effect].flatMap((all) => Object.values(all).flatMap(({ reads }) => reads)),
  ...(typeof facts.expires === 'object' ? [facts.expires.of] : []),
];
