import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder, writeProject } from '../support/folder.ts';
import { World } from '../support/world.ts';

const definitions = `import { asOf, byHand, col, files, from, job, keepLatest, replaceEach, source, sql, table } from 'esteira';
const shownFiles = source('landing.shown', { reader: files('shown-*.csv'), columns: { id: col.integer(), seen: col.timestamp(), lawyer: col.text(), area: col.text() } });
const lawyerFiles = source('landing.lawyers', { reader: files('lawyers-*.csv'), columns: { lawyer: col.text(), as_of: col.timestamp(), fee: col.integer(), sent: col.integer(), area: col.text() } });
export { shownFiles, lawyerFiles };
export const shown = table('bronze.shown', {
  columns: { day: col.date(), id: col.integer(), seen: col.timestamp(), lawyer: col.text(), area: col.text() },
  rows: sql\`select cast(seen as date) as day, id, seen, lawyer, area from \${shownFiles.unread}\`, write: 'append' });
export const lawyers = table('silver.lawyers', {
  columns: { lawyer: col.text().key(), area: col.text().key(), as_of: col.timestamp().key(), fee: col.integer(), sent: col.integer() },
  rows: lawyerFiles.unread, write: 'merge', duplicates: keepLatest('sent') });
const known = (left) => asOf(left, lawyers, { on: ['lawyer', 'area'], at: ['seen', 'as_of'], take: { fee: 'fee', known: 'as_of' }, within: '3 days' });
export const judged = table('gold.judged', {
  columns: { ...shown.columns, fee: col.integer().optional(), known: col.timestamp().optional() },
  rows: known(shown.since('day')), write: replaceEach('day') });
export const merged = table('gold.merged', {
  columns: { id: col.integer().key(), fee: col.integer().optional(), seen: col.timestamp() },
  rows: sql\`select id, fee, seen from \${known(shown.since('day'))}\`, write: 'merge', duplicates: keepLatest('seen') });
export const made = table('gold.made', {
  columns: { id: col.integer().key(), day: col.date().key(), text: col.text() }, write: replaceEach('day'),
  rows: from(known(shown.since('day')), ({ id, day, fee }) => ({ id, day, text: fee === null ? 'unknown' : 'fee ' + fee })) });
export const judgedLawyers = table('silver.judged_lawyers', {
  columns: { ...lawyers.columns, fee: col.integer().min(0) }, rows: lawyers.since('as_of', { lookback: '90 days' }), write: 'merge', invalid: 'set aside' });
export const byJudged = table('gold.by_judged', {
  columns: { day: col.date(), id: col.integer(), fee: col.integer().optional() }, write: replaceEach('day'),
  rows: asOf(shown.since('day'), judgedLawyers, { on: ['lawyer', 'area'], at: ['seen', 'as_of'], take: { fee: 'fee' } }) });
export const lawyersOnly = job('lawyers_only', { when: byHand, build: [lawyers] });
export const daily = job('daily', { when: byHand, build: [judged, merged, made] });
export const judging = job('judging', { when: byHand, build: [byJudged] });
`;

class Shop {
  readonly world: World;
  #files = 0;
  #day = Temporal.PlainDate.from('2026-02-01');

  private constructor(world: World) {
    this.world = world;
  }
  static async open(): Promise<Shop> {
    const folder = temporaryFolder('as-of');
    writeProject(folder, { catalog: 'shop', definitions });
    const shop = new Shop(await World.open(folder));
    await shop.world.do('setup', {});
    return shop;
  }
  /** Of one area, but for what says another. */
  file(name: 'shown' | 'lawyers', ...lines: readonly string[]): void {
    const head = { shown: 'id,seen,lawyer,area', lawyers: 'lawyer,as_of,fee,sent,area' }[name];
    this.#files += 1;
    const file = path.join(this.world.folder, 'files', `${name}-${this.#files}.csv`);
    writeFileSync(
      file,
      [head, ...lines.map((line) => (line.endsWith('penal') ? line : `${line},civil`)), ''].join('\n'),
    );
  }
  /** How many rows each step made. */
  async run(job = 'daily'): Promise<Readonly<Record<string, number>>> {
    this.#day = this.#day.add({ days: 1 });
    this.world.setClock(`${this.#day}T06:00:00Z`);
    const { steps } = await this.world.run(job);
    return Object.fromEntries(steps.map(({ step, account }) => [step.split('.').at(-1), account?.in ?? 0]));
  }
  async fees(): Promise<string> {
    const rows = await this.world.rows('select id, fee from gold.judged order by all');
    const merged = await this.world.rows('select id, fee from gold.merged order by all');
    assert.deepEqual(rows, merged);
    const texts = await this.world.rows(
      `select id, nullif(replace(text, 'fee ', ''), 'unknown') from gold.made order by all`,
    );
    assert.deepEqual(texts.map(String), rows.map(String));
    return rows.map(([id, fee]) => `${id}:${fee ?? '-'}`).join(' ');
  }
}

test('each row has what was known at its time, and nothing that came later or is too old', async () => {
  const shop = await Shop.open();
  shop.file('shown', '1,2026-01-01T10:00:00Z,ana', '2,2026-01-02T10:00:00Z,ana', '3,2026-01-02T10:00:00Z,bia');
  shop.file('shown', '4,2026-01-05T10:00:00Z,ana', '5,2026-01-05T10:00:01Z,ana', '6,2026-01-08T10:00:02Z,ana');
  shop.file(
    'lawyers',
    'ana,2026-01-01T10:00:00Z,10,1',
    'ana,2026-01-02T10:00:00Z,20,1',
    'ana,2026-01-05T10:00:01Z,30,1',
  );
  await shop.run();
  assert.equal(await shop.fees(), '1:10 2:20 3:- 4:20 5:30 6:-');
  await shop.world.close();
});

test('what comes late or is corrected changes the rows for which it counts, and no other day is made again', async () => {
  const shop = await Shop.open();
  for (let day = 1; day <= 9; day += 1)
    shop.file('shown', `${day},2026-01-0${day}T10:00:00Z,ana`, `${day}0,2026-01-0${day}T11:00:00Z,bia`);
  shop.file('lawyers', 'ana,2026-01-01T00:00:00Z,10,1', 'ana,2026-01-05T00:00:00Z,50,1');
  await shop.run();
  assert.equal(
    await shop.fees(),
    '1:10 2:10 3:10 4:- 5:50 6:50 7:50 8:- 9:- 10:- 20:- 30:- 40:- 50:- 60:- 70:- 80:- 90:-',
  );
  // As of the third: late.
  shop.file('lawyers', 'ana,2026-01-03T00:00:00Z,30,2');
  assert.deepEqual(await shop.run(), { shown: 0, lawyers: 1, judged: 4, merged: 2, made: 4 });
  assert.match(await shop.fees(), /^1:10 2:10 3:30 4:30 5:50 6:50 7:50 8:- /);
  // Of the fifth: corrected, with new rows of another day.
  shop.file('lawyers', 'ana,2026-01-05T00:00:00Z,55,2');
  shop.file('shown', '100,2026-01-09T12:00:00Z,ana');
  assert.deepEqual(await shop.run(), { shown: 1, lawyers: 1, judged: 9, merged: 4, made: 9 });
  assert.match(await shop.fees(), /^1:10 2:10 3:30 4:30 5:55 6:55 7:55 8:- 9:- 10:- .* 100:-$/);
  // Of another area: for nobody.
  shop.file('lawyers', 'ana,2026-01-04T00:00:00Z,99,3,penal');
  assert.deepEqual(await shop.run(), { shown: 0, lawyers: 1, judged: 0, merged: 0, made: 0 });
  // Older than what is known for every row, and an older version of what is there: nothing counts otherwise.
  shop.file('lawyers', 'ana,2025-12-31T00:00:00Z,1,3', 'ana,2026-01-05T00:00:00Z,5,1');
  assert.deepEqual(await shop.run(), { shown: 0, lawyers: 2, judged: 0, merged: 0, made: 0 });
  assert.match(await shop.fees(), /^1:10 2:10 3:30 4:30 5:55 /);
  await shop.world.close();
});

test('a row that breaks a rule when it is read again is known no more', async () => {
  const shop = await Shop.open();
  shop.file('shown', '1,2026-01-10T00:00:00Z,ana', '2,2026-01-20T00:00:00Z,ana');
  shop.file('lawyers', 'ana,2026-01-01T00:00:00Z,11,1', 'ana,2026-01-15T00:00:00Z,20,1');
  await shop.run('judging');
  const fees = async () => (await shop.world.rows('select id, fee from gold.by_judged order by id')).map(String);
  assert.deepEqual(await fees(), ['1,11', '2,20']);
  shop.file('lawyers', 'ana,2026-01-15T00:00:00Z,-1,2');
  await shop.run('judging');
  assert.deepEqual(await shop.world.rows('select fee from silver.judged_lawyers'), [[11]]);
  assert.deepEqual(await fees(), ['1,11', '2,11']);
  assert.equal((await shop.run('judging'))['by_judged'], 0);
  shop.file('lawyers', 'ana,2026-01-15T00:00:00Z,21,3');
  await shop.run('judging');
  assert.deepEqual(await fees(), ['1,11', '2,21']);
  await shop.world.close();
});

test('lineage goes through to the columns of both sides, and a plan says how many rows are new on each', async () => {
  const shop = await Shop.open();
  shop.file('shown', '1,2026-01-01T10:00:00Z,ana');
  shop.file('lawyers', 'ana,2026-01-01T10:00:00Z,10,1');
  await shop.run();
  const fromOf = async (column: string) =>
    (await shop.world.do('lineage', { name: `gold.judged.${column}` })).from.map(({ name }) => name);
  assert.deepEqual(await fromOf('fee'), ['silver.lawyers.fee']);
  assert.deepEqual(await fromOf('known'), ['silver.lawyers.as_of']);
  assert.deepEqual(await fromOf('day'), ['bronze.shown.day']);
  const { into } = await shop.world.do('lineage', { name: 'silver.lawyers' });
  assert.deepEqual(into.map(({ name }) => name).toSorted(), [
    ...['gold.judged', 'gold.made', 'gold.merged', 'silver.judged_lawyers'],
  ]);
  shop.file('lawyers', 'ana,2026-01-01T09:00:00Z,11,1', 'ana,2026-01-01T08:00:00Z,12,1');
  await shop.world.run('lawyers_only', '2026-02-09');
  const { steps } = await shop.world.do('plan', { job: 'daily' });
  const judged = steps.find(({ step }) => step.endsWith('gold.judged'));
  assert.equal(judged?.why, 'new in silver.lawyers: 2 rows');
  await shop.world.close();
});
