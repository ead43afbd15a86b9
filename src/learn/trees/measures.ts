import { judgedChances, mae, rmse } from '../judging.ts';
import { hits } from '../ranking/hit.ts';
import { meanOf, ndcg } from '../ranking/ndcg.ts';
import type { TreesObjective, TreesOptions } from './options.ts';

/** What was predicted, beside what was. */
export interface Outcomes {
  readonly predictions: Float64Array;
  readonly values: ArrayLike<number>;
  readonly weights?: ArrayLike<number> | undefined;
  /** Of a ranking: rows of each request, which stand together. */
  readonly groups?: Int32Array | undefined;
}

export type Measures = Readonly<Record<string, number>>;
type Asked = Pick<TreesOptions, 'objective' | 'at'>;

const judged: Readonly<Record<TreesObjective, (outcomes: Outcomes, at: readonly number[]) => Measures>> = {
  regression: ({ predictions, values, weights }) => ({
    rmse: rmse(predictions, values, { weights }),
    mae: mae(predictions, values, { weights }),
  }),
  binary: ({ predictions, values, weights }) => judgedChances(predictions, values, { weights }),
  lambdarank: ({ predictions, values, groups = new Int32Array(0) }, at) => {
    const rows = { scores: predictions, grades: values, groups };
    const each = at.flatMap((cut) => [
      [`ndcg_at_${cut}`, meanOf(ndcg(rows, cut)).mean],
      [`hit_at_${cut}`, meanOf(hits(rows, cut)).mean],
    ]);
    return Object.fromEntries(each) as Measures;
  },
};

/** The measures of an objective by name; of a ranking `ndcg_at_5` and `hit_at_5` for each cut-off that the options name. */
export const measuresOf = ({ objective, at = [1, 3, 5] }: Asked, outcomes: Outcomes): Measures =>
  judged[objective](outcomes, at);

/** By what rounds are compared, and whether more of it is better. */
export const deciding = ({ objective, at = [1, 3, 5] }: Asked): { readonly name: string; readonly sign: 1 | -1 } =>
  ({
    regression: { name: 'rmse', sign: -1 } as const,
    binary: { name: 'log_loss', sign: -1 } as const,
    lambdarank: { name: `ndcg_at_${at.at(-1)}`, sign: 1 } as const,
  })[objective];
