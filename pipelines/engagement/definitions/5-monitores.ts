import { atMost, drift, inertia, monitor } from 'esteira';
import { parametros } from './1-config.ts';
import { engajamentoPeriodo } from './2-engajamento.ts';
import { engajamento } from './3-modelo.ts';

// Beside the rows that the champion was trained with. They say that retraining is due, in `esteira status` too; nobody is trained for it.
const next = 'esteira run config.sp_executar_retreinamento, quando fizer sentido';
export const engajamentoMudou = monitor('engajamento longe do treino', {
  expect: atMost(drift(engajamentoPeriodo, { from: engajamento }), parametros.psi_maximo),
  next,
});
export const longeDosCentroides = monitor('entidades longe dos centroides', {
  expect: atMost(inertia(engajamento, { of: engajamentoPeriodo }), parametros.inercia_maxima),
  next,
});
