import path from 'node:path';
import { type FiguresByTable, generate, type Manifest } from '../../pipelines/credit/data/generate.ts';
import type { QueryView, RunView } from '../../src/operate/index.ts';
import { demonstrateBadDay } from './bad-day.ts';
import type { CommandLine } from './command.ts';

const firstDate = '2026-09-14';

/** V-Credit for some days: landing, bronze, silver, gold, curated. Gives what differs from the generator's plan. */
export async function demonstrateCredit(
  esteira: CommandLine,
  { root, tickets, days }: { readonly root: string; readonly tickets: number; readonly days: number },
): Promise<readonly string[]> {
  const folder = path.join(root, '.esteira', 'demo', 'files');
  console.log(`V-Credit: the support desk of a credit company, ${tickets} tickets over ${days} days.`);
  console.log("Files of changes, written by a generator, stand in for the application's Postgres.");
  const differences: string[] = [];
  esteira.show('setup');
  const dates = Array.from({ length: days }, (_, day) =>
    Temporal.PlainDate.from(firstDate).add({ days: day }).toString(),
  );
  let manifest: Manifest | undefined;
  for (const date of dates) {
    manifest = await generate({
      folder,
      tickets,
      days,
      firstDate,
      through: date,
      seed: 7,
      threads: 2,
      memoryLimit: '1GB',
    });
    esteira.show('sync', '--once');
    esteira.show('run', 'v_credit_diario', '--date', date);
    differences.push(...compareRun(esteira, manifest.daily[date] as FiguresByTable, date));
  }
  if (manifest) differences.push(...compareGold(esteira, manifest));
  esteira.show('run', 'v_credit_diario', '--date', dates.at(-1) as string);
  console.log('\nThe versions of a client who has changed, from when and until when each was true:');
  esteira.show(
    'query',
    'select nome, segmento, valido_de, valido_ate from gold.dm_cliente where id_cliente = (select id_cliente from gold.dm_cliente group by 1 order by count(*) desc, 1 limit 1) order by valido_de',
  );
  esteira.show(
    'query',
    'select dia, sum(atendidos) as atendidos, sum(resolvidos) as resolvidos from curated.vw_performance_agente group by dia order by dia limit 5',
  );
  const told = path.join(root, '.esteira', 'demo', 'alerts.txt');
  const after = Temporal.PlainDate.from(firstDate).add({ days }).toString();
  differences.push(...demonstrateBadDay(esteira, { folder, date: after, told }));
  return differences;
}

/** Each silver table's account and flags beside what was planted. */
function compareRun(esteira: CommandLine, planted: FiguresByTable, date: string): readonly string[] {
  const run = esteira.ask<RunView>('show', 'latest');
  const differences: string[] = [];
  console.log(`\n${date}            planted → found: in, valid, invalid, duplicates, flags`);
  for (const [table, figures] of Object.entries(planted)) {
    const step = run.steps.find((one) => one.step === `v_credit.silver.${table.replace(/^silver\./, '')}`);
    const account = step?.account;
    const found = [account?.in, account?.valid, account?.invalid, account?.duplicates, account?.stale];
    const wanted = [figures.in, figures.valid, figures.invalid, figures.duplicates, figures.stale];
    const flags = sorted(step?.details?.flags ?? {});
    const same = String(found) === String(wanted) && flags === sorted(figures.flags);
    const counts = wanted.slice(0, 4).map((count, index) => `${count} → ${found[index]}`);
    console.log(
      `${same ? '✓' : '✗'} ${table.padEnd(24)} ${counts.join(', ')}, ${Object.keys(figures.flags).length} flags`,
    );
    if (!same)
      differences.push(`${date} ${table}: planted ${wanted} ${sorted(figures.flags)}, found ${found} ${flags}`);
  }
  return differences;
}

const sorted = (flags: Readonly<Record<string, number>>): string =>
  JSON.stringify(Object.entries(flags).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Rows of every gold table, and the day in São Paulo of every ticket. */
function compareGold(esteira: CommandLine, { gold }: Manifest): readonly string[] {
  const differences: string[] = [];
  const compare = (what: string, planted: unknown, found: unknown) => {
    const same = String(planted) === String(found);
    console.log(`${same ? '✓' : '✗'} ${what.padEnd(44)} ${planted} → ${found}`);
    if (!same) differences.push(`${what}: planted ${planted}, found ${found}`);
  };
  const ask = (sql: string) => esteira.ask<QueryView>('query', sql).rows;
  console.log('\ngold: planted → found');
  const tables = Object.keys(gold.rows);
  const count = (table: string) => `(select count(*) from v_credit.gold.${table.replace(/^gold\./, '')})`;
  const [counts = []] = ask(`select ${tables.map(count).join(', ')}`);
  for (const [index, table] of tables.entries()) compare(table, gold.rows[table], counts[index]);
  const byDay = Object.fromEntries(
    ask('select cast(dia as varchar), count(*) from gold.ft_atendimento_geral group by 1'),
  );
  const current = Object.keys(gold.atuais);
  const views = current.map((table) => `(select count(*) from curated.${table.replace(/^gold\.dm_/, 'vw_')})`);
  const [found = []] = ask(`select ${views.join(', ')}`);
  for (const [index, table] of current.entries()) compare(`${table}, as it is now`, gold.atuais[table], found[index]);
  for (const [day, planted] of Object.entries(gold.atendimentos.porDia))
    compare(`atendimentos em ${day} (São Paulo)`, planted, byDay[day]);
  const [[total] = []] = ask('select cast(sum(custo) as varchar) from gold.ft_custo_operacional');
  compare('custo total', gold.custo.total, total);
  return differences;
}
