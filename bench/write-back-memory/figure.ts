import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Figure, Outcome } from '../figure.ts';
import { measure, type Sample } from '../measure.ts';
import { emptyPlace, place, root } from '../places.ts';
import { interleave, medians } from '../rounds.ts';

const definitions = (rows: number): string => `import { byHand, col, env, job, sql, table } from 'esteira';
import { postgres } from 'esteira/postgres';

export const scores = table('users.lead_score', {
  columns: { id: col.text().key(), lead_score: col.real() },
  rows: sql\`select 'user-' || lpad(cast(range as text), 9, '0') as id, range / ${rows} as lead_score from range(${rows})\`,
  write: 'update',
  keptIn: postgres(env('APP_URL', 'postgres://nowhere.invalid/app')).keep('users'),
});
export const deliver = job('scores', { when: byHand, build: [scores] });
`;
const config = `import { duckdb, folder, project, sqlite } from 'esteira/config';

export default project({
  name: 'scores',
  pipelines: { leads: 'definitions/*.ts' },
  standard: 'here',
  environments: {
    here: {
      warehouse: duckdb({ folder: 'warehouse', memoryLimit: '256MB', threads: 1 }),
      state: sqlite({ file: 'warehouse/state.sqlite' }),
      files: folder({ path: '.' }),
    },
  },
});
`;

const work = (folder: string, ...words: readonly string[]): Promise<Sample> =>
  measure({
    file: process.execPath,
    args: [path.join(root, 'bench', 'write-back-memory', 'work.ts'), folder, ...words],
    folder,
  });

/** A project with so many rows to be written, that is set up. */
async function made(rows: number): Promise<string> {
  const folder = emptyPlace('write-back-memory', String(rows));
  mkdirSync(path.join(folder, 'node_modules'));
  mkdirSync(path.join(folder, 'definitions'));
  symlinkSync(root, path.join(folder, 'node_modules', 'esteira'), 'dir');
  writeFileSync(path.join(folder, 'definitions', 'scores.ts'), definitions(rows));
  writeFileSync(path.join(folder, 'esteira.config.ts'), config);
  await measure({ file: process.execPath, args: [path.join(root, 'bin', 'esteira.mjs'), 'setup'], folder });
  return folder;
}

export const figure: Figure = {
  about: 'memory of a run that writes a million rows back, and of one that goes on with it, beside a tenth of the rows',
  rounds: 1,
  async measure({ rounds, size = 1_000_000, say }): Promise<Outcome> {
    const few = await made(size / 10);
    const many = await made(size);
    const copy = (from: string) => (): string => {
      const to = emptyPlace('write-back-memory', 'copy');
      cpSync(from, to, { recursive: true, verbatimSymlinks: true });
      return to;
    };
    const folder = place('write-back-memory', 'copy');
    const killed = async (): Promise<void> => {
      copy(many)();
      const ended = await work(folder, String(size * 0.9)).catch((error: Error) => error.message);
      if (typeof ended !== 'string' || !ended.includes('SIGKILL'))
        throw new Error(`It was to be killed: ${String(ended)}`);
    };
    const contenders = [
      { name: 'a tenth', prepare: () => void copy(few)(), run: () => work(folder) },
      { name: 'all', prepare: () => void copy(many)(), run: () => work(folder) },
      { name: 'resumed', prepare: killed, run: () => work(folder) },
    ];
    const samples = await interleave({ contenders, rounds, warm: false, say });
    const memory = (name: string): number => medians(samples, name).memory / 2 ** 20;
    return {
      samples,
      goals: [
        { text: `${size} rows are written back`, measured: memory('all'), atMost: 800, unit: 'MB' },
        { text: 'beside a tenth of them', measured: memory('all') / memory('a tenth'), atMost: 1.5, unit: '×' },
        {
          text: 'a run goes on that was killed after nine tenths',
          measured: memory('resumed'),
          atMost: 800,
          unit: 'MB',
        },
      ],
      skipped: [],
      notes: ['the engine may have 256 MB of it; the place takes whatever comes at once'],
    };
  },
};
