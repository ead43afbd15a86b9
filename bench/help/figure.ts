import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { bin, esteira, installPackage } from '../esteira.ts';
import type { Figure, Goal, Outcome } from '../figure.ts';
import { measure } from '../measure.ts';
import { emptyPlace } from '../places.ts';
import { type Contender, interleave, medians } from '../rounds.ts';

/** The Node that a user's shell finds, when it is another than the pinned one: it starts the pinned one. */
function systemNode(): { file: string; version: string } | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((one) => !one.includes('node_modules'));
  const file = folders.map((one) => path.join(one, 'node')).find((one) => existsSync(one));
  if (!file) return undefined;
  const version = execFileSync(file, ['--version'], { encoding: 'utf8' }).trim();
  return version === process.version ? undefined : { file, version };
}

export const figure: Figure = {
  about: 'esteira --help of the packed bin, against node -e 0',
  rounds: 15,
  async measure({ rounds, say }): Promise<Outcome> {
    installPackage();
    const folder = emptyPlace('help');
    const contenders: Contender[] = [
      { name: 'node -e 0', run: () => measure({ file: process.execPath, args: ['-e', '0'], folder }) },
      { name: '--help', run: () => esteira(folder, ['--help']) },
    ];
    const older = systemNode();
    if (older) {
      contenders.push(
        { name: 'older node -e 0', run: () => measure({ file: older.file, args: ['-e', '0'], folder }) },
        { name: 'older --help', run: () => measure({ file: older.file, args: [bin, '--help'], folder }) },
      );
    }
    const samples = await interleave({ contenders, rounds, say });
    const more = (one: string, other: string) => (medians(samples, one).wall - medians(samples, other).wall) * 1000;
    const goals: Goal[] = [
      { text: '--help beyond node -e 0', measured: more('--help', 'node -e 0'), atMost: 80, unit: 'ms' },
    ];
    if (older) {
      const measured = more('older --help', 'older node -e 0');
      goals.push({ text: `the same where node is ${older.version}`, measured, atMost: 80, unit: 'ms' });
    }
    return { samples, goals, skipped: [], notes: [] };
  },
};
