import { type Selectable, sql } from 'kysely';
import type { Line, LineEvent, LineState, LineValues, NewLine } from '../../ports/index.ts';
import type { State } from './engine.ts';
import type { ApprovalEventRow, ApprovalLineRow } from './tables.ts';

const instant = (text: string): Temporal.Instant => Temporal.Instant.from(text);

/** Lines in one statement. */
const portion = 200;
export function* portions<One>(all: readonly One[]): Generator<readonly One[]> {
  for (let from = 0; from < all.length; from += portion) yield all.slice(from, from + portion);
}

/** Somebody may still say something of these. */
export const open: readonly LineState[] = ['proposed', 'edited', 'approved once', 'approved'];

/** Nobody has let it through in time. */
export const isEnded = ({ state, expiresAt }: Line, now: Temporal.Instant): boolean =>
  open.includes(state) &&
  state !== 'approved' &&
  expiresAt !== undefined &&
  Temporal.Instant.compare(expiresAt, now) <= 0;

export const toLine = (row: Selectable<ApprovalLineRow>): Line => ({
  ...{ approval: row.approval, line: row.line, number: Number(row.number), subject: row.subject, content: row.content },
  ...{ row: JSON.parse(row.row) as LineValues, proposedAt: instant(row.proposed_at) },
  ...{ state: row.state, version: Number(row.version), edited: JSON.parse(row.edited) as LineValues },
  ...{ editors: JSON.parse(row.editors) as string[], approvers: JSON.parse(row.approvers) as string[] },
  ...(row.expires_at !== null && { expiresAt: instant(row.expires_at) }),
  ...(row.rule !== null && { rule: row.rule }),
  ...(row.reason !== null && { reason: row.reason }),
  ...(row.decided_at !== null && { decidedAt: instant(row.decided_at) }),
  ...(row.run_id !== null && { runId: row.run_id }),
});

export const toEvent = (row: Selectable<ApprovalEventRow>): LineEvent => ({
  ...{ version: Number(row.version), at: instant(row.at), by: row.by_whom, state: row.state },
  edited: JSON.parse(row.edited) as LineValues,
  ...(row.reason !== null && { reason: row.reason }),
});

export const eventOf = (state: State, approval: string, line: string) =>
  state.selectFrom('approval_event').where('approval', '=', approval).where('line', '=', line);

/** With or without a fraction, an instant of that second or of a later one is not less as text. */
export const secondOf = (moment: Temporal.Instant): string => moment.toString().slice(0, 19);

interface Wanted {
  readonly approval: string;
  readonly states?: readonly LineState[];
  readonly lines?: readonly string[];
  readonly begins?: string;
  readonly after?: number;
  /** Those whose time is over then, but for approved ones, or within that second. */
  readonly endsBy?: Temporal.Instant;
  readonly limit?: number;
}

/** In the order in which they were proposed. */
export async function linesOf(
  state: State,
  { approval, states, lines, begins, after, endsBy, limit }: Wanted,
): Promise<readonly Line[]> {
  let found = state.selectFrom('approval_line').selectAll().where('approval', '=', approval);
  if (states) found = found.where('state', 'in', [...states]);
  if (lines) found = found.where('line', 'in', ['', ...lines]);
  // Names are of digits and small letters, which come before a tilde.
  if (begins !== undefined) found = found.where('line', '>=', begins).where('line', '<', `${begins}~`);
  if (after !== undefined) found = found.where('number', '>', BigInt(after));
  if (endsBy)
    found = found.where('state', '!=', 'approved').where(sql`substr(expires_at, 1, 19)`, '<=', secondOf(endsBy));
  if (limit !== undefined) found = found.limit(limit);
  // In the order of their numbers an engine would rather look through all lines than for those few.
  if (lines) return (await found.execute()).map(toLine).sort((one, other) => one.number - other.number);
  return (await found.orderBy('number').execute()).map(toLine);
}

/** Those after which another of their subject was proposed. */
export async function followedOf(state: State, approval: string, lines: readonly string[]): Promise<readonly string[]> {
  const found = await state
    .selectFrom('approval_line as one')
    .select('one.line')
    .where('one.approval', '=', approval)
    .where('one.line', 'in', lines)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('approval_line as later')
          .select('later.line')
          .where('later.approval', '=', approval)
          .whereRef('later.subject', '=', 'one.subject')
          .whereRef('later.number', '>', 'one.number'),
      ),
    )
    .execute();
  return found.map(({ line }) => line);
}

export async function nextNumber(state: State, approval: string): Promise<number> {
  const row = await state
    .selectFrom('approval_line')
    .select(({ fn }) => fn.max('number').as('number'))
    .where('approval', '=', approval)
    .executeTakeFirst();
  return Number(row?.number ?? 0) + 1;
}

/** Proposes them, and says so in the audit; one that is there already is left. */
export async function insertLines(
  state: State,
  lines: readonly (NewLine & { readonly approval: string; readonly number: number })[],
  now: Temporal.Instant,
): Promise<void> {
  if (lines.length === 0) return;
  const inserted = await state
    .insertInto('approval_line')
    .values(
      lines.map(({ rule, approval, line, number, subject, content, row, proposedAt, expiresAt }) => ({
        ...{ approval, line, number, subject, content, row: JSON.stringify(row), state: stateBy(rule), version: 1 },
        ...{ proposed_at: proposedAt.toString(), expires_at: expiresAt?.toString() ?? null, rule: rule ?? null },
        ...{ edited: '{}', editors: '[]', approvers: '[]', decided_at: rule === undefined ? null : now.toString() },
      })),
    )
    .onConflict((conflict) => conflict.columns(['approval', 'line']).doNothing())
    .returning('line')
    .execute();
  const names = new Set(inserted.map(({ line }) => line));
  const proposed = lines.filter(({ line }) => names.has(line));
  if (proposed.length === 0) return;
  await state
    .insertInto('approval_event')
    .values(
      proposed.map(({ approval, line, rule }) => ({
        ...{ approval, line, version: 1, at: now.toString(), state: stateBy(rule), edited: '{}', reason: null },
        by_whom: rule === undefined ? 'nobody' : `rule ${rule}`,
      })),
    )
    .execute();
}

const stateBy = (rule: string | undefined): LineState => (rule === undefined ? 'proposed' : 'approved');

interface Became {
  readonly state: LineState;
  readonly by: string;
  readonly at: Temporal.Instant;
}

/** What is written of a line with its next version. */
const writtenOf = ({ edited, editors, approvers, reason, runId }: Line) => ({
  ...{ edited: JSON.stringify(edited), editors: JSON.stringify(editors), approvers: JSON.stringify(approvers) },
  ...{ reason: reason ?? null, run_id: runId ?? null },
});

/** Keeps lines, each once, with their next versions, and says in the audit what they became; those of which the same is to be written by one statement. */
export async function record(state: State, lines: readonly Line[], became: Became): Promise<readonly Line[]> {
  const at = became.at.toString();
  const alike = Map.groupBy(lines, (line) => JSON.stringify([line.approval, writtenOf(line)]));
  for (const those of alike.values())
    for (const some of portions(those)) {
      const [{ approval }] = some as [Line];
      const names = some.map(({ line }) => line);
      await state
        .updateTable('approval_line')
        .set(({ eb, fn }) => ({
          ...{ ...writtenOf(some[0] as Line), state: became.state, version: eb('version', '+', 1n) },
          // What a run applies people have decided before.
          decided_at: became.state === 'applied' ? fn.coalesce('decided_at', eb.val(at)) : at,
        }))
        .where('approval', '=', approval)
        .where('line', 'in', names)
        .execute();
      await state
        .insertInto('approval_event')
        .columns(['approval', 'line', 'version', 'state', 'edited', 'reason', 'at', 'by_whom'])
        .expression((from) =>
          from
            .selectFrom('approval_line')
            .select(['approval', 'line', 'version', 'state', 'edited', 'reason'])
            .select(({ eb }) => [eb.val(at).as('at'), eb.val(became.by).as('by_whom')])
            .where('approval', '=', approval)
            .where('line', 'in', names),
        )
        .execute();
    }
  return lines.map((line) => ({
    ...{ ...line, state: became.state, version: line.version + 1 },
    decidedAt: became.state === 'applied' ? (line.decidedAt ?? became.at) : became.at,
  }));
}
