import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { SentJournal } from './journal.ts';
import type { Sent } from './send.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'esteira-journal-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const of = { run: 'one', of: 'users' };
const batch = (number: number) => ({
  ...{ number, hash: `hash ${number}`, rows: 2, columns: {} },
  rowHashes: [`${number} a`, `${number} b`],
});
const sent = (number: number, inDoubt: readonly number[] = []): Sent => ({
  ...{
    number,
    hash: `hash ${number}`,
    status: ['sent', 'failed'],
    reasons: { 1: `não há essa linha ${'é'.repeat(8 * (number % 400))}` },
  },
  ...{ inDoubt, tries: 1, seconds: 0.1, at: '2026-03-01T00:00:00Z' },
});

test('a journal of some megabytes is known to its last line that was written whole', async () => {
  const file = path.join(folder, 'large.jsonl');
  const count = 1200;
  const first = await SentJournal.open(file, of);
  for (let from = 0; from < count; from += 100)
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        await first.begin(batch(from + index));
        await first.keep(batch(from + index), sent(from + index));
      }),
    );
  await first.begin(batch(count));
  await first.close();
  assert.ok(statSync(file).size > 3_000_000, `${statSync(file).size} bytes`);
  // A process that was killed while it wrote.
  appendFileSync(file, JSON.stringify(sent(count)).slice(0, 40));
  const again = await SentJournal.open(file, of);
  for (let number = 0; number < count; number += 1) assert.deepEqual(again.find(batch(number)), sent(number));
  assert.equal(again.find(batch(count)), undefined);
  assert.equal(again.inDoubt, 2);
  assert.ok(again.isInDoubt(`${count} a`) && again.isInDoubt(`${count} b`));
  await again.keep(batch(count), sent(count));
  await again.close();
  const last = await SentJournal.open(file, of);
  assert.deepEqual(last.find(batch(count)), sent(count), 'the line that was cut spoils none after it');
  await last.close();
});

test('another delivery of the run knows what the one before has left in doubt, and of another run nothing', async () => {
  const file = path.join(folder, 'left.jsonl');
  const first = await SentJournal.open(file, of);
  await first.begin(batch(1));
  await first.keep(batch(1), sent(1, [1]));
  await first.close();
  const second = await SentJournal.open(file, { ...of, last: 1 });
  assert.equal(second.find(batch(1)), undefined);
  assert.deepEqual([second.isInDoubt('1 a'), second.isInDoubt('1 b')], [false, true]);
  await second.close();
  const other = await SentJournal.open(file, { ...of, run: 'another' });
  assert.equal(other.inDoubt, 0);
  await other.close();
});
