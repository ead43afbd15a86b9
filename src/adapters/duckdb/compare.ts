import type { Compared, ComparedColumn, Comparison, Place, RowDifference } from '../../ports/index.ts';
import type { Engine } from './connection.ts';
import { dialect } from './dialect.ts';
import { engineError } from './errors.ts';
import type { Session } from './session.ts';
import { readRows } from './values.ts';

const { identifier, literal } = dialect;

/** Each file has a name of its own: comparisons may go on side by side. */
let attached = 0;

async function attachedAs<Result>(
  session: Session,
  { file, readOnly }: { readonly file: string; readonly readOnly: boolean },
  work: (table: string) => Promise<Result>,
): Promise<Result> {
  attached += 1;
  const name = identifier(`_esteira_snapshot_${attached}`);
  await session.run(`attach ${literal(file)} as ${name}${readOnly ? ' (read_only)' : ''}`);
  try {
    return await work(`${name}.main.snapshot`);
  } finally {
    session.deafen();
    await session.run(`detach ${name}`);
  }
}

/** The table's rows as they are at one moment, in a file of their own; of the table itself nothing is locked, and nothing written. */
export async function snapshot(
  engine: Engine,
  place: Place,
  {
    columns,
    file,
    signal,
  }: { readonly columns: readonly string[]; readonly file: string; readonly signal?: AbortSignal },
): Promise<void> {
  // A view may show tables of any catalog.
  await engine.attachAll();
  await engine.prepare(0);
  try {
    await engine.use(async (session) => {
      const list = columns.map(identifier).join(', ');
      await attachedAs(session, { file, readOnly: false }, (table) =>
        session.run(`create table ${table} as select ${list} from ${dialect.place(place)}`),
      );
    }, signal);
  } catch (error) {
    throw engineError(error, { where: `the copy of ${place.schema}.${place.table}` });
  }
}

/** Compares a table, as it is at one moment, with the snapshot of another. */
export async function compare(
  engine: Engine,
  place: Place,
  comparison: Comparison,
  signal?: AbortSignal,
): Promise<Compared> {
  await engine.attachAll();
  await engine.prepare(0);
  try {
    return await engine.use(
      (session) =>
        attachedAs(session, { file: comparison.file, readOnly: true }, (there) =>
          // Both passes see one moment.
          session.transaction(() => compareIn(session, { here: dialect.place(place), there }, comparison)),
        ),
      signal,
    );
  } catch (error) {
    throw engineError(error, { where: `${place.schema}.${place.table}`, memoryLimit: engine.memoryLimit });
  }
}

interface Sides {
  readonly here: string;
  readonly there: string;
}

async function compareIn(session: Session, sides: Sides, comparison: Comparison): Promise<Compared> {
  const { key } = comparison;
  const isUnique = async (table: string): Promise<boolean> => {
    const list = key.map(identifier).join(', ');
    return (
      (await session.number(
        `select count(*) from (select 1 from ${table} group by ${list} having count(*) > 1 limit 1)`,
      )) === 0
    );
  };
  const byKey = key.length > 0 && (await isUnique(sides.here)) && (await isUnique(sides.there));
  return byKey ? await compareKeys(session, sides, comparison) : await compareRows(session, sides, comparison);
}

const exact = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|DECIMAL\(.*\))$/;
/** A column as it is compared. */
function compared({ name, here, there }: ComparedColumn): string {
  const isAlike = here === there || (exact.test(here) && exact.test(there));
  return isAlike ? identifier(name) : `cast(${identifier(name)} as varchar)`;
}

/** The compared columns of a side as `c0`, `c1`, …, and whether there is a row. */
const sideSql = (table: string, columns: readonly ComparedColumn[]): string =>
  `(select ${columns.map((column, index) => `${compared(column)} as c${index}, `).join('')}true as there from ${table})`;

async function compareKeys(session: Session, sides: Sides, { columns, key, samples }: Comparison): Promise<Compared> {
  const isKey = columns.map(({ name }) => key.includes(name));
  const on = columns.flatMap((_, index) => (isKey[index] ? [`h.c${index} is not distinct from t.c${index}`] : []));
  const both = `${sideSql(sides.here, columns)} as h full join ${sideSql(sides.there, columns)} as t on ${on.join(' and ')}`;
  const differs = columns.map((_, index) => `h.c${index} is distinct from t.c${index}`);
  const inBoth = 'h.there and t.there';
  const any = `(${differs.join(' or ')})`;
  const counts = [
    'count(h.there)',
    'count(t.there)',
    'count(*) filter (t.there is null)',
    'count(*) filter (h.there is null)',
    `count(*) filter (${inBoth} and ${any})`,
    ...differs.map((one) => `count(*) filter (${inBoth} and ${one})`),
  ];
  const [rows, there, onlyHere, onlyThere, different, ...perColumn] = await numbers(
    session,
    `select ${counts.join(', ')} from ${both}`,
  );
  const found: Omit<Compared, 'differences'> = {
    by: 'key',
    rows: { here: rows ?? 0, there: there ?? 0 },
    onlyHere: onlyHere ?? 0,
    onlyThere: onlyThere ?? 0,
    different: different ?? 0,
    byColumn: columns.flatMap(({ name }, index) =>
      (perColumn[index] ?? 0) > 0 ? [{ name, rows: perColumn[index] ?? 0 }] : [],
    ),
  };
  const order = columns.flatMap((_, index) => (isKey[index] ? [`coalesce(h.c${index}, t.c${index})`] : []));
  const what = `case when t.there is null then 'only here' when h.there is null then 'only there' else 'different' end`;
  const list = ['h', 't'].flatMap((side) => columns.map((_, index) => `${side}.c${index}`));
  // Of each kind some, in the order of their keys.
  const nth = `row_number() over (partition by what order by ${order.map((_, index) => `o${index}`).join(', ')})`;
  const sql = `select * exclude (${['n', ...order.map((_, index) => `o${index}`)].join(', ')}) from (
      select *, ${nth} as n from (
        select ${what} as what, ${list.map((one, index) => `${one} as v${index}`).join(', ')}, ${order.map((one, index) => `${one} as o${index}`).join(', ')}
        from ${both} where t.there is null or h.there is null or ${any})
      qualify n <= ${samples})
    order by n, what limit ${samples}`;
  return { ...found, differences: await differencesOf(session, sql, { columns, samples }) };
}

/** Rows without a key: how often each is there more than in the other. */
async function compareRows(session: Session, sides: Sides, { columns, samples }: Comparison): Promise<Compared> {
  const names = columns.map((_, index) => `c${index}`).join(', ');
  const side = (table: string, sign: number): string =>
    `select * exclude (there), ${sign} as side from ${sideSql(table, columns)}`;
  const more = `(select ${names}, sum(side) as n from (${side(sides.here, 1)} union all ${side(sides.there, -1)}) group by all having sum(side) <> 0)`;
  const [here, there] = await numbers(
    session,
    `select (select count(*) from ${sides.here}), (select count(*) from ${sides.there})`,
  );
  const [onlyHere, onlyThere] = await numbers(
    session,
    `select coalesce(sum(n) filter (n > 0), 0), coalesce(-sum(n) filter (n < 0), 0) from ${more}`,
  );
  const values = (isThere: string): string =>
    columns.map((_, index) => `case when ${isThere} then c${index} end`).join(', ');
  const sql = `select case when n > 0 then 'only here' else 'only there' end, ${values('n > 0')}, ${values('n < 0')}
    from ${more} order by ${names}, n limit ${samples}`;
  return {
    by: 'row',
    rows: { here: here ?? 0, there: there ?? 0 },
    onlyHere: onlyHere ?? 0,
    onlyThere: onlyThere ?? 0,
    different: 0,
    byColumn: [],
    differences: await differencesOf(session, sql, { columns, samples }),
  };
}

async function numbers(session: Session, sql: string): Promise<readonly number[]> {
  const [row] = await session.rows(sql);
  return Object.values(row ?? {}).map(Number);
}

async function differencesOf(
  session: Session,
  sql: string,
  { columns, samples }: { readonly columns: readonly ComparedColumn[]; readonly samples: number },
): Promise<readonly RowDifference[]> {
  if (samples === 0) return [];
  const { rows } = await session.interruptible(async () =>
    readRows(await session.connection.stream(sql), { limit: samples }),
  );
  return rows.map(([what, ...values]) => ({
    what: what as RowDifference['what'],
    here: values.slice(0, columns.length),
    there: values.slice(columns.length),
  }));
}
