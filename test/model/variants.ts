import type { Action, Variant } from './state.ts';

const order: readonly Action[] = ['intend', 'stage', 'mark', 'write invalid', 'write target', 'publish'];
export const chosen: Variant = {
  name: 'as it was chosen',
  mode: 'append',
  order,
  claims: true,
  fence: 'in the table',
  stage: 'kept',
  byBatch: true,
  rollsForward: true,
  trustsState: false,
  fixesBounds: true,
  looksForCancel: true,
};
const but = (name: string, change: Partial<Variant>): Variant => ({ ...chosen, name, ...change });
const before = (first: Action, then: Action): readonly Action[] =>
  order.flatMap((one) => (one === first ? [] : one === then ? [first, then] : [one]));

export const right: readonly Variant[] = [
  chosen,
  but('a merge', { mode: 'merge' }),
  but('valid rows before the invalid ones', { order: before('write target', 'write invalid') }),
];

/** What the model needs nothing of: kept for what is not in the model, a replaced table and a changed definition. */
export const eased: readonly Variant[] = [
  but('no claim at a take-over', { claims: false }),
  but('no claim at a take-over, a merge', { claims: false, mode: 'merge' }),
  but('the lease is looked at, then rows are appended by their batch', { fence: 'looked at' }),
];

/** Each must be found out, or the model could not tell a right order from a wrong one. */
export const wrong: readonly Variant[] = [
  but('the publication goes before the rows', { order: before('publish', 'write invalid') }),
  but('each write asks the query again', { stage: 'none' }),
  but('rows are appended without a batch', { byBatch: false }),
  but('the lease is looked at, then rows are merged', { fence: 'looked at', mode: 'merge' }),
  but('no fence, a merge', { fence: 'none', mode: 'merge' }),
  but('a resumed run sets its bounds anew', { fixesBounds: false }),
  but('a resumed run sets its bounds anew, a merge', { fixesBounds: false, mode: 'merge' }),
  but('nobody looks whether the run was cancelled', { looksForCancel: false, rollsForward: false }),
  but('the state says done before the rows are there', {
    order: order.flatMap((one) => (one === 'write invalid' ? ['say done first', one] : [one])),
    trustsState: true,
  }),
  but('a cancelled run that was half published is left', { rollsForward: false }),
  but('the stage is made anew', { stage: 'made anew' }),
  but('no mark before the first write', { order: order.filter((one) => one !== 'mark') }),
];
