import type { Engine } from './connection.ts';
import { dialect } from './dialect.ts';

const { identifier, place } = dialect;

/** A name that no table of a project has. */
const table = '_esteira_may_create';

/** Each in a transaction of its own, which is rolled back. A catalog that is not there yet is made by set-up. */
export async function mayCreate(
  engine: Engine,
  catalog: string,
  schemas: readonly string[],
): Promise<ReadonlyMap<string, string | undefined>> {
  const found = new Map<string, string | undefined>();
  if (!(await engine.has(catalog))) return found;
  for (const schema of schemas) found.set(schema, await engine.use((session) => attempt(session, catalog, schema)));
  return found;
}

async function attempt(
  session: Parameters<Parameters<Engine['use']>[0]>[0],
  catalog: string,
  schema: string,
): Promise<string | undefined> {
  try {
    await session.run(`begin transaction;
      create schema if not exists ${identifier(catalog)}.${identifier(schema)};
      create table ${place({ catalog, schema, table })} (n integer)`);
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0] ?? '';
  } finally {
    await session.rollBack();
  }
}
