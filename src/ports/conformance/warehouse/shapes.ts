import assert from 'node:assert/strict';
import { col } from '../../../columns/index.ts';
import type { On } from './on.ts';

const columns = { id: col.integer().key(), word: col.text(), share: col.real().optional() };
const rows = [
  { id: 1, word: '1', share: 1 },
  { id: 2, word: '02', share: 0.1 },
  { id: Number.MAX_SAFE_INTEGER, word: 'x', share: 2.5 },
  { id: 4, word: '4', share: null },
];

/** Tables that get another shape while rows are in them. */
export function shapes(on: On): void {
  on('whether a schema may be made is tried, and nothing of it stays', async (desk) => {
    await desk.make('there', columns);
    const may = await desk.warehouse.mayCreate('one', ['silver', 'never']);
    assert.deepEqual(
      [...may],
      [
        ['silver', undefined],
        ['never', undefined],
      ],
    );
    const left = (await desk.warehouse.inspect('one')).map(({ place }) => `${place.schema}.${place.table}`);
    assert.deepEqual(
      left.filter((name) => /never|may_create/.test(name)),
      [],
    );
    assert.deepEqual([...(await desk.warehouse.mayCreate('nobody has this one', ['silver']))], []);
  });

  on('a value is lost by a type that does not give it back as it was; a missing one is not', async (desk) => {
    const kept = await desk.make('shapes', columns);
    await desk.publish(kept, rows);
    const type = (facts: Parameters<typeof desk.warehouse.dialect.type>[0]) => desk.warehouse.dialect.type(facts);
    const lost = await desk.warehouse.losses(kept.place, [
      { name: 'id', type: type({ kind: 'decimal', of: [18, 2] }) },
      { name: 'id', type: type({ kind: 'decimal', of: [9, 2] }) },
      { name: 'word', type: type({ kind: 'integer' }) },
      { name: 'share', type: type({ kind: 'text' }) },
      { name: 'share', type: type({ kind: 'integer' }) },
      { name: 'share' },
      { name: 'WORD' },
    ]);
    assert.deepEqual(lost, [0, 1, 2, 0, 2, 3, 4]);
    assert.deepEqual(await desk.warehouse.losses({ ...kept.place, table: 'none' }, [{ name: 'id' }]), [0]);
  });

  on('a column gets another type with its values in it, and one that is dropped is gone', async (desk) => {
    const kept = await desk.make('shapes', columns);
    await desk.publish(kept, rows);
    const { place } = kept;
    const column = { name: 'id', type: desk.warehouse.dialect.type({ kind: 'decimal', of: [18, 2] }) };
    await desk.warehouse.change(place.catalog, [
      { change: 'retype column', place, column, from: '', lost: 0 },
      { change: 'drop column', place, column: 'share' },
    ]);
    const { id: _, share: __, ...rest } = columns;
    const now = { id: col.decimal(18, 2).key(), ...rest };
    assert.deepEqual(await desk.read({ ...kept, columns: now }), [
      ['1.00', '1'],
      ['2.00', '02'],
      ['4.00', '4'],
      ['9007199254740991.00', 'x'],
    ]);
    const there = (await desk.warehouse.inspect(place.catalog)).find((table) => table.place.table === 'shapes');
    assert.ok(!there?.columns.some(({ name }) => name === 'share'));
    const word = { name: 'word', type: desk.warehouse.dialect.type({ kind: 'boolean' }) };
    await desk.warehouse.change(place.catalog, [{ change: 'empty column', place, column: word, from: '' }]);
    const emptied = await desk.ask(`select count(word), count(*) from ${desk.warehouse.dialect.place(place)}`);
    assert.deepEqual(emptied, [[0, 4]]);
    const text = { name: 'word', type: desk.warehouse.dialect.type({ kind: 'text' }) };
    await desk.warehouse.change(place.catalog, [{ change: 'empty column', place, column: text, from: '' }]);
    await desk.publish({ ...kept, columns: now }, [{ id: '5.25', word: 'five' }]);
    assert.deepEqual(await desk.read({ ...kept, columns: now }), [['5.25', 'five']]);
  });

  on(
    'definitions by which what is there was written are told apart; a table that is built again has nothing of those before',
    async (desk) => {
      const kept = await desk.make('shapes', columns, { mode: 'append' });
      const step = 'one.silver.shapes';
      const batch = (definition: string) => ({ ...desk.write(kept, '').batch, definition });
      const former = async (definition: string) =>
        (await desk.warehouse.formerDefinitions('one', new Map([[step, definition]]))).get(step);
      assert.equal(await former('a'), undefined);
      await desk.publish(kept, rows, { batch: batch('a'), facts: { kind: 'table', rows: "it's a" } });
      await desk.publish(kept, rows.slice(0, 1), { batch: batch('a') });
      await desk.publish(kept, rows.slice(0, 2), { batch: batch('b') });
      assert.deepEqual(await former('a'), [{ definition: 'b' }]);
      assert.deepEqual(await former('c'), [
        { definition: 'b' },
        { definition: 'a', facts: { kind: 'table', rows: "it's a" } },
      ]);
      const [latest] = (await desk.warehouse.position('one')).latest.values();
      assert.ok(latest && !('definition' in latest.details));
      await desk.publish(kept, rows, { batch: batch('c'), anew: true, facts: { kind: 'table', rows: 'c' } });
      assert.equal(await former('c'), undefined);
      await desk.publish(kept, rows, { batch: batch('d'), facts: { kind: 'table', rows: 'd' } });
      assert.deepEqual(await former('d'), [{ definition: 'c', facts: { kind: 'table', rows: 'c' } }]);
    },
  );
}
