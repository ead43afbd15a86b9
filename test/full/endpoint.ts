// What an endpoint must show, with full counts: 200 versions swapped under load, with bad ones among them. ESTEIRA_ROUNDS times so many.

import { stalls } from '../endpoint/reload/stalls.ts';
import { growth, swapsUnderLoad } from '../endpoint/reload/swaps.ts';
import { seeds } from '../run/support/rounds.ts';

const tried = seeds(1);
const counts = {
  swaps: 0,
  refused: 0,
  requests: 0,
  failed: 0,
  wrong: 0,
  leastInFlight: Number.POSITIVE_INFINITY,
  bytesASwap: 0,
};
for (const seed of tried) {
  const { swaps, refused, load, inFlight, memory, differences } = await swapsUnderLoad({ swaps: 200, rate: 200, seed });
  counts.swaps += swaps;
  counts.refused += refused;
  counts.requests += load.sent;
  counts.failed += load.failed;
  counts.wrong += differences.length;
  counts.leastInFlight = Math.min(counts.leastInFlight, inFlight.least);
  counts.bytesASwap = Math.max(counts.bytesASwap, Math.round(growth(memory, swaps)));
  const { p50, p95, p99, most } = load.latency;
  console.log(
    `seed ${seed}: ${swaps} swaps, ${refused} refused; ${load.sent} requests, ${load.failed} failed, ${inFlight.least} to ${inFlight.median} (median) in flight at a swap`,
  );
  console.log(
    `  latency p50 ${p50.toFixed(1)}, p95 ${p95.toFixed(1)}, p99 ${p99.toFixed(1)}, most ${most.toFixed(1)} ms, of which the handler waits 150`,
  );
  console.log(
    `  memory ${memory.map((bytes) => (bytes / 2 ** 20).toFixed(1)).join(', ')} MiB: ${Math.round(growth(memory, swaps))} bytes a swap`,
  );
  for (const difference of differences.slice(0, 20)) console.log(`  ${difference}`);
}
const told = (milliseconds: number): string => milliseconds.toFixed(1);
for (const trees of [300, 2000]) {
  const { without, during } = await stalls({ trees, leaves: 31, swaps: 12 });
  console.log(
    `${trees} trees of 31 leaves: late by p99 ${told(during.p99)}, most ${told(during.most)} ms while a version is swapped; without ${told(without.p99)}, ${told(without.most)}`,
  );
}
const isGood = counts.failed === 0 && counts.wrong === 0 && counts.leastInFlight >= 10 && counts.bytesASwap < 20_000;
console.log(
  JSON.stringify({
    counts,
    seeds: tried,
    sources: ['src/serve', 'src/learn/trees', 'src/registry', 'test/endpoint/reload'],
  }),
);
process.exitCode = isGood ? 0 : 1;
