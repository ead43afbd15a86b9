import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { answer, begin, definitions, lineOf, run } from './world.ts';

const what = '2 lines of recommendations_v1_approved_by_sales wait for sales, the oldest since 2026-09-17 06:01Z';
const next = 'esteira approvals list recommendations_v1_approved_by_sales';

test('what waits for people is said after the run that asks for it, to the channel of its job, and by diagnose, and no more once it is answered', async () => {
  const world = await begin(
    [
      { sku: 'A', to: 10.4 },
      { sku: 'B', to: 12 },
    ],
    definitions.replaceAll('when: byHand,', "when: byHand, tell: 'sellers',"),
  );
  const file = path.join(world.folder, 'told.txt');
  await run(world, 'propose');
  assert.deepEqual(
    world.events.filter(({ type }) => type === 'note'),
    [{ type: 'note', level: 'info', text: what, next }],
  );
  const told = readFileSync(file, 'utf8');
  assert.ok(
    told.includes(`
${what}
  date 2026-09-17, sku A
    recommended_price 10.4; today 10; change % 4; revenue 40; until 2026-09-20 06:01Z
  date 2026-09-17, sku B
    recommended_price 12; today 10; change % 20; revenue 200; second person of pricing; until 2026-09-20 06:01Z

What to look at next
  ${next}
`),
    told,
  );
  const { waits, findings } = await world.do('diagnose', {});
  assert.deepEqual([waits, findings], [[what], []]);
  for (const sku of ['A', 'B']) await answer(world, 'reject', await lineOf(world, sku), 'ana', 'margin');
  rmSync(file);
  await run(world, 'propose');
  assert.doesNotMatch(readFileSync(file, 'utf8'), /wait/);
  assert.deepEqual((await world.do('diagnose', {})).waits, []);
  await world.close();
});
