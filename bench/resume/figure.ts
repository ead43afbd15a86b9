import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { chain, writeRows } from '../chain.ts';
import type { Figure, Outcome } from '../figure.ts';
import { measure, type Sample } from '../measure.ts';
import { emptyPlace, place, root } from '../places.ts';
import { interleave, median } from '../rounds.ts';

const tables = 50;
const half = tables / 2;

const script = (name: string, ...words: readonly string[]) => ({
  file: process.execPath,
  args: [path.join(root, 'bench', 'resume', name), ...words],
  folder: root,
});

const command = (folder: string, args: readonly string[]): Promise<Sample> =>
  measure({ file: process.execPath, args: [path.join(root, 'bin', 'esteira.mjs'), ...args], folder });

/** A project whose run of the second day was killed when half its steps were published. */
async function killed(): Promise<string> {
  const folder = emptyPlace('resume', 'killed');
  // The sources themselves: the question is put within one process.
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(root, path.join(folder, 'node_modules', 'esteira'), 'dir');
  await chain(folder, { tables, command });
  writeRows(folder, '2026-01-02');
  const ended = await measure(script('killed.ts', folder, String(half))).catch((error: Error) => error.message);
  if (typeof ended !== 'string' || !ended.includes('SIGKILL')) throw new Error(`It was to be killed: ${String(ended)}`);
  return folder;
}

const saidBy = ({ output }: Sample) =>
  JSON.parse(output.trim().split('\n').at(-1) ?? '') as {
    readonly opened: number;
    readonly decided: number;
    readonly left: number;
  };

export const figure: Figure = {
  about: `a run of ${tables} tables that was killed half-way goes on: from being asked to the first step that is not published`,
  rounds: 9,
  async measure({ rounds, say }): Promise<Outcome> {
    const folder = await killed();
    const copy = place('resume', 'copy');
    const contenders = [
      {
        name: 'resume',
        prepare: () => {
          emptyPlace('resume', 'copy');
          cpSync(folder, copy, { recursive: true });
        },
        run: () => measure(script('resumed.ts', copy)),
      },
    ];
    const samples = await interleave({ contenders, rounds, say });
    const said = (samples.get('resume') ?? []).map(saidBy);
    const wrong = said.find(({ left }) => left !== half);
    if (wrong) throw new Error(`${wrong.left} steps were done, and ${half} were left`);
    const goal = { text: 'resume decides where it goes on', measured: median(said.map(({ decided }) => decided)) };
    const opened = median(said.map((one) => one.opened)).toFixed(0);
    return {
      samples,
      goals: [{ ...goal, atMost: 100, unit: 'ms' }],
      skipped: [],
      notes: [`before it is asked, Node has begun and the project is opened in ${opened} ms`],
    };
  },
};
