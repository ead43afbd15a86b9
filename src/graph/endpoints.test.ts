import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../columns/index.ts';
import {
  type AnyTable,
  appendChanges,
  endpoint,
  history,
  keepLatest,
  kmeans,
  mergeDeleting,
  model,
  priceElasticity,
  sql,
  table,
} from '../define/index.ts';
import type { EsteiraError } from '../errors.ts';
import { collect } from './collect.ts';

const columns = { id: col.text().key(), n: col.real(), on: col.timestamp(), over: col.boolean() };
const rows = sql`select 1`;
const items = table('silver.items', { columns, rows });
const clusters = model('gold.clusters', { from: items, features: ['n'], learner: kmeans({ clusters: 3 }) });

/** Why an endpoint cannot look up in it; nothing where it can. */
function why(looked: AnyTable): string | undefined {
  const shop = endpoint('shop', {
    ...{ path: '/api/shop', model: clusters, request: { id: col.text() }, answer: { n: col.integer() } },
    lookup: { looked },
    handle: () => ({ n: 1 }),
  });
  const definitions = { items, clusters, looked, shop };
  try {
    collect([{ catalog: 'shop', file: 'shop.ts', exports: definitions }] as never, { suffix: '_invalidos' });
    return undefined;
  } catch (error) {
    const { code, details } = error as EsteiraError;
    assert.equal(code, 'DEFINITION_INVALID', String(error));
    return `${details.what} ${details.got}`;
  }
}

test('rows are looked up in tables that say when they have changed, and have one row for each key', () => {
  const named = (write: object) => table('silver.t', { columns, rows, ...write } as never) as AnyTable;
  for (const write of [
    { write: 'replace' },
    { write: 'merge' },
    { write: mergeDeleting('over') },
    { write: 'append', duplicates: keepLatest('on') },
  ])
    assert.equal(why(named(write)), undefined, JSON.stringify(write));
  assert.match(
    why(named({ write: 'view' })) ?? '',
    /shop cannot look up in silver\.t\. looked: a view has no publications/,
  );
  for (const write of [
    { write: 'append' },
    { write: history({ at: 'on' }) },
    { write: appendChanges({ at: 'on', deleted: 'over' }) },
  ])
    assert.match(why(named(write)) ?? '', /looked: it keeps several rows of one key/, JSON.stringify(write));
  const refusing = table('silver.t', { columns, rows, invalid: 'set aside' });
  assert.match(why(refusing.invalid as AnyTable) ?? '', /several rows|refused/);
});

test('a key is of a kind that two values of are equal where their texts are', () => {
  for (const key of [col.list(col.text()), col.json(), col.real()])
    assert.match(
      why(table('silver.t', { columns: { ...columns, id: key.key() }, rows }) as AnyTable) ?? '',
      /its key id is of the kind (list|json|real)/,
    );
  assert.equal(why(table('silver.t', { columns: { ...columns, id: col.date().key() }, rows }) as AnyTable), undefined);
});

test('no rows are looked up inside the versions of a model', () => {
  const inside = table('silver.t', { columns: clusters.centroids.columns, rows: clusters.centroids });
  assert.match(why(inside as AnyTable) ?? '', /one key|inside the versions of a model/);
});

test('an endpoint has no model that predicts tables only', () => {
  const elastic = model('gold.elastic', {
    from: items,
    features: ['id', 'n'],
    target: 'n' as never,
    learner: priceElasticity({ by: 'id', price: 'n' }),
  });
  const shop = endpoint('shop', {
    ...{ path: '/api/shop', model: elastic, request: { id: col.text() }, answer: { n: col.integer() } },
    handle: () => ({ n: 1 }),
  });
  assert.throws(
    () => collect([{ catalog: 'shop', file: 'shop.ts', exports: { items, shop } }] as never, { suffix: '_invalidos' }),
    /predicts tables only/,
  );
});
