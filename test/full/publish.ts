// A server of S3 whose bucket forty publish to at once, whose connections break at any piece that is sent, and whose publishers are killed at named points
// and at any time: latest is always whole, never goes back, and the histories of state and bucket come to be equal. ESTEIRA_ROUNDS times so many.
import { readFileSync } from 'node:fs';
import { seeds } from '../run/support/rounds.ts';
import { withServer } from '../servers/started.ts';

const tried = seeds(40);
const counts: Record<string, number> = {
  races: 0,
  publishers: 0,
  worlds: 0,
  cuts: 0,
  killedProjects: 0,
  kills: 0,
  moves: 0,
  differences: 0,
};
await withServer('s3', async (file) => {
  process.env['ESTEIRA_TEST_S3'] = readFileSync(file, 'utf8').trim();
  // It reads the address as it is loaded.
  const { cuts, kills, races } = await import('../servers/s3/campaign.ts');
  const tell = (what: string, found: Awaited<ReturnType<typeof races>>): void => {
    for (const [name, count] of Object.entries(found.counts)) counts[name] = (counts[name] ?? 0) + count;
    counts['differences'] = (counts['differences'] ?? 0) + found.differences.length;
    console.log(`${what}: ${JSON.stringify(found.counts)} ${found.differences.join('; ') || 'no difference'}`);
  };
  tell('races', await races(tried.length / 5));
  for (const seed of tried) tell(`cuts, seed ${seed}`, await cuts(seed));
  for (const seed of tried.slice(0, tried.length / 5)) tell(`kills, seed ${seed}`, await kills(seed));
});
const sources = [
  'src/adapters/s3',
  'src/registry',
  'src/operate/publish',
  'src/ports/kept.ts',
  'test/publish',
  'test/servers/s3',
];
const summary = JSON.stringify({ counts, seeds: tried, sources });
// Last of all: what tidies up after tests has something to say, too.
process.on('exit', () => console.log(summary));
process.exitCode = counts['differences'] === 0 ? 0 : 1;
