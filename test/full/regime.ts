// The pricing pipeline, night by night, of twenty seeds, each a project of its own: a competitor who halves his prices is told of on the same day, people who change within fourteen days, after
// which a model that is trained again passes its gate; before anything happens nobody is told of anything. ESTEIRA_ROUNDS times so many.
import { eventfulNights } from '../pricing/years.ts';
import { seeds } from '../run/support/rounds.ts';

const tried = seeds(20);
const counts = { seeds: 0, cutSameDay: 0, regimeWithin14Days: 0, models: 0, retrainedPassed: 0, early: 0 };
for (const seed of tried) {
  const events = await eventfulNights(seed, { learned: '2026-09-13', products: 30 });
  const { halved, regime, cutTold, regimeTold, early, gates } = events;
  const within = Temporal.PlainDate.from(regime).add({ days: 14 }).toString();
  counts.seeds += 1;
  counts.models += gates.length;
  counts.early += early.length;
  if (cutTold === halved) counts.cutSameDay += 1;
  if (regimeTold !== undefined && regimeTold >= regime && regimeTold <= within) counts.regimeWithin14Days += 1;
  // The first one is that of the nights before.
  if (gates.length > 1 && gates.at(-1)?.endsWith('passed')) counts.retrainedPassed += 1;
  console.log(`seed ${seed}: ${JSON.stringify(events)}`);
}
console.log(JSON.stringify({ counts, seeds: tried, sources: ['src', 'pipelines/pricing', 'test/pricing'] }));
const { cutSameDay, regimeWithin14Days, retrainedPassed, early } = counts;
const isAll = [cutSameDay, regimeWithin14Days, retrainedPassed].every((count) => count === tried.length);
process.exitCode = isAll && early <= tried.length / 20 ? 0 : 1;
