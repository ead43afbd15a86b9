import type { Place, Position, Publication, PublicationDetails } from '../../ports/index.ts';
import { type Engine, watermarkKey } from './connection.ts';
import { dialect } from './dialect.ts';
import { engineError, fenced } from './errors.ts';
import type { Row } from './session.ts';
import { book, scopeOf } from './setup.ts';

const { literal } = dialect;

const instant = (micros: unknown): Temporal.Instant =>
  Temporal.Instant.fromEpochNanoseconds(BigInt(micros as bigint) * 1000n);

/** The columns that `publicationOf` reads. */
const columns = `* exclude (logical_time, published_at), epoch_us(logical_time) as logical_us, epoch_us(published_at) as published_us`;

function publicationOf(row: Row): Publication {
  const count = (name: string): number => Number(row[`n_${name}`]);
  return {
    runId: String(row.run_id),
    step: String(row.step),
    part: Number(row.part),
    runSeq: row.run_seq as bigint,
    token: row.token as bigint,
    definition: String(row.definition),
    settingsHash: String(row.settings_hash),
    mode: String(row.mode),
    logicalTime: instant(row.logical_us),
    publishedAt: instant(row.published_us),
    account: {
      in: count('in'),
      valid: count('valid'),
      invalid: count('invalid'),
      duplicates: count('duplicate'),
      held: count('held'),
      inserted: count('inserted'),
      updated: count('updated'),
      deleted: count('deleted'),
      unchanged: count('unchanged'),
      stale: count('stale'),
    },
    details: JSON.parse(String(row.details)) as PublicationDetails,
    sequence: row.sequence as bigint,
  };
}

/** Where a catalog stands, all of it seen at one moment. */
export async function position(engine: Engine, catalog: string): Promise<Position> {
  const fences = new Map<string, { token: bigint; sequence: bigint }>();
  const watermarks = new Map<string, Map<string, bigint>>();
  const latest = new Map<string, Publication>();
  if (!(await engine.isSetUp(catalog))) return { fences, watermarks, latest };
  await engine.use((session) =>
    session.transaction(async () => {
      for (const row of await session.rows(`from ${book(catalog, 'fence')}`)) {
        fences.set(String(row.scope), { token: row.token as bigint, sequence: row.seq as bigint });
      }
      for (const row of await session.rows(`from ${book(catalog, 'watermark')}`)) {
        const target = String(row.target);
        const of = watermarks.get(target) ?? new Map<string, bigint>();
        watermarks.set(target, of.set(String(row.source), row.upper_bound as bigint));
        engine.watermarks.set(watermarkKey(catalog, target, String(row.source)), row.upper_bound as bigint);
      }
      // The newest has the fence's number, until the table is made anew.
      const numbers = `select ${literal(`${catalog}.`)} || scope as step, seq as sequence from ${book(catalog, 'fence')}`;
      const newest = `select ${columns} from ${book(catalog, 'publication')} semi join (${numbers}) using (step, sequence)
        qualify row_number() over (partition by step order by run_seq desc, part desc, token desc) = 1`;
      for (const row of await session.rows(newest)) {
        latest.set(String(row.step).slice(catalog.length + 1), publicationOf(row));
      }
    }),
  );
  return { fences, watermarks, latest };
}

export async function publications(engine: Engine, catalog: string, runId: string): Promise<readonly Publication[]> {
  if (!(await engine.isSetUp(catalog))) return [];
  const sql = `select ${columns} from ${book(catalog, 'publication')} where run_id = ${literal(runId)} order by step, part`;
  return await engine.use(async (session) => (await session.rows(sql)).map(publicationOf));
}

export async function filesRead(engine: Engine, target: Place, source: string): Promise<ReadonlyMap<string, string>> {
  if (!(await engine.isSetUp(target.catalog))) return new Map();
  const sql = `select path, fingerprint from ${book(target.catalog, 'file')}
    where target = ${literal(scopeOf(target))} and source = ${literal(source)}`;
  const rows = await engine.use((session) => session.rows(sql));
  return new Map(rows.map((row) => [String(row.path), String(row.fingerprint)]));
}

/** Raises the fences of all that a token will write; the caller has ended this process's older writers first. */
export async function claim(engine: Engine, catalog: string, targets: readonly Place[], token: bigint): Promise<void> {
  if (targets.length === 0) return;
  await engine.attach(catalog);
  const scopes = targets.map(scopeOf);
  const sql = `update ${book(catalog, 'fence')} set token = ${literal(token)}
    where scope in ${literal(scopes)} and token <= ${literal(token)}`;
  await engine.use(async (session) => {
    try {
      await session.transaction(async () => {
        const { rowsChanged } = await session.run(sql);
        if (rowsChanged === new Set(scopes).size) return;
        const there = await session.rows(
          `select scope, token from ${book(catalog, 'fence')} where scope in ${literal(scopes)}`,
        );
        const higher = there
          .filter((row) => (row.token as bigint) > token)
          .map((row) => `${row.scope} has token ${row.token}`);
        const unknown = scopes.filter((scope) => !there.some((row) => row.scope === scope));
        throw fenced(catalog, [...higher, ...unknown.map((scope) => `${scope} is not registered`)].join(', '));
      });
    } catch (error) {
      throw engineError(error, { where: catalog });
    }
  });
}
