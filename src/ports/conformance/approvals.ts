import assert from 'node:assert/strict';
import type { Held, Line, LineChange, LinesRead, NewLine, StateStore } from '../index.ts';
import { at, begun, newOwner, newRun } from './runs.ts';

type On = (title: string, work: (state: StateStore, another: () => Promise<StateStore>) => Promise<void>) => void;

const approval = 'c.main.prices_approved_by_sales';

let runs = 0;
async function opened(state: StateStore): Promise<Held> {
  runs += 1;
  const runId = `a${String(runs).padStart(4, '0')}`;
  return begun(await state.open(newRun(runId, { day: (runs % 27) + 1, again: true, holder: 'first' }))).held;
}
const line = (sku: string, price = 11, other: Partial<NewLine> = {}): NewLine => ({
  line: `${sku}${price}`,
  subject: sku,
  content: `${price}`,
  row: { sku, price, "São Paulo's": null },
  proposedAt: at(1),
  ...other,
});
/** Proposes as whoever has read the newest does. */
async function propose(state: StateStore, lines: readonly NewLine[], gone: readonly string[] = []): Promise<void> {
  const since = await state.approvals.read(approval);
  const read: LinesRead = { upTo: (since?.upTo ?? 0n) + 1n, generation: 'g', restored: 0 };
  assert.equal(await state.approvals.propose(approval, { lines, gone, since, read, now: at(2) }), true);
}
const all = (state: StateStore) => state.approvals.lines({ approval, limit: 99 });
const said = async (state: StateStore) => (await all(state)).map(({ line: name, state: its }) => `${name} ${its}`);
const approving = ({ line: name, version }: Line, by: string, other: Partial<LineChange> = {}): LineChange => ({
  ...{ line: name, seen: version, state: 'approved', edited: {}, editors: [], approvers: [by], by },
  ...other,
});
const one = async (state: StateStore, name: string): Promise<Line> => {
  const [found] = await state.approvals.lines({ approval, begins: name, limit: 1 });
  assert.ok(found);
  return found;
};

/** Lines that people let through, as every state store keeps them. */
export function approvalsConformance(on: On): void {
  on('lines are proposed once, in their order, by whoever has read on first', async (state, another) => {
    assert.equal(await state.approvals.read(approval), undefined);
    const others = await another();
    const read = { upTo: 2n ** 60n + 1n, generation: 'g', restored: 0 };
    const lines = [line('b', 11, { expiresAt: at(5) }), line('a')];
    const both = await Promise.all(
      [state, state].map((one) =>
        one.approvals.propose(approval, { lines, gone: [], since: undefined, read, now: at(2) }),
      ),
    );
    assert.deepEqual(both.toSorted(), [false, true]);
    assert.deepEqual(await others.approvals.read(approval), read);
    assert.deepEqual(await said(others), ['b11 proposed', 'a11 proposed']);
    const kept = { approval, number: 1, state: 'proposed', version: 1, edited: {}, editors: [], approvers: [] };
    assert.deepEqual((await all(others))[0], { ...line('b', 11, { expiresAt: at(5) }), ...kept });
    const publication = { runSeq: 2n ** 60n, token: 2n ** 60n + 1n };
    const known = { ...read, restored: 2, publication };
    const asked = { lines: [], gone: [], now: at(2) };
    assert.equal(await state.approvals.propose(approval, { ...asked, since: read, read: known }), true);
    assert.deepEqual(await others.approvals.read(approval), known);
    for (const since of [read, { ...known, restored: 1 }, { ...known, publication: { ...publication, token: 1n } }])
      assert.equal(await others.approvals.propose(approval, { ...asked, since, read }), false);
    await propose(state, lines);
    assert.deepEqual(await said(state), ['b11 proposed', 'a11 proposed']);
    assert.deepEqual(
      (await state.approvals.lines({ approval, after: 1, states: ['proposed'], limit: 9 })).map((found) => found.line),
      ['a11'],
    );
    assert.deepEqual(await state.approvals.lines({ approval: 'another', limit: 9 }), []);
    const named = await state.approvals.lines({ approval, names: ['a11', 'no such', 'b11'], limit: 9 });
    assert.deepEqual(
      named.map((found) => found.line),
      ['b11', 'a11'],
    );
  });

  on(
    'another row in the place of one that is open replaces it, and one that is gone is not asked for',
    async (state) => {
      await propose(state, [line('a'), line('b'), line('c'), line('d')]);
      await state.approvals.change(approval, [approving(await one(state, 'b'), 'ana')], at(3));
      await state.approvals.change(approval, [approving(await one(state, 'c'), 'ana', { state: 'rejected' })], at(3));
      await propose(state, [line('a', 12), line('b', 12), line('c', 11)], ['d', 'unknown']);
      assert.deepEqual(await said(state), [
        ...['a11 replaced', 'b11 replaced', 'c11 rejected', 'd11 replaced', 'a12 proposed', 'b12 proposed'],
      ]);
      const late = await state.approvals.change(approval, [approving(await one(state, 'b11'), 'ana')], at(3));
      assert.equal(late[0]?.is, 'over');
      assert.deepEqual(
        (await one(state, 'b12')).approvers,
        [],
        'what was said of the other price is not said of this one',
      );
      await propose(state, [line('d', 11, { line: 'd11again' })]);
      assert.equal((await said(state)).at(-1), 'd11again proposed');
      const names = ['a11', 'a12', 'c11', 'd11', 'd11again', 'unknown'];
      assert.deepEqual(await state.approvals.followed(approval, names), new Set(['a11', 'd11']));
      assert.deepEqual(await state.approvals.followed('another', names), new Set());
      assert.deepEqual(await state.approvals.followed(approval, []), new Set());
    },
  );

  on('of two people who have seen the same the second is told what the first has done', async (state, another) => {
    await propose(state, [line('a')]);
    const seen = await one(state, 'a');
    const others = await another();
    const edit: LineChange = {
      ...approving(seen, 'rui'),
      state: 'edited',
      edited: { price: 10.5 },
      editors: ['rui'],
      approvers: [],
    };
    const both = await Promise.all([
      state.approvals.change(approval, [approving(seen, 'ana', { reason: 'yes' })], at(3)),
      state.approvals.change(approval, [edit], at(3)),
    ]);
    const outcomes = both.map(([outcome]) => outcome?.is);
    assert.deepEqual(outcomes.toSorted(), ['changed', 'done']);
    const stands = await one(others, 'a');
    const first = both.find(([outcome]) => outcome?.is === 'done')?.[0];
    const second = both.find(([outcome]) => outcome?.is === 'changed')?.[0];
    assert.deepEqual(first, { is: 'done', line: stands });
    assert.deepEqual(second, { is: 'changed', line: stands });
    assert.equal(stands.version, 2);
    const events = await others.approvals.events(approval, stands.line);
    assert.deepEqual(
      events.map(({ version, state: its }) => [version, its]),
      [
        [1, 'proposed'],
        [2, stands.state],
      ],
    );
    assert.deepEqual((await state.approvals.change(approval, [approving({ ...seen, line: 'x' }, 'ana')], at(3)))[0], {
      is: 'unknown',
    });
  });

  on('each of several is changed for itself, and the audit keeps who, what and why', async (state) => {
    await propose(state, [line('a'), line('b')]);
    const [a, b] = [await one(state, 'a'), await one(state, 'b')];
    const edit = {
      ...approving(a, 'rui'),
      state: 'edited',
      edited: { price: 10.5 },
      editors: ['rui'],
      approvers: [],
      reason: "it's dear",
    } as const;
    const stale = approving({ ...b, version: 7 }, 'rui');
    const outcomes = await state.approvals.change(approval, [edit, stale], at(3));
    assert.deepEqual(
      outcomes.map(({ is }) => is),
      ['done', 'changed'],
    );
    const edited = await one(state, 'a');
    await state.approvals.change(
      approval,
      [approving(edited, 'ana', { edited: edited.edited, editors: edited.editors })],
      at(4),
    );
    const { approval: _, ...stands } = await one(state, 'a');
    assert.deepEqual(
      [stands.edited, stands.editors, stands.approvers, stands.reason],
      [{ price: 10.5 }, ['rui'], ['ana'], undefined],
    );
    assert.deepEqual(stands.decidedAt, at(4));
    assert.deepEqual(await state.approvals.events(approval, a.line), [
      { version: 1, at: at(2), by: 'nobody', state: 'proposed', edited: {} },
      { version: 2, at: at(3), by: 'rui', state: 'edited', edited: { price: 10.5 }, reason: "it's dear" },
      { version: 3, at: at(4), by: 'ana', state: 'approved', edited: { price: 10.5 } },
    ]);
  });

  on('what nobody has let through in time is over, and what was approved stays', async (state) => {
    const ends = { expiresAt: at(5) };
    await propose(state, [line('a', 11, ends), line('b', 11, ends), line('c', 11, ends), line('d')]);
    await state.approvals.change(approval, [approving(await one(state, 'b'), 'ana')], at(3));
    await state.approvals.change(
      approval,
      [approving(await one(state, 'c'), 'ana', { state: 'approved once' })],
      at(4),
    );
    assert.equal(await state.approvals.expire(approval, at(4)), 0);
    const late = await state.approvals.change(approval, [approving(await one(state, 'a'), 'ana')], at(5));
    assert.deepEqual([late[0]?.is, late[0]?.is === 'over' && late[0].line.state], ['over', 'expired']);
    assert.equal(await state.approvals.expire(approval, at(5)), 1);
    assert.deepEqual(await said(state), ['a11 expired', 'b11 approved', 'c11 expired', 'd11 proposed']);
    await propose(state, [line('a', 11, { line: 'a11again' })]);
    assert.equal((await said(state)).at(-1), 'a11again proposed', 'a row that comes again is asked for again');
  });

  on('what a run has taken nobody changes, and it is applied once', async (state, another) => {
    await propose(state, [line('a'), line('b', 11, { rule: 'small steps' }), line('c')]);
    await state.approvals.change(approval, [approving(await one(state, 'a'), 'ana')], at(3));
    const held = await opened(state);
    const taken = await state.approvals.take(held, approval);
    assert.deepEqual(
      taken.map((found) => [found.line, found.runId, found.rule]),
      [
        ['a11', held.runId, undefined],
        ['b11', held.runId, 'small steps'],
      ],
    );
    const late = await (await another()).approvals.change(
      approval,
      [approving(await one(state, 'a'), 'rui', { state: 'rejected' })],
      at(4),
    );
    assert.equal(late[0]?.is, 'over');
    await propose(state, [line('a', 12)], ['b']);
    assert.deepEqual(await said(state), ['a11 approved', 'b11 approved', 'c11 proposed', 'a12 proposed']);
    await state.finish(held, 'failed', 'killed', at(4));
    const next = await opened(state);
    assert.deepEqual(
      (await state.approvals.take(next, approval)).map((found) => found.line),
      ['a11', 'b11'],
      'whoever comes next goes on with what the former has taken',
    );
    await state.approvals.applied(next, approval, ['a11', 'b11'], at(5));
    await state.approvals.leftOut(next, approval, ['a11', 'c11'], at(5));
    await state.approvals.applied(next, approval, ['a11'], at(6));
    assert.deepEqual(await state.approvals.take(next, approval), []);
    assert.deepEqual(
      (await state.approvals.events(approval, 'b11')).map(({ by, state: its }) => `${its} by ${by}`),
      ['approved by rule small steps', `applied by run ${next.runId}`],
    );
    assert.equal((await state.approvals.events(approval, 'a11')).length, 3);
    assert.deepEqual(
      await state.approvals.counts(approval),
      new Map([
        ['applied', 2],
        ['proposed', 2],
      ]),
    );
    assert.deepEqual(await state.approvals.answers(approval, at(3)), new Map([['applied', 1]]), 'of people alone');
    assert.deepEqual(await state.approvals.answers(approval, at(4)), new Map());
    await state.finish(next, 'succeeded', undefined, at(6));
  });

  on('what a run has taken and leaves out is applied by none, and whoever had approved it is known', async (state) => {
    await propose(state, [line('a'), line('b')]);
    for (const name of ['a', 'b'])
      await state.approvals.change(approval, [approving(await one(state, name), 'ana')], at(3));
    const held = await opened(state);
    await state.approvals.take(held, approval);
    await state.approvals.leftOut(held, approval, ['a11'], at(4));
    assert.deepEqual(await said(state), ['a11 replaced', 'b11 approved']);
    assert.deepEqual((await one(state, 'a')).approvers, ['ana']);
    assert.deepEqual(
      (await state.approvals.events(approval, 'a11')).map(({ by, state: its }) => `${its} by ${by}`),
      ['proposed by nobody', 'approved by ana', `replaced by run ${held.runId}`],
    );
    assert.deepEqual(
      (await state.approvals.take(held, approval)).map((found) => found.line),
      ['b11'],
    );
    await propose(state, [line('a', 11, { line: 'a11again' })]);
    assert.equal((await said(state)).at(-1), 'a11again proposed', 'the row that comes again is asked for again');
    await state.finish(held, 'succeeded', undefined, at(5));
  });

  on('each of many is written once, and of two changes of one line the second finds the first', async (state) => {
    const many = Array.from({ length: 450 }, (_, n) => line(`m${n}`));
    await propose(state, many);
    const stands = await state.approvals.lines({ approval, limit: 999 });
    const [first] = stands as [Line];
    const changes = [...stands.map((one_) => approving(one_, 'ana')), approving(first, 'rui', { state: 'rejected' })];
    const outcomes = await state.approvals.change(approval, changes, at(3));
    assert.deepEqual([outcomes.filter(({ is }) => is === 'done').length, outcomes.at(-1)?.is], [450, 'changed']);
    assert.deepEqual(await state.approvals.counts(approval), new Map([['approved', 450]]));
    assert.equal((await state.approvals.events(approval, 'm44911')).length, 2);
  });

  on('what approved itself counts as answered once somebody has said something of it', async (state) => {
    const rule = { rule: 'small steps' };
    await propose(state, [line('a', 11, rule), line('b', 11, rule), line('c', 11, rule)]);
    assert.deepEqual(await state.approvals.answers(approval, at(1)), new Map());
    const no = approving(await one(state, 'a'), 'ana', { state: 'rejected', approvers: [] });
    const change = approving(await one(state, 'b'), 'rui', { state: 'edited', editors: ['rui'], approvers: [] });
    await state.approvals.change(approval, [no, change], at(3));
    await state.approvals.change(approval, [approving(await one(state, 'b'), 'ana')], at(4));
    assert.deepEqual(
      await state.approvals.answers(approval, at(3)),
      new Map([
        ['approved', 1],
        ['rejected', 1],
      ]),
    );
  });

  on('a run that another has taken over applies nothing', async (state) => {
    await propose(state, [line('a')]);
    await state.approvals.change(approval, [approving(await one(state, 'a'), 'ana')], at(3));
    const held = await opened(state);
    const owner = await state.own(newOwner('second'));
    await state.open(newRun('taken', { day: (runs % 27) + 1, again: true, holder: 'second', now: at(4) }));
    await assert.rejects(state.approvals.take(held, approval), { code: 'FENCED' });
    await assert.rejects(state.approvals.applied(held, approval, ['a11'], at(4)), { code: 'FENCED' });
    await assert.rejects(state.approvals.leftOut(held, approval, ['a11'], at(4)), { code: 'FENCED' });
    assert.deepEqual(await said(state), ['a11 approved']);
    await owner.release();
  });
}
