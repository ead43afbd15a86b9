// What a shadow may do to the champion beside it, in 9 pairs of rounds under open-loop load, without and with it: one that predicts as it should, and ones that
// sleep, spin, throw, exhaust their memory and end their thread. ESTEIRA_ROUNDS times so many.
import { harms, Isolation, type Round } from '../endpoint/shadow/isolation.ts';
import { seeds } from '../run/support/rounds.ts';

const tried = seeds(9);
const kinds = ['healthy', ...harms] as const;
const of = { rate: 200, seconds: 6 };
/** Of requests that last longer beside it, and of the processor that the process takes. */
const most = { p95: 1.3, cpu: 1.2 };
/** After it failed a shadow rests at least so long. */
const restSeconds = 60;

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] as number;
const isolation = await Isolation.begin({ trees: 300 });
const pairs = new Map<(typeof kinds)[number], { readonly without: Round; readonly beside: Round }[]>();
try {
  // What is compiled while it runs is compiled by then.
  for (const kind of ['none', 'healthy', 'none'] as const) await isolation.round(kind, of);
  for (const _ of tried)
    for (const kind of kinds) {
      const without = await isolation.round('none', of);
      const beside = await isolation.round(kind, of);
      pairs.set(kind, [...(pairs.get(kind) ?? []), { without, beside }]);
    }
} finally {
  await isolation.end();
}

const all = [...pairs.values()].flat().flatMap(({ without, beside }) => [without, beside]);
const counts: Record<string, number> = {
  requests: all.reduce((sum, { sent }) => sum + sent, 0),
  failed: all.reduce((sum, { failed }) => sum + failed, 0),
  different: all.reduce((sum, { different }) => sum + different, 0),
};
let isGood = counts['failed'] === 0 && counts['different'] === 0;
for (const [kind, own] of pairs) {
  const p95 = median(own.map(({ without, beside }) => beside.p95 / without.p95));
  const direct = median(
    own.map(({ without, beside }) => beside.cpu / beside.seconds / (without.cpu / without.seconds)),
  );
  // A round of one that does harm has one failure; the next comes after the rest, if at all.
  const perMinute = median(
    own.map(({ without, beside }) => {
      const usual = without.cpu / without.seconds;
      return 1 + (beside.cpu - usual * beside.seconds) / (usual * restSeconds);
    }),
  );
  const cpu = kind === 'healthy' ? direct : perMinute;
  counts[`${kind} p95`] = Number(p95.toFixed(3));
  counts[`${kind} cpu`] = Number(cpu.toFixed(3));
  isGood &&= p95 <= most.p95 && cpu <= most.cpu;
  const p95s = `${median(own.map(({ without }) => without.p95)).toFixed(2)} and ${median(own.map(({ beside }) => beside.p95)).toFixed(2)} ms`;
  const times = `${median(own.map(({ without }) => without.cpu / without.seconds)).toFixed(0)} and ${median(own.map(({ beside }) => beside.cpu / beside.seconds)).toFixed(0)} ms/s`;
  console.log(
    `${kind}: p95 ${p95s}, ${p95.toFixed(2)}×; processor ${times}, ${direct.toFixed(2)}× in a round${kind === 'healthy' ? '' : `, ${cpu.toFixed(2)}× in the minute of a failure`}`,
  );
}
const late = median(all.map((round) => round.late));
console.log(
  `${counts['requests']} requests, ${counts['failed']} failed, ${counts['different']} answered otherwise; load late by ${late.toFixed(2)} ms (p99)`,
);
console.log(
  JSON.stringify({ counts, seeds: tried, sources: ['src/serve', 'src/learn/ranking', 'test/endpoint/shadow'] }),
);
process.exitCode = isGood ? 0 : 1;
