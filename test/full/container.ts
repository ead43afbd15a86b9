// A container of each of 30 days, with a checkout that only reads and nothing that it keeps; the history in Postgres. A model from elsewhere is taken in on Sundays,
// users are scored, and their scores are written back into the application's tables, whatever happens: see months.ts. ESTEIRA_ROUNDS times so many months.

import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { seeds } from '../run/support/rounds.ts';
import { withServer } from '../servers/started.ts';

const tried = seeds(1);
const counts: Record<string, number> = {};
// What a month has made is taken away when its test ends, and needs the server for it.
await test('months of containers', (whole) =>
  withServer('postgres', async (file) => {
    process.env['ESTEIRA_TEST_POSTGRES'] = readFileSync(file, 'utf8').trim();
    // It reads the address as it is loaded.
    const { month } = await import('../unattended/months.ts');
    for (const seed of tried)
      await whole.test(`seed ${seed}`, async () => {
        const { differences, ...found } = await month(seed, { days: 30 });
        for (const [name, count] of Object.entries({ ...found, differences: differences.length }))
          counts[name] = (counts[name] ?? 0) + count;
        console.log(
          `seed ${seed}: ${JSON.stringify(found)}\n  ${differences.join('\n  ') || 'every day is kept or named, each score written once'}`,
        );
      });
  }));
const summary = JSON.stringify({ counts, seeds: tried, sources: ['src', 'test/unattended'] });
// Last of all: what tidies up after tests has something to say, too.
process.on('exit', () => console.log(summary));
process.exitCode = counts['differences'] === 0 ? 0 : 1;
