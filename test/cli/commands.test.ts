import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import type { PlanView, QueryView, RunEvent, RunView } from '../../src/operate/views.ts';
import { Sandbox } from '../sandbox.ts';

const words = 'atLeast, check, col, cron, expectNone, job, settings, sql, table';
/** Three layers; two of five rows break a rule, and one comes twice. */
const definitions = `import { ${words}, keepLatest } from 'esteira';
export const bruto = table('bronze.pedidos', {
  columns: { id: col.integer(), quantidade: col.integer().optional(), versao: col.integer() },
  rows: sql\`select * from (values (1, 3, 1), (1, 4, 2), (2, 0, 1), (3, null, 1), (4, 9, 1)) as t(id, quantidade, versao)\`,
});
export const pedidos = table('silver.tb_pedido', {
  columns: { id: col.integer().key(), quantidade: col.integer().min(1).named('quantidade_positiva'), versao: col.integer() },
  rows: sql\`select * from \${bruto}\`,
  duplicates: keepLatest('versao'),
  invalid: 'set aside',
});
export const total = table('gold.total', {
  columns: { pedidos: col.integer(), quantidade: col.bigint() },
  rows: sql\`select count(*)::integer as pedidos, sum(quantidade)::bigint as quantidade from \${pedidos}\`,
});
export const limites = settings('config.limites', { minimo: col.integer().min(0).default(1) });
export const diario = job('diario', { when: cron('0 2 * * *', { zone: 'UTC', date: 'the day before' }), build: [total] });
export const lento = table('silver.lento', {
  columns: { n: col.bigint() },
  rows: sql\`select count(*)::bigint as n from range(100000000) a, range(100000) b where a.range % 7 <> b.range % 5\`,
});
export const demorado = job('demorado', { when: cron('0 3 * * *', { zone: 'UTC' }), build: [lento] });
`;

describe('a project from the command line', () => {
  const project = new Sandbox({ 'definitions/loja.ts': definitions });
  before(async () => {
    const refused = await project.run('run', 'diario');
    assert.equal(refused.exit, 3, refused.out + refused.err);
    assert.match(refused.err, /^SETUP_NEEDED: [\s\S]*\n {2}next {4}esteira setup/);
    await project.succeed('setup');
  });

  it('a run is a line for each step and the account, with what to look at next', async () => {
    const out = await project.succeed('run', 'diario');
    assert.match(out, /^diario 2026-03-09 \(local\), 3 steps, run /);
    assert.match(out, /silver\.tb_pedido {2}5 in = 2 valid \+ 2 invalid \+ 1 duplicate$/m);
    assert.match(
      out,
      /^\S succeeded in [^:]*, 3 steps\n(?: {2}\w+ .*\n)* {2}silver +5 in = 2 valid \+ 2 invalid \+ 1 duplicate$/m,
    );
    assert.match(out, /^ {2}2 {2}silver\.tb_pedido_invalidos\n {7}.*quantidade_positiva 1/m);
    assert.match(out, /\n {2}next {4}esteira show silver\.tb_pedido_invalidos\n$/);
    assert.match(await project.succeed('show', 'silver.tb_pedido_invalidos'), /quantidade_positiva/);
  });

  it('a day that is done is left alone, unless --again', async () => {
    assert.match(await project.succeed('run', 'diario', '--date', '2026-03-01'), /succeeded in/);
    assert.match(
      await project.succeed('run', 'diario', '--date', '2026-03-01'),
      /^diario 2026-03-01 has succeeded already .*\n {2}next {4}esteira run diario --date 2026-03-01 --again\n$/,
    );
    assert.match(await project.succeed('run', 'diario', '--date', '2026-03-01', '--again'), /succeeded in/);
  });

  it('--json is one document, and --progress tells the events beside it', async () => {
    const { exit, out, err } = await project.run('run', 'diario', '--again', '--json', '--progress');
    assert.equal(exit, 0);
    const view = JSON.parse(out) as RunView;
    assert.equal(view.state, 'succeeded');
    const events = err
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent);
    assert.deepEqual([events[0]?.type, events.at(-1)?.type], ['run', 'end']);
    assert.equal((await project.run('run', 'diario', '--again', '--json')).err, '');
  });

  it('the others answer as text and as JSON', async () => {
    assert.match(await project.succeed('check'), /4 tables, 1 settings, 2 jobs/);
    assert.match(await project.succeed('plan', 'diario'), /^silver\.tb_pedido +replace/m);
    assert.equal((await project.ask<PlanView>('plan', 'diario', '--select', '+silver.*')).steps.length, 2);
    assert.match(await project.succeed('runs', 'diario', '--limit', '1'), /^run .*\n01\w{24} {2}diario /);
    assert.match(await project.succeed('show', 'latest'), /silver\.tb_pedido/);
    assert.match(await project.succeed('logs', 'latest', 'silver.tb_pedido'), /silver\.tb_pedido/);
    assert.match(await project.succeed('compile', 'gold.total'), /^-- shop\.gold\.total \(duckdb\)\nselect count/);
    assert.match(await project.succeed('status'), /^local; no process has it open\n/);
    assert.match(await project.succeed('setup'), /nothing to set up/);
    const { columns, rows } = await project.ask<QueryView>('query', 'select quantidade from gold.total');
    assert.deepEqual([columns.map(({ name }) => name), rows], [['quantidade'], [[13]]]);
    const doctor = await project.run('doctor');
    assert.match(doctor.out, /disk/);
    assert.match(doctor.out, /settings +1 value, all allowed/);
  });

  it('settings are read and changed by name, with or without the catalog', async () => {
    assert.match(await project.succeed('settings'), /config\.limites\.minimo/);
    assert.match(
      await project.succeed('settings', 'set', 'shop.config.limites.minimo', '4'),
      /^config\.limites\.minimo = 4\n/,
    );
    assert.match(await project.succeed('settings', 'get', 'config.limites.minimo'), /= 4\n/);
    const refused = await project.run('settings', 'set', 'config.limites.minimo', '-1');
    assert.match(refused.err, /^SETTING_INVALID/);
    const unknown = await project.run('settings', 'get', 'config.limites.minimos');
    assert.match(unknown.err, /Did you mean: esteira settings get config\.limites\.minimo/);
  });

  it('Ctrl-C stops a run, says what is left, and the project is free at once', async () => {
    const going = project.start(['run', 'demorado']);
    await going.says(/demorado 2026-/);
    await new Promise((resolve) => setTimeout(resolve, 300));
    going.signal('SIGINT');
    const { exit, out, err } = await going.ended;
    assert.equal(exit, 1, out + err);
    assert.match(out, /^Stopping: what goes on is rolled back/m);
    assert.match(out, /^\S cancelled in /m);
    assert.match(out, /^Left: 1 of 1 step, from silver\.lento on\.\n {2}next {4}esteira run demorado --date /m);
    assert.match(err, /^CANCELLED: /);
    assert.match(await project.succeed('status'), /Nothing is running/);
  });

  it('while a run goes, others read, and a second run is told who is at it', async () => {
    const going = project.start(['run', 'demorado', '--param', 'config.limites.minimo=1']);
    await going.says(/demorado 2026-/);
    const note = JSON.parse(readFileSync(project.file('.esteira/owner.json'), 'utf8')) as { command: string };
    assert.equal(note.command, 'esteira run demorado');
    assert.match(await project.succeed('query', 'select pedidos from gold.total'), /2/);
    assert.match(await project.succeed('status'), /^local; owner: process \d+ \(esteira run demorado\)/);
    assert.match(await project.succeed('status'), /demorado 2026-\d\d-\d\d, 0 of 1 step/);
    const second = await project.run('run', 'demorado', '--json');
    assert.equal(second.exit, 4);
    assert.equal(JSON.parse(second.out).error.code, 'RUN_IN_PROGRESS');
    going.signal('SIGINT');
    await going.ended;
  });
});
