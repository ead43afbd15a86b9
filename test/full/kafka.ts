// A Kafka broker whose messages are brought in while it is away on some days and killed on others, and the reader is killed at every named point and at
// moments; what is there at the end is compared with what was sent. ESTEIRA_ROUNDS times so many.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { seeds } from '../run/support/rounds.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'esteira-broker-'));
const file = path.join(folder, 'addresses');
const carry = (what: 'start' | 'stop'): void => {
  const script = path.join(import.meta.dirname, '..', '..', '.ci', 'kafka');
  const { status, stdout, stderr } = spawnSync(script, [what, file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`.ci/kafka ${what}: ${stdout}${stderr}`);
};

const tried = seeds(2);
const counts = { worlds: 0, kills: 0, points: 0, crashes: 0, owed: 0, messages: 0, differences: 0 };
carry('start');
process.env['ESTEIRA_TEST_KAFKA'] = file;
try {
  // It asks for the broker's addresses as it is loaded.
  const { campaign } = await import('../servers/kafka/campaign.ts');
  for (const seed of tried) {
    const { differences, ...found } = await campaign({ seed, days: 12, crashes: 2 });
    counts.worlds += 1;
    counts.points = Math.max(counts.points, found.points);
    for (const name of ['kills', 'crashes', 'owed', 'messages'] as const) counts[name] += found[name];
    counts.differences += differences.length;
    console.log(`seed ${seed}: ${JSON.stringify(found)}, ${differences.join('; ') || 'no difference'}`);
  }
} finally {
  carry('stop');
  rmSync(folder, { recursive: true, force: true });
}
const summary = JSON.stringify({ counts, seeds: tried, sources: ['src', 'test/servers/kafka'] });
// Last of all: what tidies up after tests has something to say, too.
process.on('exit', () => console.log(summary));
process.exitCode = counts.differences === 0 ? 0 : 1;
