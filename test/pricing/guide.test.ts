// The guide's project, as it is written there.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Random } from '../../src/learn/random.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

const guide = readFileSync(path.join(import.meta.dirname, '..', '..', 'docs', 'guides', 'prices.md'), 'utf8');
const [definitions = '', each = ''] = [...guide.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text = '']) => text);
const [, header = ''] = /^ {4}(date,sku,.*)$/m.exec(guide) ?? [];
const [, groups = ''] = /`(groups: \{.*?\})`/.exec(guide) ?? [];

test('the project of the guide learns elasticities, recommends prices, lets out what people have approved, and watches each day', async () => {
  const folder = temporaryFolder('guide');
  writeProject(folder, { catalog: 'shop', definitions });
  writeFileSync(path.join(folder, 'definitions', 'days.ts'), each.replace('./3-prices.ts', './all.ts'));
  const config = path.join(folder, 'esteira.config.ts');
  writeFileSync(config, readFileSync(config, 'utf8').replace("standard: 'here',", `standard: 'here',\n  ${groups},`));
  days(folder);
  const world = await World.open(folder, '2026-10-01T06:00:00Z');
  await world.do('setup', {});
  await world.run('learn', '2026-09-30');
  await world.do('approve', { model: 'price_elasticity', by: 'ana', reason: 'as expected' });
  await world.run('recommend', '2026-09-30');
  const found = await world.rows('select sku, elasticity, elasticity_naive from gold.elasticities order by sku');
  assert.equal(found.length, products.length);
  for (const [sku, elasticity] of found)
    assert.ok(Number(elasticity) < -1.5 && Number(elasticity) > -3.5, `${sku} ${elasticity}`);
  const prices = await world.rows(
    "select sku, recommended_price, reason from recommended_prices where reason is distinct from 'already_best' order by sku",
  );
  assert.deepEqual(
    [...new Set(prices.map(([, , reason]) => reason))].filter((reason) => reason !== null && reason !== 'out_of_stock'),
    [],
  );

  const { lines = [] } = await world.do('approvals list', {});
  const [line] = lines;
  assert.ok(line && lines.length > 2, `${lines.length} lines`);
  const answer = async (name: string, by: string) =>
    (await world.do('approvals approve', { name: 'recommended_prices', lines: [name], by })).lines[0];
  const first = await answer(line.line, 'ana');
  assert.equal(first?.state, Math.abs(Number(line.row['change'])) > 0.08 ? 'approved once' : 'approved');
  if (first?.state === 'approved once') await answer(first.line, 'eva');
  await world.run('apply');
  const copy = readFileSync(path.join(folder, 'files', 'exports', 'new_prices.csv'), 'utf8')
    .trim()
    .split('\n');
  assert.equal(copy[0], 'date,sku,recommended_price,approved_by');
  assert.ok(copy.slice(1).some((row) => row.startsWith(`2026-09-30,${line.row['sku']},`)));
  assert.ok(
    copy.slice(1).every((row) => /,(rule hardly a change|"?ana.*)$/.test(row)),
    copy.join('\n'),
  );

  await world.run('nightly', '2026-09-30');
  const { monitors } = await world.do('monitors', {});
  const watched = ['the forecast is off', 'prices of rivals have moved', 'no day has come'];
  assert.deepEqual(
    watched.map((name) => monitors.find(({ monitor }) => monitor === name)?.last?.verdict),
    ['held', 'held', 'held'],
  );
  await world.close();
});

const products = ['baguette', 'brown', 'corn', 'pão de queijo', 'rye', 'white'];

/** 150 days up to the one that is recommended for: prices that move, a rival who does not, a shelf that a busy day empties. */
function days(folder: string): void {
  const random = new Random(7);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  mkdirSync(path.join(folder, 'files', 'days'));
  const usual = products.map((_, at) => 4 + at);
  const asked = [...usual];
  for (let back = 149; back >= 0; back -= 1) {
    const date = Temporal.PlainDate.from('2026-09-30').subtract({ days: back });
    const isMarket = date.dayOfWeek === 6;
    const lines = products.map((sku, at) => {
      const price = usual[at] as number;
      if (back % 3 === 0 && back > 2) asked[at] = Math.round(price * Math.exp(0.1 * normal()) * 100) / 100;
      const own = asked[at] as number;
      const wanted = Math.round(Math.exp(4 + (isMarket ? 0.6 : 0) - 2.5 * Math.log(own / price) + 0.15 * normal()));
      const sold = Math.min(wanted, 110);
      return [date, sku, own, price + 0.2, price * 0.5, sold, sold === 110, false, isMarket].join(',');
    });
    writeFileSync(path.join(folder, 'files', 'days', `${date}.csv`), `${[header, ...lines].join('\n')}\n`);
  }
}
