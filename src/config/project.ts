import type { Env, Reader } from '../define/index.ts';
import type {
  Channel,
  Converter,
  FileStore,
  KeptFiles,
  KeptRow,
  Manifest,
  NewOwner,
  StateStore,
  TreesEngine,
  Warehouse,
} from '../ports/index.ts';
import type { Retention, Retries } from '../run/index.ts';

/** Where an adapter is opened. */
export interface Place {
  /** The project's folder. */
  readonly folder: string;
  /** Its name, as the configuration gives it. */
  readonly project: string;
  /** Of the environment. */
  readonly environment: string;
  /** Set before names of catalogs: `dev_` makes `dev_v_credit`. */
  readonly prefix: string;
  readonly catalogs: readonly string[];
  /** The value of a variable, or the literal itself. */
  value(of: string): string;
  /** The same, and it is taken out of every text that leaves the process. */
  secret(of: string): string;
  /** Called at named points inside a publication, which waits for what it gives. */
  trace(point: string): void | Promise<void>;
}

/** What the configuration says of an outside system; its client is imported when it is opened. */
export interface Adapter<Role extends string, Opened> {
  readonly role: Role;
  readonly adapter: string;
  readonly options: unknown;
  /** What it writes, as text: two environments must not have one in common. */
  writes(place: Place): readonly string[];
  open(place: Place): Promise<Opened>;
}
/** A backup that is whole, as an adapter takes its part of it. */
export interface Backup {
  readonly folder: string;
  readonly manifest: Manifest;
  rows(): AsyncIterable<KeptRow>;
}
/** How what a backup has is put in the place of what is there. Each but `standing` may be done again after it was interrupted. */
export interface Restoring {
  /** What would be replaced, for people; nothing where nothing is. */
  standing(place: Place): Promise<readonly string[]>;
  /** Nobody else has it until what is given is called; throws OWNED_ELSEWHERE. */
  hold(place: Place, owner: NewOwner, waits: (text: string) => void): Promise<() => Promise<void>>;
  /** Writes it beside, under names of its own. */
  stage(place: Place, from: Backup): Promise<void>;
  /** Puts it in its place; what was there stays beside. */
  swap(place: Place): Promise<void>;
  /** Takes away what stands beside. */
  clear(place: Place): Promise<void>;
}
export interface WarehouseAdapter extends Adapter<'warehouse', Warehouse> {
  readonly restoring: Restoring;
  /** Opens it so that nothing of it is written. */
  look(place: Place): Promise<Warehouse>;
}
export interface StateAdapter extends Adapter<'state', StateStore> {
  readonly restoring: Restoring;
  /** Processes of other machines may have it open too. */
  readonly isShared: boolean;
}
export type FilesAdapter = Adapter<'files', FileStore>;
export type TreesAdapter = Adapter<'trees', TreesEngine>;
export type ConverterAdapter = Adapter<'converter', Converter>;
/** Where whole files are kept, and none of a source is read. */
export interface KeptAdapter extends Adapter<'kept', KeptFiles> {
  /** With `signal` what it asks for is left once that is aborted. */
  open(place: Place, signal?: AbortSignal): Promise<KeptFiles>;
  /** Values that are secret, whatever their variables are called. */
  readonly secrets: readonly Value[];
}
/** A store elsewhere that files of sources are read from, too. */
export interface BucketAdapter extends KeptAdapter {
  readonly ofSources: true;
  open(place: Place, signal?: AbortSignal): Promise<FileStore>;
}
/** Whom a channel tells; `describe` names it without what is secret. */
export interface ChannelAdapter extends Adapter<'channel', Channel> {
  readonly describe: string;
  /** Values that are secret, whatever their variables are called. */
  readonly secrets: readonly Value[];
}
/** By name: who hears of monitors and jobs that tell it. */
export type Channels = Readonly<Record<string, readonly ChannelAdapter[]>>;

export interface Environment {
  readonly warehouse: WarehouseAdapter;
  readonly state: StateAdapter;
  /** Where `files(…)` reads, and where copies of tables are put: a folder, or a bucket. */
  readonly files: FilesAdapter | BucketAdapter;
  /** Where versions of models are published, for whoever serves them: `<model>/<version>/…` and `<model>/latest/…`; by default nowhere. */
  readonly models?: readonly (KeptAdapter | FilesAdapter)[];
  /** Where versions of models are kept, with what they were imported from: `postgresFiles(…)` or `s3(…)` of a project that keeps nothing on its machines; by default with the files. */
  readonly versions?: KeptAdapter | FilesAdapter;
  /** Where each endpoint listens, by its name; by default on ports of this machine from 8080 on, in the order of their names. */
  readonly endpoints?: Readonly<Record<string, { readonly port?: number; readonly host?: string }>>;
  /** Where LightGBM's own library is, for models with `engine: 'native'`; by default where the system looks for libraries. */
  readonly trees?: TreesAdapter;
  /** What converts pipelines of scikit-learn that are imported; by default the `python3` of this machine. */
  readonly converter?: ConverterAdapter;
  /** False: tables with `keptIn` are published here only, and written nowhere else; for whoever tries things out beside a live application. */
  readonly writeBack?: false;
  /** Set before the names of catalogs, so that two environments may share one place. */
  readonly prefix?: string;
  /** What stands in for a reader here, by source name (`*` any, `{name}` what it stood for); said in every plan. */
  readonly standIns?: Readonly<Record<string, Reader>>;
  /** In the place of the project's channels, by name (`*` any): an empty list tells nobody. */
  readonly channels?: Channels;
  /** Steps carried out side by side; default 4. */
  readonly parallel?: number;
  /** Steps whose failure may pass are tried again; default `{ times: 2, wait: '5 seconds' }`, the wait doubling. */
  readonly retries?: Retries;
  /** How long what has ended is kept; default `{ runs: '6 months', logs: '1 month', dueTimes: '6 months', backfills: '6 months', figures: '1 month', alerts: '6 months', predictions: 'forever', receipts: '6 months', counts: '6 months' }`. */
  readonly keep?: Retention;
}

export interface ProjectConfig<Names extends string = string> {
  readonly name: string;
  /** By catalog: everything exported from these files is in it. Names are `schema.table`, unique in their catalog. */
  readonly pipelines: Readonly<Record<string, string>>;
  /** Suffix of the tables of invalid rows; default `_invalidos`. */
  readonly invalid?: `_${string}`;
  /** Who hears what: monitors and jobs name one of these. */
  readonly channels?: Channels;
  /**
   * By job or endpoint (`*` any): a file, below the project's folder, to which one line of JSON is added for each thing that happens in its runs, or in the
   * processes that serve it: `{ 'train_ltr_*': 'logs/ltr_training.log', ltr: 'logs/api.log' }`.
   */
  readonly logs?: Readonly<Record<string, Value>>;
  /** Who may approve what waits for a group: names of people as `esteira` knows them, those of their accounts. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  readonly environments: Readonly<Record<Names, Environment>>;
  /** The environment without `--env`. */
  readonly standard: NoInfer<Names>;
}

const brand: unique symbol = Symbol.for('esteira.project') as never;
/** The default export of esteira.config.ts. */
export const project = <const Names extends string>(of: ProjectConfig<Names>): ProjectConfig<Names> =>
  Object.freeze(Object.defineProperty({ ...of }, brand, { value: true }));
export const isProject = (value: unknown): value is ProjectConfig =>
  typeof value === 'object' && value !== null && brand in value;

/** A literal, or a variable of the environment. */
export type Value = string | Env;
