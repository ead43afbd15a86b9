import path from 'node:path';
import { generate, type PlantedDay, type Product } from '../../pipelines/pricing/data/generate.ts';
import type { QueryView } from '../../src/operate/index.ts';
import type { CommandLine } from './command.ts';

const lastDate = '2026-09-13';

/** Sales, stock and competitors of a year in a bucket, with what is wrong in them, made into what was known of each day. Gives what differs from the generator's plan. */
export async function demonstratePricing(
  esteira: CommandLine,
  { root, products: count }: { readonly root: string; readonly products: number },
): Promise<readonly string[]> {
  console.log(`\nPricing: ${count} products in two regions, sales, stock and competitors of a year.`);
  console.log('The folder .esteira/demo/files stands in for the bucket.');
  const folder = path.join(root, '.esteira', 'demo', 'files');
  const plan = { folder, lastDate, days: 365, products: count, seed: 5, through: lastDate };
  const { days, products } = await generate(plan);
  esteira.show('setup');
  esteira.show('run', 'pricing_retreino', '--date', lastDate);
  esteira.show('approve', 'price_elasticity', '--reason', 'the figures are those of the demo');
  esteira.show('run', 'pricing_diario', '--date', lastDate);
  esteira.show(
    'query',
    "select coalesce(reason, 'recomendado') as resultado, count(*) as produtos, round(avg(elasticity), 2) as elasticidade, round(avg(elasticity_naive), 2) as ingenua, round(avg(change) * 100, 1) as mudanca, min(why) as por_exemplo from recommendations_v1 group by 1 order by 2 desc",
  );
  esteira.show('approvals', 'approve', 'recommendations_v1', '--rule', 'passos pequenos');
  esteira.show('run', 'pricing_aplicar', '--date', lastDate);
  esteira.show('approvals', 'list', 'recommendations_v1', '--limit', '5');
  return [...compareRows(esteira, days), ...compareElasticities(esteira, products)];
}

/** The elasticities beside those that were planted. Nobody tells what each product's is to within less than its own interval; their mean is told closely. */
function compareElasticities(esteira: CommandLine, products: readonly Product[]): readonly string[] {
  const planted = new Map(products.map(({ sku, elasticity }) => [sku, elasticity]));
  const { rows } = esteira.ask<QueryView>(
    'query',
    'select sku, elasticity, elasticity_low, elasticity_high, elasticity_naive from recommendations_v1 where days_used >= 300',
    '--limit',
    '100000',
  );
  const found = rows.map(([sku, ...of]) => {
    const [treated = 0, low = 0, high = 0, naive = 0] = of.map(Number);
    const truth = planted.get(String(sku)) ?? Number.NaN;
    return { treated: treated - truth, naive: naive - truth, covered: Number(low <= truth && truth <= high) };
  });
  const mean = (of: (one: (typeof found)[number]) => number): number =>
    found.reduce((sum, one) => sum + of(one), 0) / found.length;
  const [treated, naive, covered] = [mean((one) => one.treated), mean((one) => one.naive), mean((one) => one.covered)];
  const same = Math.abs(treated) < 0.1 && naive > 1 && covered > 0.85;
  console.log(`\nElasticities of ${found.length} products and regions, beside those that were planted`);
  console.log(
    `${same ? '✓' : '✗'} the model is off by ${treated.toFixed(3)} on average, ${(covered * 100).toFixed(0)} % are within their intervals`,
  );
  console.log(`  prices and sales alone are off by ${naive.toFixed(3)}`);
  return same ? [] : [`elasticities are off by ${treated}, ${covered} within their intervals, naive ${naive}`];
}

/** What came of the files beside what was planted in them. */
function compareRows(esteira: CommandLine, days: readonly PlantedDay[]): readonly string[] {
  const come = days.filter(({ delivered }) => delivered <= lastDate);
  const put = come.filter(({ corrected }) => corrected <= lastDate);
  const sum = (of: readonly PlantedDay[], what: (day: PlantedDay) => number): number =>
    of.reduce((all, day) => all + what(day), 0);
  const [lines, copies, corrections] = [
    sum(come, (day) => day.lines),
    sum(come, (day) => day.copies),
    sum(put, (day) => day.corrections),
  ];
  const unread = sum(come, (day) => day.invalid['units_kind'] ?? 0);
  const invalid = sum(come, (day) => Object.values(day.invalid).reduce((all, one) => all + one, 0)) - unread;
  const one = (sql: string): readonly unknown[] => esteira.ask<QueryView>('query', sql).rows[0] ?? [];
  const account = (step: string): readonly unknown[] =>
    one(
      `select n_in, n_valid, n_invalid, n_duplicate from pricing._esteira.publication where step = 'pricing.${step}' order by n_in desc`,
    );
  const read = lines + corrections;
  const settled = come.filter(({ corrections: of, corrected }) => of === 0 || corrected <= lastDate);
  const until = settled.map(({ date }) => `'${date}'`).join(', ');
  const wanted: readonly (readonly [what: string, planted: readonly number[], found: readonly unknown[]])[] = [
    ['lines of sales', [read, read - invalid, invalid, 0], account('main.raw_sales')],
    [
      'sales',
      [read - invalid, read - invalid - unread - copies - corrections, unread, copies + corrections],
      account('silver.sales'),
    ],
    [
      'pieces, days that ran out, days without',
      [
        sum(settled, (day) => day.units),
        sum(settled, (day) => day.outOfStock),
        sum(settled, (day) => day.withoutStock),
      ],
      one(
        `select sum(units), sum(cast(out_of_stock as integer)), sum(cast(without_stock as integer)) from master_table where date in (${until})`,
      ),
    ],
  ];
  console.log('\n                     planted → found: in, valid, invalid, duplicates');
  return wanted.flatMap(([what, right, found]) => {
    const same = String(right) === String(found);
    console.log(
      `${same ? '✓' : '✗'} ${what.padEnd(18)} ${right.map((value, at) => `${value} → ${found[at]}`).join(', ')}`,
    );
    return same ? [] : [`${what}: planted ${right}, found ${found}`];
  });
}
