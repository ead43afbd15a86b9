export { canonical } from './canonical.ts';
export {
  type Outcome,
  type PublishedPlace,
  type Publishing,
  publish,
  publishedPlace,
  readLatest,
  readMoves,
  readPublished,
} from './publish.ts';
export { type Found, moveOf, type Publishable, type PublishedMove } from './published-text.ts';
export { keepVersion, type Opened, openVersion, type Parts } from './version-files.ts';
