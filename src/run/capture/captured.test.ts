import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { col } from '../../columns/index.ts';
import { always, byHand, check, env, expectNone, files, job, source, sql, table } from '../../define/index.ts';
import { postgres } from '../../define/postgres.ts';
import { EsteiraError } from '../../errors.ts';
import { collect, stepsOf } from '../../graph/index.ts';
import type { StepModel } from '../../plan/index.ts';
import { capturedBy } from './captured.ts';

const app = postgres(env('SHOP_URL'));
const columns = { id: col.integer().key() };
const orders = source('landing.orders', { reader: app.changes('orders'), columns });
const people = source('landing.people', { reader: app.changes('sales.people'), columns, newColumns: 'keep' });

/** What the job would follow, from what is exported. */
function of(exports: Readonly<Record<string, unknown>>, name = 'follow') {
  const graph = collect([{ catalog: 'shop', file: 'definitions/shop.ts', exports }], { suffix: '_invalidos' });
  const found = graph.jobs.get(name);
  assert.ok(found);
  const models = stepsOf(graph, found).steps.map(
    ({ node, kind, checks }) => ({ node, kind, checks }) as unknown as StepModel,
  );
  return capturedBy(models, name, { graph, readerOf: ({ reader }) => reader });
}
const refuses = (exports: Readonly<Record<string, unknown>>, what: RegExp) =>
  assert.throws(
    () => of(exports),
    (error) => error instanceof EsteiraError && error.code === 'DEFINITION_INVALID' && what.test(error.message),
  );

describe('what a job follows', () => {
  it('is the tables of its sources, with what becomes of columns that nobody declares', () => {
    const follow = job('follow', { when: always, build: [orders, people] });
    const captured = of({ orders, people, follow });
    assert.deepEqual(captured?.tables.map(({ step, place, extra }) => [step, place, extra]).sort(), [
      ['shop.landing.orders', 'orders', undefined],
      ['shop.landing.people', 'sales.people', '_extra'],
    ]);
    assert.deepEqual([captured?.job, captured?.catalog, captured?.url], ['follow', 'shop', 'env:SHOP_URL']);
  });

  it('is nothing where nothing is followed', () => {
    const landed = source('landing.files', { reader: files('x/*.csv'), columns });
    const bronze = table('bronze.files', { columns, rows: landed.unread, write: 'append' });
    assert.equal(of({ landed, bronze, follow: job('follow', { when: byHand, build: [bronze] }) }), undefined);
  });

  it('is refused where one reader cannot bring it in', () => {
    refuses({ orders, follow: job('follow', { when: byHand, build: [orders] }) }, /is no job that does so without end/);
    const bronze = table('bronze.orders', { columns, rows: orders.unread, write: 'append' });
    refuses(
      { orders, bronze, follow: job('follow', { when: always, build: [orders, bronze] }) },
      /is no source of changes/,
    );
    const other = source('landing.other', { reader: postgres(env('OTHER_URL')).changes('orders'), columns });
    refuses(
      { orders, other, follow: job('follow', { when: always, build: [orders, other] }) },
      /follows two databases/,
    );
    const again = source('landing.again', { reader: app.changes('orders'), columns });
    refuses({ orders, again, follow: job('follow', { when: always, build: [orders, again] }) }, /follows orders twice/);
    const held = check('no orders', expectNone(sql`select id from ${orders}`));
    refuses(
      { orders, held, follow: job('follow', { when: always, build: [orders] }) },
      /would hold back changes of landing.orders/,
    );
  });
});
