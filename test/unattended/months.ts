import { ask } from '../../src/adapters/postgres/testing.ts';
import { Random } from '../run/support/random.ts';
import type { Ended } from '../sandbox.ts';
import { Containers } from './container.ts';
import { people, scoredFiles, usersSql, writerOf } from './scored.ts';

/** What happens on a day; on all others one container is started at 06:02, and ends. */
const happenings = [
  ...['no container', 'no container', 'no container', 'late', 'two at once', 'no state', 'no tables', 'no key'],
  ...['no right', 'a row is refused', 'a connection is lost', 'killed, and not again'],
  ...['killed at batch-sent@1', 'killed at batch-kept@1', 'killed at delivered@1', 'killed at published@3'],
] as const;
type Happening = (typeof happenings)[number];

export interface Month {
  readonly days: number;
  readonly containers: number;
  readonly kills: number;
  readonly kept: number;
  readonly named: number;
  readonly users: number;
  readonly receipts: number;
  readonly versions: number;
  readonly differences: readonly string[];
}

const first = '2026-03-01';
const dayOf = (number: number): string =>
  Temporal.PlainDate.from(first)
    .add({ days: number - 1 })
    .toString();
const isSunday = (number: number): boolean => number % 7 === 1;
const due = ['start', '--once'];

/**
 * Containers of so many days that keep nothing, the history in Postgres: users of an application are scored by a model that was taken in, and their scores are
 * written back. What happens when is said by the seed; not on Sundays, when the model is taken in.
 */
export async function month(
  seed: number,
  { days, happens = happenings.length }: { days: number; happens?: number },
): Promise<Month> {
  const random = new Random(seed);
  const all = Array.from({ length: days }, (_, index) => index + 1);
  // The last day is one on which everything is well.
  const free = random.shuffled(all.filter((number) => !isSunday(number) && number < days));
  const chosen = new Map<number, Happening>();
  for (const [index, happening] of random.shuffled(happenings).slice(0, happens).entries()) {
    const day = free[index];
    if (day !== undefined) chosen.set(day, happening);
  }
  const containers = await Containers.of(scoredFiles);
  const { schema } = containers;
  const writer = writerOf(schema);
  const differences: string[] = [];
  let kills = 0;
  try {
    await ask(usersSql(schema, first, { days }));
    const url = new URL(containers.tables.url);
    url.username = writer;
    const run = (now: string, words: readonly string[] = due, env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
      containers.run(now, words, { APP_DATABASE_URL: url.href, ...env });
    const ends = async (
      what: string,
      ended: Promise<Ended>,
      exits: readonly number[],
      says = /(?:)/,
    ): Promise<void> => {
      const { exit, out, err } = await ended;
      if (!exits.includes(exit) || !says.test(out + err)) differences.push(`${what}: ended with ${exit}: ${out}${err}`);
    };
    const killed = async (now: string, point: string): Promise<void> => {
      const { exit } = await run(now, due, { ESTEIRA_STOP_AT: point });
      // A day on which nothing is to be written has no batches.
      if (exit === 137) kills += 1;
      else if (exit !== 0) differences.push(`${now}, ${point}: ended with ${exit}`);
      await containers.letLeaseRunOut();
    };
    await ends('setup', run('2026-02-28T12:00:00Z', ['setup']), [0]);
    await ends('taking', run('2026-02-28T12:01:00Z', ['run', 'taking', '--date', '2026-02-22']), [0]);
    await ends('schedules', run('2026-02-28T12:05:00Z'), [0]);
    for (const number of all) {
      const day = dayOf(number);
      const at = (time: string): string => `${day}T${time}:00Z`;
      const happening = chosen.get(number);
      const said = `${day}, ${happening ?? 'nothing'}`;
      switch (happening) {
        case undefined:
          await ends(said, run(at('06:02')), [0]);
          break;
        case 'no container':
          break;
        case 'late':
          await ends(said, run(at('19:00')), [0]);
          break;
        case 'two at once':
          await Promise.all([ends(said, run(at('06:02')), [0, 4]), ends(said, run(at('06:02')), [0, 4])]);
          break;
        case 'no state':
          containers.state.cut();
          await ends(said, run(at('06:02')), [1], /STATE_UNREACHABLE/);
          containers.state.mend();
          break;
        case 'no tables':
          containers.tables.cut();
          await ends(said, run(at('06:02')), [1], /SOURCE_UNREACHABLE/);
          containers.tables.mend();
          break;
        case 'no key':
          await ends(
            said,
            run(at('06:02'), due, { APP_DATABASE_URL: '' }),
            [1],
            /RUN_NOT_READY.*APP_DATABASE_URL is empty/s,
          );
          break;
        case 'no right':
          await ask(`revoke update (lead_score) on "${schema}_app".users from ${writer}`);
          await ends(said, run(at('06:02')), [1], /The user who is to write .* may not/);
          await ask(`grant update (lead_score) on "${schema}_app".users to ${writer}`);
          break;
        case 'a row is refused': {
          const newest = people[Math.ceil(people.length / days) * (number - 1)]?.id;
          await ask(
            `alter table "${schema}_app".users add constraint own check (id <> '${newest}' or lead_score is null) not valid`,
          );
          await ends(said, run(at('06:02')), [1], /ROWS_NOT_DELIVERED.*violates check constraint/s);
          await ask(`alter table "${schema}_app".users drop constraint own`);
          break;
        }
        case 'a connection is lost': {
          let times = 0;
          containers.tables.breaksAt = (sent) => sent.includes('lead_score') && ++times === 3;
          await ends(said, run(at('06:02')), [0, 1]);
          containers.tables.breaksAt = () => false;
          await ends(said, run(at('06:30')), [0, 1]);
          break;
        }
        case 'killed, and not again':
          await killed(at('06:02'), 'batch-sent@1');
          break;
        default:
          await killed(at('06:02'), happening.replace('killed at ', ''));
          await ends(said, run(at('06:08')), [0]);
      }
    }
    const end = `${dayOf(days + 1)}T05:00:00Z`;
    const asked = async <Result>(...words: readonly string[]): Promise<Result> => {
      const { exit, out, err } = await run(end, [...words, '--json']);
      if (exit !== 0) throw new Error(`esteira ${words.join(' ')} ended with ${exit}: ${out}${err}`);
      return JSON.parse(out) as Result;
    };
    const rowsOf = async (text: string) =>
      (await asked<{ rows: readonly unknown[][] }>('query', text, '--limit', '1000')).rows;
    const { runs } = await asked<{ runs: { job: string; date: string; state: string }[] }>('runs', '--limit', '500');
    const done = runs.filter(({ job, state }) => job === 'daily' && state === 'succeeded').map(({ date }) => date);
    const named = await ask(`select date, why from "${schema}".tick where job = 'daily' and state = 'skipped'`);
    for (const { date, why } of named) if (!why) differences.push(`${date} is skipped, and nobody says why`);
    const accounted = [...done, ...named.map(({ date }) => String(date))].toSorted();
    if (JSON.stringify(accounted) !== JSON.stringify(all.map(dayOf)))
      differences.push(`days: ${JSON.stringify({ done, named, happenings: [...chosen] })}`);
    const kept = (await rowsOf('select day::text from silver.kept order by day')).map(([day]) => String(day));
    if (kept.length !== new Set(kept).size) differences.push(`a day is kept twice: ${kept}`);
    for (const day of done) if (!kept.includes(day)) differences.push(`${day} is done, and not kept`);

    const there = new Map(
      (await ask(`select id, lead_score from "${schema}_app".users`)).map((row) => [row['id'], row]),
    );
    if (there.size !== people.length) differences.push(`${there.size} users`);
    for (const { id, lead_score } of people) {
      const score = there.get(id)?.['lead_score'];
      if (score === null || Math.abs(Number(score) - lead_score) > 1e-6)
        differences.push(`${id} says ${score}, not ${lead_score}`);
    }
    for (const { id, what, times } of await ask(
      `select id, what, count(*)::int as times from "${schema}_app".writes group by id, what having count(*) > 1 or what <> 'UPDATE'`,
    ))
      differences.push(`${id}: ${what} ${times} times`);
    const receipts = await rowsOf(
      'select id, arg_max(status, _seq), count(*) from users.lead_score_receipts group by id',
    );
    for (const [id, status] of receipts)
      if (status === 'failed') differences.push(`the last receipt of ${id} says ${status}`);
    if (receipts.length !== people.length) differences.push(`${receipts.length} users have receipts`);
    const versions = await ask(`select version from "${schema}".model_version`);
    return {
      ...{ days, containers: containers.started, kills, kept: done.length, named: named.length, users: there.size },
      ...{
        receipts: receipts.reduce((sum, [, , count]) => sum + Number(count), 0),
        versions: versions.length,
        differences,
      },
    };
  } finally {
    await containers.close();
    await ask(`drop role if exists ${writer}`);
  }
}
