import { randomUUID } from 'node:crypto';
import { EsteiraError } from '../errors.ts';
import type { KeptFiles, LookedFile } from '../ports/index.ts';
import type { Found, Publishable } from './published-text.ts';
import { moveIn, type PublishedMove, readVersionText, sealed, unsealed, versionText } from './published-text.ts';

/** Where the versions of a model stand in a store: `<prefix>/<version>/<file>`, `<prefix>/latest/<file>`, `<prefix>/moves/<number>.json`. */
export interface PublishedPlace {
  readonly prefix: string;
  readonly file: string;
}
/** `ltr/latest/ltr_weights.json` of `catalog.analytics.ltr`. */
export function publishedPlace(model: string): PublishedPlace {
  const name = model.split('.').at(-1) ?? model;
  return { prefix: name, file: `${name}_weights.json` };
}
const latest = 'latest';
export const publishedPath = ({ prefix, file }: PublishedPlace, version: string): string =>
  `${prefix}/${version}/${file}`;
const movePath = ({ prefix }: PublishedPlace, number: number): string =>
  `${prefix}/moves/${String(number).padStart(8, '0')}.json`;

/** What a store is to be brought to. */
export interface Publishing {
  readonly place: PublishedPlace;
  readonly model: string;
  /** Every move of the champion, from the first to the one that made the version in use. */
  readonly moves: readonly PublishedMove[];
  /** Nothing of one that is no more, or not whole. */
  load(version: string): Promise<Publishable | undefined>;
  /** Called at each boundary, which waits for what it gives. */
  trace?(point: string): void | Promise<void>;
}
/**
 * `now`: by this call · `already`: it was there · `overtaken`: the store has a later move of the same history · `not ours`: somebody else publishes there,
 * with another history.
 */
export type Outcome =
  | { readonly published: 'now' | 'already' }
  | { readonly published: 'overtaken'; readonly by: PublishedMove }
  | { readonly published: 'not ours'; readonly why: string };

export const isSameMove = (one: PublishedMove, other: PublishedMove): boolean =>
  one.number === other.number && one.to === other.to && one.by === other.by && one.at === other.at;
const moveText = ({ to, by, at }: PublishedMove): string => `${to}, by ${by} at ${at}`;

/**
 * Brings `latest` of a model in a store to what its moves say: first each move that is not there, by which one history is told from another; then its
 * version; then `latest`, a whole copy, which a smaller move never replaces. What was killed in between is done again.
 */
export async function publish(store: KeptFiles, publishing: Publishing): Promise<Outcome> {
  const { place, moves, load, trace = () => {} } = publishing;
  const last = moves.at(-1);
  const version = last && (await load(last.to));
  if (!last || !version)
    throw new EsteiraError('VERSION_BROKEN', {
      what: `The files of version ${last?.to ?? 'none'} are not whole: it cannot be published.`,
      where: publishing.model,
      next: 'Go back to a version that is whole, or train again; what is published stays.',
    });
  for (;;) {
    const there = await store.look(publishedPath(place, latest));
    const known = readVersionText(there?.bytes);
    const settled = judge(known, publishing);
    if (settled) return settled;
    const from = known.is === 'whole' ? (known.move?.number ?? 0) : 0;
    for (const move of moves.filter(({ number }) => number > from)) {
      const other = await keepMove(store, move, publishing);
      if (other) return other;
      await trace('move-published');
      const own = move === last ? version : await load(move.to);
      if (own) await keepPublished(store, own, place);
      await trace('version-published');
    }
    if (await put(store, { place, there, bytes: versionText(version, { move: last, nonce: randomUUID() }) })) {
      await trace('latest-published');
      return { published: 'now' };
    }
  }
}

/** What `latest` says already; nothing when it is to be replaced. */
function judge(known: Found, { model, moves }: Publishing): Outcome | undefined {
  if (known.is !== 'whole' || !known.move) return undefined;
  const { move } = known;
  const own = moves.find(({ number }) => number === move.number);
  if (known.model !== model) return { published: 'not ours', why: `latest is of the model ${known.model}` };
  if (!own) return { published: 'overtaken', by: move };
  if (!isSameMove(own, move))
    return { published: 'not ours', why: `its move ${move.number} is to ${moveText(move)}; here ${moveText(own)}` };
  return own === moves.at(-1) ? { published: 'already' } : undefined;
}

/** A move is written once; gives what is there instead, where that is another. */
async function keepMove(
  store: KeptFiles,
  move: PublishedMove,
  { place, model }: Publishing,
): Promise<Outcome | undefined> {
  const path = movePath(place, move.number);
  if ((await store.keep(path, { bytes: sealed({ format: 1, model, ...move }) })) === 'kept') return undefined;
  const there = await store.look(path);
  try {
    const content = unsealed(there?.bytes ?? new Uint8Array());
    const found = moveIn(content);
    if (content['model'] === model && isSameMove(found, move)) return undefined;
    const why = `move ${move.number} is there to ${moveText(found)}, of ${String(content['model'])}; here ${moveText(move)}`;
    return { published: 'not ours', why };
  } catch (error) {
    return { published: 'not ours', why: `${path}: ${(error as Error).message}` };
  }
}

/** A version as a file of its own. The move before it, or whoever has the state, is ours: what is there under the name of the version is equal, or was left in halves by another hand. */
export async function keepPublished(store: KeptFiles, version: Publishable, place: PublishedPlace): Promise<void> {
  const path = publishedPath(place, version.version);
  const bytes = versionText(version, undefined);
  for (;;) {
    if ((await store.keep(path, { bytes })) === 'kept') return;
    const there = await store.look(path);
    if (there && Buffer.compare(there.bytes, bytes) === 0) return;
    if (there && (await store.replace(path, { bytes, mark: there.mark })) === 'replaced') return;
  }
}

/** False when somebody else was faster. */
async function put(
  store: KeptFiles,
  of: { readonly place: PublishedPlace; readonly there: LookedFile | undefined; readonly bytes: Uint8Array },
): Promise<boolean> {
  const path = publishedPath(of.place, latest);
  if (!of.there) return (await store.keep(path, { bytes: of.bytes })) === 'kept';
  return (await store.replace(path, { bytes: of.bytes, mark: of.there.mark })) === 'replaced';
}

/** The version in use, by one request: whole, with the hash of all that it says, or nothing of it. */
export const readLatest = async (store: Pick<KeptFiles, 'look'>, place: PublishedPlace): Promise<Found> => {
  const found = readVersionText((await store.look(publishedPath(place, latest)))?.bytes);
  return found.is === 'whole' && !found.move ? { is: 'broken', why: 'it does not say which move it is of' } : found;
};

export const readPublished = async (
  store: Pick<KeptFiles, 'read'>,
  place: PublishedPlace,
  version: string,
): Promise<Found> => {
  const found = readVersionText(await store.read(publishedPath(place, version)));
  const isOther = found.is === 'whole' && found.version !== version;
  return isOther ? { is: 'broken', why: `it is version ${found.version}` } : found;
};

/** Where the version in use stands, for who wants to know first whether it has changed. */
export const latestPath = (place: PublishedPlace): string => publishedPath(place, latest);

/** A move as the store has it; nothing where it does not have it, or not whole. */
export async function readMove(
  store: Pick<KeptFiles, 'read'>,
  place: PublishedPlace,
  number: number,
): Promise<PublishedMove | undefined> {
  const bytes = await store.read(movePath(place, number));
  if (!bytes) return undefined;
  try {
    const { format: _, model: __, ...move } = unsealed(bytes);
    return moveIn(move);
  } catch {
    return undefined;
  }
}

/** Who moved `latest`, and why, as the store has it: from the first on, as far as they follow each other. */
export async function readMoves(
  store: Pick<KeptFiles, 'read'>,
  place: PublishedPlace,
): Promise<readonly PublishedMove[]> {
  const found: PublishedMove[] = [];
  for (;;) {
    const bytes = await store.read(movePath(place, found.length + 1));
    if (!bytes) return found;
    const { format: _, model: __, ...move } = unsealed(bytes);
    found.push(moveIn(move));
  }
}
