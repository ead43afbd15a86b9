import path from 'node:path';
import { generate, type Manifest, meansOf } from '../../pipelines/ranking/data/generate.ts';
import type { ModelHistoryView, QueryView, VersionShowView } from '../../src/operate/index.ts';
import type { CommandLine } from './command.ts';
import { demonstrateServing } from './serving.ts';

const lastDate = '2026-09-13';
const days = 18;
const judgedDays = 7;
/** What a model may be worse than who knows everything but the noise. */
const shortfall = 0.06;

/** Learning to rank: weeks of matches taken in, a model trained by the daily job, judged, published; then a gate that lets nobody through. Gives what differs from the generator's plan. */
export async function demonstrateRanking(
  esteira: CommandLine,
  { root, matches }: { readonly root: string; readonly matches: number },
): Promise<readonly string[]> {
  const folder = path.join(root, '.esteira', 'demo', 'files');
  console.log(
    `\nRanking: which lawyer a client chooses, ${matches} matches a day on ${days} days, up to 20 lawyers in each.`,
  );
  console.log(
    'Files stand in for the topic match_events of Kafka, the folder .esteira/demo/models for the bucket of S3.',
  );
  const manifest = await generate({ folder, lastDate, days, events: matches, seed: 6 });
  esteira.show('setup');
  const [first, before] = [manifest.days[0]?.date ?? '', manifest.days.at(-2)?.date ?? ''];
  console.log(`\n$ esteira backfill ltr_historico --from ${first} --to ${before} --env demo`);
  esteira.ask('backfill', 'ltr_historico', '--from', first, '--to', before);
  esteira.show('run', 'train_ltr_daily', '--date', lastDate);
  esteira.show('models', 'show', 'ltr');
  const differences = [...compareRows(esteira, manifest), ...compareOrder(esteira, manifest)];
  differences.push(...demonstrateGate(esteira));
  const date = Temporal.PlainDate.from(lastDate).add({ days: 1 }).toString();
  return [...differences, ...(await demonstrateServing(esteira, { root, plan: manifest.options, date }))];
}

/** What was taken in and set aside beside what was planted. */
function compareRows(esteira: CommandLine, { days: planted }: Manifest): readonly string[] {
  const sql =
    'select step, sum(n_in), sum(n_valid), sum(n_invalid), sum(n_duplicate) from ranking._esteira.publication group by 1';
  const accounts = new Map(
    esteira.ask<QueryView>('query', sql).rows.map(([step, ...counts]) => [String(step), counts]),
  );
  const [[known, unknown] = []] = esteira.ask<QueryView>(
    'query',
    'select (select count(*) from gold.ltr_judged), (select count(distinct _rid) from gold.ltr_judged_invalidos)',
  ).rows;
  const sum = (of: (day: Manifest['days'][number]) => number): number => planted.reduce((all, day) => all + of(day), 0);
  const [events, duplicates, misplaced] = [
    sum((day) => day.events),
    sum((day) => day.duplicates),
    sum((day) => day.misplaced),
  ];
  const invalid = sum((day) => Object.values(day.invalid).reduce((all, one) => all + one, 0));
  const candidates = sum((day) => day.known + day.unknown);
  const wanted: readonly (readonly [what: string, planted: readonly number[], found: readonly unknown[]])[] = [
    [
      'matches',
      [events + invalid + duplicates, events, invalid, duplicates],
      accounts.get('ranking.bronze.match_events') ?? [],
    ],
    [
      'lawyers shown',
      [candidates + misplaced, candidates, misplaced, 0],
      accounts.get('ranking.silver.match_shown') ?? [],
    ],
    ['known then, or not', [sum((day) => day.known), sum((day) => day.unknown)], [known, unknown]],
  ];
  console.log('\n                     planted → found: in, valid, invalid, duplicates');
  return wanted.flatMap(([what, right, found]) => {
    const same = String(right) === String(found);
    console.log(`${same ? '✓' : '✗'} ${what.padEnd(18)} ${right.map((one, at) => `${one} → ${found[at]}`).join(', ')}`);
    return same ? [] : [`${what}: planted ${right}, found ${found}`];
  });
}

/** How good the order of the model is beside the best that there is, that of the legacy algorithm, and any. */
function compareOrder(esteira: CommandLine, manifest: Manifest): readonly string[] {
  const { requests, best, legacy, random } = meansOf(manifest, judgedDays);
  const found = esteira.ask<VersionShowView>('models', 'show', 'ltr').trained?.members[0]?.measures['ndcg_at_5'] ?? 0;
  const same = found >= best - shortfall && found <= best + shortfall / 2 && found > legacy + shortfall;
  console.log(`\nnDCG@5 of ${requests} matches of the last ${judgedDays} days`);
  console.log(`${same ? '✓' : '✗'} the model ${found.toFixed(4)}, the best possible ${best.toFixed(4)}`);
  console.log(`  by success rate, then distance ${legacy.toFixed(4)}, in any order ${random.toFixed(4)}`);
  return same ? [] : [`nDCG@5 of the model ${found}, the best possible ${best}, legacy ${legacy}`];
}

/** The document's way of keeping models out: the limit is put where none gets. The champion stays. */
function demonstrateGate(esteira: CommandLine): readonly string[] {
  const before = esteira.ask<ModelHistoryView>('models', 'history', 'ltr').champion;
  esteira.show('settings', 'set', 'config.ltr.ltr_ndcg_min', '0.90', '--reason', 'no model is to get out');
  esteira.show('run', 'train_ltr_daily', '--date', lastDate, '--again');
  esteira.show('models', 'history', 'ltr');
  const { champion, versions } = esteira.ask<ModelHistoryView>('models', 'history', 'ltr');
  const states = versions.map(({ state }) => state).join(', ');
  const same = champion === before && states === 'refused, released';
  console.log(`\n${same ? '✓' : '✗'} a model below the limit is refused, and the champion stays: ${states}`);
  return same ? [] : [`versions are ${states}, the champion ${champion}, before ${before}`];
}
