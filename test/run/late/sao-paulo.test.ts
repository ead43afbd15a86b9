import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder, writeProject } from '../support/folder.ts';
import { World } from '../support/world.ts';

const opened = {
  1: '2026-09-14T23:59:59Z',
  2: '2026-09-15T00:00:00Z',
  3: '2026-09-15T01:30:00Z',
  4: '2026-09-15T02:59:59Z',
  5: '2026-09-15T03:00:00Z',
  6: '2026-09-16T02:59:59Z',
} as const;

test('a ticket that is opened between 21:00 and 24:00 in São Paulo falls on that day, in every fact', async () => {
  const folder = temporaryFolder('sao-paulo');
  writeProject(folder, { catalog: 'v_credit' });
  const land = (table: string, rows: readonly object[]) => {
    const place = path.join(folder, 'files', 'postgres_public', table);
    mkdirSync(place, { recursive: true });
    const whole = rows.map((row) => ({ ...row, _deleted: false, _synced_at: '2026-09-16T12:00:00Z' }));
    writeFileSync(path.join(place, 'all.jsonl'), whole.map((row) => `${JSON.stringify(row)}\n`).join(''));
  };
  const since = '2026-01-01T00:00:00Z';
  land('clientes', [{ id: 1, nome: 'Ana', email: 'ana@exemplo.com', uf: 'SP', segmento: 'varejo', criado_em: since }]);
  land('canais', [{ id: 1, nome: 'telefone', digital: false }]);
  land('motivos', [{ id: 1, nome: 'boleto', categoria: 'cobrança', prazo_horas: 24 }]);
  land('atendentes', [{ id: 1, nome: 'Bia', equipe: 'azul', admitido_em: '2026-01-01', ativo: true }]);
  const ids = { cliente_id: 1, atendente_id: 1, canal_id: 1, motivo_id: 1 };
  const tickets = Object.entries(opened).map(([id, aberto_em]) => ({
    id: Number(id),
    ...ids,
    status: 'aberto',
    aberto_em,
  }));
  land('chamados', tickets);
  const costs = tickets.map(({ id, aberto_em }) => ({
    id,
    chamado_id: id,
    tipo: 'ligação',
    valor: 10,
    lancado_em: aberto_em,
  }));
  land('custos_chamado', costs);

  const world = await World.open(folder);
  await world.do('setup', {});
  await world.do('sync', {});
  await world.run('v_credit_diario', '2026-09-16');
  const days = (await world.rows('select dia from curated.vw_atendimento_geral order by id_chamado')).flat();
  assert.deepEqual(days, ['2026-09-14', '2026-09-14', '2026-09-14', '2026-09-14', '2026-09-15', '2026-09-15']);
  const counted = [
    ['2026-09-14', 4],
    ['2026-09-15', 2],
  ];
  assert.deepEqual(await world.rows('select dia, chamados from curated.vw_custo_operacional order by dia'), counted);
  assert.deepEqual(await world.rows('select dia, atendidos from curated.vw_performance_agente order by dia'), counted);
  await world.run('v_credit_diario', '2026-09-14');
  assert.deepEqual(await world.rows('select dia, atendidos from curated.vw_performance_agente'), [['2026-09-14', 4]]);
  await world.close();
});
