import type { Columns } from '../../columns/index.ts';
import type { Counted, Exported, Exporting, Place } from '../../ports/index.ts';
import type { Engine } from './connection.ts';
import { dialect } from './dialect.ts';
import { engineError } from './errors.ts';
import { positionIn } from './position.ts';
import type { Session } from './session.ts';
import { scopeOf } from './setup.ts';

const { identifier, literal, place: spelled } = dialect;

/** In a group of rows: a reader has one of them in memory beside what it makes of it. */
const together = 16_384;
const ofFixedSize = new Set(['integer', 'real', 'boolean', 'date', 'timestamp']);
/** Beside its characters, in bytes. */
const textCosts = 40;

/** In one transaction: what is counted, the rows, and which publication left them so. */
export async function exportRows(
  engine: Engine,
  place: Place,
  { columns, key, file, judge, signal }: Exporting,
): Promise<Exported | undefined> {
  if (!(await engine.isSetUp(place.catalog))) return undefined;
  try {
    return await engine.use(
      (session) =>
        session.transaction(async () => {
          const { generations, latest } = await positionIn(session, place.catalog);
          const scope = scopeOf(place);
          const [publication, generation] = [latest.get(scope), generations.get(scope)];
          if (!publication || generation === undefined) return undefined;
          const counted = await count(session, { place, columns, key });
          judge(counted);
          const list = Object.keys(columns).map(identifier).join(', ');
          const rows = `select ${list} from ${spelled(place)} order by ${identifier(key)}`;
          const how = `format parquet, compression zstd, row_group_size ${together}`;
          await session.run(`copy (${rows}) to ${literal(file)} (${how})`);
          const { runId, publishedAt, sequence } = publication;
          return { ...{ sequence, generation, runId, publishedAt }, rows: counted.rows, bytes: counted.bytes };
        }),
      signal,
    );
  } catch (error) {
    throw engineError(error, { where: `${place.schema}.${place.table}`, memoryLimit: engine.memoryLimit });
  }
}

async function count(
  session: Session,
  { place, columns, key }: { readonly place: Place; readonly columns: Columns; readonly key: string },
): Promise<Counted> {
  const all = Object.entries<Columns[string]>(columns);
  const texts = all.filter(([, { facts }]) => !ofFixedSize.has(facts.kind));
  const characters = texts.map(([name]) => `coalesce(sum(strlen(cast(${identifier(name)} as varchar))), 0)`);
  const missing = all.map(([name]) => `count(*) filter (${identifier(name)} is null)`);
  const asked = [
    'count(*)',
    `count(distinct ${identifier(key)})`,
    characters.length > 0 ? `cast(${characters.join(' + ')} as bigint)` : '0',
    ...missing,
  ];
  const list = asked.map((one, index) => `${one} as c${index}`).join(', ');
  const [row] = await session.rows(`select ${list} from ${spelled(place)}`);
  const [rows = 0, keys = 0, length = 0, ...without] = Object.values(row ?? {}).map(Number);
  return {
    ...{ rows, keys, bytes: length + rows * (8 * all.length + textCosts * texts.length) },
    missing: Object.fromEntries(all.flatMap(([name], index) => (without[index] ? [[name, without[index]]] : []))),
  };
}
