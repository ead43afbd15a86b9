export type { Column, ColumnFacts, Decimal, Kind, Time } from './column.ts';
export * as col from './column.ts';
export { type Compared, compareNames, renamedText } from './contract.ts';
export { type Duration, millisecondsOf, parseDuration } from './duration.ts';
export { type Judgement, judgements, keyOf } from './judgements.ts';
export { parseValue } from './parse.ts';
export { portablePattern } from './pattern.ts';
export type { Candidate, Columns, KeyOf, NamesOf, RowOf } from './rows.ts';
export type { Sums, Vector } from './vector.ts';
