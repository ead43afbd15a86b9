import type { Figures } from '../../test/endpoint/load/tally.ts';
import type { Goal } from '../figure.ts';
import { median, medians, type Samples } from '../rounds.ts';

const figuresOf = (samples: Samples, name: string): readonly Figures[] =>
  (samples.get(name) ?? []).map(({ output }) => JSON.parse(output) as Figures);
const medianOf = (samples: Samples, name: string, pick: (figures: Figures) => number): number =>
  median(figuresOf(samples, name).map(pick));

/** What a full endpoint may take of the processor beside the peer, which neither logs nor shadows; and a bare one. */
const atMost = { 12: { bare: 0.3, full: 0.45 }, 301: { bare: 0.2, full: 0.3 } } as const;

export function goals(samples: Samples, starts: ReadonlyMap<string, readonly number[]>): readonly Goal[] {
  const ratio = (text: string, measured: number, most: number): Goal => ({ text, measured, atMost: most, unit: '×' });
  return ([12, 301] as const).flatMap((features) => {
    const peer = `fastapi, ${features}`;
    return (['bare', 'full'] as const).flatMap((kind): Goal[] => {
      const own = `${kind}, ${features}`;
      const cpu = medians(samples, own).cpu / medians(samples, peer).cpu;
      const late = medians(samples, `${own} at 200`).wall / medians(samples, `${peer} at 200`).wall;
      const many = medianOf(samples, `${own} at 500`, ({ latency }) => latency.p95);
      return [
        ratio(`${own} features: of the processor for a request, against FastAPI`, cpu, atMost[features][kind]),
        ratio(`${own} features: p99 at 200 requests a second, against FastAPI`, late, 0.5),
        { text: `${own} features: p95 at 500 requests a second`, measured: many, atMost: 15, unit: 'ms' },
        { text: `${own} features: from start to ready`, measured: median(starts.get(own) ?? []), atMost: 1, unit: 's' },
      ];
    });
  });
}

/** For a person: what each took, and how late the generator of load was itself. */
export function told(samples: Samples, starts: ReadonlyMap<string, readonly number[]>): readonly string[] {
  return [...samples.keys()].map((name) => {
    const { wall, cpu } = medians(samples, name);
    const took = `${name}: ${(cpu * 1000).toFixed(0)} µs of the processor for a request`;
    const ready = median(starts.get(name) ?? []).toFixed(2);
    if (starts.has(name)) return `${took}, ${(1000 / wall).toFixed(0)} in a second, ready after ${ready} s`;
    const of = (pick: (figures: Figures) => number): string => medianOf(samples, name, pick).toFixed(2);
    const latency = `p50 ${of(({ latency }) => latency.p50)} ms, p95 ${of(({ latency }) => latency.p95)}, p99 ${of(({ latency }) => latency.p99)}`;
    return `${took}, ${latency}; the generator was late by ${of(({ late }) => late.p99)} (p99)`;
  });
}
