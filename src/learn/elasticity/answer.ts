import { drawn, type Estimate, type Pool, pooled, unseen } from './pool.ts';

/** What a product's own days say of its rival. */
export interface OwnRival {
  /** By how many percent demand rises with one percent of the rival's price, the elasticity being what it was found to be. */
  readonly demand: Estimate | undefined;
  /** By how much that moves with the elasticity: both are seen on the same days. */
  readonly slope: number;
  /** By how many percent the rival's price follows one percent of the own. */
  readonly reaction: Estimate | undefined;
}
/** Of all products. */
export interface RivalPools {
  readonly demand: Pool | undefined;
  readonly reaction: Pool | undefined;
}
export interface Answer {
  readonly demand: Estimate;
  readonly reaction: Estimate;
  /** The elasticity once the rival has answered. */
  readonly answered: Estimate;
}

/** What demand does with the rival's price, beside an elasticity that is another than the one found with it. */
export function besideElasticity(
  demand: Estimate | undefined,
  {
    own,
    elasticity,
    slope,
  }: { readonly own: Estimate | undefined; readonly elasticity: Estimate; readonly slope: number },
): Estimate | undefined {
  if (!demand || !own) return undefined;
  const variance = demand.standardError ** 2 - (slope * own.standardError) ** 2;
  if (!(variance > 0)) return undefined;
  return { value: demand.value + slope * (elasticity.value - own.value), standardError: Math.sqrt(variance) };
}

/**
 * What a rival does, drawn towards what the rivals of all products do, and the elasticity that is left: own + reaction · demand, as uncertain as the three are
 * together (the delta method). Whoever follows a cut takes away from what it brings; an answer that would add to it is chance, and counts as none.
 */
export function answerOf(
  { demand, slope, reaction }: OwnRival,
  elasticity: Estimate,
  pools: RivalPools,
): Answer | undefined {
  const [ofDemand, ofReaction] = [towards(demand, pools.demand), towards(reaction, pools.reaction)];
  if (!ofDemand || !ofReaction) return undefined;
  const answer = ofDemand.value * ofReaction.value;
  if (answer <= 0) return { demand: ofDemand, reaction: ofReaction, answered: elasticity };
  const kept = demand && pools.demand ? 1 - drawn(demand.standardError, pools.demand) : 1;
  const variance =
    ((1 + ofReaction.value * slope * kept) * elasticity.standardError) ** 2 +
    (ofReaction.value * ofDemand.standardError) ** 2 +
    (ofDemand.value * ofReaction.standardError) ** 2;
  return {
    ...{ demand: ofDemand, reaction: ofReaction },
    answered: { value: elasticity.value + answer, standardError: Math.sqrt(variance) },
  };
}

/** Of a product of which nothing is known: as all are. */
export const towards = (estimate: Estimate | undefined, pool: Pool | undefined): Estimate | undefined => {
  if (!pool) return estimate;
  return estimate ? pooled(estimate, pool) : unseen(pool);
};
