import { readFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { EsteiraError } from '../errors.ts';
import { collect } from '../graph/index.ts';
import type { Clock, StateStore } from '../ports/index.ts';
import { type Against, Answers, type Project, said, ulid } from '../run/index.ts';
import { refuseIdleAddresses } from './addresses.ts';
import { membersIn, refuseUnknownChannels, tellersIn } from './channels-of.ts';
import { clockOf } from './clock.ts';
import { refuseForgottenDays } from './freezes.ts';
import { refuseUnknownGroups } from './groups-of.ts';
import { lightgbm } from './lightgbm.ts';
import { loadConfig, loadDefinitions } from './load.ts';
import { keepTemporaryLocal, localFolder } from './local.ts';
import { logsIn, refuseIdleLogs } from './logs-of.ts';
import { changedSince, moduleHasher } from './modules.ts';
import { knownVariables, usedVariables } from './names.ts';
import { onnxIn } from './onnx.ts';
import { environmentOf, placeFor, stopPoint } from './place.ts';
import type { Environment, Place, ProjectConfig, StateAdapter } from './project.ts';
import { refuseHalfRestored } from './restore.ts';
import { sklearn } from './sklearn.ts';
import { sourceTables } from './sources.ts';
import { readerOf, standIn } from './stand-ins.ts';
import { publishedIn, refuseSharedNames, servingIn, targetsIn } from './targets.ts';
import { Variables } from './variables.ts';
import { writtenBack } from './write-back.ts';

export interface OpenProject extends Project {
  /** A file of the configuration or the definitions that was changed, added or taken away after they were loaded. */
  changed(): string | undefined;
  /** Aborted when another process may have become the owner: nothing more is to be begun, and what goes on is to stop. */
  readonly lost: AbortSignal;
  close(): Promise<void>;
}

interface Opening {
  readonly folder: string;
  readonly environment?: string;
  /** As a person would recognise it: `esteira run daily`. */
  readonly command?: string;
  /** Called at each named point of a run, which waits for what it gives. */
  readonly trace?: Project['trace'];
  /** Told when another machine has to be waited for, which may have died. */
  readonly waits?: (text: string) => void;
  /** Another environment to be looked at: of a process that has it open already the very warehouse, else what `look` opens. */
  readonly against?: (environment: string, look: () => Promise<Against>) => Promise<Against>;
}

/** Loads a project's definitions and opens the stores of one environment. */
export async function openProject(options: Opening): Promise<OpenProject> {
  const { folder } = options;
  const variables = new Variables(folder);
  const redact = (text: string): string => variables.redact(text);
  try {
    return await open(options, variables);
  } catch (error) {
    throw said(error, { folder, redact });
  }
}

async function open(
  { folder, environment: asked, command = '', trace = stopPoint(), waits, against = (_, look) => look() }: Opening,
  variables: Variables,
): Promise<OpenProject> {
  const loadedAt = Date.now();
  keepTemporaryLocal(folder);
  const config = await loadConfig(folder);
  const name = asked ?? config.standard;
  const environment = environmentOf(config, name);
  refuseHalfRestored(folder, name);
  const placeOf = (of: Environment, called: string): Place =>
    placeFor(of, called, { config, folder, variables, trace });
  refuseShared(config, placeOf);
  const place = placeOf(environment, name);
  const look = async (called: string): Promise<Against> => {
    const other = environmentOf(config, called);
    const warehouse = await other.warehouse.look(placeOf(other, called));
    return { warehouse, release: () => warehouse.close() };
  };
  const clock: Clock = clockOf(process.env['ESTEIRA_NOW']);
  const holder = ulid(clock.now());
  const owner = { pid: process.pid, since: clock.now().toString(), command };
  const own = () => openState(environment.state, place, { owner: { ...owner, holder }, waits });
  // Where another machine may own the project, nothing of it is opened before it is known that none does.
  const owning = environment.state.isShared ? own() : undefined;
  // The engine finds its way into its files meanwhile; when it fails, that is told after what is wrong with the definitions.
  const opening = owning ? owning.then(() => environment.warehouse.open(place)) : environment.warehouse.open(place);
  opening.catch(() => {});
  const giveBack = async (): Promise<void> => {
    await opening.then((warehouse) => warehouse.close()).catch(() => {});
    await owning?.then((owned) => owned.giveBack()).catch(() => {});
  };
  try {
    const { definitions, graph, used } = await loadGraph(folder, config);
    refuseSharedNames(environment, graph);
    for (const variable of used.ofOthers) variables.hide(variable);
    const files = await environment.files.open(place);
    const warehouse = await opening;
    const { state, lost, giveBack: giveStateBack } = await (owning ?? own());
    const targets = targetsIn(environment, place);
    const serving = servingIn(graph, { targets, files, name: environment.files.adapter });
    const opened: OpenProject = {
      name: config.name,
      folder,
      local: localFolder(folder),
      environment: name,
      ...(name === config.standard ? {} : { option: `--env ${name}` }),
      version: version(),
      graph,
      warehouse,
      answers: new Answers(warehouse, { folder: path.join(localFolder(folder), 'answers'), version: version() }),
      state,
      files,
      versions: (await environment.versions?.open(place)) ?? files,
      tables: sourceTables(variables, folder),
      ...(environment.writeBack === false ? {} : { targets: writtenBack(variables) }),
      trees: () => (environment.trees ?? lightgbm()).open(place),
      converter: () => (environment.converter ?? sklearn()).open(place),
      onnx: onnxIn(folder),
      variable: (called) => variables.secret(`env:${called}`),
      clock,
      holder,
      owner,
      lost,
      parallel: environment.parallel ?? 4,
      ...(environment.retries ? { retries: environment.retries } : {}),
      ...(environment.keep ? { keep: environment.keep } : {}),
      readerOf: (source) => readerOf(source, environment),
      standInOf: (source) => {
        const reader = standIn(source, environment);
        return reader && `${reader.by} ${reader.options.pattern ?? ''}`.trim();
      },
      variables: knownVariables(used, variables, { name, environment }),
      hashOfVariables: (names, salt) => variables.hashOf(names, salt),
      folders: foldersOf(environment, place),
      groups: new Map(Object.entries(config.groups ?? {})),
      published: publishedIn(graph, { targets, files }),
      ...(serving ? { serving } : {}),
      channels: membersIn(environment, { config, place, tellers: tellersIn(graph) }),
      logs: logsIn(config, place, graph),
      against: async (called) => {
        // One that there is none of is told before anything is opened.
        environmentOf(config, called);
        return against(called, () => look(called));
      },
      rehearse: async (of) => {
        const { rehearse } = await import('./rehearse.ts');
        return rehearse(opened, place, of);
      },
      changes: async ({ job, url, tables }) => {
        const [{ openChanges }, { slotName }] = await Promise.all([
          import('../adapters/postgres/changes/changes.ts'),
          import('../adapters/postgres/changes/words.ts'),
        ]);
        const named = slotName(config.name, name, job);
        return openChanges({ url: variables.secret(url), name: named, tables, trace });
      },
      modulesOf: moduleHasher(folder),
      changed: () =>
        changedSince({ folder, pipelines: config.pipelines, files: definitions.map(({ file }) => file), loadedAt }),
      redact: (text) => variables.redact(text),
      trace,
      close: async () => {
        try {
          await warehouse.close();
        } finally {
          await giveStateBack();
        }
      },
    };
    return opened;
  } catch (error) {
    await giveBack();
    throw error;
  }
}

interface OwnedState {
  readonly state: StateStore;
  readonly lost: AbortSignal;
  giveBack(): Promise<void>;
}

/** Nobody else owns the project from then on, on no machine. */
async function openState(
  adapter: StateAdapter,
  place: Place,
  {
    owner,
    waits,
  }: { readonly owner: Project['owner'] & { readonly holder: string }; readonly waits: Opening['waits'] },
): Promise<OwnedState> {
  const state = await adapter.open(place);
  try {
    const since = Temporal.Instant.from(owner.since);
    const ownership = await state.own({ ...owner, host: hostname(), since }, waits);
    const giveBack = async (): Promise<void> => {
      await ownership.release();
      await state.close();
    };
    return { state, lost: ownership.lost, giveBack };
  } catch (error) {
    await state.close();
    throw error;
  }
}

async function loadGraph(folder: string, config: ProjectConfig) {
  const definitions = await loadDefinitions(folder, config);
  const graph = collect(definitions, { suffix: config.invalid ?? '_invalidos' });
  refuseUnknownChannels(config, graph);
  refuseUnknownGroups(config, graph);
  refuseIdleLogs(config, graph);
  refuseIdleAddresses(config, graph);
  refuseForgottenDays(config, graph);
  return { definitions, graph, used: usedVariables(config, graph) };
}

/** A run in one environment must not write what another one owns. */
function refuseShared(config: ProjectConfig, placeOf: (of: Environment, name: string) => Place): void {
  const owners = new Map<string, string>();
  for (const [name, environment] of Object.entries(config.environments)) {
    for (const place of writesOf(environment, placeOf(environment, name))) {
      const other = owners.get(place);
      if (other !== undefined && other !== name) {
        throw new EsteiraError('ENVIRONMENTS_SHARE', {
          what: `The environments ${other} and ${name} would write the same place.`,
          where: 'esteira.config.ts',
          got: place,
          next: 'Give one of them its own folder and state file, or a prefix for its catalogs.',
        });
      }
      owners.set(place, name);
    }
  }
}

/** What needs variables that are not set here cannot be compared, and cannot be opened either. */
function writesOf({ warehouse, state, models = [], versions }: Environment, place: Place): readonly string[] {
  return [warehouse, state, ...models, ...(versions ? [versions] : [])].flatMap((one) => {
    try {
      return one.writes(place);
    } catch (error) {
      if (error instanceof EsteiraError && error.code === 'VARIABLE_MISSING') return [];
      throw error;
    }
  });
}

/** Of this machine; a database elsewhere is none. */
const foldersOf = (environment: Environment, place: Place): readonly string[] => [
  ...new Set([
    ...writesOf(environment, place)
      .filter((at) => path.isAbsolute(at))
      .map((at) => path.dirname(at)),
    tmpdir(),
  ]),
];

export function version(): string {
  for (let folder = import.meta.dirname; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (manifest.name === 'esteira' && manifest.version) return manifest.version;
    } catch {}
  }
  return 'unknown';
}
