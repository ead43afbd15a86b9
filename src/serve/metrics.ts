import { durationBounds } from './counts.ts';
import type { Figure, Shows } from './parts.ts';
import type { Sums } from './tally.ts';

/** Prometheus' text format, version 0.0.4. */
export const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

/** What an endpoint has counted, and what its parts show, as Prometheus reads it. */
export function metricsText(endpoint: string, sums: Sums, parts: readonly (Shows | undefined)[]): string {
  const figures = parts.flatMap((part) => part?.figures?.() ?? []);
  return [...own(sums), ...figures].map((figure) => family(endpoint, figure)).join('') + durations(endpoint, sums);
}

function own(sums: Sums): readonly Figure[] {
  const by = (label: string, counts: Iterable<readonly [string, number]>): Figure['values'] =>
    Array.from(counts, ([of, value]) => ({ labels: { [label]: of }, value }));
  return [
    {
      ...{ name: 'predictions_total', type: 'counter', help: 'Answers by the model.' },
      values: by('version', sums.versions),
    },
    {
      ...{ name: 'fallback_total', type: 'counter', help: 'Answers by the fallback.' },
      values: by('reason', Object.entries(sums.fallbacks)),
    },
    {
      ...{ name: 'refused_total', type: 'counter', help: 'Requests that were answered with 4xx.' },
      values: by('code', sums.refusals),
    },
    {
      ...{ name: 'failed_total', type: 'counter', help: 'Requests that not even the fallback could answer.' },
      values: [{ value: sums.failed }],
    },
  ];
}

function family(endpoint: string, { name, help, type, values }: Figure): string {
  const full = `${endpoint}_${name}`;
  const lines = values.map(({ labels = {}, value }) => `${full}${labelsText(labels)} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join('')}`;
}

function durations(endpoint: string, { durations: counts, sum }: Sums): string {
  const full = `${endpoint}_prediction_duration_seconds`;
  let below = 0;
  const lines = counts.map((count, at) => {
    below += count;
    const bound = durationBounds[at];
    return `${full}_bucket{le="${bound === undefined ? '+Inf' : bound / 1000}"} ${below}\n`;
  });
  const head = `# HELP ${full} From a request that is whole to its answer.\n# TYPE ${full} histogram\n`;
  return `${head}${lines.join('')}${full}_sum ${sum / 1000}\n${full}_count ${below}\n`;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const escaped = (text: string): string =>
    text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  const all = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return all.length === 0 ? '' : `{${all.join(',')}}`;
}
