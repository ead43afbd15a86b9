import assert from 'node:assert/strict';
import { test } from 'node:test';
import { given } from 'esteira/testing';
import { canais, chamados, clientes, motivos } from '../definitions/1-landing.ts';
import { tbCanal, tbChamado, tbCliente, tbMotivo } from '../definitions/2-silver.ts';

const at = (text: string) => Temporal.Instant.from(text);
const monday = at('2026-09-14T09:00:00Z');
const sunday = at('2026-09-13T09:00:00Z');
const seen = { _deleted: false, _synced_at: monday, ingestion_timestamp: monday };

const desk = given(clientes.bronze, [
  { id: 1, nome: 'Ana', email: 'ana@x.com', uf: 'SP', segmento: 'varejo', criado_em: sunday, ...seen },
])
  .given(canais.bronze, [{ id: 1, nome: 'chat', digital: true, ...seen }])
  .given(motivos.bronze, [{ id: 1, nome: 'fatura', categoria: 'financeiro', prazo_horas: 24, ...seen }])
  .on('2026-09-15');
const ticket = { id: 7, cliente_id: 1, canal_id: 1, motivo_id: 1, status: 'ABERTO', aberto_em: monday, ...seen };

test('a ticket whose client, channel and reason exist is kept, its status in lower case', async () => {
  const { rows, invalid, account } = await desk.given(chamados.bronze, [ticket]).build(tbChamado);
  assert.deepEqual(invalid, []);
  assert.equal(rows[0]?.status, 'aberto');
  assert.equal(rows[0]?.aberto_em.toString(), monday.toString());
  assert.deepEqual(account, { in: 1, valid: 1, invalid: 0, duplicates: 0 });
});

test('a ticket that was closed before it was opened is set aside, and says why', async () => {
  const closed = { ...ticket, status: 'RESOLVIDO', fechado_em: sunday };
  const { rows, invalid, account } = await desk.given(chamados.bronze, [closed]).build(tbChamado);
  assert.deepEqual(rows, []);
  assert.equal(invalid[0]?.['fechado_apos_aberto'], false);
  assert.equal(invalid[0]?.['status_conhecido'], true);
  assert.equal(invalid[0]?._original['status'], 'RESOLVIDO');
  assert.deepEqual(account, { in: 1, valid: 0, invalid: 1, duplicates: 0 });
});

test('a ticket of a client that nobody knows is set aside', async () => {
  const { invalid } = await desk.given(chamados.bronze, [{ ...ticket, cliente_id: 2 }]).build(tbChamado);
  assert.equal(invalid[0]?.['cliente_existe'], false);
  assert.equal(invalid[0]?.['canal_existe'], true);
});

test('the last of two changes of a ticket stays, the other is a duplicate', async () => {
  const later = { ...ticket, status: 'em_atendimento', _synced_at: at('2026-09-14T10:00:00Z') };
  const { rows, account } = await desk.given(chamados.bronze, [later, ticket]).build(tbChamado);
  assert.deepEqual(
    rows.map((row) => row.status),
    ['em_atendimento'],
  );
  assert.deepEqual(account, { in: 2, valid: 1, invalid: 0, duplicates: 1 });
});

test('a deleted ticket is judged by its key only, and leaves', async () => {
  const gone = { id: 7, ...seen, _deleted: true, _synced_at: at('2026-09-14T10:00:00Z') };
  const { rows, invalid, account } = await desk.given(chamados.bronze, [ticket, gone]).build(tbChamado);
  assert.deepEqual([rows, invalid], [[], []]);
  assert.deepEqual(account, { in: 2, valid: 1, invalid: 0, duplicates: 1 });
});

test('an e-mail without @ and a state of three letters are both named', async () => {
  const { invalid } = await given(clientes.bronze, [
    { id: 2, nome: 'Rui', email: 'rui.x.com', uf: 'SPO', segmento: 'varejo', criado_em: sunday, ...seen },
  ]).build(tbCliente);
  assert.deepEqual(
    [invalid[0]?.['email_valido'], invalid[0]?.['uf_valida'], invalid[0]?.['segmento_conhecido']],
    [false, false, true],
  );
});

test('a deadline of no hours is set aside; a channel without a name too', async () => {
  const reasons = await given(motivos.bronze, [{ id: 1, nome: 'x', categoria: 'y', prazo_horas: 0, ...seen }]).build(
    tbMotivo,
  );
  assert.equal(reasons.invalid[0]?.['prazo_positivo'], false);
  const channels = await given(canais.bronze, [{ id: 1, digital: false, ...seen }]).build(tbCanal);
  assert.equal(channels.invalid[0]?.['nome_present'], false);
});
