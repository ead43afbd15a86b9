import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { generate, type Manifest, meansOf, type Options } from './generate.ts';
import { eventsOf } from './generator/events.ts';
import { lawyersOf } from './generator/lawyers.ts';
import { planOf } from './generator/options.ts';
import { type Truth, truthOf } from './generator/truth.ts';

const root = mkdtempSync(join(tmpdir(), 'ranking data '));
after(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
async function make(more: Partial<Options> = {}): Promise<{ folder: string; manifest: Manifest }> {
  folders += 1;
  const folder = join(root, String(folders));
  return { folder, manifest: await generate({ folder, lastDate: '2026-09-30', events: 60, lawyers: 300, ...more }) };
}

const filesOf = (folder: string, name: string): readonly string[] => readdirSync(join(folder, name)).toSorted();
const bytesOf = (folder: string): readonly string[] =>
  ['match_events', 'lawyers'].flatMap((name) =>
    filesOf(folder, name).map((file) => {
      const hash = createHash('sha256').update(readFileSync(join(folder, name, file)));
      return `${file} ${hash.digest('hex')}`;
    }),
  );
const linesOf = (folder: string, date: string): readonly string[] =>
  readFileSync(join(folder, 'match_events', `${date}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');
interface Line {
  readonly event_id: string;
  readonly shown: readonly { readonly lawyer_id: string; readonly position: number }[];
  readonly chosen?: string | readonly string[];
}
function parsed(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}

async function ask(sql: string): Promise<readonly Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const found = (await connection.runAndReadAll(sql)).getRowObjectsJS();
  connection.closeSync();
  instance.closeSync();
  return found;
}

test('the same options give the same bytes, other ones do not; with a bias the other choices stay as they were', async () => {
  const [one, same, other, biased] = [await make(), await make(), await make({ seed: 2 }), await make({ bias: 0.5 })];
  assert.deepEqual(bytesOf(one.folder), bytesOf(same.folder));
  assert.deepEqual(one.manifest, same.manifest);
  assert.notDeepEqual(bytesOf(one.folder), bytesOf(other.folder));
  const choices = (folder: string) => linesOf(folder, '2026-09-30').map((line) => parsed(line)?.chosen);
  const [before, after] = [choices(one.folder), choices(biased.folder)];
  const moved = after.filter((chosen, at) => chosen !== before[at]).length;
  assert.ok(moved > 5 && moved < 25, `${moved} of ${after.length}`);
});

test('files are of the days that have come: those of lawyers begin the day before, corrections come when they are said to', async () => {
  const { folder, manifest } = await make({ through: '2026-09-18' });
  assert.deepEqual(filesOf(folder, 'match_events').at(-1), '2026-09-18.jsonl');
  assert.deepEqual(filesOf(folder, 'lawyers').at(0), '2026-09-06.parquet');
  assert.deepEqual(filesOf(folder, 'lawyers').at(-1), '2026-09-18.parquet');
  assert.equal(manifest.corrections.date, '2026-09-19');
  assert.equal(manifest.corrections.lawyers.length, 30);
  const { folder: later } = await make({ through: '2026-09-19' });
  assert.deepEqual(filesOf(later, 'lawyers').at(-2), '2026-09-19-correcoes.parquet');
  const [found] = await ask(`select count(*) as n, count_if(abs(a.area_match + b.area_match - 1) < 1e-9) as turned
    from '${join(later, 'lawyers/2026-09-19-correcoes.parquet')}' a join '${join(later, 'lawyers/2026-09-06.parquet')}' b using (lawyer_id, as_of)`);
  assert.deepEqual([Number(found?.['n']), Number(found?.['turned'])], [30, 30]);
});

test('each kind of bad day is there as often as the manifest says', async () => {
  const { folder, manifest } = await make();
  assert.equal(new Set(manifest.days.map(({ fault }) => fault)).size, 11, 'ten kinds, and none');
  for (const { date, fault, lines, events, invalid, duplicates } of manifest.days) {
    if (fault === 'missing day') {
      assert.ok(!filesOf(folder, 'match_events').includes(`${date}.jsonl`));
      continue;
    }
    const all = linesOf(folder, date).map(parsed);
    assert.equal(all.length, lines, date);
    const good = all.filter((one) => one !== undefined);
    assert.equal(lines - good.length, invalid.unreadable ?? 0, `${date} ${fault}`);
    assert.equal(good.length - new Set(good.map(({ event_id }) => event_id)).size, duplicates, `${date} ${fault}`);
    const isShown = ({ chosen, shown }: Line) =>
      chosen === undefined || shown.some(({ lawyer_id }) => lawyer_id === chosen);
    const strange = good.filter((one) => !isShown(one)).length;
    assert.equal(strange, invalid.escolhido_mostrado ?? 0, `${date} ${fault}`);
    const moved = fault === 'of another day' ? 2 : 0;
    assert.equal(good.length - strange - duplicates - moved, events, `${date} ${fault}`);
  }
  const long = await make({ days: 44, events: 20 });
  assert.deepEqual(
    long.manifest.days.flatMap(({ fault }, day) =>
      (fault !== undefined) === (day >= 2 && day % 2 === 0) ? [] : [day],
    ),
    [],
  );
  const clean = await make({ faults: false });
  assert.ok(
    clean.manifest.days.every(
      ({ fault, misplaced, duplicates }) => fault === undefined && misplaced + duplicates === 0,
    ),
  );
});

test('some choose after midnight, of a match that is of the day before', async () => {
  const { folder } = await make({ events: 400, days: 1, faults: false });
  const lines = linesOf(folder, '2026-09-30');
  const dayOf = (name: string): readonly string[] =>
    lines.flatMap((line) => new RegExp(`"${name}":"(.{10})`).exec(line)?.[1] ?? []);
  assert.deepEqual([...new Set(dayOf('occurred_at'))], ['2026-09-30']);
  assert.deepEqual([...new Set(dayOf('chosen_at'))].toSorted(), ['2026-09-30', '2026-10-01']);
  assert.equal(dayOf('chosen_at').length, lines.filter((line) => line.includes('"chosen":')).length);
});

test('who knows all but the noise is far above the legacy order, which is hardly better than any; a bias hides whom women are chosen', async () => {
  const [{ manifest }, { manifest: biased }] = [
    await make({ events: 200, lawyers: 2000 }),
    await make({ events: 200, lawyers: 2000, bias: 0.5 }),
  ];
  const { best, legacy, random } = meansOf(manifest, 7);
  assert.ok(best > 0.84 && best < 0.92, `${best}`);
  assert.ok(legacy < 0.35 && legacy > random, `${legacy}, ${random}`);
  const ofGroup = ({ days }: Manifest, group: 'f' | 'm' | 'x') => {
    const sums = days.map(({ groups }) => groups[group]);
    return sums.reduce((sum, one) => sum + one.best, 0) / sums.reduce((sum, one) => sum + one.requests, 0);
  };
  for (const group of ['f', 'm', 'x'] as const) assert.ok(Math.abs(ofGroup(manifest, group) - best) < 0.03, group);
  assert.ok(ofGroup(biased, 'f') < ofGroup(biased, 'm') - 0.2);
  assert.ok(meansOf(biased, 7).best > 0.7);
});

const genders = ['f', 'm', 'x'] as const;
/** The largest distance of a group of at least thirty requests from all, when the order is the best that there is. */
function gapOf(days: readonly Truth[]): number {
  const mean = (of: (day: Truth) => { readonly best: number; readonly requests: number }): number =>
    days.reduce((sum, day) => sum + of(day).best, 0) / days.reduce((sum, day) => sum + of(day).requests, 0);
  const counted = genders.filter((name) => days.reduce((sum, { groups }) => sum + groups[name].requests, 0) >= 30);
  return Math.max(0, ...counted.map((name) => Math.abs(mean(({ groups }) => groups[name]) - mean((day) => day))));
}

test('an order that is fair has a gap above 0.05 in about one of seven times by a hundred matches, and hardly ever by 1,400', () => {
  const plan = planOf({ folder: root, lastDate: '2026-09-30', days: 98, events: 109, faults: false });
  const lawyers = lawyersOf(plan);
  const byId = new Map(lawyers.map((one) => [one.id, one]));
  const days = Array.from({ length: plan.days }, (_, day) => truthOf(eventsOf(plan, lawyers, day), byId));
  const refused = days.filter((day) => gapOf([day]) > 0.05).length / days.length;
  assert.ok(refused > 0.06 && refused < 0.22, `${refused}`);
  const fortnights = Array.from({ length: plan.days / 14 }, (_, at) => gapOf(days.slice(at * 14, at * 14 + 14)));
  assert.ok(Math.max(...fortnights) < 0.05, `${fortnights}`);
});

test('numbers that are none are refused', async () => {
  await assert.rejects(make({ bias: 2 }), /bias is 2; allowed: 0 to 1/);
  await assert.rejects(make({ events: 1 }), /events is 1; allowed: 20 to/);
});
