import { placeOf, type StepModel } from '../../plan/index.ts';
import { hidden } from '../../ports/index.ts';
import { nameOf } from '../names.ts';
import { count, counted } from '../numbers.ts';
import { arriving, bringsDay } from './arrivals.ts';
import type { Case, Day, Evidence, Found } from './evidence.ts';
import { median, share } from './words.ts';

/** Tables of so many rows can be compared in a moment; greater ones are where a day brought so many times as many rows as usual. */
const many = { rows: 50, most: 1_000_000, times: 1.4, atAll: 10_000_000 } as const;
/** Less than this part of a day's rows is what producers do, and so is what they did the day before. */
const worth = { share: 0.1, times: 3 } as const;

/** Rows that say what rows of before have said, far more of them than the day before: they were delivered once more. */
export async function deliveredAgain(of: Case, evidence: Evidence): Promise<readonly Found[]> {
  const found: Found[] = [];
  if (!bringsDay(of)) return found;
  for (const { model, days, today, rows } of arriving(of, evidence)) {
    const usual = median(days.map(({ account }) => account.in));
    const [yesterday] = days.filter(({ account }) => account.in > 0);
    if (!today || !yesterday || days.length < 3 || rows < many.rows) continue;
    const most = rows < usual * many.times ? many.most : many.atAll;
    const equal = await equalRows(model, today, { evidence, most });
    if (!equal || equal.again < equal.of * worth.share) continue;
    const before = await equalRows(model, yesterday, { evidence, most });
    if (before && equal.again * before.of < before.again * equal.of * worth.times) continue;
    found.push({
      cause: 'same rows again',
      node: model.node,
      weight: equal.again,
      short: `${counted(equal.again, 'row')} of ${nameOf(model.node)} came once more`,
      what: `${nameOf(model.node)}: ${count(equal.again)} of ${counted(equal.of, 'row')} (${share(equal.again, equal.of)}) that came on ${of.at.run.date} came once more: rows of before say the very same`,
      evidence: [`it received ${count(rows)}, where about ${count(Math.round(usual))} are usual`],
      next: ['Ask who delivers them why rows are sent again; tables that keep one row for each key have each once.'],
    });
  }
  return found;
}

/** Of the different rows that these runs have read those that were there before. */
async function equalRows(
  { node, reads }: StepModel,
  { record, runs }: Day,
  { evidence, most }: { readonly evidence: Evidence; readonly most: number },
): Promise<{ readonly again: number; readonly of: number } | undefined> {
  const { dialect } = evidence.project.warehouse;
  const [read] = reads;
  if (!read || reads.length > 1) return undefined;
  const isStream = read.how === 'new';
  const from = dialect.place(placeOf(isStream ? read.node : node));
  const { lower = 0n, upper = 0n } = record.bounds?.find(({ source }) => source === read.node.id) ?? {};
  const [sequence, run] = [hidden.sequence, hidden.run].map(dialect.identifier);
  const numbers = runs.map(({ runSeq }) => runSeq).toSorted((one, other) => (one < other ? -1 : 1));
  const now = isStream ? `${sequence} > ${lower} and ${sequence} <= ${upper}` : `${run} in ${dialect.literal(numbers)}`;
  const before = isStream ? `${sequence} <= ${lower}` : `${run} < ${numbers[0]}`;
  const there = new Set(Object.keys(node.definition.columns));
  const names = Object.keys(read.node.definition.columns).filter((name) => isStream || there.has(name));
  if (names.length === 0 || (await evidence.number(`select count(*) from ${from}`)) > most) return undefined;
  const columns = names.map(dialect.identifier).join(', ');
  const today = `select ${columns} from ${from} where ${now}`;
  const again = await evidence.number(
    `select count(*) from (${today} intersect select ${columns} from ${from} where ${before})`,
  );
  return { again, of: await evidence.number(`select count(*) from (select distinct * from (${today}))`) };
}
