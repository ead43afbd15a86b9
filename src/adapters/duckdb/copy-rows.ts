import type { Columns } from '../../columns/index.ts';
import type { Copied, Copying, Place } from '../../ports/index.ts';
import type { Engine } from './connection.ts';
import { dialect } from './dialect.ts';
import { engineError } from './errors.ts';
import { positionIn } from './position.ts';
import { scopeOf } from './setup.ts';

const { identifier, literal, place: spelled } = dialect;

const formats: Readonly<Record<Copying['format'], string>> = {
  // `%f` has six digits.
  csv: `format csv, header, nullstr '', dateformat '%Y-%m-%d', timestampformat '%Y-%m-%dT%H:%M:%S.%fZ'`,
  parquet: 'format parquet, compression zstd',
};

/** In one transaction: which publication it is, and its rows. */
export async function copyRows(
  engine: Engine,
  place: Place,
  { columns, order, file, format, signal }: Copying,
): Promise<Copied | undefined> {
  if (!(await engine.isSetUp(place.catalog))) return undefined;
  try {
    return await engine.use(
      (session) =>
        session.transaction(async () => {
          const { generations, latest } = await positionIn(session, place.catalog);
          const scope = scopeOf(place);
          const [publication, generation] = [latest.get(scope), generations.get(scope)];
          if (!publication || generation === undefined) return undefined;
          const by = order.length > 0 ? ` order by ${order.map(identifier).join(', ')}` : '';
          await session.run(
            `copy (select ${listOf(columns)} from ${spelled(place)}${by}) to ${literal(file)} (${formats[format]})`,
          );
          const rows = await session.number(`select count(*) from ${spelled(place)}`);
          return { rows, sequence: publication.sequence, generation };
        }),
      signal,
    );
  } catch (error) {
    throw engineError(error, { where: `${place.schema}.${place.table}`, memoryLimit: engine.memoryLimit });
  }
}

/** Programs of others know neither lists nor JSON: these are texts. */
const listOf = (columns: Columns): string =>
  Object.entries<Columns[string]>(columns)
    .map(([name, { facts }]) =>
      facts.kind === 'list' || facts.kind === 'json'
        ? `cast(${identifier(name)} as varchar) as ${identifier(name)}`
        : identifier(name),
    )
    .join(', ');
