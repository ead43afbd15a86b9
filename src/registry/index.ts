export { canonical } from './canonical.ts';
export { modelFile, profileFile, rowsFile } from './parts.ts';
export {
  isSameMove,
  keepPublished,
  latestPath,
  type Outcome,
  type PublishedPlace,
  type Publishing,
  publish,
  publishedPath,
  publishedPlace,
  readLatest,
  readMove,
  readMoves,
  readPublished,
} from './publish.ts';
export {
  type Found,
  moveOf,
  type Publishable,
  type PublishedMove,
  readVersionText,
  sealed,
  unsealed,
} from './published-text.ts';
export { keepVersion, type Opened, openVersion, type Parts } from './version-files.ts';
