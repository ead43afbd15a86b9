export { type Analyser, analyse, convertedName } from './analyse.ts';
export { type Match, matchOf } from './as-of.ts';
export { handedOn, withCarried } from './carry.ts';
export { describeLimits } from './describe.ts';
export { type Drift, driftOf, keyIn, type Meaning, widest } from './drift.ts';
export { emptySpelling } from './empty.ts';
export {
  besides,
  flagsOf,
  historyColumns,
  historyOf,
  invalidPlaceOf,
  layoutOf,
  placeOf,
  settingsLayout,
  shownPlace,
  type TableLayout,
  versionColumn,
} from './layout.ts';
export { type ColumnLineage, columnLineage } from './lineage.ts';
export type { StepModel } from './model.ts';
export { definitionOf, mentionsOf, predictionsIn, type Read, readOf, readsDay } from './reads.ts';
export { championView, changeText, missing, viewOf } from './setup.ts';
export { type Spelling, spell, spellBody } from './spell.ts';
