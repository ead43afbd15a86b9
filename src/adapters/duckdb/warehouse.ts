import { version } from '@duckdb/node-api';
import {
  type Place,
  type Publication,
  placeText,
  type StepWrite,
  type Warehouse,
  type WarehouseCapabilities,
} from '../../ports/index.ts';
import { changedBy } from './apart.ts';
import { backUp } from './back-up.ts';
import { champions, show } from './champions.ts';
import { compare, snapshot } from './compare.ts';
import { type DuckdbOptions, Engine, markText, memory, watermarkKey } from './connection.ts';
import { copyRows } from './copy-rows.ts';
import { dialect } from './dialect.ts';
import { dissect } from './dissect.ts';
import { drop } from './drop.ts';
import { type Emptied, empty } from './empty.ts';
import { engineError, fenced, ofStatement } from './errors.ts';
import { examine } from './examine.ts';
import { exportRows } from './export.ts';
import { inspect, losses } from './inspect.ts';
import { mayCreate } from './may-create.ts';
import { origins } from './origins.ts';
import {
  claim,
  filesRead,
  formerDefinitions,
  greatest,
  position,
  publications,
  published,
  stepsPublished,
} from './position.ts';
import { landOn } from './publish/land.ts';
import { landedBefore } from './publish/land-record.ts';
import { publishStep } from './publish/publish.ts';
import { Turns } from './publish/turns.ts';
import { publishUnchanged } from './publish/unchanged.ts';
import { query } from './query.ts';
import { change, scopeOf } from './setup.ts';
import { readRows, removeRows, replaceRows } from './small.ts';
import { sums } from './sums.ts';
import { vectors } from './vectors.ts';

export type { DuckdbOptions } from './connection.ts';

const capabilities: WarehouseCapabilities = Object.freeze({
  atomicStep: true,
  snapshotReaders: true,
  singleProcess: true,
  parallelSteps: true,
  histories: true,
  partitions: true,
  comparisons: true,
});

/** A publication that is going on in this process. */
interface Writing {
  readonly targets: readonly Place[];
  readonly token: bigint;
  readonly stop: AbortController;
  readonly ended: Promise<unknown>;
}

/** By whom, and where to. */
type Stoppable = Pick<Writing, 'targets'> & { readonly token?: bigint | undefined; readonly step?: string | undefined };
const ofWrites = (writes: readonly StepWrite[]): Stoppable => {
  const { token, step } = writes[0]?.batch ?? {};
  return { targets: writes.map(({ target }) => target), token, step };
};

const samePlace = (one: Place, other: Place): boolean =>
  one.catalog === other.catalog && one.schema === other.schema && one.table === other.table;

/** A query stands in parentheses wherever it is carried out, so it is described like that. */
const around = 'describe from (';
/** The engine's sentence with its line and its pointer, both without what stands before the query. */
const pointing = (said: string): string => said.replace(/(LINE 1: )describe from \(([^\n]*\n) {15}( *\^)/, '$1$2$3');

/** DuckDB: one instance for the process, each catalog a file attached to it. */
export async function openDuckdb(options: DuckdbOptions): Promise<Warehouse> {
  return warehouseOf(await Engine.open(options));
}

/** DuckDB in memory, for tests of pipelines. */
export async function openInMemory(): Promise<Emptied> {
  const engine = await Engine.open({ folder: memory, catalogs: [], threads: 1 });
  return Object.freeze({ ...warehouseOf(engine), empty: (catalog: string) => empty(engine, catalog) });
}

/**
 * The port over one engine: what concerns several connections is here, the rest in the files of its name. Two of one engine know nothing of each
 * other: so a test has two processes on one file.
 */
export function warehouseOf(engine: Engine): Warehouse {
  const { options } = engine;
  const writing = new Set<Writing>();
  const turns = new Turns();
  const trace = options.trace ?? (() => {});

  const publishOne = async (write: StepWrite, signal: AbortSignal): Promise<Publication> => {
    const files = write.files.flatMap((input) => input.files);
    await engine.prepare(files.reduce((bytes, file) => bytes + file.bytes, 0));
    const { catalog } = write.target;
    const keyOf = (source: string): string => watermarkKey(catalog, scopeOf(write.target), source);
    const moved = write.bounds.filter((bound) => engine.watermarks.get(keyOf(bound.source)) !== markText(bound));
    const publication = await engine.use((session) => publishStep({ session, write, moved, trace, turns }), signal);
    for (const bound of moved) engine.watermarks.set(keyOf(bound.source), markText(bound));
    return publication;
  };
  const publishNothing = (writes: readonly StepWrite[], signal: AbortSignal): Promise<readonly Publication[]> => {
    const tables = writes.map((write) => placeText(write.target));
    return turns.take(tables, () => engine.use((session) => publishUnchanged(session, writes, trace), signal));
  };
  /** A claim with a newer token ends it, and waits for its end. */
  const stoppable = async <Result>(
    { targets, token = 0n, step }: Stoppable,
    signal: AbortSignal | undefined,
    publish: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> => {
    const stop = new AbortController();
    const publishing = async (): Promise<Result> => {
      try {
        await engine.attachAll();
        return await publish(signal ? AbortSignal.any([signal, stop.signal]) : stop.signal);
      } catch (error) {
        throw engineError(error, { ...(step ? { where: step } : {}), memoryLimit: engine.memoryLimit });
      }
    };
    const one = { targets, token, stop, ended: publishing() };
    writing.add(one);
    try {
      return await one.ended;
    } finally {
      writing.delete(one);
    }
  };

  return Object.freeze<Warehouse>({
    dialect,
    capabilities,
    versions: Object.freeze({ duckdb: version() }),
    describe: (sql) =>
      engine.use(async (session) => {
        try {
          const rows = await session.rows(`${around}${sql}\n)`);
          return rows.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
        } catch (error) {
          throw ofStatement(error, pointing, engine.memoryLimit);
        }
      }),
    examine: (sql) => examine(engine, sql),
    origins: (sql, relations) => origins(engine, sql, relations),
    dissect: (sql, signal) => dissect(engine, sql, signal),
    inspect: (catalog) => inspect(engine, catalog),
    losses: (place, columns) => losses(engine, place, columns),
    change: (catalog, changes) => change(engine, catalog, changes),
    drop: (catalog, places, token) => drop(engine, catalog, places, token),
    mayCreate: (catalog, schemas) => mayCreate(engine, catalog, schemas),
    position: (catalog) => position(engine, catalog),
    async claim(catalog, targets, token) {
      // Their transactions hold the fences' rows: they are ended first, and roll back.
      for (const { stop, targets: its, token: older } of writing) {
        const both = older < token && its.find((one) => targets.some((target) => samePlace(target, one)));
        if (both) stop.abort(fenced(`${both.schema}.${both.table}`, `token ${token} has come`));
      }
      const older = [...writing].filter(({ stop }) => stop.signal.aborted);
      await Promise.allSettled(older.map(({ ended }) => ended));
      await claim(engine, catalog, targets, token);
    },
    publications: (catalog, runId) => publications(engine, catalog, runId),
    published: (catalog, range) => published(engine, catalog, range),
    stepsPublished: (catalog, range) => stepsPublished(engine, catalog, range),
    greatest: (catalog) => greatest(engine, catalog),
    formerDefinitions: (catalog, now) => formerDefinitions(engine, catalog, now),
    filesRead: (target, source) => filesRead(engine, target, source),
    publish: (write, signal) =>
      stoppable(ofWrites([write]), signal, async (stop) =>
        write.unchanged ? ((await publishNothing([write], stop))[0] as Publication) : await publishOne(write, stop),
      ),
    publishUnchanged: (writes, signal) => stoppable(ofWrites(writes), signal, (stop) => publishNothing(writes, stop)),
    landed: (catalog, runId, places) => landedBefore(engine, { catalog, runId, places }),
    land: (into, work, signal) => {
      const targets = into.tables.map(({ target }) => target);
      return stoppable({ targets, token: into.run.token, step: into.stream }, signal, async (stop) => {
        const { latest } = await position(engine, into.catalog);
        const told = into.tables.map(
          ({ step, target }) => [step, latest.get(scopeOf(target))?.details.drift ?? []] as const,
        );
        return await engine.use((session) => landOn({ session, into, drift: new Map(told), trace }, work), stop);
      });
    },
    snapshot: (place, of) => snapshot(engine, place, of),
    compare: (place, comparison, signal) => compare(engine, place, comparison, signal),
    vectors: (sql, of) => vectors(engine, sql, of),
    sums: (sql, of) => sums(engine, sql, of),
    champions: (catalog) => champions(engine, catalog),
    show: (catalog, shown) => show(engine, catalog, shown),
    query: (statement, how) => query(engine, statement, how),
    exportRows: (place, exporting) => exportRows(engine, place, exporting),
    copyRows: (place, copying) => copyRows(engine, place, copying),
    rows: (place, columns) => readRows(engine, place, columns),
    changedBy,
    replaceRows: (...replacing) => replaceRows(engine, ...replacing),
    removeRows: (place, condition, signal) => removeRows(engine, { place, condition, signal }),
    backUp: (folder, meanwhile) => backUp(engine, folder, meanwhile),
    close: async () => engine.close(),
  });
}
