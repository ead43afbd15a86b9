import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { eventOn } from '../definitions/1-events.ts';
import { generate, type Manifest, type Options } from './generate.ts';
import { productDay } from './generator/days.ts';
import { dateOf, planOf } from './generator/options.ts';
import { productOf, productsOf } from './generator/products.ts';

const root = mkdtempSync(join(tmpdir(), 'pricing data '));
after(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
async function make(more: Partial<Options> = {}): Promise<{ folder: string; manifest: Manifest }> {
  folders += 1;
  const folder = join(root, String(folders));
  return { folder, manifest: await generate({ folder, lastDate: '2026-09-30', days: 40, products: 21, ...more }) };
}
const bytesOf = (folder: string): readonly string[] =>
  ['sales', 'stock', 'competitors'].flatMap((name) =>
    readdirSync(join(folder, name))
      .toSorted()
      .map((file) => {
        const hash = createHash('sha256').update(readFileSync(join(folder, name, file)));
        return `${name}/${file} ${hash.digest('hex')}`;
      }),
  );
const linesOf = (folder: string, name: string): readonly string[] =>
  readFileSync(join(folder, name), 'utf8').trimEnd().split('\n').slice(1);

test('the same options give the same bytes, another seed does not; what begins later leaves the days before as they were', async () => {
  const [one, same, other, later] = [
    await make(),
    await make(),
    await make({ seed: 2 }),
    await make({ halved: '2026-09-20', regime: '2026-09-20', war: '2026-09-20' }),
  ];
  assert.deepEqual(bytesOf(one.folder), bytesOf(same.folder));
  assert.notDeepEqual(bytesOf(one.folder), bytesOf(other.folder));
  const before = (folder: string) => bytesOf(folder).filter((line) => /2026-0(8|9-(0|1[0-8]))/.test(line));
  assert.deepEqual(before(later.folder), before(one.folder));
  assert.notDeepEqual(bytesOf(later.folder), bytesOf(one.folder));
});

test('a file is there when it has come: one that is late, and what is put right later, are not there before', async () => {
  const { folder, manifest } = await make({ through: '2026-09-19' });
  const there = readdirSync(join(folder, 'sales')).toSorted();
  const due = manifest.days.flatMap(({ date, delivered, corrections, corrected }) => [
    ...(delivered <= '2026-09-19' ? [`${date}.csv`] : []),
    ...(corrections > 0 && corrected <= '2026-09-19' ? [`${date}-correcao.csv`] : []),
  ]);
  assert.deepEqual(there, due.toSorted());
  assert.ok(manifest.days.some(({ date, delivered }) => date <= '2026-09-19' && delivered > '2026-09-19'));
  assert.ok(there.some((name) => name.includes('correcao')));
});

test('what is sold is what was wanted as far as it was there; lines say it, once what is wrong in them is put right', async () => {
  const { folder, manifest } = await make();
  for (const { date, lines, invalid, copies, corrections, units, wanted } of manifest.days) {
    const found = linesOf(folder, `sales/${date}.csv`).map((line) => line.split(','));
    assert.equal(found.length, lines);
    const right = corrections > 0 ? linesOf(folder, `sales/${date}-correcao.csv`).map((line) => line.split(',')) : [];
    assert.equal(right.length, corrections);
    const last = new Map([...found, ...right].map((line) => [line[0], line]));
    const isValid = (line: readonly string[]): boolean => Number(line[6]) > 0 && Number(line[7]) >= 0;
    const valid = [...last.values()].filter(isValid);
    assert.equal(
      valid.reduce((sum, line) => sum + Number(line[7]), 0),
      units,
      date,
    );
    const broken = Object.values(invalid).reduce((sum, one) => sum + one, 0);
    assert.equal(found.filter((line) => !isValid(line)).length, broken);
    assert.equal(found.length - new Set(found.map(([id]) => id)).size, copies);
    assert.ok(wanted >= units);
  }
  assert.ok(manifest.days.some(({ wanted, units, outOfStock }) => wanted > units && outOfStock > 0));
});

/** Least squares of y on x, each with its intercept: the slope. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (one: (typeof points)[number]) => number): number =>
    points.reduce((sum, one) => sum + of(one), 0) / points.length;
  const [x, y] = [mean(([one]) => one), mean(([, one]) => one)];
  const along = points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return along / points.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}

test('whoever knows events, seasons, rivals and what people wanted finds the planted elasticities; whoever does not is off by more than one', () => {
  const plan = planOf({ lastDate: '2026-09-30', days: 365, products: 40, regions: 1 });
  const found = productsOf(plan)
    .filter(({ slow }) => !slow)
    .map((product) => {
      const days = Array.from({ length: plan.days }, (_, day) => ({
        day,
        ...productDay(plan, product, { region: 0, day }),
      }));
      const treated = days.map(({ day, price, rivals, wanted }) => {
        const date = Temporal.PlainDate.from(dateOf(plan, day));
        const event = eventOn(date);
        const rest =
          (event ? product.lift[event] : 0) +
          (product.season[date.month - 1] ?? 0) +
          product.cross * Math.log(Math.min(...Object.values(rivals)) / product.price);
        return [Math.log(price), Math.log(Math.max(wanted, 0.5)) - rest] as const;
      });
      const naive = days.flatMap(({ price, units }) =>
        units > 0 ? [[Math.log(price), Math.log(units)] as const] : [],
      );
      return { treated: slope(treated) - product.elasticity, naive: slope(naive) - product.elasticity };
    });
  const mean = (of: (one: (typeof found)[number]) => number): number =>
    found.reduce((sum, one) => sum + of(one), 0) / found.length;
  assert.ok(Math.abs(mean(({ treated }) => treated)) < 0.1, `treated ${mean(({ treated }) => treated)}`);
  assert.ok(mean(({ naive }) => naive) > 1, `naive ${mean(({ naive }) => naive)}`);
});

test('a competitor halves his prices, people change, and cuts are answered, from the days on that were asked for', () => {
  const plan = planOf({
    ...{ lastDate: '2026-09-30', days: 120, products: 8, regions: 1 },
    ...{ halved: '2026-09-01', regime: '2026-09-01', war: '2026-08-01' },
  });
  const quiet = planOf({ lastDate: '2026-09-30', days: 120, products: 8, regions: 1 });
  const [begin, product] = [plan.halved, productOf(plan, 0)];
  const of = (which: typeof plan, day: number) => productDay(which, product, { region: 0, day });
  assert.equal(of(plan, begin - 1).rivals.beta, of(quiet, begin - 1).rivals.beta);
  assert.ok(Math.abs(of(plan, begin).rivals.beta / of(quiet, begin).rivals.beta - 0.5) < 0.01);
  assert.equal(of(plan, begin).rivals.alfa, of(quiet, begin).rivals.alfa);
  assert.ok(of(plan, begin + 1).wanted < of(quiet, begin + 1).wanted * 0.75);
  const contested = productOf(plan, 3);
  assert.ok(contested.contested);
  for (let day = plan.war + 4; day < plan.war + 24; day += 4) {
    const ours = (at: number): number => productDay(plan, contested, { region: 0, day: at }).price;
    const theirs = (at: number): number => productDay(plan, contested, { region: 0, day: at }).rivals.alfa;
    assert.ok(theirs(day + 1) < theirs(day) * 0.98, 'the cut is answered on the next day');
    assert.ok(
      Math.abs(theirs(day + 1) / (contested.price * Math.exp(-0.04 * (1 + (day - plan.war) / 4) - 0.03)) - 1) < 0.01,
    );
    assert.ok(ours(day + 1) > theirs(day + 1) * 0.93);
  }
});

test('options that cannot be are refused', async () => {
  await assert.rejects(make({ days: 0 }), /days is 0; allowed: 1 to 2000/);
  await assert.rejects(make({ regions: 101 }), /regions is 101/);
});
