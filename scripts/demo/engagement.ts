import path from 'node:path';
import { generate, type Level, type Manifest } from '../../pipelines/engagement/data/generate.ts';
import { adjustedRandIndex } from '../../pipelines/engagement/data/rand-index.ts';
import type { QueryView, RunView } from '../../src/operate/index.ts';
import type { CommandLine } from './command.ts';

const lastDate = '2026-09-13';

/** The engagement of a product's users: trained by hand, labelled, classified. Gives what differs from the generator's plan. */
export async function demonstrateEngagement(
  esteira: CommandLine,
  { root, users }: { readonly root: string; readonly users: number },
): Promise<readonly string[]> {
  console.log(`\nEngagement: ${users} users of a product and their teams, the events of 90 days.`);
  const manifest = await generate({ folder: path.join(root, '.esteira', 'demo', 'files'), lastDate, users, seed: 7 });
  esteira.show('setup');
  esteira.show('run', 'config.sp_executar_retreinamento', '--date', lastDate);
  const differences = [...compareEvents(esteira, manifest)];
  esteira.show('run', 'config.sp_classificar_cubo', '--date', lastDate);
  esteira.show(
    'query',
    "select label, count(*) as usuarios, round(avg(frequencia), 1) as dias_por_semana, round(avg(minutos)) as minutos from analytics.cubo_engajamento where nivel = 'usuario' and granularidade = 'semana' group by label, centroid_id order by 3 desc",
  );
  return [...differences, ...compareSegments(esteira, manifest)];
}

/** The account of the events beside what was planted in them. */
function compareEvents(esteira: CommandLine, { events, broken, copies }: Manifest): readonly string[] {
  const { steps } = esteira.ask<RunView>('show', 'latest');
  const { account, details } = steps.find(({ step }) => step.endsWith('silver.tb_evento')) ?? {};
  const invalid = Object.values(broken).reduce((sum, one) => sum + one, 0);
  const planted = [events, events - invalid - copies, invalid, copies];
  const found = [account?.in, account?.valid, account?.invalid, account?.duplicates];
  const sorted = (flags: object = {}): string => JSON.stringify(Object.entries(flags).toSorted());
  const same = String(planted) === String(found) && sorted(broken) === sorted(details?.flags);
  console.log('\n               planted → found: in, valid, invalid, duplicates');
  console.log(`${same ? '✓' : '✗'} silver.tb_evento  ${planted.map((one, at) => `${one} → ${found[at]}`).join(', ')}`);
  return same
    ? []
    : [`silver.tb_evento: planted ${planted} ${sorted(broken)}, found ${found} ${sorted(details?.flags)}`];
}

/** How many of each segment have its label, and how well both agree: no one can do better than `best`. */
function compareSegments(esteira: CommandLine, manifest: Manifest): readonly string[] {
  const differences: string[] = [];
  for (const level of ['usuario', 'equipe'] as const) {
    const { ids, segments, counts, best } = manifest.levels[level];
    const labels = labelsOf(esteira, level);
    const found = ids.map((id) => labels.get(id) ?? 'nenhum');
    const agreement = adjustedRandIndex([...segments], found);
    const same = agreement >= best - 0.03;
    console.log(
      `\n${same ? '✓' : '✗'} ${level}: agreement with the planted segments ${agreement.toFixed(3)}, the best possible ${best.toFixed(3)}`,
    );
    for (const [segment, name] of manifest.segments.entries()) {
      const right = ids.filter((id, at) => segments[at] === String(segment) && labels.get(id) === name).length;
      console.log(`    ${name.padEnd(24)} ${counts[segment]} planted → ${right} found among them`);
    }
    if (!same) differences.push(`${level}: agreement ${agreement}, the best possible ${best}`);
  }
  return differences;
}

function labelsOf(esteira: CommandLine, level: Level): ReadonlyMap<string, string> {
  const sql = `select entidade_id, label from analytics.cubo_engajamento where nivel = '${level}' and granularidade = 'semana'`;
  const { rows } = esteira.ask<QueryView>('query', sql, '--limit', '100000');
  return new Map(rows.map(([id, label]) => [String(id), String(label)]));
}
