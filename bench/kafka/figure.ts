import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { esteira, installPackage } from '../esteira.ts';
import type { Figure, Goal, Outcome } from '../figure.ts';
import { writeConfiguration } from '../generated.ts';
import { measure } from '../measure.ts';
import { emptyPlace, peers, place, root } from '../places.ts';
import { type Contender, interleave, medians, type Samples } from '../rounds.ts';
import { dropTopic, fillTopic, messageOf, server, topic } from './messages.ts';

const definitions = `import { byHand, col, job, source, sql, table } from 'esteira';
import { kafka } from 'esteira/kafka';
const columns = {
  event_id: col.bigint(), occurred_at: col.timestamp(), person: col.text(), kind: col.text(), amount: col.decimal(12, 2), ok: col.boolean(),
  note: col.text(), ctx: col.json(),
};
export const events = source('landing.events', { reader: kafka('${topic}'), columns });
export const kept = table('bronze.events', { columns, rows: sql\`select ${'event_id, occurred_at, person, kind, amount, ok, note, ctx'} from \${events.unread}\`,
  write: 'append', invalid: 'set aside' });
export const load = job('load', { when: byHand, build: [kept] });
`;

const own = 'esteira';
const other = 'dlt, Parquet';
const env = { KAFKA_BOOTSTRAP_SERVERS: server };
const home = path.join(peers, 'dlt-kafka');
const installed = path.join(home, 'installed.txt');
const isInstalled = existsSync(installed);
const files = new Map([
  [own, path.join('kafka', 'esteira', 'data', 'loaded.duckdb')],
  [other, path.join('kafka', 'dlt', 'loaded.duckdb')],
]);

function contenders(): readonly Contender[] {
  const folder = place('kafka', 'esteira');
  const ours: Contender = {
    name: own,
    prepare: async () => {
      emptyPlace('kafka', 'esteira');
      writeConfiguration({ folder, catalog: 'loaded' });
      mkdirSync(path.join(folder, 'definitions'));
      writeFileSync(path.join(folder, 'definitions', 'events.ts'), definitions);
      await esteira(folder, ['setup'], { env });
    },
    run: () => esteira(folder, ['run', 'load'], { env }),
  };
  const theirs = place('kafka', 'dlt');
  const dlt: Contender = {
    name: other,
    prepare: () => {
      emptyPlace('kafka', 'dlt');
      cpSync(path.join(root, 'bench', 'peers', 'dlt-kafka', 'topic.py'), path.join(theirs, 'topic.py'));
    },
    run: () =>
      measure({
        ...{ file: path.join(home, 'bin', 'python'), args: ['topic.py', topic], folder: theirs },
        env: { ...env, DLT_DATA_DIR: path.join(theirs, 'dlt'), RUNTIME__DLTHUB_TELEMETRY: 'false' },
      }),
  };
  return isInstalled ? [ours, dlt] : [ours];
}

/** What all must have brought in, in one line. */
async function contentOf(file: string): Promise<string> {
  const instance = await DuckDBInstance.create(place(file), { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const asked = `select count(*) as n, count(distinct event_id) as ids, sum(round(amount * 100)::bigint) as cents, sum(length(note)) as notes from bronze.events`;
  const [row] = (await connection.runAndReadAll(asked)).getRowObjectsJson();
  connection.closeSync();
  instance.closeSync();
  return Object.values(row ?? {}).join(', ');
}

function goalsOf(samples: Samples, size: number): Goal[] {
  const ours = medians(samples, own);
  const goals: Goal[] = [
    { text: `${size} messages, 40,000 in a second or more`, measured: ours.wall, atMost: size / 40_000, unit: 's' },
  ];
  if (!isInstalled) return goals;
  const theirs = medians(samples, other);
  return [
    ...goals,
    { text: 'of the processor, against dlt', measured: ours.cpu / theirs.cpu, atMost: 1 / 3, unit: '×' },
    { text: 'on the clock, against dlt', measured: ours.wall / theirs.wall, atMost: 1 / 3, unit: '×' },
  ];
}

export const figure: Figure = {
  about: 'messages of a Kafka topic into a table of DuckDB, from the command to its end',
  rounds: 3,
  async measure({ rounds, size = 500_000, say }): Promise<Outcome> {
    if (server === '')
      return { samples: new Map(), goals: [], skipped: ['all of it: ESTEIRA_TEST_KAFKA names no broker'], notes: [] };
    installPackage();
    await fillTopic(size);
    try {
      const samples = await interleave({ contenders: contenders(), rounds, say, warm: false });
      const contents = await Promise.all([...samples.keys()].map((name) => contentOf(files.get(name) ?? '')));
      if (contents.some((one) => one !== contents[0])) throw new Error(`they have other rows: ${contents.join('; ')}`);
      const { wall, cpu } = medians(samples, own);
      const version = isInstalled ? /^dlt==(.*)$/m.exec(readFileSync(installed, 'utf8'))?.[1] : undefined;
      return {
        samples,
        goals: goalsOf(samples, size),
        skipped: isInstalled
          ? ["dlt's own source of Kafka: it is on no index; a resource of dlt over the same client stands in its place"]
          : ['dlt is not installed: bench/peers/install.sh dlt-kafka'],
        notes: [
          `${size} messages of ${messageOf(size - 1).length} bytes: ${Math.round(size / wall)} in a second, ${cpu.toFixed(2)} s of the processor; ${contents[0]}`,
        ],
        ...(version ? { versions: { dlt: version } } : {}),
      };
    } finally {
      await dropTopic();
    }
  },
};
