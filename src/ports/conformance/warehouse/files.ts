import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { col } from '../../../columns/index.ts';
import type { Drift, SourceFile } from '../../index.ts';
import type { On } from './on.ts';

const columns = { id: col.integer().optional(), word: col.text().optional() };
const carried = {
  reads: { id: ['id'], word: ['word'] },
  original: { relation: '(select null as _rid where false)', json: 'null' },
};

/** A step that reads files. */
export function filesOfStep(on: On): void {
  const withFiles = async (
    work: (write: (name: string, text: string) => SourceFile) => Promise<void>,
  ): Promise<void> => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'esteira-files-'));
    try {
      await work((name, text) => {
        const location = path.join(folder, name);
        writeFileSync(location, text);
        const bytes = statSync(location).size;
        return { path: `in/${name}`, location, format: 'jsonl', bytes, fingerprint: `${bytes}` };
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  on('files are read with their rows’ places, and the publication keeps which', (desk) =>
    withFiles(async (file) => {
      const kept = await desk.make('t', columns, { mode: 'append', keepsOriginal: true });
      const read = [
        file('a.jsonl', '{"id":1,"word":"a"}\n{"id":"x","word":"b"}\n'),
        file('b.jsonl', '{"id":3,"word":"c"}\n'),
      ];
      const missing: SourceFile = {
        ...(read[0] as SourceFile),
        path: 'in/gone.jsonl',
        location: `${read[0]?.location}.gone`,
      };
      const input = { relation: 'arrived', source: 'landing.words', columns, files: [...read, missing], once: true };
      const made = await desk.publish(kept, 'select * from arrived', { files: [input], carried });
      assert.deepEqual([made.account.in, made.account.inserted, made.details.files], [3, 3, 2]);
      assert.deepEqual(
        made.details.badFiles.map((bad) => bad.path),
        ['in/gone.jsonl'],
      );
      const rows = await desk.ask('select id, word, _rid, _unread from one.silver.t order by _rid');
      assert.deepEqual(
        rows.map(([id, word]) => [id, word]),
        [
          [1, 'a'],
          [null, 'b'],
          [3, 'c'],
        ],
      );
      assert.match(String(rows[1]?.[2]), /^in\/a\.jsonl:0*2$/);
      assert.deepEqual(rows[1]?.[3], ['id']);
      const known = await desk.warehouse.filesRead(kept.place, 'landing.words');
      assert.deepEqual(known, new Map(read.map((one) => [one.path, { fingerprint: one.fingerprint, empty: false }])));
      assert.deepEqual(await desk.warehouse.filesRead(kept.place, 'landing.others'), new Map());
    }),
  );

  on(
    'files differ from what is declared: it is kept with the publication, each new name from the first that met it',
    (desk) =>
      withFiles(async (file) => {
        const kept = await desk.make('t', columns, { mode: 'append', keepsOriginal: true });
        const publish = async (files: readonly SourceFile[], drift: readonly Drift[] = []) => {
          const input = { relation: 'arrived', source: 'one.landing.words', columns, files, once: true };
          const write = { files: [input], carried, told: { badFiles: [], warnings: [], drift } };
          return await desk.publish(kept, 'select * from arrived', write);
        };
        const first = await publish([file('a.jsonl', '{"id":1,"word":"a","more":1}\n')]);
        const [met, ...others] = first.details.drift ?? [];
        assert.deepEqual(
          [met?.source, met?.how, met?.column, met?.path, met?.run, others.length],
          ['one.landing.words', 'new', 'more', 'in/a.jsonl', first.runId, 0],
        );
        const empty = await publish([file('b.jsonl', '')], first.details.drift);
        assert.deepEqual(empty.details.drift, first.details.drift);
        assert.deepEqual(empty.details.warnings, ['landing.words: no row in in/b.jsonl']);
        const known = await desk.warehouse.filesRead(kept.place, 'one.landing.words');
        assert.deepEqual([known.get('in/a.jsonl')?.empty, known.get('in/b.jsonl')?.empty], [false, true]);
        const breach = { written: 'shop.ts:1' };
        const input = {
          relation: 'arrived',
          source: 'one.landing.words',
          columns,
          once: true,
          refusesNew: true,
          breach,
        };
        const refused = { ...input, files: [file('c.jsonl', '{"id":1,"word":"a","other":1}\n')] };
        const broken = desk.publish(kept, 'select * from arrived', { files: [refused], carried });
        await on.rejects(broken, 'SOURCE_DRIFTED');
      }),
  );

  on('files of a step that fails count as not read', (desk) =>
    withFiles(async (file) => {
      const kept = await desk.make('t', columns, { mode: 'append', keepsOriginal: true });
      const read = file('a.jsonl', '{"id":1,"word":"a"}\n');
      const files = [{ relation: 'arrived', source: 'landing.words', columns, files: [read], once: true }];
      const checks = [{ name: 'many', blocks: true, measure: 'rows', sign: '>=', bound: 5 }] as const;
      await on.rejects(desk.publish(kept, 'select * from arrived', { files, carried, checks }), 'CHECK_FAILED');
      assert.equal((await desk.warehouse.filesRead(kept.place, 'landing.words')).size, 0);
      const made = await desk.publish(kept, 'select * from arrived', { files, carried });
      assert.equal(made.account.inserted, 1);
    }),
  );
}
