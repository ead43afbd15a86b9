import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EsteiraError } from '../../src/errors.ts';
import { operate } from '../../src/operate/index.ts';
import type { ModelVersion } from '../../src/ports/index.ts';
import type { VersionAbout } from '../../src/registry/about.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

const definitions = `
import { atLeast, byHand, col, external, job, model, sql, table } from 'esteira';

export const closed = table('silver.closed', {
  columns: {
    id: col.integer().key(), page_views: col.integer(), days_since_last: col.real().optional(), source: col.text(), converted: col.boolean(),
  },
  rows: sql\`select range as id, range % 17 as page_views, case when range % 5 = 0 then null else range % 23 end as days_since_last,
    case range % 3 when 0 then 'ads' else 'organic' end as source, (range * 7919 % 17) < range % 17 as converted from range(400)\`,
});
const trained = (name, how, gate = []) => model('ml.' + name, {
  from: closed, features: ['page_views', 'days_since_last', 'source'], target: 'converted', gate,
  learner: external([process.execPath, 'train.mjs', how], {
    output: { lead_score: col.real() }, variables: ['GIVEN'], parameters: { depth: 3 },
  }),
});
const when = byHand;
export const good = trained('good', 'good', [atLeast('auc', 0.5), atLeast('brier', 0)]);
export const run_good = job('run_good', { when, build: [closed], train: [good] });
${['exits', 'nothing', 'twice', 'broken', 'talks', 'sleeps', 'stays']
  .map(
    (how) =>
      `export const ${how} = trained('${how}', '${how}');\nexport const run_${how} = job('run_${how}', { when, train: [${how}] });`,
  )
  .join('\n')}
export const missing = model('ml.missing', {
  from: closed, features: ['page_views'], target: 'converted',
  learner: external(['no-such-program'], { output: { lead_score: col.real() } }),
});
export const run_missing = job('run_missing', { when, train: [missing] });
`;
/** Leaves, with what it was given, what its first word says. */
const program = `
import { spawn } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
const folder = process.env.ESTEIRA_TRAINING;
const at = (name) => path.join(folder, name);
const [how] = process.argv.slice(2);
const rows = readFileSync(at('rows.parquet')).subarray(0, 4).toString();
writeFileSync('seen.json', JSON.stringify({ rows, training: JSON.parse(readFileSync(at('training.json'), 'utf8')), names: Object.keys(process.env) }));
console.log('epoch 1 of 2 with ' + process.env.GIVEN);
console.error('epoch 2 of 2');
if (how === 'good' || how === 'twice') copyFileSync('leads.onnx', at('model.onnx'));
if (how === 'twice') writeFileSync(at('model.txt'), 'tree');
if (how === 'broken') writeFileSync(at('model.txt'), 'tree\\nversion=v4\\n');
if (how === 'exits') { console.error('ValueError: could not convert'); process.exit(3); }
if (how === 'talks') { for (let line = 0; line < 5000; line += 1) console.log('x'.repeat(300)); process.stdout.write('y'.repeat(3_000_000)); process.exitCode = 1; }
if (how === 'stays') { const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'inherit', detached: true }); child.unref(); writeFileSync('stays.json', String(child.pid)); copyFileSync('leads.onnx', at('model.onnx')); }
if (how === 'sleeps') { const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' }); writeFileSync('pids.json', JSON.stringify([process.pid, child.pid])); setInterval(() => {}, 1000); }
`;
let world: World;
let minute = 0;
const secret = 'a-value-that-is-secret';
before(async () => {
  process.env['GIVEN'] = secret;
  const folder = temporaryFolder('models-external');
  writeProject(folder, { catalog: 'crm', definitions });
  writeFileSync(path.join(folder, 'train.mjs'), program);
  copyFileSync(path.join(import.meta.dirname, 'imports/leads.onnx'), path.join(folder, 'leads.onnx'));
  world = await World.open(folder, '2026-03-10T06:00:00Z');
  await world.do('setup', {});
  await world.run('run_good');
});
after(async () => {
  delete process.env['GIVEN'];
  await world.close();
});
beforeEach(() => {
  minute += 1;
  world.setClock(`2026-03-10T06:${String(minute).padStart(2, '0')}:00Z`);
});
const fails = (job: string, text: RegExp, expected = 'TRAINING_FAILED') =>
  assert.rejects(world.run(job), ({ code, details }: EsteiraError) => {
    assert.equal(code, expected, JSON.stringify(details));
    assert.match(`${details.what} ${details.got} ${details.next}`, text);
    return true;
  });
const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/State:\s+Z/.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
const linesOf = async (): Promise<readonly string[]> =>
  (await world.do('logs', { run: 'latest' })).lines.map(({ text }) => text);

test('a program trains on the rows that are not kept to judge with, and what it leaves is judged by the others', async () => {
  const [version] = await world.project.state.models.versions({ model: 'crm.ml.good', limit: 1 });
  const { brought, gate, members, learner } = (version as ModelVersion).about as VersionAbout;
  assert.deepEqual([learner, brought?.by, brought?.format, gate.passed], ['external', 'program', 'onnx', true]);
  const [{ rows, held, measures }] = members as [VersionAbout['members'][number]];
  assert.equal(rows + held, 400);
  assert.ok(held > 40 && held < 120 && (measures['auc'] ?? 0) > 0.5);
  const seen = JSON.parse(readFileSync(path.join(world.folder, 'seen.json'), 'utf8'));
  assert.equal(seen.rows, 'PAR1');
  assert.deepEqual(seen.training, {
    model: 'ml.good',
    features: ['page_views', 'days_since_last', 'source'],
    target: 'converted',
    date: '2026-03-09',
    parameters: { depth: 3 },
  });
  assert.deepEqual(
    seen.names.toSorted(),
    ['ESTEIRA_TRAINING', 'GIVEN', 'HOME', 'PATH', 'TMPDIR'].filter(
      (name) => name === 'GIVEN' || name === 'ESTEIRA_TRAINING' || process.env[name] !== undefined,
    ),
  );
});

test('what it prints is kept with the run, without the values of its variables', async () => {
  await world.run('run_good');
  const lines = await linesOf();
  assert.ok(
    lines.some((line) => line.startsWith('epoch 1 of 2 with ***')),
    lines.join('\n'),
  );
  assert.ok(lines.includes('epoch 2 of 2'));
  assert.ok(!lines.some((line) => line.includes(secret)));
});

test('a program that fails, or leaves nothing that can be used, is told with what it said last', async () => {
  await fails('run_exits', /ended with exit code 3\. .*epoch 2 of 2.*ValueError: could not convert/s);
  await fails('run_nothing', /ended well, and has left no model/);
  await fails('run_twice', /has left two models. model\.onnx and model\.txt/);
  await fails('run_broken', /the model file is cut off/);
  await fails('run_missing', /program that trains is not there: no-such-program/, 'ENGINE_MISSING');
  const { findings } = await world.do('doctor', {});
  assert.deepEqual(
    findings.filter(({ what }) => /engine of ml\.(missing|good)$/.test(what)).map(({ ok, found }) => [ok, found]),
    [
      [true, 'what it needs is installed'],
      [false, 'The program that trains is not there: no-such-program'],
    ],
  );
  const { onnx: _, ...without } = world.project;
  const asking = { emit: () => {}, signal: new AbortController().signal };
  const { findings: others } = await operate(without, 'doctor', {}, asking);
  const { found } = others.find(({ what }) => what === 'engine of ml.good') ?? {};
  assert.equal(found, 'Nothing here carries out models of the ONNX format.', 'its champion is such a model');
});

test('of a program that talks without an end only so much is kept', async () => {
  await fails('run_talks', /ended with exit code 1/);
  const lines = await linesOf();
  assert.ok(lines.length < 2100, `${lines.length} lines`);
  assert.ok(lines.some((line) => line.includes('more than 2000 lines')));
  assert.ok(lines.every((line) => line.length < 20_000));
});

test('a run that is cancelled ends the program, and whatever that has started', {
  skip: process.platform === 'win32',
}, async () => {
  const pids = path.join(world.folder, 'pids.json');
  const ending = new AbortController();
  const running = operate(world.project, 'run', { job: 'run_sleeps' }, { emit: () => {}, signal: ending.signal });
  running.catch(() => undefined);
  for (let wait = 0; wait < 200 && !existsSync(pids); wait += 1) await sleep(100);
  const all = JSON.parse(readFileSync(pids, 'utf8')) as readonly number[];
  assert.equal(all.length, 2);
  ending.abort(new Error('enough'));
  await assert.rejects(running);
  for (let wait = 0; wait < 50 && all.some(isThere); wait += 1) await sleep(100);
  assert.deepEqual(all.filter(isThere), []);
});

test('a program that leaves another behind, out of its reach, is over when it ends', async () => {
  await world.run('run_stays');
  const left = Number(readFileSync(path.join(world.folder, 'stays.json'), 'utf8'));
  assert.ok(isThere(left), 'what it has left would have kept the run');
  process.kill(left);
});

test('a run does not begin whose program lacks a variable', async () => {
  const variables = new Map([['GIVEN', { is: 'missing', uses: [] } as const]]);
  const asking = { emit: () => {}, signal: new AbortController().signal };
  const { runs } = await world.do('runs', {});
  await assert.rejects(
    operate({ ...world.project, variables }, 'run', { job: 'run_good' }, asking),
    ({ code, details }: EsteiraError) => {
      assert.deepEqual([code, details.got], ['RUN_NOT_READY', 'model ml.good: variable GIVEN is not set']);
      return true;
    },
  );
  assert.deepEqual((await world.do('runs', {})).runs, runs);
});
