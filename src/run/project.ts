import type { AnySource, AnyTable, Reader } from '../define/index.ts';
import type { Graph } from '../graph/index.ts';
import type {
  Changes,
  Channel,
  Clock,
  Converter,
  FileStore,
  KeptFiles,
  LogFile,
  OnnxRuntimeAt,
  OtherWarehouse,
  SourceTables,
  StateStore,
  Targets,
  TreesEngine,
  Warehouse,
} from '../ports/index.ts';
import type { Answers } from './answers.ts';
import type { Captured } from './capture/captured.ts';
import type { Retries } from './patience.ts';
import type { Retention } from './retention.ts';
import type { KnownVariable } from './variables.ts';

/** The warehouse of another environment, until it is released. */
export interface Against {
  readonly warehouse: OtherWarehouse;
  release(): Promise<void>;
}

/** One whom a channel tells. */
export interface ChannelMember {
  /** Its kind, and a number where there are several. */
  readonly name: string;
  /** For people: where it goes, without what is secret. */
  readonly describe: string;
  /** It stands in for what the project says, in this environment. */
  readonly standsIn: boolean;
  open(): Promise<Channel>;
}

/** A store that versions of models are published to; it is looked for when it is opened, and may not be there. */
export interface Target {
  /** Its kind, and a number where there are several. */
  readonly name: string;
  /** What it asks for is left once `signal` is aborted. */
  open(signal?: AbortSignal): Promise<KeptFiles>;
}

/** The project on a copy of what it has, until it is closed. */
export interface Rehearsal {
  readonly project: Project;
  close(): Promise<void>;
}

/** A project opened in one environment: its definitions, and the stores that its configuration names. */
export interface Project {
  readonly name: string;
  readonly folder: string;
  /** Where it puts what is local to this machine, and need not be kept; whoever writes there makes the folder. */
  readonly local: string;
  readonly environment: string;
  /** What a command needs to mean this environment: `--env dev`. Absent for the standard one. */
  readonly option?: string;
  readonly version: string;
  readonly graph: Graph;
  readonly warehouse: Warehouse;
  /** What the warehouse said of queries before; absent where nothing is kept. */
  readonly answers?: Answers;
  readonly state: StateStore;
  readonly files: FileStore;
  /** Where versions of models are kept, with what they were imported from. */
  readonly versions: KeptFiles;
  /** Where versions of models are published; absent where nowhere. */
  readonly published?: readonly Target[];
  /** Where processes of endpoints read, and write what they have seen; absent where the project has no endpoints. */
  readonly serving?: Target;
  /** Where tables of sources are read; absent where none can be. */
  readonly tables?: SourceTables;
  /** Where tables of other systems are written; absent of a rehearsal, which writes nothing there. */
  readonly targets?: Targets;
  /** What grows trees for learners that ask for another engine than Esteira's own; it may not be installed. */
  readonly trees?: () => Promise<TreesEngine>;
  /** Where what carries out models of the ONNX format is; it may not be installed. */
  readonly onnx?: OnnxRuntimeAt;
  /** What converts pickled pipelines; it may not be installed. */
  readonly converter?: () => Promise<Converter>;
  /** The value of a variable, which is secret from then on. Throws VARIABLE_MISSING. */
  variable?(name: string): string;
  readonly clock: Clock;
  /** This process, as leases name it. */
  readonly holder: string;
  /** This process, as people know it. */
  readonly owner: { readonly pid: number; readonly since: string; readonly command: string };
  /** Steps carried out side by side. */
  readonly parallel: number;
  /** What is tried again; as usual where nothing is said. */
  readonly retries?: Retries;
  /** How long what has ended is kept; as usual where nothing is said. */
  readonly keep?: Retention;
  /** The reader of a source here: what stands in for it, or its own. */
  readerOf(source: AnySource): Reader<any>; // any: whatever columns it adds
  /** What stands in for a source here, for people; nothing when its own reader is used. */
  standInOf(source: AnySource): string | undefined;
  /** By name: each variable that the configuration and the definitions name. */
  readonly variables?: ReadonlyMap<string, KnownVariable>;
  /** Says whether their values are the same as before, and nothing else of them. */
  hashOfVariables?(names: readonly string[], salt: string): string;
  /** Folders of this machine, beside its own, in which it writes. */
  readonly folders?: readonly string[];
  /** The changes of a database that a job follows. */
  changes(of: Captured): Promise<Changes>;
  modulesOf(definition: AnyTable): Readonly<Record<string, string>>;
  /** A file of the configuration or the definitions that is not what it was when it was loaded. */
  changed?(): string | undefined;
  /** By name: who may approve what waits for it. */
  readonly groups?: ReadonlyMap<string, readonly string[]>;
  /** By name: who hears of monitors and jobs that tell it. */
  readonly channels?: ReadonlyMap<string, readonly ChannelMember[]>;
  /** By job: where what happens in its runs is written. */
  readonly logs?: ReadonlyMap<string, LogFile>;
  /** Takes secret values out of a text. */
  redact(text: string): string;
  /** Another environment of the configuration, to be looked at. Absent where there is none. */
  against?(environment: string): Promise<Against>;
  /** What a backup holds, in stores of its own below a folder that is not there yet. Absent of a rehearsal itself. */
  rehearse?(of: { readonly backup: string; readonly at: string }): Promise<Rehearsal>;
  /** Called at named points of a run, for tests that break it there. */
  trace(point: string): void | Promise<void>;
}
