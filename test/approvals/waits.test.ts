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

test('a run that fails tells what failed and how to go on, also where what is shown beside the lines cannot be computed', async () => {
  const world = await begin(
    [{ sku: 'A', to: 10.4 }],
    definitions
      .replace('today: sql`price`', 'today: sql`cast(sku as double)`')
      .replace(
        'export const propose =',
        `export const totals = table('totals', { columns: { sku: col.text().key(), units: col.integer() }, rows: sql\`select sku, cast(error('no totals') as integer) as units from \${recommendations}\` });
export const propose =`,
      )
      .replace(
        'when: byHand, build: [recommendations] ',
        "when: byHand, tell: 'sellers', build: [recommendations, totals] ",
      ),
  );
  await assert.rejects(run(world, 'propose'), { code: 'ENGINE_FAILED' });
  const told = readFileSync(path.join(world.folder, 'told.txt'), 'utf8');
  assert.match(told, /propose failed for 2026-09-16 at totals \(ENGINE_FAILED\)/);
  assert.match(told, /no totals[\s\S]*1 of 2 steps done/);
  assert.match(
    told,
    /1 line of recommendations_v1_approved_by_sales waits for sales[^\n]*\n {2}which ones could not be read/,
  );
  assert.match(told, /esteira resume \w+/);
  await world.close();
});

test('a run that has succeeded ends as one where nobody can say what waits after it, and dates that are built one after the other say it once', async () => {
  const world = await begin([{ sku: 'A', to: 10.4 }]);
  const { approvals } = world.project.state;
  const counts = approvals.counts.bind(approvals);
  Object.assign(approvals, { counts: () => Promise.reject(new Error('the disk went away')) });
  await run(world, 'propose');
  assert.deepEqual(
    (await world.project.state.runs({ limit: 1 })).map(({ state }) => state),
    ['succeeded'],
  );
  Object.assign(approvals, { counts });
  const dates = { from: '2026-09-14', to: '2026-09-16' };
  assert.equal((await world.do('backfill', { job: 'propose', ...dates })).state, 'done');
  const notes = world.events.flatMap((event) =>
    event.type === 'note' && event.text.includes('wait') ? [event.text] : [],
  );
  assert.deepEqual(notes, ['1 line of recommendations_v1_approved_by_sales waits for sales, since 2026-09-17 06:01Z']);
  await world.close();
});
