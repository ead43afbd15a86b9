import { cpSync, mkdirSync, rmSync } from 'node:fs';
import type { Whole } from '../run/splits.ts';
import { Looking, ofTheArrival } from '../run/support/compare.ts';
import { deliver } from '../run/support/credit.ts';
import { temporaryFolder } from '../run/support/folder.ts';
import { Random } from '../run/support/random.ts';
import { World } from '../run/support/world.ts';

const catalog = 'v_credit';
const job = 'v_credit_diario';

export interface Round {
  readonly seed: number;
  /** Rows that were set aside when all had come, and were not when all came at once. */
  readonly early: number;
  readonly differences: readonly string[];
}

/** Brings the files of the credit pipeline in any order at all, children before their parents; judges the invalid rows again, or builds all again. */
export async function anyOrder(whole: Whole, seed: number, invalid: boolean): Promise<Round> {
  const random = new Random(seed);
  const folder = temporaryFolder(`any-order-${seed}`);
  cpSync(whole.empty, folder, { recursive: true, verbatimSymlinks: true });
  mkdirSync(`${folder}/files`, { recursive: true });
  const count = 2 + random.below(3);
  const groups = new Map(whole.files.map((file) => [file, random.below(count)]));
  const world = await World.open(folder);
  for (let group = 0; group < count; group += 1) {
    deliver(whole.landing, folder, (file) => groups.get(file) === group);
    world.setClock(`2026-10-01T0${group}:00:00Z`);
    await world.do('sync', {});
    await world.run(job, group === count - 1 ? '2026-09-30' : `2026-09-${14 + group}`);
  }
  const refused = async (): Promise<number> => {
    const tables = ['chamado', 'custo_chamado', 'pesquisa', 'chamado_log'];
    const [row] = await world.rows(
      `select ${tables.map((table) => `(select count(*) from silver.tb_${table}_invalidos)`).join(' + ')}`,
    );
    return Number(row?.[0]);
  };
  const before = await refused();
  await world.do('reprocess', { scope: 'all', ...(invalid && { invalid }) });
  const early = before - (await refused());
  await world.close();
  const looking = await Looking.at({ whole: whole.built, split: folder }, catalog);
  const differences = await looking.differences('whole', 'split', { without: ofTheArrival });
  looking.close();
  rmSync(folder, { recursive: true, force: true });
  return { seed, early, differences };
}
