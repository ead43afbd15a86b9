import type { Champion } from '../../ports/index.ts';
import type { Engine } from './connection.ts';
import { dialect } from './dialect.ts';
import { book } from './setup.ts';

/** By model: the version that the views of a catalog show. */
export async function champions(engine: Engine, catalog: string): Promise<ReadonlyMap<string, Champion>> {
  if (!(await engine.isSetUp(catalog))) return new Map();
  const rows = await engine.use((session) =>
    session.rows(`select model, version, number from ${book(catalog, 'champion')}`),
  );
  return new Map(
    rows.map(({ model, version, number }) => [
      String(model),
      { version: String(version), number: Number(number as bigint) },
    ]),
  );
}

/** Whoever comes late with a move that another has followed changes nothing. */
export async function show(engine: Engine, catalog: string, shown: ReadonlyMap<string, Champion>): Promise<void> {
  if (shown.size === 0) return;
  await engine.attach(catalog);
  const values = [...shown].map(
    ([model, { version, number }]) => `(${dialect.literal([model, version, number]).slice(1, -1)})`,
  );
  const statement = `insert into ${book(catalog, 'champion')} values ${values.join(', ')}
    on conflict do update set version = excluded.version, number = excluded.number where excluded.number > number`;
  await engine.use((session) => session.transaction(async () => {}, statement));
}
