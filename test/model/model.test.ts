// The protocol for stores whose writes are atomic for one table each: every interleaving of two processes, two ticks and a late row, with what disturbs them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Explored, explore } from './explore.ts';
import { chosen, eased, right, wrong } from './variants.ts';

test('a kill and a take-over at any place leave each row once, and a way on', () => {
  const { bad, stuck, worlds, ends, way } = explore(chosen, { crashes: 1, takeovers: 1, cancels: 0 });
  assert.deepEqual({ bad, stuck, way }, { bad: 0, stuck: 0, way: undefined });
  assert.ok(worlds > 15_000 && ends > 30, `${worlds} worlds, ${ends} ends`);
});

/** As little disturbance as a wrong order needs to be found out. */
const less = [
  { crashes: 1, takeovers: 0, cancels: 0 },
  { crashes: 0, takeovers: 0, cancels: 1 },
  { crashes: 0, takeovers: 1, cancels: 0 },
  { crashes: 1, takeovers: 0, cancels: 1 },
  { crashes: 0, takeovers: 1, cancels: 1 },
  { crashes: 1, takeovers: 1, cancels: 1 },
];
for (const variant of wrong) {
  test(`found out: ${variant.name}`, (context) => {
    let found: Explored | undefined;
    for (const limits of less) {
      found = explore(variant, limits, { untilBad: true });
      if (found.bad > 0) break;
    }
    assert.ok(found?.way, 'no history of it ends badly');
    context.diagnostic(found.way.join('; '));
  });
}

test('each order, right or wrong, has a name of its own', () => {
  const names = [...right, ...eased, ...wrong].map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});
