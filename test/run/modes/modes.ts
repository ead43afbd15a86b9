import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder, writeProject } from '../support/folder.ts';
import { Random } from '../support/random.ts';
import { World } from '../support/world.ts';
import { type Counts, judge, Model, none, type Way } from './model.ts';
import { type Line, randomFile } from './rows.ts';

const catalog = 'modes';
const definitions = readFileSync(path.join(import.meta.dirname, 'definitions.ts'), 'utf8');

const way = (mode: Way['mode'], keyed: boolean, latest: boolean, deletes: boolean): Way => ({
  mode,
  keyed,
  latest,
  deletes,
});
/** The tables whose rows have an origin, and what each reads of a file's lines. */
const ways: Readonly<Record<string, Way & { readonly firsts?: boolean }>> = {
  appended: way('append', false, false, false),
  appended_latest: way('append', true, true, false),
  merged: { ...way('merge', true, false, false), firsts: true },
  merged_latest: way('merge', true, true, false),
  merged_gone: { ...way('merge', true, false, true), firsts: true },
  merged_gone_latest: way('merge', true, true, true),
  merged_since: way('merge', true, true, true),
  replaced: way('replace', true, true, false),
  replaced_keyless: way('replace', false, false, false),
};

export interface Tried {
  readonly seed: number;
  readonly files: number;
  readonly lines: number;
  /** Tables compared with the model. */
  readonly compared: number;
  readonly differences: readonly string[];
}

const identity = (file: number, line: number): string =>
  `things/${String(file).padStart(2, '0')}.jsonl:${String(line + 1).padStart(10, '0')}`;

/** Random files, with runs in between; after each run every table, its invalid rows and its account are those of the model. */
export async function tryModes(seed: number): Promise<Tried> {
  const random = new Random(seed);
  const folder = temporaryFolder(`modes-${seed}`);
  writeProject(folder, { catalog, definitions });
  mkdirSync(path.join(folder, 'files', 'things'));
  const world = await World.open(folder, '2026-01-02T00:00:00Z');
  await world.do('setup', {});
  const models = new Map(Object.entries(ways).map(([name, of]) => [name, new Model(of)]));
  const files: (readonly Line[])[] = [];
  const differences: string[] = [];
  let unread = 0;
  let compared = 0;
  const runs = 3 + random.below(3);
  for (let run = 0; run < runs; run += 1) {
    const seen = new Set<unknown>();
    for (let more = run === 0 ? 1 : random.below(3); more > 0; more -= 1) {
      files.push(randomFile(random, files.flat(), seen));
      const lines = files.at(-1)?.map((line) => `${JSON.stringify(line)}\n`) ?? [];
      writeFileSync(path.join(folder, 'files', identity(files.length - 1, 0).replace(/:.*/, '')), lines.join(''));
    }
    world.setClock(`2026-01-02T0${run}:00:00Z`);
    const again = random.chance(0.3);
    const view = await world.run('all', '2026-01-01', { again });
    for (const [name, model] of models) {
      const all = files.flatMap((lines, file) => lines.map((line, at) => ({ line, at: identity(file, at), file })));
      const read = all.filter(({ line, file }) => {
        if (model.way.mode !== 'replace' && file < unread) return false;
        return !ways[name]?.firsts || line['first'] === true;
      });
      const isNew = model.way.mode !== 'replace' || files.length > unread || again;
      const wanted = isNew ? model.publish(read.map(({ line, at }) => judge(line, at, model.way))) : none();
      const step = view.steps.find((one) => one.step === `${catalog}.made.${name}`);
      const where = `run ${run}, ${name}`;
      differences.push(...compareCounts(where, wanted, step?.account as unknown as Counts));
      differences.push(...(await compareRows(where, { world, name, model })));
      compared += 1;
    }
    unread = files.length;
    if (differences.length > 0) break;
  }
  await world.close();
  rmSync(folder, { recursive: true, force: true });
  return { seed, files: files.length, lines: files.flat().length, compared, differences };
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
  const origin = model.way.mode === 'replace' ? '' : ', _rid';
  const rows = await world.rows(`select k, version, value, amount, gone${origin} from made.${name}`);
  const wanted = model.rows.map(({ k, version, value, amount, gone, at }) =>
    JSON.stringify([k, version, value, amount, gone, ...(origin ? [at] : [])]),
  );
  const found = differing(
    `${where}`,
    wanted,
    rows.map((row) => JSON.stringify(row)),
  );
  const { columns, rows: aside } = await world.do('query', { sql: `from made.${name}_invalidos`, limit: 1_000_000 });
  const list = columns.map((column) => column.name);
  const invalid = aside.map((row) => {
    const failed = list.filter((_, index) => row[index] === false && list[index] !== 'gone').toSorted();
    return JSON.stringify([row[list.indexOf('_rid')], failed]);
  });
  const refused = [...model.invalid].map(([at, failed]) => JSON.stringify([at, failed]));
  return [...found, ...differing(`${where}, invalid`, refused, invalid)];
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
