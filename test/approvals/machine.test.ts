import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EsteiraError } from '../../src/errors.ts';
import type { Output } from '../../src/operate/index.ts';
import type { LineView } from '../../src/operate/views.ts';
import { seeds } from '../run/support/rounds.ts';
import type { World } from '../run/support/world.ts';
import { node, wrong } from './checked.ts';
import { answer, begin, lines, put, type Recommended, run, table } from './world.ts';

const people = ['ana', 'rui', 'leo', 'eva', 'out'];
const steps = 40;

/** Numbers from 0 to below 1, the same for a seed: mulberry32. */
function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What answers came to, in all rounds. */
const outcomes = new Map<string, number>();

class Play {
  readonly #world: World;
  readonly #chance: () => number;
  /** As somebody has seen them, by now or before. */
  #seen: readonly LineView[] = [];

  constructor(world: World, chance: () => number) {
    this.#world = world;
    this.#chance = chance;
  }

  #one<One>(all: readonly One[]): One {
    return all[Math.floor(this.#chance() * all.length)] as One;
  }
  #rows(): readonly Recommended[] {
    const prices = [10.1, 10.4, 10.7, 11.5, 9.3, 8.5, ''] as const;
    return ['A', 'B', 'C', 'D', 'E'].filter(() => this.#chance() < 0.9).map((sku) => ({ sku, to: this.#one(prices) }));
  }

  async #answer(): Promise<void> {
    const line = this.#one(this.#seen);
    if (!line) return;
    const by = this.#one(people);
    const what = this.#chance();
    const says =
      what < 0.6 ? 'approve' : what < 0.75 ? 'reject' : this.#one([10.3, 10.05, 11.2, 20, -1, 'nothing' as const]);
    const became = await answer(this.#world, says, line, by, says === 'reject' ? 'margin' : undefined);
    outcomes.set(became, (outcomes.get(became) ?? 0) + 1);
  }

  async #look(): Promise<void> {
    this.#seen = await lines(this.#world, ['proposed', 'edited', 'approved once', 'approved']);
  }

  /** Who has changed a line, or approved it once, says that it may get out; then it is applied if it may. */
  async #insist(): Promise<void> {
    const open = async () => lines(this.#world, ['proposed', 'edited', 'approved once']);
    const isTouched = ({ editors, approvers }: LineView): boolean => editors.length + approvers.length > 0;
    const plain = this.#one((await open()).filter((line) => !isTouched(line)));
    if (plain)
      await answer(this.#world, this.#chance() < 0.5 ? 'approve' : this.#one([10.3, 11.2]), plain, this.#one(people));
    const touched = this.#one((await open()).filter(isTouched));
    if (!touched) return;
    const became = await answer(this.#world, 'approve', touched, this.#one([...touched.editors, ...touched.approvers]));
    outcomes.set(became, (outcomes.get(became) ?? 0) + 1);
    await run(this.#world, 'apply');
  }

  /** Many with one answer: by a rule, as they were seen, or in a file of which some rows are an hour old. */
  async #together(): Promise<void> {
    const by = this.#one([...people.slice(0, 3), 'ana', this.#one(people)]);
    const what = this.#chance();
    const where = { sku: ['A', 'B', 'C'] };
    try {
      if (what < 0.3) await this.#count(this.#world.do('approvals approve', { name: table, rule: 'small steps', by }));
      else if (what < 0.5) {
        const { seen = '' } = await this.#world.do('approvals list', { name: table, where });
        if (this.#chance() < 0.3) await this.#answer();
        await this.#count(this.#world.do('approvals approve', { name: table, where, seen, by }));
      } else {
        const { csv } = await this.#world.do('approvals export', { name: table });
        if (this.#chance() < 0.5) await this.#answer();
        await this.#count(this.#world.do('approvals import', { name: table, csv: this.#filled(csv), by }));
      }
    } catch (error) {
      if (!(error instanceof EsteiraError)) throw error;
      outcomes.set(error.code, (outcomes.get(error.code) ?? 0) + 1);
    }
  }
  async #count(answered: Promise<Output<'approvals approve'>>): Promise<void> {
    for (const { state, why } of (await answered).lines) {
      const kind = `together ${why === undefined ? state : 'refused'}`;
      outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
    }
  }
  /** Each row as it is, decided, changed, or both; now and then one of them twice. */
  #filled(csv: string): string {
    const [head = '', ...rows] = csv.trimEnd().split('\r\n');
    const told = rows.map((row) => {
      const price = this.#one(['$1', '$1', '$1', '10.3,', '"10,05",', '11.2,', ',']);
      const decision = this.#one([',,', ',approve,', ',approve,', ',reject,margin']);
      return row.replace(/(?<=,10,)([^,]*,)/, price).replace(/,,$/, decision);
    });
    const again = this.#chance() < 0.1 ? told.slice(0, 1) : [];
    return [head, ...told, ...again].join('\r\n');
  }

  #setClock(by: Temporal.DurationLike): void {
    this.#world.setClock(this.#world.project.clock.now().add(by).toString());
  }

  async step(): Promise<void> {
    const what = this.#chance();
    if (what < 0.12) {
      put(this.#world.folder, this.#rows());
      await run(this.#world, 'propose');
    } else if (what < 0.18) await run(this.#world, 'apply');
    // Now and then by a clock that is behind.
    else if (what < 0.22) this.#setClock({ hours: this.#chance() < 0.4 ? -7 : 30 });
    else if (what < 0.32) await this.#insist();
    else if (what < 0.47) await this.#together();
    else if (what < 0.57) await this.#look();
    // Several at one time, some of one line; now and then while a run takes what is approved, or other rows come.
    else {
      if (this.#chance() < 0.7) await this.#look();
      const beside = what < 0.64 ? [run(this.#world, 'apply')] : what < 0.69 ? [run(this.#world, 'propose')] : [];
      const answers = Array.from({ length: 1 + Math.floor(this.#chance() * 4) }, () => this.#answer());
      await Promise.all([...beside, ...answers]);
    }
  }
}

for (const seed of seeds(3))
  test(`no row is let through without who must approve it, and none twice, whoever races: seed ${seed}`, async () => {
    const world = await begin([
      { sku: 'A', to: 10.4 },
      { sku: 'B', to: 11.5 },
    ]);
    await run(world, 'propose');
    const play = new Play(world, chanceOf(seed));
    for (let step = 0; step < steps; step += 1) await play.step();
    await run(world, 'apply');
    assert.deepEqual(await wrong(world), []);
    const counts = await world.project.state.approvals.counts(node);
    outcomes.set('applied', (outcomes.get('applied') ?? 0) + (counts.get('applied') ?? 0));
    await world.close();
  });

test('in those rounds every kind of answer was given', () => {
  const kinds = ['approved', 'approved once', 'edited', 'rejected', 'NOT_ALLOWED', 'DECIDED_ALREADY', 'ROWS_INVALID'];
  const missing = [...kinds, 'applied'].filter((kind) => !outcomes.get(kind));
  assert.deepEqual(missing, [], JSON.stringify([...outcomes]));
  const together = [...outcomes.keys()].filter((kind) => kind.startsWith('together '));
  assert.ok(together.length >= 2, together.join());
});
