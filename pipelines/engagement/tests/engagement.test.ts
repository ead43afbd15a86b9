import assert from 'node:assert/strict';
import { test } from 'node:test';
import { given } from 'esteira/testing';
import { granularidades, niveis, parametros } from '../definitions/1-config.ts';
import { engajamentoPeriodo, eventos, tbEvento } from '../definitions/2-engajamento.ts';

const on = Temporal.PlainDate.from('2026-09-30');
let events = 0;
const event = (back: number, more: object = {}) => {
  events += 1;
  const dia = on.subtract({ days: back });
  return {
    ...{ dia, evento_id: `e${events}`, nivel: 'usuario', entidade_id: 'ana', sessao_id: `s${events}`, acao: 'abrir' },
    ...{ minutos: 30, ...more },
  };
};
const stored = (back: number, more: object = {}) => {
  const { acao: _, ...rest } = event(back, more);
  return rest;
};

test('engagement counts days, sessions and minutes of the period, by week and by month, up to the last day', async () => {
  const rows = [
    stored(0, { sessao_id: 'a', minutos: 10 }),
    stored(0, { sessao_id: 'a', minutos: 20 }),
    stored(2, { minutos: null }),
    stored(89),
    stored(90, { minutos: 1000 }),
    stored(-1, { minutos: 1000 }),
  ];
  const { rows: built } = await given(tbEvento, rows).on('2026-09-30').build(engajamentoPeriodo);
  assert.deepEqual(
    built.map(({ granularidade, frequencia, sessoes, minutos, dias_desde_ultimo }) => [
      granularidade,
      ...[frequencia, sessoes, minutos ?? 0].map((value) => Number(value.toFixed(9))),
      dias_desde_ultimo,
    ]),
    [
      ['mes', 1, 1, 20, 0],
      ['semana', 0.233333333, 0.233333333, 4.666666667, 0],
    ],
  );
});

test('settings choose the levels, the granularities, the period and its last day', async () => {
  const rows = [
    stored(40),
    stored(3, { nivel: 'empresa', entidade_id: 'x' }),
    stored(3, { nivel: 'equipe', entidade_id: 'q' }),
  ];
  const { rows: built } = await given(tbEvento, rows)
    .given(niveis, [
      { nivel: 'usuario', ativo: true },
      { nivel: 'equipe', ativo: false },
      { nivel: 'empresa', ativo: true },
    ])
    .given(granularidades, [
      { granularidade: 'semana', dias: 10, ativa: true },
      { granularidade: 'mes', dias: 30, ativa: false },
    ])
    .setting(parametros, { periodo_dias: 20, data_fim: on.subtract({ days: 30 }) })
    .on('2026-09-30')
    .build(engajamentoPeriodo);
  assert.deepEqual(
    built.map(({ nivel, granularidade, frequencia, dias_desde_ultimo }) => [
      nivel,
      granularidade,
      frequencia,
      dias_desde_ultimo,
    ]),
    [['usuario', 'semana', 0.5, 10]],
  );
});

test('nobody has minutes that were not seen; an event that breaks a rule is set aside, one that comes twice counts once', async () => {
  const twice = event(1);
  const all = [
    twice,
    twice,
    event(1, { entidade_id: 'bia', minutos: null }),
    event(1, { minutos: 2000 }),
    event(1, { minutos: -1 }),
    event(1, { nivel: 'grupo' }),
    event(1, { entidade_id: null }),
  ];
  const { account, invalid } = await given(eventos, all).on('2026-09-30').build(tbEvento);
  assert.deepEqual(account, { in: 7, valid: 2, invalid: 4, duplicates: 1 });
  const broken = ['minutos_max', 'minutos_min', 'nivel_one_of', 'entidade_id_present'];
  for (const flag of broken) assert.equal(invalid.filter((row) => row[flag] === false).length, 1, flag);
  const { rows } = await given(eventos, all).on('2026-09-30').build(engajamentoPeriodo);
  assert.deepEqual(rows.map(({ entidade_id, minutos }) => [entidade_id, minutos]).slice(0, 2), [
    ['ana', 10],
    ['bia', null],
  ]);
});
