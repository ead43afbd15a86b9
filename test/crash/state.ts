import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Looking } from '../run/support/compare.ts';

type Row = Readonly<Record<string, unknown>>;

/** The state of a closed project, as the next owner will find it. */
export class State {
  readonly #database: DatabaseSync;

  constructor(folder: string) {
    this.#database = new DatabaseSync(path.join(folder, 'state.sqlite'), { readOnly: true });
  }

  rows(sql: string): readonly Row[] {
    return this.#database.prepare(sql).all() as readonly Row[];
  }

  /** Runs and steps without what names the run or the time. */
  asIntended(): readonly string[] {
    const runs = this.rows(
      'select run_seq, job, date, logical_time, zone, reason, state, error from run order by run_seq',
    );
    const steps =
      this.rows(`select run_seq, s.step, s.state, s.definition, s.bounds, s.files, s.account, s.details, s.error
      from step s join run using (run_id) order by run_seq, s.step`);
    // Errors name the run.
    return [...runs, ...steps].map((row) => JSON.stringify(row).replaceAll(/\b01[0-9A-HJKMNP-TV-Z]{24}\b/g, 'ulid'));
  }

  close(): void {
    this.#database.close();
  }
}

/** What is wrong between a state and the publications of its warehouse, of which `looking` has a copy. Views publish nothing. */
export async function inconsistencies(
  state: State,
  { looking, name, views }: { readonly looking: Looking; readonly name: string; readonly views: readonly string[] },
): Promise<readonly string[]> {
  const found: string[] = [];
  const published = await looking.rows<Record<string, string>>(`from ${name}._esteira.publication`);
  const proof = new Map(published.map((row) => [`${row['run_id']} ${row['step']}`, row]));
  if (proof.size !== published.length) found.push('a step of a run is published twice');
  const done = state.rows(`select run_id, step, account, attempt from step where state = 'done'`);
  for (const { run_id, step, account } of done) {
    if (views.includes(String(step))) continue;
    const row = proof.get(`${run_id} ${step}`);
    if (!row) found.push(`the state says ${step} is done, and nothing is published`);
    else {
      const { in: total, valid, invalid, duplicates } = JSON.parse(String(account)) as Record<string, number>;
      const said = [total, valid, invalid, duplicates].join();
      const is = ['n_in', 'n_valid', 'n_invalid', 'n_duplicate'].map((count) => row[count]).join();
      if (said !== is) found.push(`${step}: the state says ${said}, published is ${is}`);
    }
    proof.delete(`${run_id} ${step}`);
  }
  for (const step of proof.keys()) found.push(`published, and the state does not say so: ${step}`);
  const open = state.rows(`
    select step, s.state from step s join run r using (run_id) where s.state <> 'done' and r.state <> 'cancelled' union all
    select job, state from run where state not in ('succeeded', 'superseded', 'cancelled') union all
    select scope, 'lease' from lease`);
  for (const row of open) found.push(`left open: ${JSON.stringify(row)}`);
  const twice = state.rows(
    `select step, count(*) as n from attempt where outcome = 'done' group by run_id, step having count(*) > 1`,
  );
  for (const row of twice) found.push(`done by two attempts: ${JSON.stringify(row)}`);
  return found;
}
