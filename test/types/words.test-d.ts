// Types are tested like behaviour: what is inferred, and which mistakes are compile errors. Checked by tsc, never run.
import {
  after,
  age,
  alerted,
  appendChanges,
  asOf,
  atLeast,
  atMost,
  byHand,
  check,
  col,
  cron,
  type Decimal,
  drift,
  duration,
  endpoint,
  env,
  existsIn,
  expectNone,
  exposureGap,
  failures,
  fairnessGap,
  files,
  firstOf,
  from,
  history,
  inertia,
  invalidShare,
  job,
  keepLatest,
  kmeans,
  lambdaMart,
  latency,
  logisticRegression,
  mergeDeleting,
  model,
  monitor,
  noWorse,
  type RowOf,
  replaceEach,
  samples,
  settings,
  settingsTable,
  shadow,
  source,
  sql,
  table,
  unpublished,
  volume,
} from 'esteira';
import { duckdb, email, folder, project, slack, sqlite, webhook } from 'esteira/config';
import { kafka } from 'esteira/kafka';
import { postgres } from 'esteira/postgres';
import { given } from 'esteira/testing';
import type { chamados } from '../../pipelines/credit/definitions/1-landing.ts';
import { tbChamado, tbCliente, type tbCustoChamado, tbPesquisa } from '../../pipelines/credit/definitions/2-silver.ts';
import { dmCliente } from '../../pipelines/credit/definitions/3-gold.ts';
import { diario } from '../../pipelines/credit/definitions/4-jobs.ts';

// ---- what is inferred ----
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Equal<A, B>): void => {};
same<RowOf<typeof tbCustoChamado.columns>['valor'], Decimal>(true);
same<RowOf<typeof tbChamado.columns>['status'], 'aberto' | 'em_atendimento' | 'resolvido' | 'cancelado'>(true);
same<RowOf<typeof tbChamado.columns>['fechado_em'], Temporal.Instant | null>(true);
same<RowOf<(typeof chamados)['landing']['columns']>['_deleted'], boolean>(true);
const sales = source('s', { reader: files('x.csv'), columns: { day: col.date(), units: col.integer() }, day: 'day' });
same<RowOf<typeof sales.columns>['day'], Temporal.PlainDate>(true);
const kept = source('k', { reader: files('k.csv'), columns: { id: col.text().alias('key') }, newColumns: 'keep' });
same<RowOf<typeof kept.columns>['_extra'], Readonly<Record<string, unknown>> | null>(true);
same<keyof RowOf<typeof sales.columns>, 'day' | 'units'>(true);
tbPesquisa.invalid.since('refused_at') satisfies { columns: unknown };
const long = col.bigint().min(0);
same<(typeof long)['value'], bigint>(true);
tbPesquisa.invalid.columns._original satisfies { value: Readonly<Record<string, unknown>> };
const limits = settings('config.limits', { floor: col.real().default(0.5), name_of_day: col.text().default('monday') });
same<NonNullable<(typeof limits.floor)['value']>, number>(true);
from(tbCliente, (row) => ({ nome: row.nome satisfies string }));

const events = table('e', {
  columns: { id: col.text().key(), lawyer: col.text(), day: col.date(), at: col.timestamp(), fee: col.text() },
  rows: sql`select 1`,
  write: 'merge',
});
const rates = table('r', {
  columns: {
    lawyer: col.text().key(),
    since: col.timestamp().key(),
    fee: col.real(),
    kind: col.text().oneOf('a', 'b'),
  },
  rows: sql`select 1`,
  write: 'merge',
});
const asKnown = { on: ['lawyer'], at: ['at', 'since'] } as const;
const known = asOf(events.since('day'), rates, { ...asKnown, take: { rate: 'fee', sort: 'kind' }, within: '90 days' });
same<RowOf<typeof known.columns>['rate'], number | null>(true);
same<RowOf<typeof known.columns>['sort'], 'a' | 'b' | null>(true);
same<RowOf<typeof known.columns>['fee'], string>(true);
from(asOf(known, rates, { ...asKnown, take: { again: 'since' } }), (row) => ({
  when: row.again satisfies Temporal.Instant | null,
}));
table('t', { columns: { rate: col.real().optional() }, rows: known });
// @ts-expect-error what may not have been known is not always there
table('t', { columns: { rate: col.real() }, rows: from(known, (row) => ({ rate: row.rate.valueOf() })) });
// @ts-expect-error as of a column that only one of them has
asOf(events, rates, { ...asKnown, on: ['id'], take: { rate: 'fee' } });
// @ts-expect-error as of a column that is of another kind in each
asOf(events, rates, { ...asKnown, on: ['fee'], take: { rate: 'fee' } });
// @ts-expect-error as of what is no time
asOf(events, rates, { ...asKnown, at: ['id', 'since'], take: { rate: 'fee' } });
// @ts-expect-error as of a day, and an instant
asOf(events, rates, { ...asKnown, at: ['day', 'since'], take: { rate: 'fee' } });
// @ts-expect-error as of a time, taking a column that is not there
asOf(events, rates, { ...asKnown, take: { rate: 'rate' } });
// @ts-expect-error as of a time, taking a column by a name that is taken
asOf(events, rates, { ...asKnown, take: { fee: 'fee' } });
// @ts-expect-error no older than what is no time
asOf(events, rates, { ...asKnown, take: { rate: 'fee' }, within: '90 dias' });

// ---- rows and columns ----
const a = { a: col.text() };
// @ts-expect-error a column is missing
table('t', { columns: { a: col.text(), b: col.real() }, rows: from(dmCliente, (r) => ({ a: r.nome })) });
// @ts-expect-error a wrong kind
table('t', { columns: { a: col.real() }, rows: from(dmCliente, (r) => ({ a: r.nome })) });
// @ts-expect-error an unknown column of the input
table('t', { columns: a, rows: from(dmCliente, (r) => ({ a: r.nomee })) });
// @ts-expect-error a table read as it is, that lacks a column
table('t', { columns: a, rows: dmCliente });
// @ts-expect-error a number's rule on text
col.text().min(1);
// @ts-expect-error a text's rule on a number
col.integer().oneOf('a');
// @ts-expect-error comparing with a value that the column cannot hold
from(tbChamado, (r) => ({ open: r.status === 'abertos' }));
// @ts-expect-error a misspelt write mode
table('t', { columns: a, rows: sql`select 1 as a`, write: 'mrege' });
// @ts-expect-error merge without a key
table('t', { columns: a, rows: sql`select 1 as a`, write: 'merge' });
// @ts-expect-error the mark of a deleted row is not there
table('t', { columns: { id: col.text().key() }, rows: sql`select 1 as id`, write: mergeDeleting('deleted') });
table('t', {
  columns: { id: col.text().key() },
  rows: sql`select 1 as id`,
  write: 'merge',
  // @ts-expect-error the winner among duplicates by a column that is not there
  duplicates: keepLatest('updated_at'),
});
table('t', {
  columns: a,
  rows: sql`select 1 as a`,
  // @ts-expect-error a reference from a column that is not there
  rules: { cliente_existe: existsIn('id_cliente', tbCliente, 'id_cliente') },
});
// @ts-expect-error a reference to a column that is not a key
existsIn('id_cliente', tbCliente, 'nome');
// @ts-expect-error another word for setting rows aside
table('t', { columns: a, rows: sql`select 1 as a`, invalid: 'drop' });
// @ts-expect-error since on a column that does not grow
tbPesquisa.since('comentario');
// @ts-expect-error a lookback in words that are not a duration
tbPesquisa.since('respondida_em', { lookback: '3 dias' });
// @ts-expect-error a job read as if it were a table
sql`select * from ${diario}`;
// @ts-expect-error a setting that does not exist
sql`select ${limits.flor}`;
// @ts-expect-error the latest of nothing
keepLatest();

// ---- sources, settings ----
// @ts-expect-error an address, with its password, written in the code
postgres('postgres://app:secret@db/app');
// @ts-expect-error a cursor that is no name of a column
postgres(env('DATABASE_URL')).table('orders', { cursor: 1 });
// @ts-expect-error what is new of changes is not said by a column
postgres(env('DATABASE_URL')).changes('orders', { cursor: 'id' });
// @ts-expect-error an address that is written in the code
kafka('match_events', { servers: 'broker:9092' });
// @ts-expect-error a password that is written in the code
kafka('match_events', { sasl: { mechanism: 'PLAIN', user: env('KAFKA_USER'), password: 'secret' } });
// @ts-expect-error one reader only is no choice
firstOf(kafka('match_events'));
// @ts-expect-error a day that is not a date
source('s', { reader: files('x/{date}.csv'), columns: { id: col.text() }, day: 'id' });
// @ts-expect-error a new column is ignored, kept or refused
source('s', { reader: files('x.csv'), columns: { id: col.text() }, newColumns: 'add' });
// @ts-expect-error a file that breaks the contract is not ignored
source('s', { reader: files('x.csv'), columns: { id: col.text() }, breach: 'ignore' });
// @ts-expect-error a column under no other name
col.text().alias();
// @ts-expect-error nothing else is there to be kept
kept.since('_other');
// @ts-expect-error a text says nothing of what is new
tbPesquisa.invalid.since('run_id');
// @ts-expect-error a setting without a default
settings('config.x', { floor: col.real() });
// @ts-expect-error a default of another kind
settings('config.x', { floor: col.real().default('0.5') });
// @ts-expect-error a name that is taken
settings('config.x', { name: col.text().default('x') });
// @ts-expect-error a row that its columns refuse
settingsTable('config.x', { level: col.text().oneOf('a', 'b').key() }, [{ level: 'c' }]);
// @ts-expect-error a number where an exact decimal is due
settingsTable('config.x', { price: col.decimal(12, 2).key() }, [{ price: 12.5 }]);
// @ts-expect-error a Date where a day is due
settingsTable('config.x', { day: col.date().key() }, [{ day: new Date() }]);

// ---- jobs, checks ----
// @ts-expect-error a schedule on a job that is only run by hand
job('j', { when: [byHand, cron('0 2 * * *')], build: [dmCliente] });
// @ts-expect-error what is missed is run each, run once, or skipped
cron('0 2 * * *', { missed: 'ignore' });
// @ts-expect-error a schedule is a text, as a setting too
cron(limits.floor);
// @ts-expect-error building a step by its name
job('j', { when: byHand, build: ['gold.dm_cliente'] });
// @ts-expect-error a job that builds nothing
job('j', { when: byHand });
// @ts-expect-error a table instead of a job
after(dmCliente);
// @ts-expect-error a check that neither blocks nor warns
check('c', expectNone(sql`select 1`), { otherwise: 'ignore' });
// @ts-expect-error a check without a limit
check('c', sql`select 1`);
env('DATABASE_URL') satisfies Parameters<typeof postgres>[0];

// ---- monitors, channels ----
const waits = settings('config.waits', { longest: col.duration().default('1 hour'), most: col.real().default(0.5) });
const late = monitor('late', { expect: atMost(age(tbChamado, 'aberto_em'), '2 hours'), every: '0 * * * *' });
monitor('long', { expect: atMost(duration(diario), waits.longest), tell: 'anybody', next: 'Look' });
monitor('owed', { expect: atMost(unpublished(), '15 minutes'), every: '*/5 * * * *' });
monitor('few', { expect: atLeast(volume(tbChamado), waits.most) });
job('j', { when: alerted(late), build: [tbChamado] });
// @ts-expect-error a table instead of a monitor
alerted(dmCliente);
// @ts-expect-error a job instead of a monitor
alerted(diario);
// @ts-expect-error a monitor instead of a job
after(late);
// @ts-expect-error a monitor without a limit
monitor('m', { expect: invalidShare(tbChamado) });
// @ts-expect-error a number of minutes where a duration is due
atMost(duration(diario), 30);
// @ts-expect-error a duration where a number is due
atMost(invalidShare(tbChamado), '5 minutes');
// @ts-expect-error a setting of another kind as a bound
atMost(duration(diario), waits.most);
// @ts-expect-error a time that is a setting, for a number
atLeast(volume(tbChamado), waits.longest);
// @ts-expect-error a number where a time is due
atMost(unpublished(), 15);
// @ts-expect-error a check of what stores are owed
check('c', atMost(unpublished(), '1 hour'));
// @ts-expect-error the duration of a table
duration(tbChamado);
// @ts-expect-error failures of a table
failures(tbChamado);
// @ts-expect-error the age by a column that is no time
age(tbChamado, 'status');
// @ts-expect-error a check holds back rows, and a run's duration says nothing of them
check('c', atMost(duration(diario), '1 hour'));
// @ts-expect-error a check of what is usual
check('c', atLeast(volume(tbChamado), 0.5));
// @ts-expect-error the address of a mail server, with its password, written in the code
email({ to: 'a@example.com', from: 'b@example.com', server: 'smtps://user:secret@mail.example.com' });
// @ts-expect-error the address of a Slack webhook written in the code
slack({ webhook: 'https://hooks.slack.com/services/T0/B0/secret' });
// @ts-expect-error a webhook that nobody signs
webhook({ url: 'https://example.com' });

// ---- configuration, tests ----
const environment = { warehouse: duckdb({ folder: 'x' }), state: sqlite({ file: 'y' }), files: folder({ path: 'z' }) };
// @ts-expect-error a standard environment that is not there
project({ name: 'p', pipelines: { main: '*.ts' }, environments: { local: environment }, standard: 'prod' });
const mixed = { ...environment, warehouse: sqlite({ file: 'y' }) };
// @ts-expect-error a state store as the warehouse
project({ name: 'p', pipelines: { main: '*.ts' }, environments: { local: mixed }, standard: 'local' });
// @ts-expect-error one folder of pipelines for all catalogs
project({ name: 'p', pipelines: '*.ts', environments: { local: environment }, standard: 'local' });
const standing = { ...environment, standIns: { 'landing.*': 'x.csv' } };
// @ts-expect-error a stand-in that is no reader
project({ name: 'p', pipelines: { main: '*.ts' }, environments: { local: standing }, standard: 'local' });
// @ts-expect-error a test's row with an unknown column
given(dmCliente, [{ nomee: 'Ana' }]);
// @ts-expect-error a test's setting of another kind
given(dmCliente, []).setting(limits, { floor: 'high' });
// @ts-expect-error a job as a table
given(dmCliente, []).build(diario);

// ---- what the type checker does not see; the load or `esteira check` does ----
table('t', { columns: a, rows: from(dmCliente, (r) => ({ a: r.nome, bb: 1 })) });
table('t', { columns: a, rows: sql`select nope from ${dmCliente}` });
table('t', { columns: a, rows: sql`select nome as a from gold.dm_cliente` });

// ---- histories and partitions ----
const seen = { id: col.text().key(), name: col.text(), at: col.timestamp(), day: col.date(), gone: col.boolean() };
const rows = sql`select 1`;
const versions = table('t', {
  columns: seen,
  rows,
  write: history({ at: 'at', from: 'since', until: 'to', deleted: 'gone' }),
});
same<RowOf<typeof versions.columns>['since'], Temporal.Instant>(true);
same<RowOf<typeof versions.columns>['to'], Temporal.Instant | null>(true);
same<RowOf<typeof versions.columns>['name'], string>(true);
const byDay = table('t', { columns: seen, rows, write: history({ at: 'day' }) });
same<RowOf<typeof byDay.columns>['valid_from'], Temporal.PlainDate>(true);
same<RowOf<typeof byDay.columns>['valid_until'], Temporal.PlainDate | null>(true);
from(versions, (row) => ({ open: row.to === null }));
const each = table('t', { columns: seen, rows, write: replaceEach('day') });
same<RowOf<typeof each.columns>['day'], Temporal.PlainDate>(true);
const merged = table('t', { columns: seen, rows, write: mergeDeleting('gone') });
same<RowOf<typeof merged.columns>['name'], string>(true);
const changes = table('t', { columns: seen, rows, write: appendChanges({ at: 'at', deleted: 'gone' }) });
same<RowOf<typeof changes.columns>['name'], string | null>(true);
same<RowOf<typeof changes.columns>['id'], string>(true);
same<RowOf<typeof changes.columns>['at'], Temporal.Instant>(true);
// @ts-expect-error changes without the column that says when
appendChanges({ deleted: 'gone' });
// @ts-expect-error changes by a column that is not a time
table('t', { columns: seen, rows, write: appendChanges({ at: 'name', deleted: 'gone' }) });
// @ts-expect-error what a deleted row may not say, read as if it were there
from(changes, (row) => ({ length: row.name.length }));
// @ts-expect-error a history without a key
table('t', { columns: { at: col.timestamp() }, rows, write: history({ at: 'at' }) });
// @ts-expect-error a history without the column that says since when
history({});
// @ts-expect-error a history by a column that is not there
table('t', { columns: seen, rows, write: history({ at: 'seen_at' }) });
// @ts-expect-error a history by a column that is not a time
table('t', { columns: seen, rows, write: history({ at: 'name' }) });
// @ts-expect-error the end of a row by a column that is not there
table('t', { columns: seen, rows, write: history({ at: 'at', deleted: 'deleted' }) });
// @ts-expect-error the end of a row by a column that is neither true nor false
table('t', { columns: seen, rows, write: history({ at: 'at', deleted: 'name' }) });
// @ts-expect-error a column of versions under a name that it was not given
from(versions, (row) => ({ since: row.valid_from }));
// @ts-expect-error partitions by a column that is not there
table('t', { columns: seen, rows, write: replaceEach('month') });
// @ts-expect-error partitions by nothing
replaceEach();

// ---- models ----
const people = table('silver.people', {
  columns: {
    id: col.text().key(),
    level: col.text().oneOf('a', 'b'),
    minutes: col.real(),
    plan: col.text(),
    stays: col.boolean(),
    day: col.date(),
  },
  rows,
});
const segments = model('ml.segments', {
  from: people,
  each: ['level'],
  features: ['minutes', 'plan'],
  learner: kmeans({ clusters: 3 }),
  gate: [atLeast('silhouette', 0.2), atMost('moved_share', 0.3), atLeast(samples, 100), noWorse('inertia', 10)],
});
same<RowOf<typeof segments.centroids.columns>['minutes'], number>(true);
same<RowOf<typeof segments.centroids.columns>['level'], 'a' | 'b'>(true);
const predicted = segments.predict(people);
same<RowOf<typeof predicted.columns>['centroid_id'], number>(true);
same<RowOf<typeof predicted.columns>['id'], string>(true);
const ranking = model('ml.ranking', {
  from: people,
  features: ['minutes'],
  target: 'stays',
  group: 'plan',
  learner: lambdaMart({ at: [3, 5] }),
  segments: ['stays'],
  gate: [
    atLeast('ndcg_at_5', 0.65),
    atMost(fairnessGap('plan', { of: 'ndcg_at_5' }), 0.05),
    atMost(fairnessGap('plan', { of: 'hit_at_3', least: 50 }), waits.most),
    atMost(exposureGap('plan'), 0.1),
    atMost(latency('p95', { rows: 20 }), '15 ms'),
    atMost(latency('p99'), waits.longest),
    atLeast(shadow('overlap_at_5', { requests: 500 }), 0.6),
    atMost(shadow('score_difference'), waits.most),
    atMost(shadow('latency_p95_ms'), '15 ms'),
    atMost(shadow('latency_p50_ms'), waits.longest),
    atMost(shadow('errors'), 0.01),
  ],
});
job('retrain', { when: byHand, train: [segments, ranking] });
job('hourly', { when: byHand, refine: [ranking], build: [people] });
// @ts-expect-error clusters cannot be gone on from
job('hourly', { when: byHand, refine: [segments] });
const by = { from: people, features: ['minutes'], learner: kmeans({ clusters: 2 }) } as const;
const ranked = { ...by, learner: lambdaMart({ at: [3] }), target: 'stays', group: 'plan' } as const;
// @ts-expect-error a feature that is no column
model('m', { ...by, features: ['hours'] });
// @ts-expect-error a measure that the learner does not report
model('m', { ...by, gate: [atLeast('auc', 0.5)] });
// @ts-expect-error a cut-off that it is not judged at
model('m', { ...ranked, gate: [atLeast('ndcg_at_5', 0.6)] });
// @ts-expect-error fairness of a cut-off that it is not judged at
model('m', { ...ranked, gate: [atMost(fairnessGap('plan', { of: 'ndcg_at_5' }), 0.05)] });
// @ts-expect-error fairness of a measure that the learner does not report
model('m', { ...by, gate: [atMost(fairnessGap('plan', { of: 'ndcg_at_3' }), 0.05)] });
// @ts-expect-error fairness across a column that is not there
model('m', { ...ranked, gate: [atMost(fairnessGap('gender', { of: 'ndcg_at_3' }), 0.05)] });
// @ts-expect-error exposure across a column that is not there
model('m', { ...ranked, gate: [atMost(exposureGap('gender'), 0.05)] });
// @ts-expect-error judged across a column that is not there
model('m', { ...ranked, segments: ['gender'] });
// @ts-expect-error a latency below a number
atMost(latency('p95'), 15);
// @ts-expect-error a latency below a setting that is a number
atMost(latency('p95'), waits.most);
// @ts-expect-error a gap below a time
atMost(fairnessGap('plan', { of: 'ndcg_at_5' }), '15 ms');
// @ts-expect-error a measure below a setting that is a time
atLeast('ndcg_at_5', waits.longest);
// @ts-expect-error a gap beside that of the champion
noWorse(fairnessGap('plan', { of: 'ndcg_at_5' }), 0.01);
// @ts-expect-error a quantile that is none
latency('p90');
// @ts-expect-error what no shadow shows
shadow('overlap_at_7');
// @ts-expect-error an overlap below a time
atLeast(shadow('overlap_at_5'), '15 ms');
// @ts-expect-error a shadow's latency below a number
atMost(shadow('latency_p95_ms'), 15);
// @ts-expect-error a shadow's errors below a setting that is a time
atMost(shadow('errors'), waits.longest);
// @ts-expect-error a shadow is beside the champion already
noWorse(shadow('overlap_at_5'), 0.01);
// @ts-expect-error requests of which there are some
shadow('errors', { requests: 'many' });
// @ts-expect-error a target that is no column
model('m', { ...by, learner: logisticRegression(), target: 'left' });
// @ts-expect-error what stands for a column that is no feature
model('m', { ...by, missing: { plan: 0 } });
// @ts-expect-error rows kept back by a column that is no time
model('m', { ...by, holdOut: { last: '3 days', by: 'plan' } });
// @ts-expect-error a table inside it that the learner does not have
segments.coefficients;
// @ts-expect-error rows without a feature
segments.predict(dmCliente);
// @ts-expect-error a model is trained, not built
job('j', { when: byHand, build: [segments] });
// @ts-expect-error a table is built, not trained
job('j', { when: byHand, train: [people] });

// ---- rows beside those of a model ----
const usage = model('m', { from: merged, features: ['name'], learner: kmeans({ clusters: 2 }) });
monitor('m', { expect: atMost(drift(merged, { from: usage, columns: ['name'] }), 0.2) });
monitor('m', { expect: atMost(inertia(usage, { of: merged }), 1.5) });
// @ts-expect-error the drift of a column that is not there
drift(merged, { from: usage, columns: ['nome'] });
// @ts-expect-error a drift in a way that is none
drift(merged, { from: usage, by: 'kl' });
drift(merged, { from: merged, by: 'sturges' });
// @ts-expect-error what the champion was trained with is kept by its deciles
drift(merged, { from: usage, by: 'sturges' });
// @ts-expect-error a drift from what is no rows and no model
drift(merged, { from: 'merged' });
// @ts-expect-error a drift below a time
atMost(drift(merged, { from: usage }), '1 hour');

// ---- endpoints ----
const serving = {
  path: '/rank',
  model: usage,
  request: { ids: col.list(col.text()) },
  answer: { clusters: col.list(col.integer()) },
} as const;
endpoint('e', {
  ...serving,
  lookup: { people: merged },
  handle: ({ request, lookup, predict }) => ({
    clusters: predict(lookup.people(request.ids)).map((one) => one.centroid_id),
  }),
  fallback: ({ request }) => ({ clusters: request.ids.map(() => 0) }),
});
// @ts-expect-error an answer of another kind
endpoint('e', { ...serving, handle: () => ({ clusters: ['high'] }) });
// @ts-expect-error a column that the request does not have
endpoint('e', { ...serving, handle: ({ request }) => ({ clusters: request.idz.map(() => 1) }) });
endpoint('e', {
  ...serving,
  // @ts-expect-error rows without a feature
  handle: ({ predict }) => ({ clusters: predict([{ price: 1 }]).map((p) => p.centroid_id) }),
});
endpoint('e', {
  ...serving,
  lookup: { people: merged },
  // @ts-expect-error keys of another kind
  handle: ({ lookup }) => ({ clusters: lookup.people([1, 2]).map(() => 1) }),
});
