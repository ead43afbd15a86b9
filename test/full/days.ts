// Sixty days of one project, kept by `esteira start`: owners that are killed, stopped and away, clocks that change. ESTEIRA_ROUNDS times so many.
import { seeds } from '../run/support/rounds.ts';
import { simulate } from '../schedule/days.ts';

const tried = seeds(1);
const total = new Map<string, number>();
for (const seed of tried) {
  const { differences, ...counts } = await simulate({ seed, days: 60 });
  for (const [name, count] of Object.entries({ ...counts, differences: differences.length }))
    total.set(name, (total.get(name) ?? 0) + count);
  console.log(`seed ${seed}: ${JSON.stringify(counts)}\n  ${differences.join('\n  ') || 'every day once, or named'}`);
}
console.log(JSON.stringify({ counts: Object.fromEntries(total), seeds: tried, sources: ['src', 'test/schedule'] }));
process.exitCode = total.get('differences') === 0 ? 0 : 1;
