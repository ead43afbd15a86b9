import type {
  DefinitionFacts,
  FileRead,
  FormerDefinition,
  Place,
  Position,
  Publication,
  PublicationDetails,
  Watermark,
} from '../../ports/index.ts';
import { type Engine, markText, watermarkKey } from './connection.ts';
import { dialect } from './dialect.ts';
import { engineError, fenced } from './errors.ts';
import type { Row, Session } from './session.ts';
import { book, scopeOf } from './setup.ts';

const { literal } = dialect;

const instant = (micros: unknown): Temporal.Instant =>
  Temporal.Instant.fromEpochNanoseconds(BigInt(micros as bigint | string) * 1000n);

/** The columns that `publicationOf` reads. */
const columns = `* exclude (logical_time, published_at, "date"), cast("date" as varchar) as run_date, epoch_us(logical_time) as logical_us, epoch_us(published_at) as published_us`;

/** Whole numbers come as bigint from a result, and as text from JSON. */
function publicationOf(row: Row): Publication {
  const count = (name: string): number => Number(row[`n_${name}`]);
  return {
    runId: String(row.run_id),
    step: String(row.step),
    part: Number(row.part),
    runSeq: BigInt(row.run_seq as bigint | string),
    token: BigInt(row.token as bigint | string),
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
    ...(row.job === null
      ? {}
      : {
          of: {
            job: String(row.job),
            date: Temporal.PlainDate.from(String(row.run_date)),
            zone: String(row.zone),
            reason: String(row.reason),
          },
        }),
    details: detailsOf(row),
    sequence: BigInt(row.sequence as bigint | string),
  };
}

/** The facts of a definition are asked for by themselves. */
function detailsOf(row: Row): PublicationDetails {
  const { definition: _, ...details } = JSON.parse(String(row.details)) as PublicationDetails & {
    definition?: unknown;
  };
  return details;
}

/** What `standingSql` gives, parsed; a list of no rows is NULL. */
interface Standing {
  readonly fences: readonly { readonly scope: string; readonly token: string; readonly seq: string }[] | null;
  readonly made: readonly { readonly name: string; readonly generation: string }[] | null;
  readonly watermarks:
    | readonly {
        readonly target: string;
        readonly source: string;
        readonly upper: string;
        readonly generation: string | null;
      }[]
    | null;
  readonly latest: readonly Row[] | null;
}

/** One statement, so that all of it is seen at one moment; whole numbers as text, which JSON does not shorten. */
function standingSql(catalog: string): string {
  const text = (name: string): string => `cast(${name} as varchar)`;
  const exact = ['run_seq', 'token', 'sequence', 'logical_us', 'published_us'].map(
    (name) => `${text(name)} as ${name}`,
  );
  const order = ['run_seq', 'part', 'token'].map((name) => `cast(p.${name} as bigint), 'ASC NULLS FIRST'`).join(', ');
  // The newest has the fence's number, until the table is made anew.
  const numbers = `select ${literal(`${catalog}.`)} || scope as step, seq as sequence from ${book(catalog, 'fence')}`;
  const all = `select * replace (${exact.join(', ')})
    from (select ${columns} from ${book(catalog, 'publication')} semi join (${numbers}) using (step, sequence))`;
  return `select cast(to_json({
      fences: (select list({scope: scope, token: ${text('token')}, seq: ${text('seq')}}) from ${book(catalog, 'fence')}),
      made: (select list({name: name, generation: generation}) from ${book(catalog, 'made')}),
      watermarks: (select list({target: target, source: source, upper: ${text('upper_bound')}, generation: generation}) from ${book(catalog, 'watermark')}),
      latest: (select list(newest) from (select max_by(p, create_sort_key(${order})) as newest from (${all}) as p group by p.step))
    }) as varchar) as standing`;
}

/** Where a catalog stands. The watermarks are remembered: who publishes writes only those that move. */
export async function position(engine: Engine, catalog: string): Promise<Position> {
  if (!(await engine.isSetUp(catalog)))
    return { fences: new Map(), generations: new Map(), watermarks: new Map(), latest: new Map() };
  const found = await engine.use((session) => positionIn(session, catalog));
  for (const [target, marks] of found.watermarks)
    for (const [source, mark] of marks) engine.watermarks.set(watermarkKey(catalog, target, source), markText(mark));
  return found;
}

/** Where a catalog stands, as the transaction of a session sees it. */
export async function positionIn(session: Session, catalog: string): Promise<Position> {
  const fences = new Map<string, { token: bigint; sequence: bigint }>();
  const generations = new Map<string, string>();
  const watermarks = new Map<string, Map<string, Watermark>>();
  const latest = new Map<string, Publication>();
  const [row] = await session.rows(standingSql(catalog));
  const standing = JSON.parse(String(row?.standing)) as Standing;
  for (const { scope, token, seq } of standing.fences ?? []) {
    fences.set(scope, { token: BigInt(token), sequence: BigInt(seq) });
  }
  for (const { name, generation } of standing.made ?? []) generations.set(name, generation);
  for (const { target, source, upper, generation } of standing.watermarks ?? []) {
    const mark = { upper: BigInt(upper), ...(generation === null ? {} : { generation }) };
    const of = watermarks.get(target) ?? new Map<string, Watermark>();
    watermarks.set(target, of.set(source, mark));
  }
  for (const newest of standing.latest ?? []) {
    latest.set(String(newest.step).slice(catalog.length + 1), publicationOf(newest));
  }
  return { fences, generations, watermarks, latest };
}

/** The step that a run looks up before it does anything: what it has published already is adopted, never published twice. */
export async function publications(engine: Engine, catalog: string, runId: string): Promise<readonly Publication[]> {
  if (!(await engine.isSetUp(catalog))) return [];
  const made = `select ${literal(`${catalog}.`)} || name as step, generation from ${book(catalog, 'made')}`;
  const sql = `select ${columns} from ${book(catalog, 'publication')} semi join (${made}) using (step, generation)
    where run_id = ${literal(runId)} order by step, part`;
  return await engine.use(async (session) => (await session.rows(sql)).map(publicationOf));
}

/** `published` of the port: whatever became of the tables. A table that was made anew may have a publication of a run in two generations. */
export async function published(
  engine: Engine,
  catalog: string,
  { after, upTo }: { readonly after: bigint; readonly upTo: bigint },
): Promise<readonly Publication[]> {
  if (!(await engine.isSetUp(catalog))) return [];
  const sql = `select ${columns} from ${book(catalog, 'publication')}
    where run_seq > ${literal(after)} and run_seq <= ${literal(upTo)} order by run_seq, step, part`;
  return await engine.use(async (session) => (await session.rows(sql)).map(publicationOf));
}

export async function stepsPublished(
  engine: Engine,
  catalog: string,
  { after, upTo }: { readonly after: bigint; readonly upTo: bigint },
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (!(await engine.isSetUp(catalog))) return new Map();
  const own = `select run_id, list(distinct step) as steps from ${book(catalog, 'publication')}
    where run_seq > ${literal(after)} and run_seq <= ${literal(upTo)} group by run_id`;
  // One text for all, as it is read at once.
  const [row] = await engine.use((session) =>
    session.rows(`select cast(to_json(list([run_id] || steps)) as varchar) as found from (${own})`),
  );
  const found = JSON.parse(String(row?.found ?? '[]')) as readonly (readonly string[])[] | null;
  return new Map((found ?? []).map(([runId = '', ...steps]) => [runId, steps]));
}

export async function greatest(engine: Engine, catalog: string): Promise<{ token: bigint; runSeq: bigint }> {
  if (!(await engine.isSetUp(catalog))) return { token: 0n, runSeq: 0n };
  const sql = `select greatest((select max(token) from ${book(catalog, 'fence')}), max(token), 0) as token, coalesce(max(run_seq), 0) as run_seq
    from ${book(catalog, 'publication')}`;
  const [row] = await engine.use((session) => session.rows(sql));
  return { token: BigInt(row?.token as bigint), runSeq: BigInt(row?.run_seq as bigint) };
}

/**
 * Those of the publications that count for the tables as they are: a table that a run has built again is called by that run, and has nothing of those
 * before it. Facts are kept with the first publication of each.
 */
export async function formerDefinitions(
  engine: Engine,
  catalog: string,
  now: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, readonly FormerDefinition[]>> {
  const found = new Map<string, FormerDefinition[]>();
  if (now.size === 0 || !(await engine.isSetUp(catalog))) return found;
  const wanted = [...now].map(([step, definition]) => `(${literal(step)}, ${literal(definition)})`);
  const sql = `select p.step, p.definition, max_by(json_extract(p.details, '$.definition'), p.run_seq) filter (json_exists(p.details, '$.definition')) as facts
    from ${book(catalog, 'publication')} as p
    join (values ${wanted.join(', ')}) as w(step, present) on p.step = w.step and p.definition <> w.present
    join (select ${literal(`${catalog}.`)} || name as step, generation from ${book(catalog, 'made')}) as m on p.step = m.step and p.generation = m.generation
    left join ${book(catalog, 'publication')} as anew on anew.run_id = m.generation and anew.step = m.step
    where p.run_seq >= coalesce(anew.run_seq, 0)
    group by p.step, p.definition order by max(p.run_seq) desc`;
  for (const { step, definition, facts } of await engine.use((session) => session.rows(sql))) {
    const kept = facts === null ? {} : { facts: JSON.parse(String(facts)) as DefinitionFacts };
    const of = found.get(String(step)) ?? [];
    found.set(String(step), of);
    of.push({ definition: String(definition), ...kept });
  }
  return found;
}

/** By path, the file as it was when it was taken in. */
export async function filesRead(engine: Engine, target: Place, source: string): Promise<ReadonlyMap<string, FileRead>> {
  if (!(await engine.isSetUp(target.catalog))) return new Map();
  const sql = `select path, fingerprint, coalesce("rows" = 0, false) as empty from ${book(target.catalog, 'file')}
    where target = ${literal(scopeOf(target))} and source = ${literal(source)}`;
  const rows = await engine.use((session) => session.rows(sql));
  return new Map(
    rows.map((row) => [String(row.path), { fingerprint: String(row.fingerprint), empty: row.empty === true }]),
  );
}

/**
 * Raises the fences of all that a token will write; the caller has ended this process's older writers first. From here on no publication with a lower
 * token commits: it touches the fence's row too, finds another token there, or meets a conflict on the row. Either way it rolls back as FENCED.
 */
export async function claim(engine: Engine, catalog: string, targets: readonly Place[], token: bigint): Promise<void> {
  if (targets.length === 0) return;
  await engine.attach(catalog);
  const scopes = targets.map(scopeOf);
  // The engine sees a conflict only where two transactions write the same column of a row: a publication writes the counter, so this does too.
  const sql = `update ${book(catalog, 'fence')} set token = ${literal(token)}, seq = seq
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
