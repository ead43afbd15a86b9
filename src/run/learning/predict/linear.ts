import type { Encoding } from '../../../learn/features.ts';
import type { Dialect } from '../../../ports/index.ts';
import { encodedIn, real } from './features.ts';

interface LinearModel {
  readonly encoding: Encoding;
  /** The intercept first, then one for each column of the encoding. */
  readonly coefficients: ArrayLike<number>;
}

/** intercept + coefficients · x. */
export function linearExpression({ encoding, coefficients }: LinearModel, dialect: Dialect): string {
  const terms = encodedIn(dialect, encoding).map(
    (expression, column) => `${real(coefficients[column + 1] as number)} * (${expression})`,
  );
  return [real(coefficients[0] as number), ...terms].join(' + ');
}

/**
 * 1 / (1 + exp(−(intercept + coefficients · x))); beyond 700 the exponential would overflow, and the probability is 0 or 1 to all digits. NULL where a feature is
 * missing that nothing stands for: `least` leaves NULL out.
 */
export function logisticExpression(model: LinearModel, dialect: Dialect): string {
  const sum = linearExpression(model, dialect);
  return `case when (${sum}) is not null then 1e0 / (1e0 + exp(-greatest(least(${sum}, 700e0), -700e0))) end`;
}
