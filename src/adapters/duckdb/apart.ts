import { type DuckDBConnection, StatementType } from '@duckdb/node-api';
import { EsteiraError } from '../../errors.ts';
import type { SmallRows, SmallTable, Warehouse } from '../../ports/index.ts';
import { Engine, memory } from './connection.ts';
import { dialect } from './dialect.ts';
import { ofStatement } from './errors.ts';
import type { Session } from './session.ts';
import { insertRows } from './small.ts';
import { readObjects } from './values.ts';

const { identifier, place: spelled } = dialect;
const changing: readonly StatementType[] = [StatementType.UPDATE, StatementType.INSERT, StatementType.DELETE];

/** In an engine of its own, which has copies of these tables and nothing else, and from which no file can be reached. */
export async function changedBy(...[tables, statement]: Parameters<Warehouse['changedBy']>) {
  const catalogs = [...new Set(tables.map(({ place }) => place.catalog))];
  const engine = await Engine.open({ folder: memory, catalogs, threads: 1, memoryLimit: '256MB' });
  try {
    for (const catalog of catalogs) await engine.attach(catalog);
    return await engine.use(async (session) => {
      for (const table of tables) await session.run(copy(table).join(';\n'));
      await session.run('set enable_external_access = false');
      await carryOut(session, statement, catalogs);
      const found: SmallRows[] = [];
      for (const { place, columns } of tables) {
        const names = Object.keys(columns).map(identifier).join(', ');
        found.push(await readObjects(await session.run(`select ${names} from ${spelled(place)}`), columns));
      }
      return found;
    });
  } finally {
    await engine.close();
  }
}

const copy = ({ place, columns, rows }: SmallTable): readonly string[] => [
  `create schema if not exists ${identifier(place.catalog)}.${identifier(place.schema)}`,
  `create table ${spelled(place)} (${Object.entries<SmallTable['columns'][string]>(columns)
    .map(([name, { facts }]) => `${identifier(name)} ${dialect.type(facts)}`)
    .join(', ')})`,
  ...insertRows(place, columns, rows),
];

/** In the catalog in which it means something; names may leave that out. */
async function carryOut(session: Session, statement: string, catalogs: readonly string[]): Promise<void> {
  let failure: unknown;
  for (const catalog of catalogs) {
    await session.run(`use ${identifier(catalog)}`);
    try {
      const prepared = await only(session.connection, statement);
      if (!changing.includes(prepared.statementType)) throw none(StatementType[prepared.statementType] ?? '');
      await prepared.run();
      return;
    } catch (error) {
      if (error instanceof EsteiraError) throw error;
      failure ??= error;
    }
  }
  throw ofStatement(failure, (said) => said, '256MB');
}

async function only(connection: DuckDBConnection, statement: string) {
  const all = await connection.extractStatements(statement);
  if (all.count !== 1) throw none(`${all.count} statements`);
  return all.prepare(0);
}

const none = (got: string): EsteiraError =>
  new EsteiraError('QUERY_INVALID', {
    what: 'The statement does not change rows of settings.',
    got,
    allowed: 'one UPDATE, INSERT or DELETE of a table of settings',
    next: 'Give one such statement; esteira query asks.',
  });
