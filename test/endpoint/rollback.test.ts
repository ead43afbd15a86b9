import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { oneBadADay } from '../../src/operate/checklist/objectives/champions.ts';
import { modelNamed } from '../../src/operate/models/find.ts';
import { binOf } from '../sandbox.ts';
import { Served } from './rollback-world.ts';

const stateOf = async (served: Served, version: string): Promise<string | undefined> =>
  (await served.history()).versions.find((one) => one.version === version)?.state;
async function until(isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + 30_000; !isSo(); ) {
    if (performance.now() > end) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
/** Bad enough to be seen within ten hours. */
const bad = 0.3;

describe('a champion that does worse is taken back', () => {
  it('by the job that the alert begins: the one before is used again, people hear why, and nothing is promoted by itself', async () => {
    const served = await Served.after(3, 0.58);
    const good = served.champion;
    const worse = await served.train();
    assert.equal(served.champion, worse);
    served.answer(5, 0.9, good);
    served.answer(5, 0.9, worse, 'shadow');
    await served.log();
    assert.equal(await served.verdict(), 'unknown', 'neither another version nor a shadow counts for it');
    served.answer(12, bad);
    await served.log();
    assert.equal(await served.verdict(), 'broken');
    await served.keep();
    assert.equal(served.champion, good);
    assert.equal(await stateOf(served, worse), 'taken back');
    const { moves, frozen } = await served.history();
    assert.match(
      moves[0]?.reason ?? '',
      /^hits: hit of gold\.ltr \d{8}_\d{4} is 0\.\d+ of \d+ since 2026-03-05, 0\.\d+ of [\d,]+ before: worse by more than 0\.02 with p /,
    );
    assert.deepEqual([moves[0]?.by, frozen?.takenBack, frozen?.job], ['job ltr_rollback', worse, 'ltr_rollback']);
    const told = readFileSync(path.join(served.folder, 'told.txt'), 'utf8');
    assert.match(told, /ltr_rollback succeeded for .*: gold\.ltr .* was taken back, .* is the champion again/);

    await served.log();
    assert.equal(await served.verdict(), 'unknown', 'a new life begins');
    const { open } = await served.world.do('alerts', {});
    assert.deepEqual(open, [], 'what was found of a version that is the champion no more is over');
    const next = await served.train();
    assert.equal(served.champion, good);
    assert.match(
      (await served.model()).newest?.waits ?? '',
      /^automatic promotion is frozen since .* by ltr_rollback$/,
    );
    assert.match((await served.world.do('status', {})).frozen[0]?.text ?? '', /when ltr_rollback took/);
    const newer = await served.train();
    const thawed = await served.world.do('models thaw', { model: 'ltr', by: 'ana', reason: 'the source is mended' });
    assert.deepEqual([thawed.thawed, thawed.champion, thawed.before], [true, newer, good]);
    await served.history();
    assert.deepEqual([served.champion, await stateOf(served, next)], [newer, 'candidate'], 'only the newest');
    const last = await served.train();
    assert.equal(served.champion, last, 'versions get out by themselves again');
    await served.close();
  });

  it('with all that it goes on from, where it is refined each hour: what bad trees are in is one champion, and so is what is before them', async () => {
    const served = await Served.after(3, 0.58);
    const hour = async (rate: number): Promise<string> => {
      const version = await served.train('hourly');
      assert.equal(served.champion, version);
      served.answer(1, rate);
      await served.log();
      return version;
    };
    const first = served.champion;
    await hour(0.58);
    const good = await hour(0.58);
    const bad: string[] = [await served.train()];
    while (served.champion !== good) {
      bad.push(await hour(0.1));
      assert.ok(bad.length < 12, `${await served.verdict()} after ${bad.length} hours`);
      // It is refined between the alert and the rollback as well.
      if ((await served.verdict()) === 'broken') bad.push(await served.train('hourly'));
      await served.keep();
    }
    assert.ok(bad.length > 4, 'no version alone had enough samples');
    const { moves, frozen, versions } = await served.history();
    assert.deepEqual([moves[0]?.from, moves[0]?.to, frozen?.takenBack], [bad.at(-1), good, bad.at(-1)]);
    const back = versions.filter(({ state }) => state === 'taken back').map(({ version }) => version);
    assert.deepEqual(back.toSorted(), bad.toSorted(), 'none of them is used again');
    const told = readFileSync(path.join(served.folder, 'told.txt'), 'utf8');
    assert.equal(told.match(/^Subject: .* hits$/gm)?.length, 1, 'it is told once, whatever the version is called');
    assert.match(told, /was taken back with what it goes on\s+from/);

    const { project } = served.world;
    const counted = await oneBadADay(project, modelNamed(project, 'ltr'), new Set(['hits']));
    assert.match(counted.what, /^1 champion in 30 days was taken back/);

    await served.log();
    assert.equal(await served.verdict(), 'unknown', 'a new life begins');
    const waiting = [await served.train('hourly'), await served.train('hourly')];
    assert.equal(served.champion, good);
    await served.world.do('models thaw', { model: 'ltr', by: 'ana', reason: 'the rows of the night are mended' });
    await served.history();
    assert.equal(served.champion, waiting[1], 'what goes on from the one that came back');
    served.later({ hours: 24 });
    for (const _ of Array.from({ length: 6 })) await hour(0.05);
    const said = await served.keep();
    assert.ok(
      said.some((text) => text.includes('ROLLBACK_IMPOSSIBLE')),
      `all have the trees of ${first}: ${said.join('\n')}`,
    );
    await served.close();
  });

  it('once a day: a second that is bad stays until the next, and people hear that it does', async () => {
    const served = await Served.after(3, 0.58);
    const good = served.champion;
    const [first, second] = [await served.train(), await served.train()];
    served.answer(9, bad);
    await served.log();
    await served.keep();
    assert.deepEqual([served.champion, await stateOf(served, second)], [first, 'taken back']);
    served.answer(9, bad);
    await served.log();
    await served.keepDuring(async (said) => {
      const times = (words: string): number => said.filter((text) => text.includes(words)).length;
      await until(() => times('ROLLBACK_TOO_SOON') === 1);
      served.later({ hours: 2 });
      await until(() => times('ROLLBACK_TOO_SOON') === 2);
      assert.equal((await served.history()).champion, first);
      served.later({ hours: 8 });
      await until(() => times(`gold.ltr ${first} was taken back`) === 1);
    });
    const told = readFileSync(path.join(served.folder, 'told.txt'), 'utf8');
    assert.equal(
      told.match(/^Subject: .*ltr_rollback failed .*\(ROLLBACK_TOO_SOON\)$/gm)?.length,
      1,
      'it is told once',
    );
    await served.history();
    assert.deepEqual([served.champion, await stateOf(served, first)], [good, 'taken back']);
    await served.close();
  });

  it('not when it was moved since the alert, nor without an alert', async () => {
    const served = await Served.after(3, 0.58);
    const good = served.champion;
    const worse = await served.train();
    served.answer(9, bad);
    await served.log();
    await served.world.do('models promote', { model: 'ltr', version: good, by: 'ana', reason: 'I have seen it first' });
    const said = await served.keep();
    assert.ok(
      said.some((text) => text.startsWith(`nothing was taken back: the alert is about gold.ltr ${worse}, and ${good}`)),
      said.join('\n'),
    );
    assert.deepEqual([served.champion, await stateOf(served, good)], [good, 'released']);
    await served.log();
    await served.world.run('ltr_rollback', undefined, { again: true });
    assert.equal((await served.history()).champion, good);
    await served.close();
  });

  it('not to one that is not whole any more: the one before that is used, and where there is none the run fails', async () => {
    const served = await Served.after(3, 0.58);
    const good = served.champion;
    const broken = await served.train();
    const worse = await served.train();
    rmSync(path.join(served.folder, 'data', 'models', 'ranking.gold.ltr', broken, 'model.json'));
    served.answer(9, bad);
    await served.log();
    await served.keep();
    assert.deepEqual([served.champion, await stateOf(served, worse)], [good, 'taken back']);
    served.later({ hours: 24 });
    served.answer(9, 0.05);
    await served.log();
    const said = await served.keep();
    assert.ok(
      said.some((text) => text.includes('ROLLBACK_IMPOSSIBLE')),
      said.join('\n'),
    );
    assert.equal(served.champion, good);
    await served.close();
  });

  it('when another could not be: people hear of both', async () => {
    const served = await Served.after(3, 0.58, { aside: true });
    await served.world.run('once');
    const good = served.champion;
    const worse = await served.train();
    served.answer(9, bad);
    await served.log();
    await served.keep();
    assert.deepEqual([served.champion, await stateOf(served, worse)], [good, 'taken back']);
    const told = readFileSync(path.join(served.folder, 'told.txt'), 'utf8').replace(/\s+/g, ' ');
    assert.match(
      told,
      new RegExp(
        `ltr_rollback failed for \\S+ \\(ROLLBACK_IMPOSSIBLE\\): gold\\.ltr ${worse} was taken back, ${good} is`,
      ),
    );
    assert.doesNotMatch(told, /nothing of gold\.aside was taken back/);
    await served.close();
  });

  it('not for a limit that none could go beyond: people hear that nothing can be measured, and once it can it goes on', async () => {
    const served = await Served.after(3, 0.58);
    const good = served.champion;
    const worse = await served.train();
    const limit = (value: string) =>
      served.world.do('settings set', { name: 'config.limits.worse', value, by: 'ana', reason: 'a test' });
    await limit('2');
    served.answer(9, bad);
    await served.log();
    assert.equal(await served.verdict(), 'failed');
    const { open } = await served.world.do('alerts', {});
    assert.match(open[0]?.latest.what ?? '', /not be measured: the limit 2 is none that a mean of hit could go beyond/);
    await served.keep();
    assert.equal(served.champion, worse);
    await limit('0.02');
    await served.log();
    await served.keep();
    assert.equal(served.champion, good);
    await served.close();
  });

  it('once, when the process is killed after the move, and the run goes on', async () => {
    const served = await Served.after(3, 0.58);
    const good = served.champion;
    const worse = await served.train();
    served.answer(9, bad);
    await served.log();
    await served.close();
    const start = (stop: string) =>
      spawnSync(process.execPath, [binOf(served.folder), 'start', '--once'], {
        cwd: served.folder,
        env: { ...process.env, ESTEIRA_NOW: served.now.toString(), ESTEIRA_STOP_AT: stop },
        encoding: 'utf8',
      });
    for (const stop of ['champion-moved@1', 'taken-back@1', 'finished@1']) {
      const { signal, stdout, stderr } = start(stop);
      assert.equal(signal, 'SIGKILL', `${stop}: ${stdout}${stderr}`);
    }
    await served.open();
    await served.keep();
    const { moves, frozen } = await served.history();
    assert.deepEqual([served.champion, moves.length, frozen?.takenBack], [good, 3, worse]);
    const [run] = (await served.world.do('runs', {})).runs;
    assert.deepEqual([run?.job, run?.state], ['ltr_rollback', 'succeeded']);
    await served.close();
  });
});

describe('what is before is used up one day', () => {
  it('then people see that nothing is compared any more, and since when, and a week later it is not known', async () => {
    const served = await Served.after(1, 0.58);
    const version = await served.train();
    const last = async (hours: number) => {
      served.answer(hours, 0.58);
      await served.log();
      const { monitors } = await served.world.do('monitors', { name: 'hits' });
      return monitors[0]?.last;
    };
    const first = await last(50);
    assert.equal(first?.verdict, 'held');
    const early = await last(5 * 24);
    assert.equal(early?.verdict, 'held');
    assert.match(early?.what ?? '', /; nothing of before is left beside its rows since 2026-03-04$/);
    const late = await last(3 * 24);
    assert.equal(late?.verdict, 'unknown');
    assert.match(
      late?.what ?? '',
      new RegExp(
        `^gold\\.ltr ${version} is compared no more: .* since 2026-03-04; of 14,\\d+ rows 1,\\d+ were compared`,
      ),
    );
    await served.close();
  });
});

describe('good days end what a rollback has frozen', () => {
  it('also where fewer rows are left of before than the days would need: the rows of each day count', async () => {
    const served = await Served.after(1, 0.58, { frozen: '3 days' });
    await served.train();
    served.answer(9, bad);
    await served.log();
    await served.keep();
    const waiting = await served.train();
    served.later({ hours: 14 });
    for (const _ of [1, 2, 3, 4]) {
      assert.notEqual(served.champion, waiting);
      served.answer(24, 0.58);
      await served.log();
      await served.history();
    }
    assert.equal(served.champion, waiting);
    await served.close();
  });

  it('when there were enough of them with enough samples, the newest that waits is the champion', async () => {
    const served = await Served.after(7, 0.58, { frozen: '2 days' });
    const good = served.champion;
    await served.train();
    served.answer(9, bad);
    await served.log();
    await served.keep();
    const waiting = await served.train();
    const looked = async (hours: number, rate = 0.58): Promise<string> => {
      served.answer(hours, rate);
      await served.log();
      await served.history();
      return `${served.champion === waiting ? 'thawed' : (await served.model()).frozen?.days?.good}`;
    };
    assert.equal(await looked(24), '0', 'the day of the rollback does not count');
    served.later({ hours: 24 });
    assert.equal(await looked(1), '1');
    assert.equal(await looked(24), '1', 'a day with few requests counts for nothing');
    assert.equal(await looked(24), 'thawed');
    const { moves, frozen } = await served.history();
    assert.deepEqual([moves[0]?.from, moves[0]?.by, frozen], [good, 'job ltr_rollback', undefined]);
    assert.match(moves[0]?.reason ?? '', /^\d good days after .* was taken back$/);
    await served.close();
  });
});
