import { createHash } from 'node:crypto';
import type { KeptFiles, Position, PublishedRecord } from '../../ports/index.ts';
import type { Project, Target } from '../../run/index.ts';
import { labelIn } from '../alerts/subject.ts';
import { isOfStore, oweTo } from '../publish/owe.ts';
import { asText, bringSettings, valuesOf } from './bring-settings.ts';
import { bringTable } from './bring-table.ts';
import { type Served, servedBy } from './served.ts';
import type { ServedView } from './views.ts';

/** What was found of one thing that an endpoint reads, with the error that it was. */
export interface BroughtServed extends ServedView {
  readonly failed?: unknown;
}
interface How {
  /** Only what is owed and whose time has come, and what has changed; without it everything is looked at. */
  readonly due?: Temporal.Instant | undefined;
  readonly signal?: AbortSignal;
  /** The id of a table of which the store has rows that this warehouse does not know: they are replaced. */
  readonly takeOver?: string | undefined;
}

/** Brings what endpoints read to where they read it, and notes what could not be brought. */
export async function bringServed(
  project: Project,
  { due, signal, takeOver }: How = {},
): Promise<readonly BroughtServed[]> {
  const { state, serving: target, graph } = project;
  if (!target) return [];
  const wanted = servedBy(graph);
  const records = new Map<string, PublishedRecord>();
  for (const record of await state.published.all()) {
    if (!record.model.startsWith('endpoints/')) continue;
    const isWanted = record.store === target.name && wanted.some(({ id }) => id === record.model);
    if (isWanted) records.set(record.model, record);
    else await state.published.forget(record.store, record.model);
  }
  const positions = new Positions(project);
  const found: BroughtServed[] = [];
  let store: KeptFiles | undefined;
  let gone: unknown;
  for (const served of wanted) {
    const record = records.get(served.id);
    const one = { served, target, record, project };
    try {
      if (due && !(await isDue(one, due, positions))) continue;
      if (gone) throw gone;
      store ??= await target.open(signal);
      found.push(await bring(store, one, { thorough: !due, takeOver }));
    } catch (thrown) {
      if (isOfStore(thrown)) gone = thrown;
      const { owed, failed } = await oweTo({ store: target.name, model: served.id, record }, thrown, project);
      found.push({ ...viewOf(one), state: 'owed', owed, failed });
    }
  }
  return found;
}

interface One {
  readonly served: Served;
  readonly target: Target;
  readonly record: PublishedRecord | undefined;
  readonly project: Project;
}

/** Where each catalog stands, asked for once. */
class Positions {
  readonly #project: Project;
  readonly #known = new Map<string, Promise<Position>>();
  constructor(project: Project) {
    this.#project = project;
  }
  of(catalog: string): Promise<Position> {
    const known = this.#known.get(catalog) ?? this.#project.warehouse.position(catalog);
    this.#known.set(catalog, known);
    return known;
  }
}

async function isDue({ served, record, project }: One, now: Temporal.Instant, positions: Positions): Promise<boolean> {
  if (record?.owed) return Temporal.Instant.compare(record.owed.nextTryAt, now) <= 0;
  if (served.of === 'settings') return record?.there?.version !== hashOf(await valuesOf(served, project));
  const { catalog, schema, table } = served.node;
  const publication = (await positions.of(catalog)).latest.get(`${schema}.${table}`);
  return publication !== undefined && record?.there?.number !== Number(publication.sequence);
}
const hashOf = (values: Parameters<typeof asText>[0]): string =>
  createHash('sha256').update(asText(values)).digest('hex').slice(0, 16);

const viewOf = ({ served, target, project }: One) => ({
  ...{ store: target.name, endpoint: served.endpoint, path: served.id },
  label: served.of === 'table' ? labelIn(project.graph, served.node.id) : 'settings',
});

async function bring(
  store: KeptFiles,
  one: One,
  { thorough, takeOver }: { readonly thorough: boolean; readonly takeOver: string | undefined },
): Promise<BroughtServed> {
  const { served, target, project } = one;
  const { published } = project.state;
  const note = (number: number, version: string) =>
    published.note({ store: target.name, model: served.id, there: { number, version, at: project.clock.now() } });
  if (served.of === 'settings') {
    const { state, values } = await bringSettings(store, served, project);
    await note(1, hashOf(values));
    return { ...viewOf(one), state };
  }
  const { state, latest } = await bringTable(store, served, {
    ...{ project, thorough, takeOver: takeOver === served.node.id },
  });
  if (!latest) return { ...viewOf(one), state };
  const { sequence, rows, path, sha256 } = latest;
  await note(sequence, sha256.slice(0, 16));
  return { ...viewOf(one), state, path, rows, sequence };
}
