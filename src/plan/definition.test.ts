import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../columns/index.ts';
import { type AnyModel, files, lambdaMart, model, settings, source, sql, table } from '../define/index.ts';
import { collect, type Node } from '../graph/index.ts';
import type { Dialect } from '../ports/index.ts';
import type { Analyser } from './analyse.ts';
import { definitionFacts, definitionHash, hashAbove } from './definition.ts';

interface Otherwise {
  readonly group?: 'request' | 'session';
  readonly key?: 'id' | 'request';
  readonly least?: number;
  readonly path?: string;
  readonly asView?: string;
  readonly about?: string;
  readonly standard?: number;
}

/** What a model is, and what stands above it: a file, a view, a table. */
function hashes({
  group = 'request',
  key = 'id',
  least = 0,
  path = 'shown.csv',
  asView = '',
  about = '',
  standard = 9,
}: Otherwise) {
  const own = { id: col.text(), request: col.text(), session: col.text(), price: col.real(), chosen: col.integer() };
  const dearest = settings('config.limits', { price: col.real().default(standard) });
  const arrived = source('landing.shown', { reader: files(path), columns: own });
  const columns = { ...own, price: col.real().describe(about) };
  const cheap = table('bronze.cheap', {
    columns,
    rows: sql(
      [`select * from `, ` where price <= `, asView] as unknown as TemplateStringsArray,
      arrived,
      dearest.price,
    ),
    write: 'view',
  });
  const shown = table('silver.shown', {
    columns: { ...columns, [key]: col.text().key() },
    rows: sql`select * from ${cheap} where price > ${least}`,
  });
  const ltr = model('ml.ltr', {
    from: shown as never,
    features: ['price'],
    target: 'chosen',
    group,
    learner: lambdaMart({ at: [3] }),
  } as never) as AnyModel;
  const exports = { dearest, arrived, cheap, shown, ltr };
  const graph = collect([{ catalog: 'c', file: 'definitions/a.ts', exports }], { suffix: '_invalidos' });
  const dialect = { literal: String } as unknown as Dialect;
  const analyser = { graph, warehouse: { dialect } } as unknown as Analyser;
  const node = graph.nodeOf(ltr) as Node<AnyModel>;
  return { code: definitionHash(definitionFacts(node, { analyser, checks: [] })), above: hashAbove(node, analyser) };
}
const usual = hashes({});

test('a model of which requests are told apart by another column is another model', () => {
  const { code, above } = hashes({ group: 'session' });
  assert.ok(code !== usual.code);
  assert.equal(above, usual.above);
});

test('what stands above the rows of a model is otherwise with the query, the key, or the files of any of it, behind views too', () => {
  for (const otherwise of [
    { key: 'request' },
    { least: 1 },
    { path: 'other.csv' },
    { asView: ' and id > 7' },
  ] as const) {
    const { code, above } = hashes(otherwise);
    assert.equal(code, usual.code);
    assert.ok(above !== usual.above, JSON.stringify(otherwise));
  }
  for (const otherwise of [{ about: 'in euro' }, { standard: 8 }]) assert.deepEqual(hashes(otherwise), usual);
});
