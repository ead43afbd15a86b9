import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EsteiraError } from '../../src/errors.ts';
import type { LineView } from '../../src/operate/views.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

export const definitions = readFileSync(path.join(import.meta.dirname, 'definitions.ts'), 'utf8');
export const table = 'recommendations_v1';
export const start = '2026-09-17T06:00:00Z';

/** A price that is recommended: 10 asks now. */
export interface Recommended {
  readonly sku: string;
  readonly to: number | '';
  readonly date?: string;
}

/** What is recommended from now on: the next run reads it. */
export function put(folder: string, rows: readonly Recommended[]): void {
  const lines = rows.map(({ sku, to, date = '2026-09-17' }) => `${date},${sku},10,${to},100\n`);
  writeFileSync(
    path.join(folder, 'files', 'recommended.csv'),
    `date,sku,price,recommended_price,units\n${lines.join('')}`,
  );
}

/** Ana and Rui sell; Eva and Rui price. Everything is set up. */
export async function begin(rows: readonly Recommended[], definitionsOf = definitions): Promise<World> {
  const folder = temporaryFolder('approvals');
  writeProject(folder, { catalog: 'shop', definitions: definitionsOf });
  const config = path.join(folder, 'esteira.config.ts');
  const groups = "groups: { sales: ['ana', 'rui', 'leo'], pricing: ['eva', 'rui'] },";
  const channels = "channels: { sellers: [toFile({ path: 'told.txt' })] },";
  writeFileSync(
    config,
    readFileSync(config, 'utf8').replace("standard: 'here',", `standard: 'here',\n  ${groups}\n  ${channels}`),
  );
  mkdirSync(path.join(folder, 'files'), { recursive: true });
  put(folder, rows);
  const world = await World.open(folder, start);
  await world.do('setup', {});
  return world;
}

/** The job by hand, a minute later. */
export async function run(world: World, job: 'propose' | 'apply' | 'daily'): Promise<void> {
  const now = world.project.clock.now().add({ minutes: 1 });
  world.setClock(now.toString());
  await world.run(job);
}

export async function lines(world: World, states?: readonly string[]): Promise<readonly LineView[]> {
  return (await world.do('approvals list', { ...(states ? { states } : {}), limit: 10_000 })).lines ?? [];
}
export async function lineOf(world: World, sku: string): Promise<LineView> {
  const all = await lines(world, ['proposed', 'edited', 'approved once', 'approved', 'rejected', 'applied', 'expired']);
  const found = all.findLast(({ row }) => row['sku'] === sku);
  if (!found) throw new Error(`no line of ${sku}`);
  return found;
}

/** The state that the line has then, or the code of the error. */
export async function answer(
  world: World,
  says: 'approve' | 'reject' | 'nothing' | number,
  line: LineView | string,
  by: string,
  reason?: string,
): Promise<string> {
  const name = typeof line === 'string' ? line : line.line;
  const why = reason === undefined ? {} : { reason };
  try {
    const view =
      typeof says === 'number' || says === 'nothing'
        ? await world.do('approvals edit', {
            name: table,
            line: name,
            set: { recommended_price: says === 'nothing' ? '' : String(says) },
            by,
            ...why,
          })
        : await world.do(`approvals ${says}`, { name: table, lines: [name], by, ...why });
    return view.lines[0]?.state ?? 'nothing';
  } catch (error) {
    if (error instanceof EsteiraError) return error.code;
    throw error;
  }
}

/** `A 11 by ana`, of what was let through. */
export async function through(world: World): Promise<readonly string[]> {
  const rows = await world.rows(
    'select sku, recommended_price, approved_by, edited from approved_prices order by date, sku',
  );
  return rows.map(([sku, price, by, edited]) => `${sku} ${price} by ${by}${edited ? ', edited' : ''}`);
}
