import { inProcess } from '../crash/kill.ts';
import type { Command } from '../crash/process.ts';
import { points } from '../crash/worlds.ts';
import { Changing, daily } from '../run/support/changing.ts';
import { Looking } from '../run/support/compare.ts';
import { Random } from '../run/support/random.ts';
import { differencesFromNothing } from './shop.ts';

/** What may be other from one moment to the next. */
interface Rules {
  readonly most: number;
  readonly parents: boolean;
  readonly plus: number;
  readonly banned: number;
}

/** One append and one merge with deletes whose rows keep where they come from, one whose rows do not; all need parents that may come late. */
const definitionsOf = ({
  most,
  parents,
  plus,
  banned,
}: Rules): string => `import { existsIn as presentIn } from 'esteira';
const columns = { id: col.integer(), parent: col.integer(), value: col.integer(), gone: col.boolean(), moment: col.timestamp() };
export const parentsCame = source('landing.parents', { reader: files('parents-*.csv'), columns: { id: col.integer() } });
export const rowsCame = source('landing.things', { reader: files('things-*.csv'), columns });
export const bronzeParents = table('bronze.parents', { columns: parentsCame.columns, rows: parentsCame.unread, write: 'append' });
export const bronze = table('bronze.things', { columns, rows: rowsCame.unread, write: 'append' });
export const parents = table('silver.parents', { columns: { id: col.integer().key() }, write: 'merge', invalid: 'set aside',
  rows: sql\`select id from \${bronzeParents.since('id')}\`, rules: { allowed: sql\`id <> ${banned}\` } });
const rules = { not_too_much: sql\`value <= ${most}\`, parent_known: ${parents ? "presentIn('parent', parents, 'id')" : 'sql`true`'} };
export const appended = table('silver.appended', { columns: { ...columns, value: col.integer().optional() }, write: 'append', invalid: 'set aside', rules,
  rows: sql\`select id, parent, value + ${plus} as value, gone, moment from \${bronze.since('moment')}\` });
export const merged = table('silver.merged', { columns: { ...columns, id: col.integer().key() }, write: mergeDeleting('gone'), duplicates: keepLatest('moment'),
  invalid: 'set aside', rules, rows: sql\`select id, parent, value + ${plus} as value, gone, moment from \${bronze.since('moment')}\` });
export const joined = table('silver.joined', { columns, write: 'append', invalid: 'set aside', rules,
  rows: sql\`select b.id, b.parent, b.value + one.n as value, b.gone, b.moment from \${bronze.since('moment')} as b join (select ${plus} as n) as one on true\` });
export const summed = table('gold.summed', { columns: { parent: col.integer().key(), value: col.bigint() },
  rows: sql\`select parent, sum(value) as value from \${merged} group by 1\` });
export const below = table('gold.below', { columns: { id: col.integer(), value: col.integer().optional() }, write: 'append',
  rows: sql\`select id, value from \${appended.since('moment')}\` });
${daily('parents, summed, below, joined')}`;

/** Of each table: the rows of bronze that are not in exactly one place, and the sum of the ledger where it is not what is there. */
const questions: Readonly<Record<string, string>> = {
  'rows of bronze that are not once in appended or its invalid rows': `
    select b._rid, count(p._rid) as n from w.bronze.things as b
    left join (select _rid from w.silver.appended union all select _rid from w.silver.appended_invalidos) as p using (_rid)
    group by 1 having n <> 1`,
  'rows in appended that bronze does not have': `
    select _rid from (select _rid from w.silver.appended union all select _rid from w.silver.appended_invalidos)
    where _rid not in (select _rid from w.bronze.things)`,
  'rows of bronze that are in more than one place of merged': `
    select _rid, count(*) as n from (select _rid from w.silver.merged union all select _rid from w.silver.merged_invalidos
      union all select _rid from w.silver.merged__deleted) group by 1 having n > 1`,
  'rows of bronze that are nowhere in merged, and no newer one of their key': `
    select _rid from w.bronze.things as b
    where _rid not in (select _rid from w.silver.merged union all select _rid from w.silver.merged_invalidos union all select _rid from w.silver.merged__deleted)
      and not exists (select 1 from (select id, moment, _rid from w.silver.merged union all select id, moment, _rid from w.silver.merged__deleted) as m
        where m.id = b.id and (m.moment, m._rid) > (b.moment, b._rid))`,
  'rows of bronze that joined does not have, or has twice': `
    select * from (select (select count(*) from w.bronze.things) as wanted,
      (select count(*) from w.silver.joined) + (select count(*) from w.silver.joined_invalidos) as found) where wanted <> found`,
  ...Object.fromEntries(
    ['parents', 'appended', 'merged', 'joined'].map((table) => [
      `the ledger of ${table}, which does not sum up to its invalid rows`,
      `select * from (select (select count(*) from w.silver.${table}_invalidos) as rows,
        (select coalesce(sum(case move when 'released' then -1 else 1 end), 0) from w._esteira.invalid_ledger where target = 'silver.${table}') as moves)
        where rows <> moves`,
    ]),
  ),
};

async function wrong(folder: string): Promise<readonly string[]> {
  const looking = await Looking.at({ w: folder }, 'shop');
  try {
    const found: string[] = [];
    for (const [what, question] of Object.entries(questions)) {
      const rows = await looking.rows(`${question} limit 3`);
      if (rows.length > 0) found.push(`${what}: ${JSON.stringify(rows)}`);
    }
    return found;
  } finally {
    looking.close();
  }
}

export interface Lived {
  readonly seed: number;
  readonly actions: readonly string[];
  readonly rows: number;
  readonly kills: number;
  readonly moves: number;
  readonly differences: readonly string[];
}

/** Some days of a project, with rules that change and processes that are killed; after each of them every row is looked for. */
export async function live(seed: number, count: number): Promise<Lived> {
  const random = new Random(seed);
  const drawn = (): Rules => ({
    most: random.one([20, 50, 80, 1000]),
    parents: random.chance(0.7),
    plus: random.below(3),
    banned: random.below(8),
  });
  let rules = drawn();
  const project = new Changing().define(definitionsOf(rules));
  const actions: string[] = [];
  const differences: string[] = [];
  let [rows, kills, files] = [0, 0, 0];
  const late = [...random.shuffled([0, 3, 4, 5, 6, 7])];
  const deliver = (): void => {
    files += 1;
    const minute = (): string => String(random.below(60)).padStart(2, '0');
    const lines = Array.from({ length: 1 + random.below(12) }, () =>
      [random.below(10), random.below(8), random.below(100), random.chance(0.15), `2026-01-01T10:${minute()}:00Z`].join(
        ',',
      ),
    );
    rows += lines.length;
    project.file(`things-${files}.csv`, `id,parent,value,gone,moment\n${lines.join('\n')}\n`);
    const parent = late.pop();
    if (parent !== undefined && random.chance(0.7)) project.file(`parents-${files}.csv`, `id\n${parent}\n`);
  };
  const change = async (): Promise<void> => {
    rules = drawn();
    project.define(definitionsOf(rules));
    await project.do('setup', {});
    actions.push(`rules ${JSON.stringify(rules)}`);
  };
  deliver();
  project.file('parents-0.csv', 'id\n1\n2\n');
  await project.do('setup', {});
  for (let day = 1; day <= count; day += 1) {
    if (random.chance(0.6)) deliver();
    if (random.chance(0.4)) await change();
    const command = commandOf(random, day);
    actions.push(`${command.name} ${JSON.stringify(command.input)}`);
    if (random.chance(0.5)) {
      const stop = `${random.one(points)}@${1 + random.below(6)}`;
      const { killedAt, error } = await inProcess(project.folder, [command], stop);
      if (error) differences.push(`day ${day}, with ${stop}: ${error}`);
      if (killedAt === 0) {
        kills += 1;
        actions.push(`killed at ${stop}`);
        if (random.chance(0.3)) await change();
      }
    }
    await project.do(command.name, command.input as never);
    if (command.name !== 'run') await project.run(dateOf(day));
    for (const text of await wrong(project.folder)) differences.push(`day ${day}: ${text}`);
    if (differences.length > 0) break;
  }
  const [moved] = await project.rows('select count(*) from shop._esteira.invalid_ledger');
  await project.do('reprocess', { scope: 'all' });
  const definitions = definitionsOf(rules);
  differences.push(
    ...(await wrong(project.folder)),
    ...(await differencesFromNothing(project, { definitions, date: dateOf(count) })),
  );
  return { seed, actions, rows, kills, moves: Number(moved?.[0]), differences };
}

const dateOf = (day: number): string => `2026-02-${String(day).padStart(2, '0')}`;

function commandOf(random: Random, day: number): Command {
  const now = `2026-03-${String(day).padStart(2, '0')}T02:00:00Z`;
  const scope = random.one(['all', 'silver', 'silver.appended', 'silver.merged', 'silver.joined', 'silver.parents']);
  const way = random.below(5);
  if (way < 2) return { name: 'run', input: { job: 'daily', date: dateOf(day) }, now };
  return { name: 'reprocess', input: way < 4 ? { scope, invalid: true } : { scope }, now };
}
