import path from 'node:path';
import { type Leads, leadsOf } from '../../pipelines/leads/data/generate.ts';
import { ratesByTenth } from '../../pipelines/leads/data/generator/judged.ts';
import { onnxFile, plantedScore } from '../../pipelines/leads/data/planted.ts';
import type { DoctorView, QueryView, VersionShowView } from '../../src/operate/index.ts';
import type { CommandLine } from './command.ts';
import { type Looked, Project } from './supabase.ts';

const date = '2026-10-01';
const next = '2026-10-02';

/** Lead scoring: a model from elsewhere, a wrong key that is found, scores written back in batches, and two models of Esteira's own beside it. Gives what differs from what was planted. */
export async function demonstrateLeads(
  esteira: CommandLine,
  { root, users }: { readonly root: string; readonly users: number },
): Promise<readonly string[]> {
  console.log(`\nLead scoring: ${users} users of an application in Supabase have no score.`);
  console.log(
    'A PostgREST in memory, behind a gateway of its own, stands in for Supabase: it answers as the real one does, its refusals',
  );
  console.log(
    'included (one suite holds both to that). The model was trained with scikit-learn, and is committed as ONNX.',
  );
  const leads = leadsOf({ date, users, closed: 1800, seed: 7 });
  const supabase = await Project.begin(leads.tables);
  try {
    const at = esteira.with({ SUPABASE_URL: supabase.address, SUPABASE_KEY: supabase.key });
    at.show('setup');
    const differences = [...demonstrateKey(at)];
    at.show('models', 'import', path.relative(root, onnxFile), '--as', 'lead_scoring_pipeline');
    await supabase.fail({ is: '502', times: 1 });
    at.show('run', 'score_updater', '--date', date);
    differences.push(...compareScores(leads, await supabase.look()), ...compareBatches(at, leads));
    differences.push(...(await demonstrateAgain(at, { leads, supabase })));
    return [...differences, ...demonstrateTraining(at, leads)];
  } finally {
    await supabase.end();
  }
}

/** Says of each figure whether it is as planted; gives those that are not. */
class Comparison {
  readonly differences: string[] = [];

  add(what: string, isSame: boolean, said: string): void {
    console.log(`${isSame ? '✓' : '✗'} ${what.padEnd(44)} ${said}`);
    if (!isSame) this.differences.push(`${what}: ${said}`);
  }
}

/** The evening of the document: a key that was copied wrong. */
function demonstrateKey(esteira: CommandLine): readonly string[] {
  console.log('\nSomebody has copied the key wrong. Before anything runs:');
  const wrong = esteira.with({ SUPABASE_KEY: 'eyJhbGciOiJIUzI1NiJ9.wrong.key' });
  const { findings } = wrong.failing<DoctorView>('doctor');
  const own = findings.filter(({ what }) => /users_sem_score|lead_score|SUPABASE_KEY/.test(what));
  for (const { ok, what, found, next } of own)
    console.log(`${ok ? '✓' : '✗'} ${what}: ${found}${next === undefined ? '' : `\n    next  ${next}`}`);
  const told = own.map(({ what, found }) => `${what}: ${found}`).join('\n');
  const run = wrong.refused('run', 'score_updater', '--date', date);
  const comparison = new Comparison();
  console.log('');
  comparison.add(
    'the doctor names the key and what needs it',
    /Invalid API key/.test(told) && /variable SUPABASE_KEY: set, for .*users_sem_score/.test(told),
    'Invalid API key, SUPABASE_KEY',
  );
  comparison.add(
    'the run did not start',
    /RUN_NOT_READY/.test(run) && /Invalid\s+API\s+key/.test(run),
    'RUN_NOT_READY, Invalid API key',
  );
  return comparison.differences;
}

/** Every score beside what the planted pipeline says of that user, computed without ONNX. */
function compareScores({ people, broken }: Leads, { users, writes, requests, longest }: Looked): readonly string[] {
  const comparison = new Comparison();
  const found = new Map(users.map((row) => [String(row['id']), row['lead_score'] as number | null]));
  const scored = people.filter(({ id }) => !(id in broken));
  const off = Math.max(
    ...scored.map(({ id, features }) => Math.abs((found.get(id) ?? Number.NaN) - plantedScore(features))),
  );
  const unseen = scored.filter(({ events }) => events.length === 0).length;
  console.log('\n                                               planted → found');
  comparison.add(
    'users with their score',
    off <= 1e-6,
    `${scored.length} → ${scored.filter(({ id }) => found.get(id) !== null).length}, at most ${off.toExponential(1)} off; ${unseen} of them were never seen`,
  );
  const without = [...found].filter(([, score]) => score === null).map(([id]) => id);
  comparison.add(
    'users without, whose source no model knows',
    without.toSorted().join() === Object.keys(broken).toSorted().join(),
    `${Object.keys(broken).length} → ${without.length}`,
  );
  const times = [...writes.values()];
  comparison.add(
    'rows written, each once',
    times.length === scored.length && times.every((one) => one === 1),
    `${scored.length} → ${times.length}, at most ${Math.max(...times)} times`,
  );
  comparison.add(
    'no request line above 4 kB',
    longest <= 4096,
    `${requests} requests, the longest line ${longest} bytes`,
  );
  const rates = ratesByTenth(scored.map(({ id, chance }) => ({ score: found.get(id) ?? 0, chance })));
  const isCalibrated = rates.every(({ score, chance }) => Math.abs(score - chance) < 0.12);
  comparison.add(
    'by tenths of the score, what is true of them',
    isCalibrated,
    rates.map(({ chance }) => chance.toFixed(2)).join(' '),
  );
  console.log(`${''.padEnd(46)} what the score says: ${rates.map(({ score }) => score.toFixed(2)).join(' ')}`);
  return comparison.differences;
}

/** A batch met a gateway that was away, and was sent again. */
function compareBatches(esteira: CommandLine, { people, broken }: Leads): readonly string[] {
  const sql =
    'select batch, row_count, sent, failed, retries, round(seconds, 2) from users.lead_score_batches order by batch';
  const batches = esteira.ask<QueryView>('query', sql).rows.map((row) => row.map(Number));
  const rows = people.length - Object.keys(broken).length;
  const sum = (at: number): number => batches.reduce((all, batch) => all + (batch[at] ?? 0), 0);
  console.log('\nusers.lead_score_batches');
  for (const [batch, count, sent, failed, retries, seconds] of batches)
    console.log(
      `  batch ${batch}/${batches.length}, ${count} rows, ${sent} sent, ${failed} failed, ${retries} retries, ${seconds} s`,
    );
  const comparison = new Comparison();
  const planted = [Math.ceil(rows / 100), rows, rows, 0];
  const found = [batches.length, sum(1), sum(2), sum(3)];
  comparison.add(
    'batches, rows, sent, failed',
    String(found) === String(planted),
    `${planted.join(', ')} → ${found.join(', ')}`,
  );
  comparison.add('the batch that failed was sent again', sum(4) === 1, `1 → ${sum(4)} retries`);
  return comparison.differences;
}

/** The day after: some are new, some lost their score. Nobody else is touched. */
async function demonstrateAgain(
  esteira: CommandLine,
  { leads, supabase }: { readonly leads: Leads; readonly supabase: Project },
): Promise<readonly string[]> {
  const scored = leads.people.filter(({ id }) => !(id in leads.broken));
  const lost = scored.slice(0, 30).map(({ id }) => id);
  console.log(`\nThe day after ${lost.length} users have lost their score, and the same job runs again.`);
  const before = await supabase.look();
  const rows = before.users.filter(({ id }) => lost.includes(String(id)));
  await supabase.put({ users: rows.map((row) => ({ ...row, lead_score: null })) });
  esteira.show('run', 'score_updater', '--date', next);
  const { writes } = await supabase.look();
  const touched = [...writes].filter(([id, times]) => times !== (before.writes.get(id) ?? 0)).map(([id]) => id);
  const comparison = new Comparison();
  comparison.add(
    'rows that the second run wrote',
    touched.toSorted().join() === lost.toSorted().join(),
    `${lost.length} → ${touched.length}`,
  );
  esteira.show('query', 'select motivo, detalhe, count(*) as utilizadores from curated.vw_sem_score group by 1, 2');
  return comparison.differences;
}

/** The same question, learned here: no better than whoever knows the truth, and hardly worse. */
function demonstrateTraining(esteira: CommandLine, { best, closed }: Leads): readonly string[] {
  esteira.show('run', 'treinar_lead_scoring', '--date', date);
  const comparison = new Comparison();
  console.log(
    `\nof ${closed.length} closed leads a fifth judges     AUC    Brier  calibration  lift of the first tenth`,
  );
  console.log(
    `  whoever knows the truth, of all             ${best.auc.toFixed(3)}  ${best.brier.toFixed(3)}               ${best.lift_top_decile.toFixed(2)}`,
  );
  for (const model of ['lead_scoring_logistica', 'lead_scoring_arvores', 'lead_scoring_pipeline']) {
    const { trained } = esteira.ask<VersionShowView>('models', 'show', model);
    const { auc = 0, brier = 1, calibration_error = 1, lift_top_decile = 0 } = trained?.members[0]?.measures ?? {};
    const isGood =
      Math.abs(auc - best.auc) < 0.06 && brier < best.brier + 0.03 && lift_top_decile > best.lift_top_decile - 0.8;
    comparison.add(
      model,
      isGood,
      `${auc.toFixed(3)}  ${brier.toFixed(3)}  ${calibration_error.toFixed(3)}        ${lift_top_decile.toFixed(2)}`,
    );
  }
  esteira.show('approve', 'lead_scoring_logistica', '--reason', 'seen with the sales team');
  return comparison.differences;
}
