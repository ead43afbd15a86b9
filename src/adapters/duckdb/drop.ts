import { type Place, placeText } from '../../ports/index.ts';
import type { Engine } from './connection.ts';
import { dialect } from './dialect.ts';
import { engineError, fenced } from './errors.ts';
import { inspect } from './inspect.ts';
import { book, scopeOf } from './setup.ts';

const { literal } = dialect;

/** Drops what is there of these, in one transaction, and forgets what was read for them; the publications stay, and prove nothing any more. */
export async function drop(engine: Engine, catalog: string, places: readonly Place[], token: bigint): Promise<void> {
  const there = new Map((await inspect(engine, catalog)).map((table) => [placeText(table.place), table]));
  const found = places.flatMap((place) => there.get(placeText(place)) ?? []);
  if (found.length === 0) return;
  const scopes = literal(found.map(({ place }) => scopeOf(place)));
  // A table that is made again under the name has read nothing; without `made` the publications prove nothing.
  const forget = (table: string, column: string): string =>
    `delete from ${book(catalog, table)} where ${column} in ${scopes}`;
  const list = [
    ...found.map(({ place, view }) => `drop ${view ? 'view' : 'table'} ${dialect.place(place)}`),
    forget('watermark', 'target'),
    forget('file', 'target'),
    forget('invalid_ledger', 'target'),
    forget('made', 'name'),
    forget('view_definition', 'name'),
  ];
  await engine.use(async (session) => {
    try {
      const fence = book(catalog, 'fence');
      // The fences stay. Their number moves on, so that no publication is the newest of a table that is gone; and they are written, so that a run that
      // has a lower token meets them, and cannot publish to what is made next. As a claim does, and not with `returning`: docs/adr/0013.
      const touch = `update ${fence} set token = greatest(token, ${literal(token)}), seq = seq + 1 where scope in ${scopes};
        select scope, token from ${fence} where scope in ${scopes}`;
      await session.transaction(async (fences) => {
        const [higher] = fences.filter((row) => (row.token as bigint) > token);
        if (higher) throw fenced(catalog, `${higher.scope} has token ${higher.token}`);
        await session.run(list.join(';\n'));
      }, touch);
      engine.watermarks.clear();
    } catch (error) {
      throw engineError(error, { where: `reset of ${catalog}` });
    } finally {
      engine.inspected.delete(catalog);
    }
  });
}
