import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';
import { Elsewhere } from './elsewhere.ts';

export const definitions = readFileSync(path.join(import.meta.dirname, 'definitions.ts'), 'utf8');

export const idOf = (n: number): string => `u${String(n).padStart(6, '0')}`;
export const scoreOf = (n: number): number => n / 10_000;

/** The file of scores: of so many users, or whatever its lines say. */
export function put(folder: string, scores: number | readonly string[], score = scoreOf): void {
  const lines =
    typeof scores === 'number' ? Array.from({ length: scores }, (_, n) => `${idOf(n)},${score(n)}`) : scores;
  mkdirSync(path.join(folder, 'files', 'scores'), { recursive: true });
  writeFileSync(
    path.join(folder, 'files', 'scores', 'one.csv'),
    `id,score\n${lines.map((line) => `${line}\n`).join('')}`,
  );
}

/** A project whose scores are kept elsewhere, where there are so many users; set up. */
export async function begin(
  users: number,
  {
    trace,
    text = definitions,
  }: { readonly trace?: (point: string) => void | Promise<void>; readonly text?: string } = {},
): Promise<{ readonly world: World; readonly elsewhere: Elsewhere; readonly folder: string }> {
  // Nobody goes there: what is written elsewhere is a file of the world.
  process.env['APP_DATABASE_URL'] = 'postgres://nowhere.invalid/app';
  const folder = temporaryFolder('deliver');
  writeProject(folder, { catalog: 'leads', definitions: text });
  const config = path.join(folder, 'esteira.config.ts');
  const channels = "channels: { team: [toFile({ path: 'alerts.txt' })] },";
  writeFileSync(config, readFileSync(config, 'utf8').replace("standard: 'here',", `standard: 'here',\n  ${channels}`));
  put(folder, users);
  const elsewhere = new Elsewhere(folder);
  elsewhere.table(
    'users',
    ['id', 'lead_score'],
    Array.from({ length: users }, (_, n) => idOf(n)),
  );
  const world = await World.open(folder, undefined, trace);
  await world.do('setup', {});
  return { world, elsewhere, folder };
}

export async function end({
  world,
  elsewhere,
}: {
  readonly world: World;
  readonly elsewhere: Elsewhere;
}): Promise<void> {
  await world.close();
  elsewhere.close();
}

/** What is other than it should be, when all is done: a row that was not written once, or says something else, or whose newest receipt is none. */
export async function wrong(
  { world, elsewhere }: { readonly world: World; readonly elsewhere: Elsewhere },
  users: number,
  { score = scoreOf, writes = 1 }: { readonly score?: (n: number) => number; readonly writes?: number } = {},
): Promise<readonly string[]> {
  const found: string[] = [];
  const there = elsewhere.rows('select id, lead_score, _writes from users order by id');
  if (there.length !== users) found.push(`${there.length} users`);
  for (const [n, row] of there.entries())
    if (row['id'] !== idOf(n) || row['lead_score'] !== score(n) || row['_writes'] !== writes)
      found.push(`${row['id']} has ${row['lead_score']}, written ${row['_writes']} times`);
  const receipts = new Map(
    (await world.rows('select id, arg_max(status, _seq) from users.lead_score_receipts group by id')).map(
      ([id, status]) => [id, status],
    ),
  );
  for (let n = 0; n < users; n += 1) {
    const status = receipts.get(idOf(n));
    if (status !== 'sent' && status !== 'unchanged') found.push(`${idOf(n)}: ${status ?? 'no receipt'}`);
  }
  return found;
}
