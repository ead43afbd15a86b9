import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inProcess } from '../../crash/kill.ts';
import { temporaryFolder, writeProject } from '../../run/support/folder.ts';
import { Random } from '../../run/support/random.ts';
import { World } from '../../run/support/world.ts';
import { broker, makeTopic, plain, send, type ToSend, transact } from './broker.ts';

const definitions = `import { byHand, col, env, files, firstOf, job, source, sql, table } from 'esteira';
import { kafka } from 'esteira/kafka';
const columns = { id: col.bigint(), happened: col.timestamp(), note: col.text() };
export const events = source('landing.events', { reader: kafka(env('KAFKA_TOPIC')), columns });
export const dated = source('landing.dated', { reader: firstOf(kafka(env('KAFKA_TOPIC')), files('events/{date}.jsonl')), day: 'happened', columns });
export const all = table('bronze.all_events', { columns, rows: sql\`select id, happened, note from \${events.unread}\`, write: 'append', invalid: 'set aside' });
export const daily = table('bronze.dated', { columns, rows: sql\`select id, happened, note from \${dated}\`, write: 'append', invalid: 'set aside' });
export const follow = job('follow', { when: byHand, build: [all] });
export const day = job('day', { when: byHand, build: [daily] });
`;

/** Named points at which a run can die: as it begins, reads, writes, commits and ends. */
const points = [
  ...['opened', 'claimed', 'before-intent', 'intent', 'staged', 'fenced', 'candidate', 'judged', 'written', 'checked'],
  ...['before-commit', 'committed', 'published', 'done', 'before-finish'],
];

export interface Counts {
  readonly kills: number;
  readonly points: number;
  readonly crashes: number;
  readonly owed: number;
  readonly messages: number;
  readonly differences: readonly string[];
}

/**
 * Days of messages, some of them invalid, some taken back; the broker is away on some days, killed on others, and the process that reads is killed at named
 * points and at moments. At the end every message that counts is there once, of whatever day, and every invalid one among the invalid rows.
 */
export async function campaign(of: {
  readonly seed: number;
  readonly days: number;
  readonly crashes: number;
}): Promise<Counts> {
  const { seed, days, crashes } = of;
  const random = new Random(seed);
  const draw = (below: number): number => random.below(below);
  // How a run ends differs from machine to machine; what is sent does not.
  const killing = new Random(seed + 1_000_000);
  const topic = await makeTopic(3);
  const folder = temporaryFolder('campaign');
  writeProject(folder, { catalog: 'shop', definitions });
  /** Those that were not taken back. */
  const kept: number[] = [];
  const met = new Set<string>();
  let [kills, crashed, owed, invalid, sent] = [0, 0, 0, 0, 0];

  /** One command, in as many processes as it takes. */
  async function carryOut(job: string, date: string, now: string): Promise<void> {
    const commands = [{ name: 'run' as const, input: { job, date }, now }];
    for (let left = killing.below(4); left > 0; left -= 1) {
      const isTimed = killing.below(5) === 0;
      const point = points[killing.below(points.length)] as string;
      const { killedAt, error } = await inProcess(
        folder,
        commands,
        isTimed ? `after@${killing.below(400)}` : `${point}@1`,
      );
      if (error) throw new Error(error);
      if (killedAt === undefined) return;
      kills += 1;
      met.add(isTimed ? 'a moment' : point);
    }
    const { error } = await inProcess(folder, commands);
    if (error) throw new Error(error);
  }

  /** What is sent on a day, and the file that has the same. */
  async function deliver(day: string): Promise<void> {
    const lines: string[] = [];
    for (let left = 1 + draw(4); left > 0; left -= 1) {
      const how = (['plain', 'plain', 'commit', 'abort'] as const)[draw(4)];
      const some = Array.from(
        { length: 1 + draw(40) },
        (): ToSend & { readonly id: number; readonly value: string } => {
          const at = Date.parse(`${day}T00:00:00Z`) + draw(86_400_000);
          sent += 1;
          const value = JSON.stringify({ id: sent, happened: new Date(at).toISOString(), note: 'n'.repeat(draw(60)) });
          return { id: sent, value, at, partition: draw(3) };
        },
      );
      if (how === 'commit' || how === 'abort') await transact(topic, some, how);
      else await send(topic, some);
      if (how === 'abort') continue;
      kept.push(...some.map(({ id }) => id));
      lines.push(...some.map(({ value }) => value));
    }
    if (draw(2) === 0) {
      invalid += 1;
      lines.push('{"id": 1, ');
      await send(topic, [{ value: '{"id": 1, ', at: `${day}T12:00:00Z`, partition: draw(3) }]);
    }
    mkdirSync(path.join(folder, 'files', 'events'), { recursive: true });
    writeFileSync(path.join(folder, 'files', 'events', `${day}.jsonl`), `${lines.join('\n')}\n`);
  }

  process.env['KAFKA_TOPIC'] = topic;
  process.env['KAFKA_BOOTSTRAP_SERVERS'] = plain;
  const first = await World.open(folder, '2026-03-01T06:00:00Z');
  await first.do('setup', {});
  await first.close();
  const dayOf = (number: number): string => Temporal.PlainDate.from('2026-03-01').add({ days: number }).toString();
  for (let number = 0; number < days; number += 1) {
    const [day, now] = [dayOf(number), `${dayOf(number + 1)}T02:15:00Z`];
    await deliver(day);
    const how = draw(3);
    if (how === 0) {
      owed += 1;
      process.env['KAFKA_BOOTSTRAP_SERVERS'] = '127.0.0.1:1';
      await carryOut('day', day, now);
      process.env['KAFKA_BOOTSTRAP_SERVERS'] = plain;
    } else if (crashed < crashes) {
      crashed += 1;
      const going = carryOut('day', day, now);
      await sleep(300 + draw(600));
      broker('crash');
      await going;
      broker('again');
    } else await carryOut('day', day, now);
    if (draw(2) === 0) await carryOut('follow', day, now);
  }
  const [last, end] = [dayOf(days), `${dayOf(days + 1)}T02:15:00Z`];
  await carryOut('day', last, end);
  await carryOut('follow', last, end);

  const world = await World.open(folder, end);
  try {
    const differences = [
      ...(await differencesOf(world, 'all_events', { kept, invalid, topic })),
      ...(await differencesOf(world, 'dated', { kept, invalid, topic })),
    ];
    return { kills, points: met.size, crashes: crashed, owed, messages: sent, differences };
  } finally {
    await world.close();
  }
}

/** What a table has otherwise than it should: rows lost or doubled, or of a file though the topic has them. */
async function differencesOf(
  world: World,
  table: string,
  { kept, invalid, topic }: { readonly kept: readonly number[]; readonly invalid: number; readonly topic: string },
): Promise<readonly string[]> {
  const found = (await world.rows(`select id from bronze.${table} order by id`)).map(([id]) => Number(id));
  const [aside = 0, ofTopic = 0] = (
    await world.rows(
      `select count(distinct _rid), count_if(starts_with(_rid, '${topic}@')) from bronze.${table}_invalidos`,
    )
  )[0] as readonly number[];
  const [ledger = 0] = (
    await world.rows(
      `select coalesce(sum(case move when 'held' then 1 when 'recalled' then 1 else -1 end), 0) from _esteira.invalid_ledger where target = 'bronze.${table}'`,
    )
  )[0] as readonly number[];
  const wanted = kept.toSorted((one, other) => one - other);
  return [
    ...(JSON.stringify(found) === JSON.stringify(wanted) ? [] : [`${table}: ${found.length} rows of ${wanted.length}`]),
    ...(aside === invalid && ofTopic === invalid
      ? []
      : [`${table}: ${aside} invalid rows, ${ofTopic} of the topic, of ${invalid}`]),
    ...(Number(ledger) === invalid ? [] : [`${table}: the ledger says ${ledger} of ${invalid}`]),
  ];
}
