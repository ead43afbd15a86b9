/** What a grade of relevance is worth: 2^grade − 1 (Burges and others, 2005). Grades are whole numbers from 0 to 30. */
export function gains(grades: ArrayLike<number>): Float64Array {
  return Float64Array.from(grades, (grade) => {
    if (!(Number.isInteger(grade) && grade >= 0 && grade <= 30))
      throw new RangeError(`a grade of relevance is a whole number from 0 to 30, not ${grade}`);
    return 2 ** grade - 1;
  });
}

/** What a place counts, the first 1: 1 / log2(place + 1) (Järvelin and Kekäläinen, 2002). */
export const discounts = (places: number): Float64Array =>
  Float64Array.from({ length: places }, (_, place) => 1 / Math.log2(2 + place));

/** The greatest sum of discounted gains that the first `cut` places can have. */
export function idealSum(gain: Float64Array, cut: number, discount: Float64Array): number {
  const best = gain.toSorted().reverse();
  let sum = 0;
  for (let place = 0; place < Math.min(cut, best.length); place += 1)
    sum += (discount[place] as number) * (best[place] as number);
  return sum;
}
