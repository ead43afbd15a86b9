import { type Endpoint, eventsFolder, logFolder } from '../../define/index.ts';
import type { StepModel } from '../../plan/index.ts';
import type { KeptFiles } from '../../ports/index.ts';
import { type Project, said } from '../../run/index.ts';
import type { Context } from '../views.ts';

/** Files that are listed at once. */
const atOnce = 1000;
/** A run waits so long at most for each answer of a store, in milliseconds: however much there is to fetch, it arrives as long as some does. */
const patience = 20_000;

interface Folder {
  readonly from: string;
  /** What of a path there is none of it here. */
  readonly without: string;
}

/** What endpoints have written that a run reads: logs stand here where they stand there, events where their source looks for them. */
function foldersOf(models: readonly StepModel[], { graph }: Project): readonly Folder[] {
  const read = new Set<object>(models.flatMap(({ reads }) => reads.map(({ node }) => node.definition)));
  return [...graph.endpoints.values()].flatMap(({ name, log, facts }: Endpoint): readonly Folder[] => {
    const events = `${eventsFolder(name)}/`;
    return [
      ...(read.has(log) ? [{ from: logFolder(name), without: '' }] : []),
      ...(facts.events && read.has(facts.events.to) ? [{ from: eventsFolder(name), without: events }] : []),
    ];
  });
}

/**
 * Where endpoints write to another store than the one that sources are read from: brings here what a run reads of it, each file once, and takes it from there. A
 * store that does not answer keeps no run from what is here: it says so, and the next run brings the rest.
 */
export async function fetchSeen(models: readonly StepModel[], project: Project, context: Context): Promise<void> {
  const { serving, files } = project;
  const folders = foldersOf(models, project);
  if (!serving || folders.length === 0) return;
  const silent = new AbortController();
  const late = (): void => silent.abort(new DOMException('It does not answer.', 'TimeoutError'));
  let timer = setTimeout(late, patience);
  let fetched = 0;
  try {
    const signal = AbortSignal.any([context.signal, silent.signal]);
    const heard = (): void => {
      signal.throwIfAborted();
      clearTimeout(timer);
      timer = setTimeout(late, patience);
    };
    const store = await serving.open(signal);
    if (store === files) return;
    for (const folder of folders) for await (const _ of fetchFrom(store, folder, project, heard)) fetched += 1;
  } catch (thrown) {
    context.signal.throwIfAborted();
    const after = fetched === 0 ? '' : `, after ${fetched} ${fetched === 1 ? 'file' : 'files'}`;
    const text = `What endpoints have seen could not be fetched from ${serving.name}${after}: ${String(said(thrown, project))} The run goes on with what is here, and the next one fetches the rest.`;
    context.emit({ type: 'note', level: 'warn', text });
  } finally {
    clearTimeout(timer);
  }
}

/** Gives the path of each file once it is here, and calls `heard` at each answer. */
async function* fetchFrom(
  store: KeptFiles,
  { from, without }: Folder,
  { files, trace }: Project,
  heard: () => void,
): AsyncGenerator<string> {
  for (let paths: readonly string[] = ['']; paths.length > 0; ) {
    paths = await store.below(from, atOnce);
    heard();
    for (const path of paths) {
      const bytes = await store.read(path);
      heard();
      // Another run was faster.
      if (!bytes) continue;
      // Where it is here already, a process ended before it could take it from there.
      await files.keep(path.slice(without.length), { bytes });
      await trace('seen-fetched');
      yield path;
      await store.remove(path);
      heard();
    }
  }
}
