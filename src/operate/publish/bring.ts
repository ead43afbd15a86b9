import { EsteiraError } from '../../errors.ts';
import type { Champion, KeptFiles, PublishedRecord } from '../../ports/index.ts';
import { moveOf, openVersion, type Publishable, publish, publishedPlace } from '../../registry/index.ts';
import type { Project, Target } from '../../run/index.ts';
import { labelIn } from '../alerts/subject.ts';
import { isOfStore, oweTo } from './owe.ts';
import type { PublishedView } from './views.ts';

/** Moves of a model that are published, at most: a store has them all long before. */
const mostMoves = 100_000;

/** What was found of one model in one store, with the error that it was. */
export interface Brought extends PublishedView {
  readonly failed?: unknown;
}

/**
 * Brings `latest` of each model in each store to the champion that the state names, and notes what could not be brought. With `due` only what is owed and
 * whose time has come, and what moved; without it everything is looked at.
 */
export async function bringAll(
  project: Project,
  { due, signal }: { readonly due?: Temporal.Instant | undefined; readonly signal?: AbortSignal } = {},
): Promise<readonly Brought[]> {
  const { state, published: targets = [] } = project;
  const records = await state.published.all();
  const names = new Set([...targets, ...(project.serving ? [project.serving] : [])].map(({ name }) => name));
  for (const gone of new Set(records.map(({ store }) => store)).difference(names)) await state.published.forget(gone);
  if (targets.length === 0) return [];
  const champions = [...(await state.models.champions())].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const brought = await Promise.all(
    targets.map(async (target) => {
      const own = new Map(records.filter(({ store }) => store === target.name).map((one) => [one.model, one]));
      return bringTo(target, { champions, records: own, project, due, signal });
    }),
  );
  return brought.flat();
}

interface Bringing {
  readonly champions: readonly (readonly [string, Champion])[];
  readonly records: ReadonlyMap<string, PublishedRecord>;
  readonly project: Project;
  readonly due: Temporal.Instant | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A store that does not answer for one model is not asked for the others. */
async function bringTo(
  target: Target,
  { champions, records, project, due, signal }: Bringing,
): Promise<readonly Brought[]> {
  const found: Brought[] = [];
  let store: KeptFiles | undefined;
  let gone: unknown;
  for (const [model, champion] of champions) {
    const record = records.get(model);
    if (due && !isDue(record, champion, due)) continue;
    const one = { target, model, champion, record, project };
    try {
      if (gone) throw gone;
      store ??= await target.open(signal);
      found.push(await bring(store, one));
    } catch (thrown) {
      if (isOfStore(thrown)) gone = thrown;
      found.push(await owe(thrown, one));
    }
  }
  return found;
}

function isDue({ there, owed }: Partial<PublishedRecord> = {}, { number }: Champion, now: Temporal.Instant): boolean {
  if (owed) return Temporal.Instant.compare(owed.nextTryAt, now) <= 0;
  return there?.number !== number;
}

interface One {
  readonly target: Target;
  readonly model: string;
  readonly champion: Champion;
  readonly record: PublishedRecord | undefined;
  readonly project: Project;
}
const viewOf = ({ target, model, champion, project }: One) => {
  const { prefix, file } = publishedPlace(model);
  return {
    store: target.name,
    model,
    label: labelIn(project.graph, model),
    ...champion,
    path: `${prefix}/latest/${file}`,
  };
};

async function bring(store: KeptFiles, one: One): Promise<Brought> {
  const { target, model, champion, project } = one;
  const { state, clock } = project;
  const moves = (await state.models.moves({ model, limit: mostMoves })).toReversed().map(moveOf);
  const outcome = await publish(store, {
    ...{ place: publishedPlace(model), model, moves },
    load: (version) => loadVersion(project, model, version),
    trace: (point) => project.trace(point),
  });
  const where = `${store.describe}, ${model}`;
  if (outcome.published === 'overtaken') {
    const { number, to, by, at } = outcome.by;
    throw new EsteiraError('PUBLISH_CONFLICT', {
      what: 'The store has a later move of the champion than this state knows.',
      where,
      got: `move ${number} to ${to}, by ${by} at ${at}; here the last is ${moves.length}`,
      next: `Was an older backup restored? Then esteira publish --take-over ${labelIn(project.graph, model)}. A copy of a project needs a prefix of its own.`,
    });
  }
  if (outcome.published === 'not ours')
    throw new EsteiraError('PUBLISH_CONFLICT', {
      what: 'Somebody else publishes a model under the same name.',
      where,
      got: outcome.why,
      next: `Give one of the two a prefix of its own in esteira.config.ts; where this state is to go on alone: esteira publish --take-over ${labelIn(project.graph, model)}`,
    });
  // Whoever has moved the champion meanwhile has it published by that.
  const { number, to: version } = moves.at(-1) ?? { number: champion.number, to: champion.version };
  const there = { number, version, at: clock.now() };
  await state.published.note({ store: target.name, model, there });
  return { ...viewOf(one), number, version, state: outcome.published === 'now' ? 'published' : 'there' };
}

/** What serves predictions; rows that it was trained with stay where they are. */
const isServed = (name: string): boolean => !name.endsWith('.parquet');

export async function loadVersion(
  { state, versions }: Project,
  model: string,
  version: string,
): Promise<Publishable | undefined> {
  const { contentHash } = (await state.models.version(model, version)) ?? {};
  if (contentHash === undefined) return undefined;
  const opened = await openVersion(versions, { model, version, contentHash });
  if (opened.is === 'broken') return undefined;
  const served = opened.names.filter(isServed);
  const parts = await Promise.all(served.map(async (name) => [name, await opened.part(name)] as const));
  return { model, version, contentHash, about: opened.about, parts: Object.fromEntries(parts) };
}

async function owe(thrown: unknown, one: One): Promise<Brought> {
  const { target, model, record, project } = one;
  const { owed, failed } = await oweTo({ store: target.name, model, record }, thrown, project);
  return { ...viewOf(one), state: 'owed', owed, failed };
}
