/** How often something random is done, and from which seed on: ESTEIRA_ROUNDS and ESTEIRA_SEED say otherwise. */
export function seeds(rounds: number): readonly number[] {
  const count = Number(process.env['ESTEIRA_ROUNDS'] ?? rounds);
  const first = Number(process.env['ESTEIRA_SEED'] ?? 1);
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(first))
    throw new RangeError('ESTEIRA_ROUNDS and ESTEIRA_SEED are whole numbers');
  return Array.from({ length: count }, (_, index) => first + index);
}
