/** exp(x²) erfc(x) for x ≥ 0, to the last digits (Cody, 1969, "Rational Chebyshev approximations for the error function"). */
export function scaledErfc(x: number): number {
  const square = x * x;
  if (x <= 0.46875) {
    let [above, below] = [0.18577770618460315 * square, square];
    for (let at = 0; at < 3; at += 1) {
      above = (above + (near.above[at] as number)) * square;
      below = (below + (near.below[at] as number)) * square;
    }
    const erf = (x * (above + 3209.3775891384694)) / (below + 2844.236833439171);
    return Math.exp(square) * (1 - erf);
  }
  if (x <= 4) {
    let [above, below] = [2.1531153547440383e-8 * x, x];
    for (let at = 0; at < 7; at += 1) {
      above = (above + (middle.above[at] as number)) * x;
      below = (below + (middle.below[at] as number)) * x;
    }
    return (above + 1230.3393547979972) / (below + 1230.3393548037495);
  }
  const inverse = 1 / square;
  let [above, below] = [0.016315387137302097 * inverse, inverse];
  for (let at = 0; at < 4; at += 1) {
    above = (above + (far.above[at] as number)) * inverse;
    below = (below + (far.below[at] as number)) * inverse;
  }
  const rest = (inverse * (above + 0.0006587491615298378)) / (below + 0.0023352049762686918);
  return (1 / Math.sqrt(Math.PI) - rest) / x;
}
const near = {
  above: [3.1611237438705655, 113.86415415105016, 377.485237685302],
  below: [23.601290952344122, 244.02463793444417, 1282.6165260773723],
};
const middle = {
  above: [
    0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769, 1712.0476126340707,
    2051.0783778260716,
  ],
  below: [
    15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597, 4362.619090143247,
    3439.3676741437216,
  ],
};
const far = {
  above: [0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275],
  below: [2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132],
};

const root = Math.SQRT1_2;

/** The density of the standard normal distribution ÷ what lies above z (the inverse Mills ratio): no digits are lost, however far out z is. */
export function hazard(z: number): number {
  if (z >= 0) return Math.sqrt(2 / Math.PI) / scaledErfc(z * root);
  const density = Math.exp(-0.5 * z * z);
  return (Math.sqrt(2 / Math.PI) * density) / (2 - density * scaledErfc(-z * root));
}

/** The logarithm of what lies above z. */
export function logAbove(z: number): number {
  if (z >= 0) return Math.log(0.5 * scaledErfc(z * root)) - 0.5 * z * z;
  return Math.log1p(-0.5 * Math.exp(-0.5 * z * z) * scaledErfc(-z * root));
}
