// 10,000 users without score in a real Postgres behind a real PostgREST behind a real nginx: the request that people write first gets its 414, the job is killed
// at each of its batches and resumed, each score is that of scikit-learn, and each row is written once.
import { withServer } from '../servers/started.ts';

const users = 10_000;
const counts: Record<string, number> = { users };
let isGood = false;
await withServer('supabase', async (file) => {
  process.env['ESTEIRA_TEST_SUPABASE'] = file;
  // It reads the addresses as it is loaded.
  const { killedAndResumed, naive } = await import('../servers/supabase/campaign.ts');
  const { differences, ...found } = await killedAndResumed(users);
  Object.assign(counts, found, { naive: await naive(), differences: differences.length });
  console.log(`${JSON.stringify(counts)}\n  ${differences.join('\n  ') || 'each row is written once'}`);
  isGood = differences.length === 0 && found.batchesKilled === found.batches && counts['naive'] === 414;
});
const sources = ['src/run/deliver', 'src/adapters/supabase', 'src/ports/targets.ts', 'test/servers/supabase'];
const summary = JSON.stringify({ counts, sources });
// Last of all: what tidies up after tests has something to say, too.
process.on('exit', () => console.log(summary));
process.exitCode = isGood ? 0 : 1;
