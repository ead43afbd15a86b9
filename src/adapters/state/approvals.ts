import { isDeepStrictEqual } from 'node:util';
import type {
  ApprovalStore,
  Held,
  Line,
  LineChange,
  LineChanged,
  LineEvent,
  LineState,
  LinesRead,
  NewLine,
} from '../../ports/index.ts';
import {
  eventOf,
  followedOf,
  insertLines,
  isEnded,
  linesOf,
  nextNumber,
  open,
  portions,
  record,
  secondOf,
  toEvent,
  toLine,
} from './approval-lines.ts';
import type { Engine, State } from './engine.ts';
import { requireToken } from './leases.ts';

type Proposed = Parameters<ApprovalStore['propose']>[1];

/** Lines that people decide about, in tables of SQL. */
export class SqlApprovals implements ApprovalStore {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  read(approval: string): Promise<LinesRead | undefined> {
    return this.#engine.read((state) => readOf(state, approval));
  }

  propose(approval: string, proposed: Proposed): Promise<boolean> {
    return this.#engine.transaction('take', async (state) => {
      const { since, read, now, lines, gone } = proposed;
      const before = await readOf(state, approval);
      if (!isDeepStrictEqual(before, since)) return false;
      const up = {
        ...{ up_to: read.upTo, generation: read.generation, restored: read.restored },
        ...{ run_seq: read.publication?.runSeq ?? null, token: read.publication?.token ?? null },
      };
      await state
        .insertInto('approval_read')
        .values({ approval, ...up })
        .onConflict((conflict) => conflict.column('approval').doUpdateSet(up))
        .execute();
      for (const some of portions(gone)) await replace(state, (await newestOf(state, approval, some)).values(), now);
      let number = await nextNumber(state, approval);
      for (const some of portions(lines)) {
        const subjects = some.map(({ subject }) => subject);
        const newest = await newestOf(state, approval, subjects);
        const others = some.filter((line) => !isAnswered(newest.get(line.subject), line));
        await replace(
          state,
          others.flatMap(({ subject }) => newest.get(subject) ?? []),
          now,
        );
        const proposing = others.map((line, index) => ({ ...line, approval, number: number + index }));
        await insertLines(state, proposing, now);
        number += proposing.length;
      }
      return true;
    });
  }

  change(approval: string, changes: readonly LineChange[], now: Temporal.Instant): Promise<readonly LineChanged[]> {
    return this.#engine.transaction('take', async (state) => {
      const all: LineChanged[] = [];
      for (const some of portions(changes)) all.push(...(await changeSome(state, approval, some, now)));
      return all;
    });
  }

  async expire(approval: string, now: Temporal.Instant): Promise<number> {
    const ends = { approval, states: open, endsBy: now };
    // Who only looks waits for nobody.
    if ((await this.#engine.read((state) => linesOf(state, { ...ends, limit: 1 }))).length === 0) return 0;
    return this.#engine.transaction('take', async (state) => {
      const ended = (await linesOf(state, ends)).filter((line) => isEnded(line, now));
      await record(state, ended, expired(now));
      return ended.length;
    });
  }

  take(held: Held, approval: string): Promise<readonly Line[]> {
    return this.#engine.transaction('take', async (state) => {
      await requireToken(state, held);
      await state
        .updateTable('approval_line')
        .set({ run_id: held.runId })
        .where('approval', '=', approval)
        .where('state', '=', 'approved')
        .where('run_id', 'is', null)
        .execute();
      return linesOf(state, { approval, states: ['approved'] });
    });
  }

  applied(held: Held, approval: string, lines: readonly string[], now: Temporal.Instant): Promise<void> {
    return this.#engine.transaction('take', async (state) => {
      await requireToken(state, held);
      for (const some of portions(lines)) {
        const found = (await linesOf(state, { approval, lines: some })).filter((line) => line.state !== 'applied');
        const its = found.map((line) => ({ ...line, runId: held.runId }));
        await record(state, its, { state: 'applied', by: `run ${held.runId}`, at: now });
      }
    });
  }

  leftOut(held: Held, approval: string, lines: readonly string[], now: Temporal.Instant): Promise<void> {
    return this.#engine.transaction('take', async (state) => {
      await requireToken(state, held);
      for (const some of portions(lines)) {
        const taken = await linesOf(state, { approval, lines: some, states: ['approved'] });
        await record(state, taken, { state: 'replaced', by: `run ${held.runId}`, at: now });
      }
    });
  }

  lines(filter: Parameters<ApprovalStore['lines']>[0]): Promise<readonly Line[]> {
    return this.#engine.read(async (state) => {
      const { names, ...rest } = filter;
      if (!names) return linesOf(state, rest);
      const found: Line[] = [];
      for (const lines of portions(names)) found.push(...(await linesOf(state, { ...rest, lines })));
      return found.sort((one, other) => one.number - other.number).slice(0, filter.limit);
    });
  }

  followed(approval: string, lines: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#engine.read(async (state) => {
      const found = new Set<string>();
      for (const some of portions(lines)) for (const line of await followedOf(state, approval, some)) found.add(line);
      return found;
    });
  }

  events(approval: string, line: string): Promise<readonly LineEvent[]> {
    return this.#engine.read(async (state) => {
      const rows = await eventOf(state, approval, line).selectAll().orderBy('version').execute();
      return rows.map(toEvent);
    });
  }

  counts(approval: string): Promise<ReadonlyMap<LineState, number>> {
    return this.#engine.read(async (state) => countsOf(await counted(state, approval).execute()));
  }

  answers(approval: string, since: Temporal.Instant): Promise<ReadonlyMap<LineState, number>> {
    return this.#engine.read(async (state) => {
      const own = counted(state, approval).where(({ or, eb }) =>
        or([eb('rule', 'is', null), eb('state', '=', 'rejected'), eb('approvers', '!=', '[]')]),
      );
      return countsOf(await own.where('decided_at', '>=', secondOf(since)).execute());
    });
  }
}

const counted = (state: State, approval: string) =>
  state
    .selectFrom('approval_line')
    .select(({ fn }) => ['state', fn.countAll<bigint>().as('count')])
    .where('approval', '=', approval)
    .groupBy('state');
const countsOf = (
  rows: readonly { readonly state: LineState; readonly count: bigint }[],
): ReadonlyMap<LineState, number> => new Map(rows.map(({ state, count }) => [state, Number(count)]));

const expired = (at: Temporal.Instant) => ({ state: 'expired', by: 'nobody', at }) as const;
/** Those that nobody has taken; what was answered otherwise stays as it is. */
async function replace(state: State, lines: Iterable<Line>, at: Temporal.Instant): Promise<void> {
  const standing = [...lines].filter((line) => open.includes(line.state) && line.runId === undefined);
  await record(state, standing, { state: 'replaced', by: 'nobody', at });
}

async function readOf(state: State, approval: string): Promise<LinesRead | undefined> {
  const row = await state.selectFrom('approval_read').selectAll().where('approval', '=', approval).executeTakeFirst();
  if (!row) return undefined;
  const { up_to: upTo, generation, run_seq: runSeq, token, restored } = row;
  const read = { upTo, generation, restored: Number(restored) };
  return runSeq === null || token === null ? read : { ...read, publication: { runSeq, token } };
}

/** It was asked for already, and stands or was answered. */
const isAnswered = (former: Line | undefined, { content }: NewLine): boolean =>
  former?.content === content && former.state !== 'replaced' && former.state !== 'expired';

/** Of each subject the line that was proposed last. */
async function newestOf(state: State, approval: string, subjects: readonly string[]): Promise<Map<string, Line>> {
  const rows = await state
    .selectFrom('approval_line')
    .selectAll()
    .where('approval', '=', approval)
    .where('subject', 'in', ['', ...subjects])
    .execute();
  const oldestFirst = rows.map(toLine).sort((one, other) => one.number - other.number);
  return new Map(oldestFirst.map((line) => [line.subject, line]));
}

/** In their order; of two that want the same line the second finds what the first has made of it. */
async function changeSome(
  state: State,
  approval: string,
  changes: readonly LineChange[],
  now: Temporal.Instant,
): Promise<readonly LineChanged[]> {
  const found = await linesOf(state, { approval, lines: changes.map(({ line }) => line) });
  const stands = new Map(found.map((line) => [line.line, line]));
  const ended = found.filter((line) => isEnded(line, now));
  for (const line of await record(state, ended, expired(now))) stands.set(line.line, line);
  const wanted: { readonly line: Line; readonly change: LineChange }[] = [];
  const all: LineChanged[] = [];
  for (const change of changes) {
    const line = stands.get(change.line);
    if (!line) all.push({ is: 'unknown' });
    else if (!open.includes(line.state) || line.runId !== undefined) all.push({ is: 'over', line });
    else if (line.version !== change.seen) all.push({ is: 'changed', line });
    else {
      const { reason: _, ...rest } = line;
      const { line: name, seen: __, by: ___, ...values } = change;
      const next: Line = { ...rest, ...values, line: name, version: line.version + 1, decidedAt: now };
      stands.set(name, next);
      wanted.push({ line: { ...rest, ...values }, change });
      all.push({ is: 'done', line: next });
    }
  }
  const alike = Map.groupBy(wanted, ({ change }) => JSON.stringify([change.state, change.by]));
  for (const those of alike.values()) {
    const [{ change }] = those as [(typeof those)[0]];
    await record(
      state,
      those.map(({ line }) => line),
      { state: change.state, by: change.by, at: now },
    );
  }
  return all;
}
