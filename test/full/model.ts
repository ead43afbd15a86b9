// The model of a step on a store whose writes are atomic for one table each: all worlds within each of the limits; the right orders have no bad one, each wrong order has.
import { explore } from '../model/explore.ts';
import { eased, right, wrong } from '../model/variants.ts';

const limits = [
  { crashes: 1, takeovers: 1, cancels: 1 },
  { crashes: 2, takeovers: 1, cancels: 1 },
  { crashes: 0, takeovers: 2, cancels: 1 },
  { crashes: 1, takeovers: 2, cancels: 1 },
];
const counts = { worlds: 0, ends: 0, bad: 0, stuck: 0, wrongOrders: wrong.length, foundOut: 0 };
const within = (limit: (typeof limits)[number]): string => Object.values(limit).join(', ');

for (const variant of [...right, ...eased]) {
  for (const limit of limits) {
    const { worlds, ends, bad, stuck, way } = explore(variant, limit);
    console.log(`${variant.name} (${within(limit)}): ${worlds} worlds, ${bad} bad, ${stuck} stuck`);
    if (way) console.log(`  ${way.join('; ')}`);
    counts.worlds += worlds;
    counts.ends += ends;
    counts.bad += bad;
    counts.stuck += stuck;
  }
}
for (const variant of wrong) {
  const { worlds, bad, wrongs } = explore(variant, limits[0] as (typeof limits)[number]);
  console.log(`${variant.name}: ${worlds} worlds, ${bad} bad: ${Object.keys(wrongs).join(', ') || 'NOT FOUND OUT'}`);
  if (bad > 0) counts.foundOut += 1;
}
console.log(JSON.stringify({ counts, limits, sources: ['test/model'] }));
process.exitCode = counts.bad + counts.stuck === 0 && counts.foundOut === counts.wrongOrders ? 0 : 1;
