const whole = (name: string, otherwise: number): number => {
  const value = Number(process.env[name] ?? otherwise);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new RangeError(`${name} is a whole number`);
};

/** The seeds of something random: so many times ESTEIRA_ROUNDS, from ESTEIRA_SEED on. */
export function seeds(rounds: number): readonly number[] {
  const first = whole('ESTEIRA_SEED', 1);
  return Array.from({ length: rounds * Math.max(1, whole('ESTEIRA_ROUNDS', 1)) }, (_, index) => first + index);
}
