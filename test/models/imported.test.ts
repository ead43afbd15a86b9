import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import type { EsteiraError } from '../../src/errors.ts';
import { operate } from '../../src/operate/index.ts';
import type { VersionAbout } from '../../src/registry/about.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

const imports = path.join(import.meta.dirname, 'imports');
const definitions = `
import { atLeast, atMost, byHand, col, cron, imported, job, model, sql, table } from 'esteira';

const leads = {
  id: col.integer().key(), page_views: col.integer(), days_since_last: col.real().optional(), source: col.text(),
};
export const closed = table('silver.closed', {
  columns: { ...leads, converted: col.boolean() },
  rows: sql\`select range as id, range % 17 as page_views, case when range % 5 = 0 then null else range % 23 end as days_since_last,
    case range % 3 when 0 then 'ads' when 1 then 'organic' else 'referral' end as source, (range * 7919 % 17) < range % 17 as converted from range(400)\`,
});
const of = { from: closed, features: ['page_views', 'days_since_last', 'source'] };
const score = { lead_score: col.real().min(0).max(1) };
export const scoring = model('ml.scoring', {
  ...of, target: 'converted', learner: imported('models/leads.onnx', { output: score }),
  gate: [atMost('max_difference', 1e-6), atLeast('rows_compared', 100), atLeast('auc', 0.5)],
});
export const maps = model('ml.maps', { ...of, learner: imported('models/zipmap.onnx', { output: score }) });
export const bare = model('ml.bare', {
  ...of, learner: imported('models/bare.onnx', { output: score }), gate: [atMost('max_difference', 1)],
});
export const other = model('ml.other', {
  from: closed, features: ['page_views', 'source'], learner: imported('models/leads.onnx', { output: score }),
});
export const broken = model('ml.broken', { ...of, learner: imported('models/broken.onnx', { output: score }) });
export const absent = model('ml.absent', { ...of, learner: imported('models/absent.onnx', { output: score }) });
export const strange = model('ml.strange', { ...of, learner: imported('models/leads.zip', { output: score }) });
export const scores = table('gold.scores', {
  columns: { id: col.integer().key(), lead_score: scoring.output.lead_score },
  rows: scoring.predict(closed), write: 'replace',
});
export const sunday = model('ml.sunday', { ...of, learner: imported('models/leads.onnx', { output: score }) });
export const shaky = model('ml.shaky', { ...of, learner: imported('models/leads.onnx', { output: score }) });
export const wrong = table('gold.wrong', { columns: { id: col.integer() }, rows: sql\`select cast('x' || range as integer) as id from range(2)\` });
const when = byHand;
export const sundays = job('sundays', { when: cron('30 5 * * 0'), build: [closed], train: [sunday] });
export const shakes = job('shakes', { when: cron('30 5 * * 0'), build: [wrong], train: [shaky] });
export const take = job('take', { when, build: [closed], train: [scoring] });
export const score_leads = job('score_leads', { when, build: [scores] });
export const takeMaps = job('take_maps', { when, train: [maps] });
export const takeBare = job('take_bare', { when, train: [bare] });
export const takeOther = job('take_other', { when, train: [other] });
export const takeBroken = job('take_broken', { when, train: [broken] });
export const takeAbsent = job('take_absent', { when, train: [absent] });
export const takeUnknown = job('take_unknown', { when, train: [strange] });
`;
let world: World;
let minute = 0;
/** What was said to whoever predicted by a model before it was imported. */
let early: unknown;
before(async () => {
  const folder = temporaryFolder('models-imported');
  writeProject(folder, { catalog: 'crm', definitions });
  const models = path.join(folder, 'models');
  mkdirSync(models);
  for (const name of ['leads.onnx', 'leads.onnx.answers.jsonl', 'zipmap.onnx'])
    copyFileSync(path.join(imports, name), path.join(models, name));
  copyFileSync(path.join(imports, 'leads.onnx'), path.join(models, 'bare.onnx'));
  writeFileSync(path.join(models, 'broken.onnx'), readFileSync(path.join(imports, 'leads.onnx')).subarray(0, 900));
  writeFileSync(path.join(models, 'leads.zip'), 'PK');
  world = await World.open(folder, '2026-03-10T06:00:00Z');
  await world.do('setup', {});
  early = await world.run('score_leads').catch((error: unknown) => error);
  await world.run('take');
});
after(() => world.close());
const later = (): void => {
  minute += 1;
  world.setClock(`2026-03-10T06:${String(minute).padStart(2, '0')}:00Z`);
};
beforeEach(later);

const aboutOf = async (model: string): Promise<VersionAbout> =>
  (await world.project.state.models.versions({ model: `crm.ml.${model}`, limit: 1 }))[0]?.about as VersionAbout;
interface Answer {
  readonly page_views: number;
  readonly days_since_last: number | null;
  readonly source: string;
  readonly lead_score: number;
}
const answers = readFileSync(path.join(imports, 'leads.onnx.answers.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Answer);

test('who predicts by a model that was not imported yet is told how it is', () => {
  const { code, details } = early as EsteiraError;
  assert.equal(code, 'MODEL_MISSING');
  assert.match(details.next, /^esteira models import <file> --as ml\.scoring, with .*, or esteira run take$/);
});
test('a model of the ONNX format is taken in, compared with what its original has said, and judged by the target', async () => {
  const { brought, gate, members, learner } = await aboutOf('scoring');
  assert.equal(learner, 'imported');
  assert.equal(gate.passed, true, JSON.stringify(gate));
  const [{ measures, rows, held }] = members as [VersionAbout['members'][number]];
  assert.equal(measures['rows_compared'], answers.length);
  assert.ok((measures['max_difference'] ?? 1) < 1e-6 && (measures['mean_difference'] ?? 1) < 1e-6);
  assert.ok((measures['auc'] ?? 0) > 0.5 && (measures['brier'] ?? 1) < 1 && (measures['log_loss'] ?? 0) > 0);
  assert.deepEqual([rows, held], [400, 0]);
  assert.match(brought?.sha256 ?? '', /^[0-9a-f]{64}$/);
  assert.deepEqual(
    [brought?.by, brought?.file, brought?.format, brought?.compared],
    ['file', 'models/leads.onnx', 'onnx', 'rows that stand beside the file'],
  );
});

test('what it predicts in the warehouse is what the original says, missing values and all', async () => {
  await world.run('score_leads');
  const rows = await world.rows(
    'select c.page_views, c.days_since_last, c.source, s.lead_score from crm.gold.scores s join crm.silver.closed c using (id)',
  );
  assert.equal(rows.length, 400);
  let compared = 0;
  for (const [views, days, source, score] of rows) {
    const same = answers.find(
      (one) => one.page_views === Number(views) && one.days_since_last === days && one.source === source,
    );
    if (!same) continue;
    compared += 1;
    assert.ok(Math.abs(same.lead_score - Number(score)) < 1e-6);
  }
  assert.ok(compared > 5, `${compared} rows are compared`);
});

const refused = (job: string, code: string, text: RegExp) =>
  assert.rejects(world.run(job), ({ code: own, details }: EsteiraError) => {
    assert.equal(own, code, JSON.stringify(details));
    assert.match(`${details.what} ${details.got} ${details.next}`, text);
    return true;
  });

test('a model that cannot be used is refused, and why is said by name', async () => {
  await refused('take_maps', 'IMPORT_FAILED', /output_probability is no table of numbers but maps \(ZipMap\)/);
  await refused(
    'take_other',
    'IMPORT_FAILED',
    /it asks for days_since_last, which is no feature: those are page_views, source/,
  );
  await refused('take_broken', 'IMPORT_FAILED', /it cannot be read: it/);
  await refused('take_absent', 'IMPORT_FAILED', /models\/absent\.onnx .*esteira models import <file> --as ml\.absent/);
  await refused('take_unknown', 'IMPORT_FAILED', /models\/leads\.zip/);
});

test('without its original no difference is known, and a limit on it does not hold', async () => {
  await world.run('take_bare');
  const { gate, members } = await aboutOf('bare');
  assert.equal(gate.passed, false);
  assert.equal(members[0]?.measures['rows_compared'], 0);
  assert.match(gate.limits[0]?.members[0]?.why ?? '', /no original to compare it with/);
});

const versions = () => world.project.state.models.versions({ model: 'crm.ml.scoring', limit: 10 });
const imported = (file: string, other: object = {}) =>
  world.do('models import', { file, model: 'scoring', by: 'ana', ...other });

const called = (...names: readonly string[]): readonly string[] => {
  const elsewhere = temporaryFolder('models-import');
  return names.map((name) => {
    const file = path.join(elsewhere, name);
    copyFileSync(path.join(imports, 'leads.onnx'), file);
    copyFileSync(path.join(imports, 'leads.onnx.answers.jsonl'), `${file}.answers.jsonl`);
    return file;
  });
};

test('a file that is imported is kept by what is in it, and becomes a version of the model by the job that trains it', async () => {
  const elsewhere = temporaryFolder('models-import');
  const file = path.join(elsewhere, 'scoring_v2.onnx');
  copyFileSync(path.join(imports, 'leads.onnx'), file);
  copyFileSync(path.join(imports, 'leads.onnx.answers.jsonl'), `${file}.answers.jsonl`);
  const { job, state } = await imported(file);
  assert.deepEqual([job, state], ['take', 'succeeded']);
  const { brought, gate, by } = await aboutOf('scoring');
  assert.deepEqual([brought?.file, gate.passed, by], ['scoring_v2.onnx', true, 'ana']);
  const [kept, answersKept, ...others] = await world.project.versions.below('imports', 10);
  assert.match(kept ?? '', /^imports\/[0-9a-f]{64}\/scoring_v2\.onnx$/);
  assert.equal(answersKept, `${kept}.answers.jsonl`);
  later();
  const before = (await versions()).length;
  await imported(file);
  assert.deepEqual(others, []);
  assert.equal((await world.project.versions.below('imports', 10)).length, 2);
  assert.equal((await versions()).length, before + 1);
});

test('a run that was killed in the middle of an import goes on with that file, another file begins anew', async () => {
  const [one = '', other = ''] = called('one.onnx', 'other.onnx');
  const dying = new Error('killed');
  const before = await versions();
  const killed = { ...world.project, trace: (point: string) => (point === 'kept' ? Promise.reject(dying) : undefined) };
  const asking = { emit: () => {}, signal: new AbortController().signal };
  await assert.rejects(operate(killed, 'models import', { file: one, model: 'scoring' }, asking));
  assert.equal((await versions()).filter(({ state }) => state !== 'training').length, before.length);
  const { state } = await imported(one);
  assert.equal(state, 'succeeded');
  assert.equal((await aboutOf('scoring')).brought?.file, 'one.onnx');
  later();
  await imported(other);
  assert.equal((await aboutOf('scoring')).brought?.file, 'other.onnx');
  later();
  await world.run('take');
  assert.equal((await aboutOf('scoring')).brought?.file, 'models/leads.onnx');
  later();
  await assert.rejects(operate(killed, 'models import', { file: one, model: 'scoring' }, asking));
  await imported(other);
  assert.equal((await aboutOf('scoring')).brought?.file, 'other.onnx');
});

test('an import that has failed goes on with its file, and not with that of the definition; another file begins anew', async () => {
  const [bad = '', good = ''] = called('bad.onnx', 'good.onnx');
  writeFileSync(bad, readFileSync(bad).subarray(0, 900));
  const fails = (asked: Promise<unknown>) => assert.rejects(asked, { code: 'IMPORT_FAILED' });
  await fails(imported(bad));
  later();
  const { runs } = await world.do('runs', { job: 'take' });
  await fails(world.do('resume', { run: runs[0]?.runId ?? '' }));
  later();
  await fails(world.run('take'));
  await imported(good);
  assert.equal((await aboutOf('scoring')).brought?.file, 'good.onnx');
});

test('a file is imported by a job with a schedule, too, whose date is done, or has failed after it has trained', async () => {
  const [one = '', other = ''] = called('one.onnx', 'other.onnx');
  await world.run('sundays');
  for (const file of [one, other]) {
    later();
    await world.do('models import', { file, model: 'sunday' });
    assert.equal((await aboutOf('sunday')).brought?.file, path.basename(file));
    later();
    await assert.rejects(world.do('models import', { file, model: 'shaky' }));
    assert.equal((await aboutOf('shaky')).brought?.file, path.basename(file));
  }
});

test('an import that cannot be is refused before a run has begun', async () => {
  const { runs } = await world.do('runs', {});
  const fails = (asked: Promise<unknown>, code: string, text: RegExp) =>
    assert.rejects(asked, ({ code: own, details }: EsteiraError) => {
      assert.equal(own, code);
      assert.match(`${details.what} ${details.got} ${details.allowed} ${details.next}`, text);
      return true;
    });
  const leads = path.join(imports, 'leads.onnx');
  await fails(imported(path.join(imports, 'make.py')), 'IMPORT_FAILED', /make\.py \.joblib, \.pkl/);
  await fails(imported(path.join(imports, 'gone.onnx')), 'IMPORT_FAILED', /gone\.onnx/);
  await fails(imported(leads, { job: 'score_leads' }), 'NAME_UNKNOWN', /does not train .*--job take/);
  await fails(imported(leads, { model: 'nothing' }), 'NAME_UNKNOWN', /no model "nothing"/);
  assert.deepEqual((await world.do('runs', {})).runs, runs);
});

test('a file that became no version of the model leaves the store a week after its import has failed; one that did stays', async () => {
  const [bad = '', good = ''] = called('bad.onnx', 'good.onnx');
  writeFileSync(bad, readFileSync(bad).subarray(0, 800));
  const files = async (): Promise<readonly string[]> => {
    const all = await world.project.versions.below('imports', 100);
    return all.map((file) => path.basename(file));
  };
  const leftovers = async (dryRun: boolean): Promise<number | undefined> =>
    (await world.do('gc', { dryRun })).kinds.find(({ kind }) => kind === 'leftovers')?.count;
  await world.do('models import', { file: good, model: 'scoring' });
  // What another import has taken the place of is not gone on with.
  await leftovers(false);
  later();
  await assert.rejects(imported(bad), { code: 'IMPORT_FAILED' });
  const before = await files();
  assert.ok(before.includes('bad.onnx.answers.jsonl'));
  await leftovers(false);
  assert.deepEqual(await files(), before, 'it may be gone on with');
  world.setClock('2026-03-18T06:00:00Z');
  // A process may have kept it, and not begun its run.
  await leftovers(false);
  assert.ok((await files()).includes('bad.onnx'));
  world.setClock('2026-03-19T06:00:00Z');
  const foreseen = await leftovers(true);
  assert.equal(await leftovers(false), foreseen);
  const left = await files();
  assert.equal(foreseen, 2);
  assert.ok(left.includes('good.onnx') && left.includes('good.onnx.answers.jsonl'));
  assert.deepEqual(
    left.filter((name) => name.startsWith('bad')),
    [],
  );
  const { runs } = await world.do('runs', { job: 'take' });
  await assert.rejects(world.do('resume', { run: runs[0]?.runId ?? '' }), /The file of the model is not there/);
  await world.do('models import', { file: good, model: 'scoring' });
});

test('a file that another process is about to import stays, though nobody has wanted it for days; a store that does not answer keeps nothing else from being swept', async () => {
  const [file = ''] = called('again.onnx');
  // The same model, with a note in it: no version has been made of this file.
  writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from('\x32\x01a')]));
  const { project } = world;
  const asking = { emit: () => {}, signal: new AbortController().signal };
  const gc = () => operate({ ...project }, 'gc', {}, asking);
  const interrupted = (then: () => Promise<unknown>): Promise<unknown> => {
    const keep: typeof project.versions.keep = async (kept, content) => {
      const is = await project.versions.keep(kept, content);
      if (kept.endsWith('again.onnx')) await then();
      return is;
    };
    const other = { ...project, versions: { ...project.versions, keep } };
    return operate(other, 'models import', { file, model: 'scoring' }, asking);
  };
  await assert.rejects(
    interrupted(async () => {
      await gc();
      throw new Error('killed');
    }),
    /killed/,
  );
  world.setClock('2026-03-22T06:00:00Z');
  await interrupted(gc);
  assert.equal((await aboutOf('scoring')).brought?.file, 'again.onnx');
  world.setClock('2026-03-23T06:00:00Z');
  const below = () => Promise.reject(new Error('it is away'));
  const { trouble } = await operate({ ...project, versions: { ...project.versions, below } }, 'gc', {}, asking);
  assert.match(trouble ?? '', /^files of imports: .*: Error: it is away$/);
  assert.equal((await project.state.keeping.swept())?.toString(), '2026-03-23T06:00:00Z');
});

test('a file that is refused is called as whoever gave it has called it', async () => {
  const file = path.join(world.folder, 'taken-from-somewhere.pkl');
  writeFileSync(file, 'cos\nsystem\n(S"true"\ntR.');
  await assert.rejects(world.do('models import', { file, model: 'strange' }), ({ code, details }: EsteiraError) => {
    assert.equal(code, 'IMPORT_REFUSED');
    assert.match(details.where ?? '', /^taken-from-somewhere\.pkl, model ml\.strange, /);
    return true;
  });
});
