import assert from 'node:assert/strict';
import { test } from 'node:test';
import { given } from 'esteira/testing';
import { atendentes, clientes } from '../definitions/1-landing.ts';
import { dmAtendente, dmCliente, vwCliente } from '../definitions/3-gold.ts';

const at = (hour: number) => Temporal.Instant.from(`2026-09-14T${String(hour).padStart(2, '0')}:00:00Z`);
const change = (hour: number, _deleted = false) => ({ _deleted, _synced_at: at(hour), ingestion_timestamp: at(23) });
const ana = { id: 1, nome: 'Ana ', email: 'ana@x.com', uf: 'sp', segmento: 'varejo', criado_em: at(0) };
const world = given(clientes.bronze, [{ ...ana, ...change(9) }]).on('2026-09-14');

test('each change of a client that says something else is a version; the curated view shows the last', async () => {
  const changed = world.given(clientes.bronze, [
    { ...ana, segmento: 'empresa', ...change(12) },
    // Late, and of what the dimension does not say: it is no version.
    { ...ana, email: 'ana@y.com', ...change(10) },
  ]);
  const { rows, account } = await changed.build(dmCliente);
  assert.deepEqual(
    rows.map((row) => [row.nome, row.uf, row.segmento, row.valido_de.toString(), row.valido_ate?.toString()]),
    [
      ['Ana', 'SP', 'varejo', at(9).toString(), at(12).toString()],
      ['Ana', 'SP', 'empresa', at(12).toString(), undefined],
    ],
  );
  assert.deepEqual(account, { in: 3, valid: 3, invalid: 0, duplicates: 0 });
  const shown = await changed.build(vwCliente);
  assert.deepEqual(shown.rows, [{ id_cliente: 1, nome: 'Ana', uf: 'SP', segmento: 'empresa' }]);
});

test('a delete ends the version of a client, and one who comes back has a new one', async () => {
  const gone = world.given(clientes.bronze, [{ id: 1, ...change(12, true) }]);
  const ended = await gone.build(dmCliente);
  assert.deepEqual(
    ended.rows.map((row) => row.valido_ate?.toString()),
    [at(12).toString()],
  );
  assert.deepEqual((await gone.build(vwCliente)).rows, []);
  const { rows } = await gone.given(clientes.bronze, [{ ...ana, ...change(15) }]).build(dmCliente);
  assert.deepEqual(
    rows.map((row) => [row.valido_de.toString(), row.valido_ate === null]),
    [
      [at(9).toString(), false],
      [at(15).toString(), true],
    ],
  );
});

test('a change that breaks a rule is no version', async () => {
  const { rows } = await world.given(clientes.bronze, [{ ...ana, uf: 'SPO', ...change(12) }]).build(dmCliente);
  assert.deepEqual(
    rows.map((row) => row.valido_ate),
    [null],
  );
});

test('versions that a test gives are read as they are', async () => {
  const version = { id_cliente: 1, nome: 'Ana', uf: 'SP', excluido: false };
  const { rows } = await given(dmCliente, [
    { ...version, segmento: 'varejo', sincronizado_em: at(9), valido_de: at(9), valido_ate: at(12) },
    { ...version, segmento: 'empresa', sincronizado_em: at(12), valido_de: at(12) },
  ]).build(vwCliente);
  assert.deepEqual(rows, [{ id_cliente: 1, nome: 'Ana', uf: 'SP', segmento: 'empresa' }]);
});

test('an attendant of whom it is not known whether they are active is', async () => {
  const bia = { id: 2, nome: 'Bia', equipe: 'Cartões', admitido_em: Temporal.PlainDate.from('2020-01-01') };
  const { rows } = await given(atendentes.bronze, [
    { ...bia, ...change(9) },
    { ...bia, ativo: true, ...change(10) },
    { ...bia, ativo: false, ...change(11) },
  ]).build(dmAtendente);
  assert.deepEqual(
    rows.map((row) => [row.ativo, row.valido_de.toString()]),
    [
      [true, at(9).toString()],
      [false, at(11).toString()],
    ],
  );
});
