// A Kafka broker whose messages are brought in while it is away on some days and killed on others, and the reader is killed at every named point and at
// moments; what is there at the end is compared with what was sent. ESTEIRA_ROUNDS times so many.
import { seeds } from '../run/support/rounds.ts';
import { withServer } from '../servers/started.ts';

const tried = seeds(2);
const counts = { worlds: 0, kills: 0, points: 0, crashes: 0, owed: 0, messages: 0, differences: 0 };
await withServer('kafka', async (file) => {
  process.env['ESTEIRA_TEST_KAFKA'] = file;
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
});
const summary = JSON.stringify({ counts, seeds: tried, sources: ['src', 'test/servers/kafka'] });
// Last of all: what tidies up after tests has something to say, too.
process.on('exit', () => console.log(summary));
process.exitCode = counts.differences === 0 ? 0 : 1;
