import type { Objective } from '../model.ts';

type Turn = (sums: Float64Array, objective: Objective) => void;

const same: Turn = () => {};
const each = (turn: (sum: number, objective: Objective) => number): Turn => {
  return (sums, objective) => {
    for (let at = 0; at < sums.length; at += 1) sums[at] = turn(sums[at] as number, objective);
  };
};
const probability = each((sum, { sigmoid }) => 1 / (1 + Math.exp(-sigmoid * sum)));

/** Classes of one row beside each other; as LightGBM, from the greatest downwards, so that nothing overflows. */
const softmax: Turn = (sums, { classes }) => {
  for (let row = 0; row < sums.length; row += classes) {
    const own = sums.subarray(row, row + classes);
    const most = own.reduce((one, other) => Math.max(one, other));
    let total = 0;
    for (let at = 0; at < classes; at += 1) {
      own[at] = Math.exp((own[at] as number) - most);
      total += own[at] as number;
    }
    for (let at = 0; at < classes; at += 1) own[at] = (own[at] as number) / total;
  }
};

/** What is made of the sums of the leaves, in place, by the name of the objective. */
const turns: Readonly<Record<string, Turn>> = {
  regression: (sums, objective) => {
    if (objective.root) each((sum) => Math.sign(sum) * sum * sum)(sums, objective);
  },
  binary: probability,
  multiclass: softmax,
  multiclassova: probability,
  lambdarank: same,
  rank_xendcg: same,
  regression_l1: same,
  huber: same,
  fair: same,
  quantile: same,
  mape: same,
  poisson: each(Math.exp),
  gamma: each(Math.exp),
  tweedie: each(Math.exp),
};

export const isKnown = (name: string): boolean => Object.hasOwn(turns, name);

export function turn(sums: Float64Array, objective: Objective): void {
  turns[objective.name]?.(sums, objective);
}
