import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import path from 'node:path';
import type { Figure, Goal, Outcome } from './figure.ts';
import { root } from './places.ts';
import { median } from './rounds.ts';

const rounded = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(4)) : null);
const spread = (values: readonly number[]) => ({
  median: rounded(median(values)),
  least: rounded(Math.min(...values)),
  most: rounded(Math.max(...values)),
  all: values.map(rounded),
});
export const holds = (goal: Goal) => goal.measured <= goal.atMost;

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

const manifest = (folder: string) =>
  JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')) as { version: string };

/** The result as it is kept: everything needed to judge it later, nothing of the machine's folders. */
export function result(name: string, figure: Figure, outcome: Outcome, loadBefore: number) {
  const contenders = [...outcome.samples].map(([contender, samples]) => {
    const numbers = (pick: (sample: (typeof samples)[number]) => number | null) =>
      samples.map(pick).filter((value) => value !== null);
    return [
      contender,
      {
        wall: spread(numbers((sample) => sample.wall)),
        cpu: spread(numbers((sample) => sample.cpu)),
        megabytes: rounded(median(numbers((sample) => sample.memory)) / 1e6),
        load: numbers((sample) => sample.load).map(rounded),
      },
    ] as const;
  });
  return {
    figure: name,
    about: figure.about,
    at: new Date().toISOString(),
    goals: outcome.goals.map((goal) => ({ ...goal, measured: rounded(goal.measured), holds: holds(goal) })),
    skipped: outcome.skipped,
    notes: outcome.notes,
    contenders: Object.fromEntries(contenders),
    versions: {
      esteira: `${manifest('.').version} (${commit()})`,
      node: process.versions.node,
      duckdb: manifest('node_modules/@duckdb/node-api').version,
      ...outcome.versions,
    },
    machine: {
      system: `${platform()} ${release()} ${arch()}`,
      processor: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
      gigabytes: rounded(totalmem() / 1e9),
      load: [rounded(loadBefore), rounded(loadavg()[0] ?? 0)],
    },
  };
}
export type Result = ReturnType<typeof result>;

/** Writes `bench/results/<name>.json`. */
export function keep(kept: Result): void {
  const folder = path.join(root, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${kept.figure}.json`), `${JSON.stringify(kept, null, 2)}\n`);
}

const shown = (value: number | null) => (value === null ? '–' : value.toFixed(3)).padStart(9);

/** The result for a person. */
export function table(kept: Result): string {
  const lines = [
    `\n${kept.figure}: ${kept.about}`,
    `${' '.repeat(16)}     wall     least      most       cpu        MB`,
  ];
  for (const [name, one] of Object.entries(kept.contenders)) {
    const numbers = [one.wall.median, one.wall.least, one.wall.most, one.cpu.median].map(shown).join(' ');
    lines.push(`${name.padEnd(15)} ${numbers} ${String(one.megabytes?.toFixed(0) ?? '–').padStart(9)}`);
  }
  for (const note of kept.notes) lines.push(`  ${note}`);
  for (const skip of kept.skipped) lines.push(`  skipped: ${skip}`);
  for (const goal of kept.goals) {
    const verdict = goal.holds ? 'holds' : 'DOES NOT HOLD';
    lines.push(`  ${verdict}: ${goal.text}: ${goal.measured ?? '–'} ${goal.unit} (at most ${goal.atMost})`);
  }
  return lines.join('\n');
}
