import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder, writeProject } from '../support/folder.ts';
import { Random } from '../support/random.ts';
import { World } from '../support/world.ts';

/** Every way of writing rows that can be looked up: none leaves, all can move, some are deleted, some are replaced, all are, some break a rule when they are read again. */
export const rights = ['merged', 'moved', 'deleted', 'parts', 'whole', 'versions', 'judged'] as const;
type Right = (typeof rights)[number];

const ways = ['day', 'merge', 'sums'] as const;
export const targets: readonly string[] = [
  ...rights.flatMap((right) => ways.map((way) => `${way}_${right}`)),
  ...['late_merged', 'late_parts', 'made_merged', 'all_parts', 'twice'],
];
const timeOf = (right: Right): string => (right === 'versions' ? 'valid_from' : 'as_of');

const readers = rights.map((right) => {
  const known = (left: string, name = 'fee', within = `, within: '4 days'`): string =>
    `asOf(${left}, ${right}, { on: ['k'], at: ['seen', '${timeOf(right)}'], take: { ${name}: 'fee' }${within} })`;
  const columns = `{ day: col.date().key(), id: col.integer().key(), fee: col.integer().optional() }`;
  const days = `columns: ${columns}, write: replaceEach('day')`;
  return `
export const day_${right} = table('gold.day_${right}', { ${days}, rows: ${known(`shown.since('day')`)} });
export const late_${right} = table('gold.late_${right}', { ${days}, rows: ${known(`events.since('day')`, 'fee', '')} });
export const made_${right} = table('gold.made_${right}', { ${days}, rows: from(${known(`events.since('day')`, 'price')}, ({ day, id, price }) => ({ day, id, fee: price })) });
export const all_${right} = table('gold.all_${right}', { ${days}, rows: ${known('events')} });
export const merge_${right} = table('gold.merge_${right}', { columns: { id: col.integer().key(), sent: col.integer(), fee: col.integer().optional() },
  rows: ${known(`arrived.since('seen')`)}, write: 'merge', duplicates: keepLatest('sent') });
export const sums_${right} = table('gold.sums_${right}', { columns: { day: col.date(), seen: col.integer(), fees: col.integer().optional() },
  rows: sql\`select day, count(*) as seen, sum(fee) as fees from \${${known(`events.since('day')`)}} group by day\`, write: replaceEach('day') });`;
});

const definitions = `import { asOf, byHand, col, files, from, history, job, keepLatest, mergeDeleting, replaceEach, source, sql, table } from 'esteira';
export const shownFiles = source('landing.shown', { reader: files('shown-*.csv'),
  columns: { id: col.integer(), seen: col.timestamp(), k: col.text().optional(), sent: col.integer(), again: col.boolean() } });
export const rateFiles = source('landing.rates', { reader: files('rates-*.csv'),
  columns: { k: col.text(), as_of: col.timestamp(), fee: col.integer(), sent: col.integer(), gone: col.boolean() } });
export const arrived = table('bronze.arrived', { columns: { ...shownFiles.columns, day: col.date() },
  rows: sql\`select *, cast(seen as date) as day from \${shownFiles.unread}\`, write: 'append' });
export const events = table('silver.events', { columns: { ...arrived.columns, id: col.integer().key(), day: col.date().key() },
  rows: arrived.since('day'), write: replaceEach('day'), duplicates: keepLatest('sent') });
export const shown = table('bronze.shown', { columns: { ...arrived.columns, id: col.integer() },
  rows: sql\`select * from \${arrived.since('day')} where not again\`, write: 'append' });
const rates = table('bronze.rates', { columns: { ...rateFiles.columns, month: col.date() },
  rows: sql\`select *, cast(date_trunc('week', as_of) as date) as month from \${rateFiles.unread}\`, write: 'append' });
export { rates };
const keyed = { k: col.text().key(), as_of: col.timestamp().key(), fee: col.integer(), sent: col.integer(), gone: col.boolean() };
export const merged = table('silver.merged', { columns: keyed, rows: rates.since('as_of'), write: 'merge', duplicates: keepLatest('sent') });
export const moved = table('silver.moved', { columns: { ...keyed, as_of: col.timestamp() }, rows: rates.since('as_of'), write: 'merge', duplicates: keepLatest('sent') });
export const deleted = table('silver.deleted', { columns: keyed, rows: rates.since('as_of'), write: mergeDeleting('gone'), duplicates: keepLatest('sent') });
const lastOnly = (of) => sql\`select * from (select *, row_number() over (partition by k, as_of order by sent desc) as place from \${of}) as r where place = 1 and not gone\`;
export const parts = table('silver.parts', { columns: { ...keyed, month: col.date().key() }, rows: lastOnly(rates.since('month')), write: replaceEach('month') });
export const whole = table('silver.whole', { columns: keyed, rows: lastOnly(rates) });
export const versions = table('silver.versions', { columns: { k: col.text().key(), as_of: col.timestamp(), fee: col.integer(), gone: col.boolean() },
  rows: sql\`select k, as_of, fee, gone from \${rates.since('as_of')}\`, write: history({ at: 'as_of', deleted: 'gone' }) });
export const latest = table('silver.latest', { columns: keyed, rows: rates.since('as_of'), write: 'merge', duplicates: keepLatest('sent') });
export const judged = table('silver.judged', { columns: { ...keyed, fee: col.integer().min(400) }, rows: latest.since('as_of', { lookback: '90 days' }), write: 'merge', invalid: 'set aside' });
${readers.join('')}
export const twice = table('gold.twice', { columns: { day: col.date().key(), id: col.integer().key(), fee: col.integer().optional(), other: col.integer().optional() },
  rows: asOf(asOf(events.since('day'), merged, { on: ['k'], at: ['seen', 'as_of'], take: { fee: 'fee' } }), parts,
    { on: ['k'], at: ['seen', 'as_of'], take: { other: 'fee' }, within: '36 hours' }), write: replaceEach('day') });
export const daily = job('daily', { when: byHand, build: [${targets.join(', ')}] });
`;

/** A project into which rows come in random order, late, corrected and deleted, run after run. */
export class Arrivals {
  readonly #world: World;
  readonly #random: Random;
  #files = 0;
  #sent = 0;
  #runs = 0;
  readonly #seen = new Map<number, string>();
  readonly #rates: string[] = [];

  private constructor(world: World, seed: number) {
    this.#world = world;
    this.#random = new Random(seed);
  }

  static async open(seed: number): Promise<Arrivals> {
    return new Arrivals(await worldAt(temporaryFolder('arrivals')), seed);
  }

  /** The same files, taken in by one run. */
  async fromScratch(): Promise<World> {
    const folder = temporaryFolder('scratch');
    mkdirSync(path.join(folder, 'files'), { recursive: true });
    const world = await worldAt(folder);
    cpSync(path.join(this.#world.folder, 'files'), path.join(folder, 'files'), { recursive: true });
    await world.run('daily');
    return world;
  }

  get world(): World {
    return this.#world;
  }

  async run(): Promise<void> {
    if (this.#random.chance(0.75)) this.#file('shown', 'id,seen,k,sent,again', () => this.#shown());
    if (this.#random.chance(0.7)) this.#file('rates', 'k,as_of,fee,sent,gone', () => this.#rate());
    this.#runs += 1;
    this.#world.setClock(`${Temporal.PlainDate.from('2026-03-01').add({ days: this.#runs })}T06:00:00Z`);
    await this.#world.run('daily');
  }

  #file(name: string, head: string, row: () => string): void {
    const rows = Array.from({ length: 3 + this.#random.below(12) }, row);
    this.#files += 1;
    const file = path.join(this.#world.folder, 'files', `${name}-${String(this.#files).padStart(3, '0')}.csv`);
    writeFileSync(file, [head, ...rows, ''].join('\n'));
  }

  /** One in three is a former row once more, as it should have been. */
  #shown(): string {
    const again = this.#seen.size > 0 && this.#random.chance(0.33);
    const id = again ? this.#random.one([...this.#seen.keys()]) : this.#seen.size + 1;
    // A row that is corrected stays on its day.
    const seen = again ? (this.#seen.get(id) as string) : this.#time();
    this.#seen.set(id, seen);
    this.#sent += 1;
    return `${id},${seen},${this.#random.one(['a', 'b', 'c', ''])},${this.#sent},${again}`;
  }
  /** One in two corrects a former one. */
  #rate(): string {
    this.#sent += 1;
    const { below, one, chance } = bound(this.#random);
    const known = this.#rates.length > 0 && chance(0.5) ? one(this.#rates) : `${one(['a', 'b', 'c'])},${this.#time()}`;
    this.#rates.push(known);
    return `${known},${below(1000)},${this.#sent},${chance(0.2)}`;
  }
  /** Few, so that times are met again. */
  #time(): string {
    const day = String(1 + this.#random.below(12)).padStart(2, '0');
    return `2026-02-${day}T${this.#random.one(['00', '12'])}:00:00Z`;
  }
}
const bound = (random: Random) => ({
  below: random.below.bind(random),
  one: random.one.bind(random),
  chance: random.chance.bind(random),
});

async function worldAt(folder: string): Promise<World> {
  writeProject(folder, { catalog: 'shop', definitions, parallel: 4 });
  const world = await World.open(folder);
  await world.do('setup', {});
  return world;
}

/** What a table must say, asked of its tables without the word: for each row the last of those that were known. */
export function truthOf(target: string): string {
  if (target === 'twice')
    return `select day, id, ${feeOf('merged', '100 years')} as fee, ${feeOf('parts', '36 hours')} as other from silver.events s`;
  const [way = '', right] = target.split('_') as [string, Right];
  const fee = `${feeOf(right, way === 'late' ? '100 years' : '4 days')} as fee`;
  if (way === 'day') return `select day, id, ${fee} from bronze.shown s`;
  if (way === 'merge')
    return `select id, sent, ${fee} from bronze.arrived s qualify row_number() over (partition by id order by sent desc) = 1`;
  if (way === 'sums')
    return `select day, count(*) as seen, sum(fee) as fees from (select day, ${fee} from silver.events s) group by day`;
  return `select day, id, ${fee} from silver.events s`;
}
const feeOf = (right: Right, within: string): string => {
  const time = timeOf(right);
  return `(select max_by(r.fee, r.${time}) from silver.${right} r
    where r.k = s.k and r.${time} <= s.seen and r.${time} >= s.seen - interval ${within})`;
};

/** Rows of each of them, as one query tells them: `<target> {…}`. */
export async function ofTargets(
  world: World,
  names: readonly string[],
  query: (target: string) => string,
): Promise<readonly string[]> {
  const each = names.map((name) => `select '${name} ' || to_json(r) as row from (${query(name)}) as r`);
  return (await world.rows(`from (${each.join(' union all ')}) order by all`)).map(([row]) => String(row));
}
