import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Line, randomFile } from '../modes/rows.ts';
import { temporaryFolder, writeProject } from '../support/folder.ts';
import { Random } from '../support/random.ts';
import { World } from '../support/world.ts';
import { type Arrived, daysOf, invalidChanges, invalidDays, latestOf, sumsOf, versionsOf } from './model.ts';

const definitions = readFileSync(path.join(import.meta.dirname, 'definitions.ts'), 'utf8');
const catalog = 'versions';

const ofVersions = 'k, value, amount, cast(seen as varchar), cast(valid_from as varchar), cast(valid_until as varchar)';
const ofDays = 'cast(day as varchar), k, value, amount, version';
/** What each table should hold of the lines that have arrived. */
const wanted: Readonly<
  Record<string, readonly [columns: string, of: (arrived: readonly Arrived[]) => readonly string[]]>
> = {
  carried: [ofVersions, (arrived) => versionsOf(arrived, 'place')],
  of_changes: [ofVersions, (arrived) => versionsOf(arrived, 'place')],
  of_function: [ofVersions, (arrived) => versionsOf(arrived, 'content')],
  by_day: [ofDays, daysOf],
  latest_by_day: [ofDays, latestOf],
  sums_again: ['cast(day as varchar), amount', sumsOf],
};
const wantedInvalid: Readonly<Record<string, (arrived: readonly Arrived[]) => number>> = {
  carried: invalidChanges,
  changes: invalidChanges,
  by_day: invalidDays,
  latest_by_day: invalidDays,
};

export interface Tried {
  readonly seed: number;
  readonly files: number;
  readonly lines: number;
  readonly runs: number;
  readonly compared: number;
  readonly differences: readonly string[];
  /** Rows by which the history of a merged table is another one: the control. */
  readonly ofMerged: number;
}

/** Random files in a random order with runs in between; after each run every table is what its model makes of all that has arrived, in whatever order. */
export async function tryVersions(seed: number): Promise<Tried> {
  const random = new Random(seed);
  const folder = temporaryFolder(`versions-${seed}`);
  writeProject(folder, { catalog, definitions });
  mkdirSync(path.join(folder, 'files', 'things'), { recursive: true });
  const files = Array.from({ length: 4 + random.below(5) }, (_, number) => number).reduce<(readonly Line[])[]>(
    (all) => [...all, randomFile(random, all.flat(), new Set())],
    [],
  );
  const order = [
    ...random.shuffled(
      files.map((lines, number) => ({ lines, name: `things/${String(number).padStart(2, '0')}.jsonl` })),
    ),
  ];
  const world = await World.open(folder, '2025-12-31T00:00:00Z');
  await world.do('setup', {});
  const arrived: Arrived[] = [];
  const differences: string[] = [];
  let [runs, compared] = [0, 0];
  const compare = async (where: string): Promise<void> => {
    for (const [name, [columns, of]] of Object.entries(wanted)) {
      differences.push(...different(`${where}, ${name}`, of(arrived), await textsOf(world, name, columns)));
      compared += 1;
    }
    for (const [name, of] of Object.entries(wantedInvalid)) {
      const [[found] = []] = await world.rows(`select count(*) from made.${name}_invalidos`);
      if (found !== of(arrived)) differences.push(`${where}, ${name}: ${found} invalid rows, wanted ${of(arrived)}`);
    }
  };
  while (arrived.length < files.flat().length && differences.length === 0) {
    for (let more = 1 + random.below(2); more > 0; more -= 1) {
      const next = order.shift();
      if (!next) break;
      writeFileSync(
        path.join(folder, 'files', next.name),
        next.lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
      );
      const place = (index: number): string => `${next.name}:${String(index + 1).padStart(10, '0')}`;
      arrived.push(...next.lines.map((line, index) => ({ line, at: place(index) })));
    }
    runs += 1;
    world.setClock(`2025-12-31T${String(runs).padStart(2, '0')}:00:00Z`);
    await world.run('all');
    await compare(`run ${runs}`);
    const again = await world.run('all', undefined, { again: true });
    const wrote = again.steps.filter(
      ({ account }) => account && account.inserted + account.updated + account.deleted > 0,
    );
    differences.push(...wrote.map(({ step }) => `run ${runs} again: ${step} wrote something`));
  }
  const [[ofMerged] = []] = await world.rows(
    `select count(*) from (select ${ofVersions} from made.of_merged except all select ${ofVersions} from made.carried)`,
  );
  await world.do('reprocess', { scope: random.one(['made', 'all', 'made.changes']) });
  await compare('built again');
  await world.close();
  rmSync(folder, { recursive: true, force: true });
  const lines = files.flat().length;
  return { seed, files: files.length, lines, runs, compared, differences, ofMerged: Number(ofMerged) };
}

async function textsOf(world: World, name: string, columns: string): Promise<readonly string[]> {
  return (await world.rows(`select ${columns} from made.${name}`)).map((row) => JSON.stringify(row));
}

function different(where: string, wantedRows: readonly string[], found: readonly string[]): readonly string[] {
  const left = [...found];
  const missing = wantedRows.filter((row) => {
    const at = left.indexOf(row);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [...missing.map((row) => `${where}: no ${row}`), ...left.map((row) => `${where}: there is ${row}`)];
}
