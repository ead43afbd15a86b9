import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { tamper } from '../support/compare.ts';
import { temporaryFolder, writeProject } from '../support/folder.ts';
import { Random } from '../support/random.ts';
import { World } from '../support/world.ts';
import { type Counts, judge, Model, none, type Way } from './model.ts';
import { type Line, randomFile } from './rows.ts';

const catalog = 'modes';
const definitions = readFileSync(path.join(import.meta.dirname, 'definitions.ts'), 'utf8');

interface Tested extends Way {
  /** Reads only the first row of each key. */
  readonly firsts?: boolean;
  /** Judged against the keys of `replaced`. */
  readonly refers?: boolean;
  /** Reads rows again, so that its account is its own. */
  readonly rereads?: boolean;
}
const append = { mode: 'append', latest: false, deletes: false } as const;
const merge = { mode: 'merge', latest: true, deletes: false } as const;
const replace = { mode: 'replace', latest: true, deletes: false } as const;
/** `replaced` before the table that refers to it, as the graph has them. */
const ways: Readonly<Record<string, Tested>> = {
  appended: append,
  appended_latest: { ...append, latest: true },
  merged: { ...merge, latest: false, firsts: true },
  merged_latest: merge,
  merged_gone: { ...merge, latest: false, deletes: true, firsts: true },
  merged_gone_latest: { ...merge, deletes: true },
  merged_since: { ...merge, deletes: true },
  merged_made: { ...merge, deletes: true, made: true },
  appended_made: { ...append, made: true },
  merged_again: { ...merge, deletes: true, rereads: true },
  appended_again: { ...append, rereads: true },
  replaced: replace,
  replaced_keyless: { ...replace, latest: false },
  referring: { ...append, refers: true },
};
/** Tables that read another by arrival, and can be made to read all of it again. */
const again = ['merged_since', 'merged_made', 'appended_made', 'merged_again', 'appended_again'];

export interface Tried {
  readonly seed: number;
  readonly files: number;
  readonly lines: number;
  readonly runs: number;
  /** Tables compared with the model. */
  readonly compared: number;
  readonly differences: readonly string[];
}

const fileName = (file: number): string => `things/${String(file).padStart(2, '0')}.jsonl`;
const originOf = (file: number, line: number): string => `${fileName(file)}:${String(line + 1).padStart(10, '0')}`;

/** Random files with runs in between; after each run every table, its invalid rows and its account are those of the model. */
export async function tryModes(seed: number): Promise<Tried> {
  const random = new Random(seed);
  const folder = temporaryFolder(`modes-${seed}`);
  writeProject(folder, { catalog, definitions });
  mkdirSync(path.join(folder, 'files', 'things'));
  let world = await World.open(folder, '2026-01-02T00:00:00Z');
  await world.do('setup', {});
  const models = new Map(Object.entries(ways).map(([name, of]) => [name, new Model(of)]));
  const files: (readonly Line[])[] = [];
  const differences: string[] = [];
  let taken = 0;
  let compared = 0;
  const runs = 3 + random.below(3);
  for (let run = 0; run < runs && differences.length === 0; run += 1) {
    const seen = new Set<unknown>();
    for (let more = run === 0 ? 1 : random.below(3); more > 0; more -= 1) {
      const lines = randomFile(random, files.flat(), seen);
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      writeFileSync(path.join(folder, 'files', fileName(files.length)), text);
      files.push(lines);
    }
    world.setClock(`2026-01-02T0${run}:00:00Z`);
    const isAgain = random.chance(0.3);
    const view = await world.run('all', undefined, { again: isAgain });
    const arrived = files.flatMap((lines, file) => lines.map((line, at) => ({ line, at: originOf(file, at), file })));
    for (const [name, model] of models) {
      const { mode, firsts, refers, rereads } = ways[name] as Tested;
      const read = arrived.filter(
        ({ line, file }) => (mode === 'replace' || file >= taken) && (!firsts || line['first']),
      );
      const known = refers ? new Set(models.get('replaced')?.rows.map(({ k }) => k)) : undefined;
      const isCarriedOut = files.length > taken || isAgain;
      const judged = read.map(({ line, at }) => judge(line, at, model.way, known));
      const wanted = isCarriedOut ? model.publish(judged) : none();
      const { account } = view.steps.find(({ step }) => step === `${catalog}.made.${name}`) ?? {};
      if (!rereads) differences.push(...compareCounts(`run ${run}, ${name}`, wanted, account as unknown as Counts));
      differences.push(...(await compareRows(`run ${run}, ${name}`, { world, name, model })));
      compared += 1;
    }
    taken = files.length;
  }
  await world.close();
  const targets = again.map((name) => `'made.${name}'`).join(', ');
  await tamper(folder, catalog, `update _esteira.watermark set upper_bound = 0 where target in (${targets})`);
  world = await World.open(folder, '2026-01-02T12:00:00Z');
  const view = await world.run('all', undefined, { again: true });
  for (const name of again) {
    const model = models.get(name) as Model;
    const { account } = view.steps.find(({ step }) => step === `${catalog}.made.${name}`) ?? {};
    const { in: total, valid, invalid, duplicates, stale } = account as unknown as Counts;
    const lines = files.flat().length;
    // A row that is known by key and order alone leaves with an invalid one of the same, and comes back with this run.
    const isStale = stale === valid || model.way.made;
    if (total !== lines || valid + invalid + duplicates !== lines || !isStale)
      differences.push(`all again, ${name}: of ${lines} lines ${JSON.stringify(account)}`);
    differences.push(...(await compareRows(`all again, ${name}`, { world, name, model })));
    compared += 1;
  }
  await world.close();
  rmSync(folder, { recursive: true, force: true });
  return { seed, files: files.length, lines: files.flat().length, runs: runs + 1, compared, differences };
}

function compareCounts(where: string, wanted: Counts, found: Counts | undefined): readonly string[] {
  return Object.entries(wanted).flatMap(([name, count]) => {
    const is = found?.[name as keyof Counts];
    return is === count ? [] : [`${where}: ${name} is ${is}, wanted ${count}`];
  });
}

async function compareRows(
  where: string,
  { world, name, model }: { readonly world: World; readonly name: string; readonly model: Model },
): Promise<readonly string[]> {
  const { mode, made } = model.way;
  const origin = mode === 'replace' || made ? '' : ', _rid';
  const rows = await world.rows(`select k, version, value, amount, gone${origin} from made.${name}`);
  const wanted = model.rows.map(({ k, version, value, amount, gone, at }) =>
    JSON.stringify([k, version, value, amount, gone, ...(origin ? [at] : [])]),
  );
  const text = rows.map((row) => JSON.stringify(row));
  if (made) return differing(where, wanted, text);
  const { columns, rows: aside } = await world.do('query', { sql: `from made.${name}_invalidos`, limit: 1_000_000 });
  const list = columns.map((column) => column.name);
  const invalid = aside.map((row) => {
    const failed = list.filter((flag, index) => row[index] === false && flag !== 'gone').toSorted();
    return JSON.stringify([row[list.indexOf('_rid')], failed]);
  });
  const refused = [...model.invalid].map(([at, failed]) => JSON.stringify([at, failed]));
  return [...differing(where, wanted, text), ...differing(`${where}, invalid`, refused, invalid)];
}

function differing(where: string, wanted: readonly string[], found: readonly string[]): readonly string[] {
  const left = [...found];
  const missing = wanted.filter((row) => {
    const at = left.indexOf(row);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [...missing.map((row) => `${where}: no ${row}`), ...left.map((row) => `${where}: there is ${row}`)];
}
