import { cpSync, globSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { generate } from '../../pipelines/credit/data/generate.ts';
import { Looking, ofTheArrival } from './support/compare.ts';
import { deliver } from './support/credit.ts';
import { temporaryFolder, writeProject } from './support/folder.ts';
import { cutToPieces, groupsOf, type Need, needsOf } from './support/pieces.ts';
import { Random } from './support/random.ts';
import { World } from './support/world.ts';

const catalog = 'v_credit';
const job = 'v_credit_diario';
const lastDate = '2026-09-30';

/** The landing files of some days, what they give when all are there from the start, and a project that is set up and empty. */
export interface Whole {
  readonly landing: string;
  readonly built: string;
  readonly empty: string;
  readonly files: readonly string[];
  readonly needs: readonly Need[];
}

export async function buildWhole(options: {
  readonly tickets: number;
  readonly days: number;
  readonly pieces: number;
  readonly seed: number;
}): Promise<Whole> {
  const { tickets, days, pieces, seed } = options;
  const folder = temporaryFolder('splits');
  const place = (name: string): string => path.join(folder, name);
  const [generated, landing, empty, built] = [place('generated'), place('landing'), place('empty'), place('built')];
  await generate({ folder: generated, tickets, days, firstDate: '2026-09-14', seed, memoryLimit: '1GB', threads: 2 });
  cutToPieces(generated, landing, { most: pieces, random: new Random(seed) });
  writeProject(empty, { catalog });
  const made = await World.open(empty);
  await made.do('setup', {});
  await made.close();
  cpSync(empty, built, { recursive: true, verbatimSymlinks: true });
  deliver(landing, built, () => true);
  const world = await World.open(built);
  await world.do('sync', {});
  await world.run(job, lastDate);
  await world.close();
  const looking = await Looking.at({ whole: built }, catalog);
  const needs = await needsOf(looking);
  const without = Object.entries(await looking.hashes('whole')).filter(([, of]) => of.startsWith('0 rows'));
  const strange = without.map(([table]) => table).filter((table) => !/_invalidos$|__deleted$/.test(table));
  if (strange.length > 0) throw new Error(`nothing in ${strange}`);
  looking.close();
  return { landing, built, empty, needs, files: globSync('postgres_public/*/*', { cwd: landing }).sort() };
}

export interface Round {
  readonly seed: number;
  /** Files of each group, in the order in which they came. */
  readonly groups: readonly number[];
  readonly runs: number;
  readonly tables: number;
  readonly differences: readonly string[];
}

/** Brings the files group by group, with a run after each, and compares with what all of them gave at once. */
export async function splitRound(whole: Whole, seed: number): Promise<Round> {
  const random = new Random(seed);
  const folder = temporaryFolder(`split-${seed}`);
  cpSync(whole.empty, folder, { recursive: true, verbatimSymlinks: true });
  mkdirSync(path.join(folder, 'files'), { recursive: true });
  const count = 2 + random.below(4);
  const chosen = groupsOf(whole.files, whole.needs, { groups: count, random });
  const world = await World.open(folder);
  const groups: number[] = [];
  let runs = 0;
  for (let group = 0; group < count; group += 1) {
    groups.push(deliver(whole.landing, folder, (file) => chosen.get(file) === group));
    const date = group === count - 1 ? lastDate : `2026-09-${14 + group}`;
    world.setClock(`2026-10-01T0${group}:00:00Z`);
    await world.do('sync', {});
    await world.run(job, date);
    runs += 1;
    if (random.chance(0.2)) {
      await world.run(job, date, { again: true });
      runs += 1;
    }
  }
  await world.close();
  const looking = await Looking.at({ whole: whole.built, split: folder }, catalog);
  const differences = await looking.differences('whole', 'split', { without: ofTheArrival });
  const tables = (await looking.tables('split')).size;
  looking.close();
  rmSync(folder, { recursive: true, force: true });
  return { seed, groups, runs, tables, differences };
}
