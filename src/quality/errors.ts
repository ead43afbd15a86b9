/** Sums over rows of what was forecast beside what came, from which their error is made; they add up over segments. */
export interface Errors {
  /** Rows, also those of which the one or the other is not there yet. */
  readonly all: number;
  readonly rows: number;
  /** Σ |predicted − actual|. */
  readonly absolute: number;
  /** Σ (predicted − actual). */
  readonly signed: number;
  /** Σ |actual|. */
  readonly size: number;
  /** Rows whose actual is not 0, and Σ |predicted − actual| ÷ |actual| over these. */
  readonly percentages: number;
  readonly percentage: number;
}

/**
 * As shares, each absent where there is nothing to divide by: MAPE over rows whose actual is not 0, WAPE and bias over all (Hyndman and Koehler, 2006,
 * "Another look at measures of forecast accuracy"; WAPE is their MAD/Mean ratio).
 */
export function errorsOf({ absolute, signed, size, percentages, percentage }: Errors): {
  readonly mape?: number;
  readonly wape?: number;
  readonly bias?: number;
} {
  return {
    ...(percentages > 0 ? { mape: percentage / percentages } : {}),
    ...(size > 0 ? { wape: absolute / size, bias: signed / size } : {}),
  };
}

const none: Errors = { all: 0, rows: 0, absolute: 0, signed: 0, size: 0, percentages: 0, percentage: 0 };
/** Of several segments together. */
export const total = (segments: readonly Errors[]): Errors =>
  segments.reduce(
    (sum, one) => ({
      all: sum.all + one.all,
      rows: sum.rows + one.rows,
      absolute: sum.absolute + one.absolute,
      signed: sum.signed + one.signed,
      size: sum.size + one.size,
      percentages: sum.percentages + one.percentages,
      percentage: sum.percentage + one.percentage,
    }),
    none,
  );
