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
}
