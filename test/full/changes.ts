// A Postgres server whose changes are followed while others write: the reader is killed at every named point and at moments, the server too; what is landed is
// compared with what the writer says it did. Then a snapshot of a million rows under writes, and two hundred thousand changes. ESTEIRA_ROUNDS times so many.

import { seeds } from '../run/support/rounds.ts';
import { bulk } from '../servers/postgres/changes/bulk.ts';
import { campaign, Server } from '../servers/postgres/changes/campaign.ts';

const tried = seeds(2);
const counts = { worlds: 0, kills: 0, points: 0, crashes: 0, changes: 0, snapshotRows: 0, differences: 0 };
const server = new Server();
try {
  for (const seed of tried) {
    const found = await campaign({ seed, kills: 25, crashes: 3, server });
    counts.worlds += 1;
    counts.kills += found.kills;
    counts.points = Math.max(counts.points, found.points);
    counts.crashes += found.crashes;
    counts.changes += found.changes;
    counts.differences += found.differences.length;
    console.log(
      `seed ${seed}: ${found.kills} kills at ${found.points} points, ${found.crashes} crashes, ${found.changes} changes, ${found.differences.join('; ') || 'no difference'}`,
    );
  }
  const many = await bulk({ rows: 1_000_000, changes: 320_000, kills: 12, crashes: 2, server });
  counts.worlds += 1;
  counts.kills += many.kills;
  counts.crashes += many.crashes;
  counts.changes += many.changes;
  counts.snapshotRows += many.snapshot;
  counts.differences += many.differences.length;
  console.log(
    `${many.snapshot} rows in the snapshot, ${many.changes} changes, ${many.kills} kills, ${many.crashes} crashes: ${many.differences.join('; ') || 'no difference'}`,
  );
} finally {
  server.stop();
}
const summary = JSON.stringify({ counts, seeds: tried, sources: ['src', 'test/servers/postgres/changes'] });
// Last of all: what tidies up after tests has something to say, too.
process.on('exit', () => console.log(summary));
process.exitCode = counts.differences === 0 ? 0 : 1;
