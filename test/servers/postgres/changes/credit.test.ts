// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { ask, server, withoutServer } from '../../../../src/adapters/postgres/testing.ts';
import { root, Sandbox } from '../../../sandbox.ts';

const folder = path.join(root, 'pipelines', 'credit', 'definitions');
const config = `import { duckdb, folder, project, sqlite, toFile } from 'esteira/config';
export default project({ name: 'NAME', pipelines: { v_credit: 'definitions/*.ts' }, standard: 'local', environments: { local: {
  warehouse: duckdb({ folder: 'warehouse', threads: 1 }), state: sqlite({ file: 'warehouse/state.sqlite' }), files: folder({ path: 'data' }) } },
  channels: { plantao: [toFile({ path: 'alerts.txt' })], dados: [toFile({ path: 'alerts.txt' })] } });
`;
const application = `
  create table atendentes (id int primary key, nome text, equipe text, admitido_em date, ativo boolean);
  create table clientes (id int primary key, nome text, email text, uf text, segmento text, criado_em timestamptz);
  create table canais (id int primary key, nome text, digital boolean);
  create table motivos (id int primary key, nome text, categoria text, prazo_horas int);
  create table custos_chamado (id int primary key, chamado_id int, tipo text, valor numeric(12,2), lancado_em timestamptz);
  create table pesquisas (id int primary key, chamado_id int, nota int, comentario text, respondida_em timestamptz);
  create table chamados_log (id int primary key, chamado_id int, status text, atendente_id int, registrado_em timestamptz);
  create table chamados (id int primary key, cliente_id int, atendente_id int, canal_id int, motivo_id int, status text,
    aberto_em timestamptz, primeira_resposta_em timestamptz, fechado_em timestamptz);
  insert into atendentes select g, 'A' || g, 'N1', '2020-01-01', true from generate_series(1, 10) g;
  insert into clientes select g, 'C' || g, 'c' || g || '@x.com', 'SP', 'varejo', now() - interval '1 year' from generate_series(1, 20) g;
  insert into canais values (1, 'chat', true), (2, 'fone', false);
  insert into motivos values (1, 'm1', 'cat', 24), (2, 'm2', 'cat', 48);
  insert into chamados select g, 1 + g % 20, 1 + g % 10, 1 + g % 2, 1 + g % 2, 'resolvido', now() - interval '2 days', now() - interval '47 hours',
    now() - interval '1 day' from generate_series(1, 100) g;
  insert into pesquisas select g, g, 1 + g % 5, 'ok', now() from generate_series(1, 50) g;
  insert into custos_chamado select g, g, 'hora', g, now() from generate_series(1, 100) g;
  insert into chamados_log select g, g, 'aberto', 1 + g % 10, now() from generate_series(1, 100) g`;

describe('the credit pipeline beside the application’s own Postgres', { skip: withoutServer }, () => {
  test('what the application does arrives in silver and in the dimensions with history, in its order', async () => {
    const name = `credit_${randomBytes(4).toString('hex')}`;
    const url = new URL(server);
    await ask(`create database ${name}`);
    url.pathname = `/${name}`;
    const slot = `esteira_${name}_local_v_credit_sincronizacao`;
    after(async () => {
      await ask(`select pg_drop_replication_slot('${slot}')`, url.href);
      await ask(`drop database ${name}`);
    });
    await ask(application, url.href);
    const files = readdirSync(folder).map((file) => [
      `definitions/${file}`,
      readFileSync(path.join(folder, file), 'utf8'),
    ]);
    const sandbox = new Sandbox({
      ...(Object.fromEntries(files) as Record<string, string>),
      'esteira.config.ts': config.replace('NAME', name),
      '.env': `VCREDIT_DATABASE_URL=${url.href}\n`,
    });
    const query = async (sql: string): Promise<unknown> =>
      (JSON.parse(await sandbox.succeed('query', sql, '--json')) as { rows: unknown }).rows;
    await sandbox.succeed('setup');
    await sandbox.succeed('sync', '--once');
    await sandbox.succeed('run', 'v_credit_diario');
    assert.deepEqual(await query('select count(*) from silver.tb_chamado'), [[100]]);
    await ask(
      `update chamados set status = 'aberto', fechado_em = null where id <= 5; delete from chamados where id = 6; update clientes set uf = 'RJ' where id = 3;
      begin; update clientes set uf = 'MG' where id = 4; update clientes set uf = 'BA' where id = 4; commit; update atendentes set id = 11 where id = 10`,
      url.href,
    );
    await sandbox.succeed('sync', '--once');
    await sandbox.succeed('run', 'v_credit_diario', '--again');
    assert.deepEqual(await query('select status, count(*) from silver.tb_chamado group by 1 order by 1'), [
      ['aberto', 5],
      ['resolvido', 94],
    ]);
    assert.deepEqual(await query('select uf from silver.tb_cliente where id_cliente in (3, 4) order by id_cliente'), [
      ['RJ'],
      ['BA'],
    ]);
    assert.deepEqual(await query('select max(id_atendente), count(*) from silver.tb_atendente'), [[11, 10]]);
    assert.deepEqual(
      await query('select uf, valido_ate is null from gold.dm_cliente where id_cliente = 4 order by valido_de'),
      [
        ['SP', false],
        ['MG', false],
        ['BA', true],
      ],
    );
  });
});
