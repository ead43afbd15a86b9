import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { EsteiraError } from '../../src/errors.ts';
import { operate } from '../../src/operate/index.ts';
import type { World } from '../run/support/world.ts';
import { type Elsewhere, targetsAt } from './elsewhere.ts';
import { begin, definitions, end, idOf, put, wrong } from './world.ts';

const receipts = 'users.lead_score_receipts';
const batches =
  'select batch, row_count, sent, unchanged, failed, retries from users.lead_score_batches order by run_id, batch';
/** A run of the next day. */
const next = (world: World, day = 18) => {
  world.setClock(`2026-09-${day}T06:00:00Z`);
  return world.run('score');
};
/** The error of a run that fails. */
const failing = async (run: Promise<unknown>): Promise<EsteiraError> => {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof EsteiraError, String(error));
  return error;
};
const requests = (elsewhere: Elsewhere): number => elsewhere.rows('select * from request').length;

test('the rows of a table are written elsewhere, each once, and a receipt is kept of each', async () => {
  const at = await begin(25);
  const { world } = at;
  assert.equal((await world.run('score')).state, 'succeeded');
  assert.deepEqual(await wrong(at, 25), []);
  assert.deepEqual(await world.rows(`select status, count(*), count(distinct id) from ${receipts} group by status`), [
    ['sent', 25, 25],
  ]);
  assert.deepEqual(await world.rows(batches), [
    [1, 10, 10, 0, 0, 0],
    [2, 10, 10, 0, 0, 0],
    [3, 5, 5, 0, 0, 0],
  ]);
  await end(at);
});

test('a run in which no row is another one asks nothing of the place elsewhere', async () => {
  const at = await begin(5);
  await at.world.run('score');
  const before = requests(at.elsewhere);
  await next(at.world);
  assert.equal(requests(at.elsewhere), before);
  await end(at);
});

test('of rows that are published again only those are written that say something else there', async () => {
  const at = await begin(25);
  await at.world.run('score');
  const score = (n: number): number => (n === 7 ? 0.5 : n / 10_000);
  put(at.folder, 25, score);
  await next(at.world);
  assert.deepEqual(await at.world.rows(batches).then((all) => all.slice(3)), [
    [1, 10, 1, 9, 0, 0],
    [2, 10, 0, 10, 0, 0],
    [3, 5, 0, 5, 0, 0],
  ]);
  assert.deepEqual(
    at.elsewhere.rows('select id, lead_score, _writes from users where _writes <> 1').map((row) => ({ ...row })),
    [{ id: idOf(7), lead_score: 0.5, _writes: 2 }],
  );
  await end(at);
});

test('one row among a hundred that is refused is found by halves, and the others are written', async () => {
  const at = await begin(100, { text: definitions.replace('default(10)', 'default(100)') });
  at.elsewhere.poison(idOf(42));
  const error = await failing(at.world.run('score'));
  assert.match(error.details.what, /^1 of 100 rows of users\.lead_score were not written to users elsewhere/);
  assert.match(error.details.got ?? '', /^id u000042: u000042 is refused\.$/);
  assert.deepEqual(await at.world.rows(`select id, status, reason from ${receipts} where status <> 'sent'`), [
    [idOf(42), 'failed', 'u000042 is refused.'],
  ]);
  assert.equal(requests(at.elsewhere), 1 + 2 * 7, 'two requests for each time that a part is halved');
  at.elsewhere.cure();
  const before = requests(at.elsewhere);
  assert.equal((await at.world.run('score')).state, 'succeeded');
  assert.equal(requests(at.elsewhere), before + 1, 'only what failed is sent again');
  assert.deepEqual(await wrong(at, 100), []);
  assert.deepEqual(
    await at.world.rows('select batch, row_count, sent, failed from users.lead_score_batches order by batch'),
    [
      [1, 100, 99, 1],
      [2, 1, 1, 0],
    ],
  );
  await end(at);
});

test('a row that is not there elsewhere is not added by an update, and is said to be missing', async () => {
  const at = await begin(3);
  put(at.folder, 5);
  const error = await failing(at.world.run('score'));
  assert.match(error.details.got ?? '', /id u000003: there is no such row\nid u000004: there is no such row/);
  assert.equal(at.elsewhere.rows('select * from users').length, 3);
  await end(at);
});

test('a table that merges adds the rows that are missing there', async () => {
  const at = await begin(3, { text: definitions.replace("write: 'update'", "write: 'merge'") });
  put(at.folder, 5);
  await at.world.run('score');
  assert.deepEqual(await wrong(at, 5), []);
  await end(at);
});

test('rows that were set aside are not written, and a table without rows asks for nothing', async () => {
  const at = await begin(3);
  put(at.folder, [`${idOf(0)},0.5`, `${idOf(1)},7`]);
  await at.world.run('score');
  assert.deepEqual(
    at.elsewhere.rows('select id, _writes from users where _writes > 0').map((row) => row['id']),
    [idOf(0)],
  );
  const before = requests(at.elsewhere);
  put(at.folder, []);
  await next(at.world);
  assert.equal(requests(at.elsewhere), before);
  assert.deepEqual(await at.world.rows(`select count(*) from ${receipts}`), [[1]]);
  await end(at);
});

test('a request that comes to nothing is sent again after as long as the place says, and what needed it is counted', async () => {
  const at = await begin(25);
  at.elsewhere.fail('passing', 4, 20);
  await at.world.run('score');
  assert.deepEqual(await wrong(at, 25), []);
  assert.deepEqual(await at.world.rows('select sum(retries) from users.lead_score_batches'), [[4]]);
  assert.ok(
    at.world.events.some(
      (event) => event.type === 'progress' && /batch 3\/3, 25 rows, [\d,]+ rows\/s, 4 retries/.test(event.text),
    ),
  );
  await end(at);
});

/** A run of a process whose clock is minutes later whenever a request comes to nothing. */
const hurried = (at: { readonly world: World; readonly elsewhere: Elsewhere; readonly folder: string }) => {
  let ahead = 0;
  const { project } = at.world;
  const targets = targetsAt(at.folder, () => {
    if (at.elsewhere.rows('select * from fault').length > 0) ahead += 200_000;
  });
  const clock = { ...project.clock, now: () => project.clock.now(), elapsed: () => performance.now() + ahead };
  const hurry = { ...project, targets, clock, retries: { times: 2, wait: '1 ms' } } as const;
  return operate(hurry, 'run', { job: 'score' }, { emit: () => {}, signal: new AbortController().signal });
};
const oneByOne = definitions.replace('parallel: 3', 'parallel: 1');
test('a place that is away again and again has the receipts of each time, by one run', async () => {
  let kept = 0;
  const at = await begin(50, {
    text: oneByOne,
    trace: (point) => {
      if (point === 'batch-kept' && [2, 4].includes(++kept)) at.elsewhere.fail('passing', 1);
    },
  });
  const { runId } = await hurried(at);
  assert.deepEqual(await wrong(at, 50), []);
  const made = await at.world.project.warehouse.publications('leads', runId);
  const parts = made.filter(({ step }) => step.endsWith('_receipts'));
  assert.deepEqual(
    parts.map(({ part, details: { delivered } }) => [part, delivered?.sent, delivered?.failed, delivered?.left]),
    [
      [0, 20, 10, 20],
      [1, 10, 10, 10],
      [2, 20, 0, 0],
    ],
  );
  assert.deepEqual(
    (await at.world.rows(batches)).map(([batch, rows]) => [batch, rows]),
    [1, 2, 3, 4, 5, 6, 7].map((batch) => [batch, 10]),
  );
  await end(at);
});

test('rows that were written while nobody answered are sent by the run that goes on, in other batches, too', async () => {
  let kept = 0;
  const at = await begin(50, {
    trace: (point) => {
      // Of the first of them the answer is lost, of a second one nobody knows whether it was sent at all.
      if (point === 'batch-kept' && ++kept === 2) at.elsewhere.fail('unanswered', 1);
    },
  });
  await hurried(at);
  assert.deepEqual(await wrong(at, 50), []);
  assert.deepEqual(await at.world.rows('select sum(sent), sum(unchanged) from users.lead_score_batches'), [[50, 0]]);
  assert.ok(
    Number((await at.world.rows(`select count(*) from ${receipts} where reason like 'it was sent twice%'`))[0]?.[0]) >
      0,
  );
  await end(at);
});

test('a rehearsal on a copy writes nothing elsewhere', async () => {
  const at = await begin(25);
  const { project } = at.world;
  const backup = path.join(at.folder, 'backup');
  await at.world.do('backup', { folder: backup });
  const copy = path.join(at.folder, 'copy');
  const rehearsal = await project.rehearse?.({ backup, at: copy });
  assert.ok(rehearsal);
  cpSync(path.join(at.folder, 'files'), path.join(copy, 'files'), { recursive: true });
  const of = { emit: () => {}, signal: new AbortController().signal };
  const { state, steps } = await operate(rehearsal.project, 'run', { job: 'score' }, of);
  assert.equal(state, 'succeeded');
  assert.ok(steps.some(({ step }) => step.endsWith('_receipts')));
  const sql = `select count(*), (select count(*) from ${receipts}) from users.lead_score`;
  assert.deepEqual((await operate(rehearsal.project, 'query', { sql }, of)).rows, [[25, 0]]);
  await rehearsal.close();
  assert.equal(requests(at.elsewhere), 0);
  // And the project itself is as it was.
  await at.world.run('score');
  assert.deepEqual(await wrong(at, 25), []);
  await end(at);
});

test('a process that another has followed begins no further batch', async () => {
  let [kept, ahead] = [0, 0];
  const at = await begin(100, {
    text: oneByOne,
    trace: (point) => {
      if (point !== 'batch-kept' || ++kept !== 2) return;
      // It stood still, and somebody else has the run now.
      ahead += 60_000;
      const state = new DatabaseSync(path.join(at.folder, 'state.sqlite'), { timeout: 10_000 });
      state.exec('update lease set token = token + 1');
      state.close();
    },
  });
  const { project } = at.world;
  const clock = { ...project.clock, now: () => project.clock.now(), elapsed: () => performance.now() + ahead };
  const of = { emit: () => {}, signal: new AbortController().signal };
  const error = await failing(operate({ ...project, clock }, 'run', { job: 'score' }, of));
  assert.equal(error.code, 'FENCED');
  assert.equal(requests(at.elsewhere), 2);
  await end(at);
});

test('a key that is refused ends the delivery at once: what was written before it has its receipts', async () => {
  let written = 0;
  const at = await begin(100, {
    trace: (point) => {
      if (point === 'batch-kept' && ++written === 4) at.elsewhere.fail('of all', 50);
    },
  });
  const error = await failing(at.world.run('score'));
  assert.equal(error.code, 'SOURCE_REFUSED');
  const [[rows]] = (await at.world.rows(`select count(*) from ${receipts} where status = 'sent'`)) as [[number]];
  assert.ok(rows >= 40 && rows < 100, `${rows} rows`);
  at.elsewhere.exec('delete from fault');
  await at.world.run('score');
  assert.deepEqual(await wrong(at, 100), []);
  await end(at);
});

test('another size of batches, which is a setting, is that of the next delivery, and no reason for one', async () => {
  const at = await begin(25);
  await at.world.run('score');
  const before = requests(at.elsewhere);
  await at.world.do('settings set', { name: 'config.scoring.batch', value: '20', by: 'test', reason: 'test' });
  const view = await next(at.world);
  assert.deepEqual(
    view.steps.map(({ state }) => state),
    ['done', 'done', 'done'],
  );
  assert.equal(requests(at.elsewhere), before);
  put(at.folder, 25, () => 0.5);
  await next(at.world, 19);
  assert.equal(requests(at.elsewhere), before + 2);
  await end(at);
});

test('receipts and batches are tables like others: a query reads them, and a monitor watches them', async () => {
  const at = await begin(25);
  at.elsewhere.poison(idOf(3));
  await failing(at.world.run('score'));
  assert.deepEqual(await at.world.rows('select sum(row_count), sum(failed) from users.lead_score_batches'), [[25, 1]]);
  const { monitors } = await at.world.do('monitors', {});
  assert.deepEqual(
    monitors.map(({ monitor, since }) => [monitor, since]),
    [['rows that are not where they should be', '2026-09-17T06:00:00Z']],
  );
  at.elsewhere.cure();
  at.world.setClock('2026-09-17T07:00:00Z');
  await at.world.run('score');
  const mended = (await at.world.do('monitors', {})).monitors;
  assert.deepEqual(
    mended.map(({ since, last }) => [since, last?.verdict]),
    [[undefined, 'held']],
  );
  await end(at);
});

test('a run shows what it has written elsewhere, in all its parts, and every row that is not there is named', async () => {
  const at = await begin(25);
  at.elsewhere.poison(idOf(3), idOf(4));
  await failing(at.world.run('score'));
  const before = await at.world.do('write-back', { name: 'users.lead_score' });
  assert.deepEqual(
    before.failed.map(({ key, reason }) => `${key}: ${reason}`),
    ['id u000003: u000003 is refused.', 'id u000004: u000004 is refused.'],
  );
  at.elsewhere.cure();
  await at.world.run('score');
  const { runs, failedRows } = await at.world.do('write-back', { name: 'users.lead_score' });
  assert.equal(failedRows, 0);
  assert.deepEqual(
    runs.map(({ batches, rows, sent, failed }) => [batches, rows, sent, failed]),
    [[4, 27, 25, 2]],
  );
  const shown = await at.world.do('show', { name: 'latest' });
  assert.ok('steps' in shown);
  const { delivered } = shown.steps.find(({ step }) => step.endsWith('_receipts'))?.details ?? {};
  assert.deepEqual([delivered?.rows, delivered?.sent, delivered?.failed, delivered?.batches], [25, 25, 0, 4]);
  await assert.rejects(at.world.do('write-back', { name: 'landing.scores' }), { code: 'NAME_UNKNOWN' });
  await end(at);
});

test('a row that failed and that the table has no more is none that is missing; of many the first are shown, and all counted', async () => {
  const at = await begin(150);
  const writeBack = () => at.world.do('write-back', { name: 'users.lead_score' });
  at.elsewhere.poison(...Array.from({ length: 120 }, (_, n) => idOf(n)));
  await failing(at.world.run('score'));
  const before = await writeBack();
  assert.deepEqual([before.failed.length, before.failedRows], [100, 120]);
  put(at.folder, [`${idOf(0)},0.5`, `${idOf(149)},0.5`]);
  await failing(next(at.world));
  const { failed, failedRows } = await writeBack();
  assert.deepEqual([failed.map(({ key }) => key), failedRows], [['id u000000'], 1]);
  await end(at);
});

test('a run that is stopped in the middle has receipts of what it has written, and the next one writes the rest', async () => {
  const stop = new AbortController();
  let kept = 0;
  const at = await begin(100, {
    trace: (point) => {
      if (point === 'batch-kept' && ++kept === 3) stop.abort();
    },
  });
  const of = { emit: () => {}, signal: stop.signal };
  assert.equal((await failing(operate(at.world.project, 'run', { job: 'score' }, of))).code, 'CANCELLED');
  const [[rows] = []] = await at.world.rows(`select count(*) from ${receipts} where status = 'sent'`);
  assert.ok(Number(rows) >= 30 && Number(rows) < 100, `${rows} receipts`);
  await next(at.world);
  assert.deepEqual(await wrong(at, 100), []);
  assert.equal(at.elsewhere.rows('select * from users where _writes > 1').length, 0);
  await end(at);
});
