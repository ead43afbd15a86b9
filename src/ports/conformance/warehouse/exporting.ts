import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { col } from '../../../columns/index.ts';
import { EsteiraError } from '../../../errors.ts';
import type { Counted } from '../../index.ts';
import type { On } from './on.ts';

/** What readers without a warehouse get. */
export function exporting(on: On): void {
  on('rows are exported as one publication left them, after they were counted, or not at all', async (desk) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'esteira-exported-'));
    try {
      const columns = { id: col.text().key(), n: col.integer().optional(), more: col.json().optional() };
      const kept = await desk.make('t', columns, { mode: 'merge' });
      const counts: Counted[] = [];
      const to = (name: string, judge = (counted: Counted): void => void counts.push(counted)) =>
        desk.warehouse.exportRows(kept.place, { columns, key: 'id', file: path.join(folder, name), judge });
      assert.equal(await to('none'), undefined, 'there is no publication');
      assert.equal(existsSync(path.join(folder, 'none')), false);
      const query = (rows: string): string => `select * from (values ${rows}) as v(id, n, more)`;
      const first = await desk.publish(kept, query(`('b', 2, cast('{"a":1}' as json)), ('a', null, null)`));
      const found = await to("o'brien.parquet");
      assert.deepEqual(
        [found?.rows, found?.sequence, found?.runId, String(found?.publishedAt)],
        [2, first.sequence, first.runId, String(first.publishedAt)],
      );
      const [counted] = counts;
      assert.deepEqual([counted?.rows, counted?.keys, counted?.missing], [2, 2, { n: 1, more: 1 }]);
      assert.ok((counted?.bytes ?? 0) > 2 * 3 * 8 && (counted?.bytes ?? 0) < 1000);
      const bytes = readFileSync(path.join(folder, "o'brien.parquet"));
      assert.equal(bytes.subarray(0, 4).toString(), 'PAR1');
      await desk.publish(kept, query(`('a', null, null)`));
      const same = await to('same');
      assert.equal(same?.sequence, first.sequence, 'nothing has changed');
      assert.equal(Buffer.compare(readFileSync(path.join(folder, 'same')), bytes), 0, 'equal rows are equal bytes');
      const second = await desk.publish(kept, query(`('c', 3, null)`));
      assert.deepEqual([(await to('second'))?.sequence, (await to('again'))?.rows], [second.sequence, 3]);
      const refused = new EsteiraError('TABLE_UNSERVABLE', { what: 'Too many.', next: 'Have fewer.' });
      const refuse = (): never => {
        throw refused;
      };
      assert.equal((await on.settled(to('refused', refuse))).error, refused);
      assert.equal(existsSync(path.join(folder, 'refused')), false);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  on(
    'rows are copied for programs of others, as one publication left them, in the order that is asked',
    async (desk) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'esteira-copied-'));
      try {
        const columns = {
          ...{
            id: col.integer().key(),
            t: col.text().optional(),
            d: col.decimal(9, 2).optional(),
            r: col.real().optional(),
          },
          ...{ day: col.date().optional(), seen: col.timestamp().optional(), dear: col.boolean().optional() },
          ...{ list: col.list(col.text()).optional(), more: col.json().optional(), long: col.duration().optional() },
        };
        const kept = await desk.make('t', columns, { mode: 'merge' });
        const to = async (format: 'csv' | 'parquet', order: readonly string[] = ['id']) => {
          const file = path.join(folder, `o'brien.${format}`);
          const copied = await desk.warehouse.copyRows(kept.place, { columns, order, file, format });
          return { copied, bytes: existsSync(file) ? readFileSync(file) : undefined };
        };
        assert.deepEqual(await to('csv'), { copied: undefined, bytes: undefined }, 'there is no publication');
        const said = `(2, 'a "b", c', 1.50, 0.1, date '2026-01-02', timestamptz '2026-01-02 03:04:05.678901+00', true, cast('["x"]' as json), cast('{"a":1}' as json), '3 days')`;
        const query = `select * from (values ${said}, (1, '', null, null, null, null, null, null, null, null), (3, null, -1.00, 1e300, null, null, false, null, null, null)) as v(id, t, d, r, day, seen, dear, list, more, long)`;
        const { sequence } = await desk.publish(kept, query);
        const { copied, bytes } = await to('csv');
        assert.deepEqual([copied?.rows, copied?.sequence], [3, sequence]);
        assert.deepEqual(bytes?.toString().split('\n'), [
          'id,t,d,r,day,seen,dear,list,more,long',
          '1,"",,,,,,,,',
          '2,"a ""b"", c",1.50,0.1,2026-01-02,2026-01-02T03:04:05.678901Z,true,"[""x""]","{""a"":1}",3 days',
          '3,,-1.00,1e+300,,,false,,,',
          '',
        ]);
        assert.match((await to('csv', [])).bytes?.toString() ?? '', /^id,t,/);
        const parquet = (await to('parquet')).bytes;
        assert.equal(parquet?.subarray(0, 4).toString(), 'PAR1');
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
}
