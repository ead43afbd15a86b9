import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { Looking, ofTheArrival } from '../run/support/compare.ts';
import { binOf, root } from '../sandbox.ts';
import { dates, deliverDay } from './days.ts';
import { inProcess } from './kill.ts';
import type { Command } from './process.ts';
import { State } from './state.ts';
import {
  carryOut,
  catalog,
  commands,
  compare,
  copied,
  kill,
  points,
  pointsOfOthers,
  pointsOfReturn,
  prepare,
  type Worlds,
  work,
} from './worlds.ts';

let worlds: Worlds;
before(async () => {
  worlds = await prepare({ parallel: 2 });
});

// Each in a world of its own: killed at the first point, and what goes on from there killed at the next, and so on.
const chains = [
  ['opened@1', 'claimed@1', 'before-intent@2', 'intent@1', 'staged@2'],
  ['fenced@2', 'candidate@2', 'judged@2', 'written@1'],
  ['checked@3', 'before-commit@2', 'committed@2', 'published@1', 'adopt@1'],
  ['done@4', 'written@6', 'committed@1', 'opened@1', 'before-finish@1'],
];
for (const chain of chains) {
  test(`killed at ${chain.join(', then ')}, the work of a day ends as if nothing had been`, async () => {
    const { killed, differences } = await kill(worlds, chain);
    assert.equal(killed, chain.length, 'every point was met');
    assert.deepEqual(differences, []);
  });
}

test('every point that a run names is among those at which it is killed', () => {
  const named = globSync('src/**/*.ts', { cwd: root })
    // Who writes files, or serves, is killed at points of his own, by the tests beside him.
    .filter((file) => !file.endsWith('.test.ts') && !/^src.(?:serve|adapters.files)\b/.test(file))
    .flatMap((file) => [...readFileSync(path.join(root, file), 'utf8').matchAll(/\btrace\('([\w-]+)'\)/g)])
    .map(([, point]) => point ?? '');
  assert.deepEqual([...new Set(named)].toSorted(), [...points, ...pointsOfReturn, ...pointsOfOthers].toSorted());
});

test('asked for the next date, a job first ends the run that was killed', async () => {
  const [one, other] = [copied(worlds.base, 'crash-next'), copied(worlds.base, 'crash-next')];
  const next = { name: 'run', input: { job: 'desk_daily', date: dates[2] }, now: `${dates[2]}T23:30:00Z` } as const;
  await carryOut(one, [...commands, next]);
  const { killedAt } = await inProcess(other, commands, 'published@6');
  assert.equal(killedAt, 1, 'in the daily job');
  await carryOut(other, [next]);
  assert.deepEqual(await compare(one, other), []);
});

test('a step that goes on reads what its first attempt would have read, and the run after it the rest', async () => {
  const [one, other] = [copied(worlds.base, 'crash-late'), copied(worlds.base, 'crash-late')];
  const running = `select step, bounds from step where state = 'running' order by step`;
  assert.equal((await inProcess(other, commands, 'staged@3')).killedAt, 1);
  const state = new State(other);
  const fixed = state.rows(running);
  state.close();
  assert.ok(fixed.length > 0);
  for (const folder of [one, other]) deliverDay(folder, 2);
  const [sync, run] = work(2);
  if (!sync || !run || !commands[1]) throw new Error('a day is two commands');
  await carryOut(other, [sync, commands[1], run]);
  await carryOut(one, [...commands, sync, run]);
  const looking = await Looking.at({ one, other }, catalog);
  const published = await looking.rows<{ step: string; bounds: string }>(
    `select step, bounds from other._esteira.publication where logical_time = '2026-03-03 02:00:00+00'`,
  );
  for (const { step, bounds } of fixed)
    assert.equal(published.find((row) => row.step === step)?.bounds, bounds, `bounds of ${step}`);
  const newer = looking.differences('one', 'other', { without: [...ofTheArrival, 'arrived_at'] });
  assert.deepEqual(await newer, []);
  looking.close();
});

// Which step is staged when depends on those beside it: of one of these the other job writes the table.
for (const stop of ['staged@3', 'staged@4'])
  test(`a step that goes on does not read again what another job has read for its table meanwhile: ${stop}`, async () => {
    const folder = copied(worlds.base, 'crash-other');
    const { killedAt } = await inProcess(folder, commands, stop);
    assert.equal(killedAt, 1);
    deliverDay(folder, 2);
    const [sync, run] = work(2);
    const other: Command = { name: 'run', input: { job: 'desk_words', date: dates[2] }, now: `${dates[2]}T23:20:00Z` };
    if (!sync || !run || !commands[1]) throw new Error('a day is two commands');
    await carryOut(folder, [sync, other, { ...commands[1], now: `${dates[2]}T23:25:00Z` }, run]);
    const undisturbed = copied(worlds.base, 'crash-other');
    await carryOut(undisturbed, commands);
    deliverDay(undisturbed, 2);
    await carryOut(undisturbed, [sync, other, run]);
    const looking = await Looking.at({ undisturbed, folder }, catalog);
    assert.deepEqual(
      await looking.differences('undisturbed', 'folder', { without: [...ofTheArrival, 'arrived_at'] }),
      [],
    );
    const behind = await looking.rows(`select w.* from folder._esteira.watermark as w
    join folder._esteira.fence as f on w.source = '${catalog}.' || f.scope where w.upper_bound <> f.seq`);
    assert.deepEqual(behind, [], 'all that is there has been read');
    const moved = await looking.rows(`
    select target, source from (
      select step as target, unnest(from_json(bounds, '["json"]')) as bound, run_seq, published_at from folder._esteira.publication)
    , lateral (select bound->>'source' as source, cast(bound->>'lower' as bigint) as lower, cast(bound->>'upper' as bigint) as upper)
    where lower is not null
    qualify lower < coalesce(lag(upper) over (partition by target, source order by published_at, run_seq), 0)`);
    assert.deepEqual(moved, [], 'what was read is not read again');
    looking.close();
  });

test('a run by hand that was killed goes on at another hour, and is one run', async () => {
  const folder = copied(worlds.base, 'crash-hand');
  const at = (now: string) => [{ name: 'run', input: { job: 'desk_words', date: dates[1] }, now }] as const;
  assert.equal((await inProcess(folder, at('2026-03-02T10:00:00Z'), 'published@1')).killedAt, 0);
  await carryOut(folder, at('2026-03-02T11:00:00Z'));
  const state = new State(folder);
  assert.deepEqual(
    state.rows(`select job, state, date from run where job = 'desk_words'`).map((row) => ({ ...row })),
    [{ job: 'desk_words', state: 'succeeded', date: dates[1] }],
  );
  state.close();
});

test('the command line ends what a killed command has left', async () => {
  const folder = copied(worlds.base, 'crash-line');
  const esteira = (now: string, words: readonly string[], stop?: string) => {
    const clock = path.join(folder, 'now');
    writeFileSync(clock, now);
    const env = { ...process.env, ESTEIRA_NOW: clock, ...(stop ? { ESTEIRA_STOP_AT: stop } : {}) };
    return spawnSync(process.execPath, [binOf(folder), ...words], { cwd: folder, env, encoding: 'utf8' });
  };
  const [sync, run] = commands.map(({ now }) => now) as [string, string];
  const daily = ['run', 'desk_daily', '--date', dates[1]];
  assert.notEqual(esteira(sync, ['sync', '--once'], 'committed@1').status, 0);
  assert.equal(esteira(sync, ['sync', '--once']).status, 0);
  assert.notEqual(esteira(run, daily, 'written@4').status, 0);
  const status = esteira(run, ['runs', '--json']);
  assert.match(status.stdout, /"running"/, 'a reader sees the run that is not at its end');
  const again = esteira(run, daily);
  assert.equal(again.status, 0, again.stderr);
  assert.deepEqual(await compare(worlds.undisturbed, folder), []);
});
