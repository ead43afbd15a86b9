import path from 'node:path';
import { generate, type PlantedDay } from '../../pipelines/pricing/data/generate.ts';
import type { QueryView } from '../../src/operate/index.ts';
import type { CommandLine } from './command.ts';

const lastDate = '2026-09-13';

/** Sales, stock and competitors of a year in a bucket, with what is wrong in them, made into what was known of each day. Gives what differs from the generator's plan. */
export async function demonstratePricing(
  esteira: CommandLine,
  { root, products }: { readonly root: string; readonly products: number },
): Promise<readonly string[]> {
  console.log(`\nPricing: ${products} products in two regions, sales, stock and competitors of a year.`);
  console.log('The folder .esteira/demo/files stands in for the bucket.');
  const folder = path.join(root, '.esteira', 'demo', 'files');
  const { days } = await generate({ folder, lastDate, days: 365, products, seed: 5, through: lastDate });
  esteira.show('setup');
  esteira.show('run', 'pricing_diario', '--date', lastDate);
  esteira.show('run', 'pricing_retreino', '--date', lastDate);
  esteira.show(
    'query',
    'select month, count(*) as dias, sum(units) as pecas, round(avg(price), 2) as preco, round(avg(competitor_price), 2) as concorrente, sum(cast(out_of_stock as integer)) as acabou from gold.training_window group by month order by month',
  );
  return compare(esteira, days);
}

/** What came of the files beside what was planted in them. */
function compare(esteira: CommandLine, days: readonly PlantedDay[]): readonly string[] {
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
