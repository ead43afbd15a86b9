import assert from 'node:assert/strict';
import { col } from '../../../columns/index.ts';
import { EsteiraError } from '../../../errors.ts';
import type { Publication } from '../../index.ts';
import { at } from './desk.ts';
import type { On } from './on.ts';

const columns = { id: col.integer().key(), word: col.text() };
/** Takes some seconds on any machine, so that something can come between. */
const slow = `select (a.range * 100000 + b.range)::bigint as id, md5(a.range::varchar || b.range::varchar) as word
  from range(100000) as a, range(100000) as b where a.range + b.range > 0`;

/** Once, whole, by one at a time: what a publication promises. */
export function publishing(on: On): void {
  on('a publication says what it was, and the catalog’s position tells the same', async (desk) => {
    const kept = await desk.make('t', columns, { mode: 'merge' });
    const bounds = [
      { source: 'one.bronze.s', lower: 3n, upper: 12n, generation: 'first' },
      { source: 'files:one.landing.whole', upper: 2n },
    ];
    const made = await desk.publish(kept, [{ id: 1, word: 'a' }], { bounds });
    assert.deepEqual(await desk.warehouse.publications('one', made.runId), [made]);
    const { fences, watermarks, latest } = await desk.warehouse.position('one');
    assert.deepEqual(latest.get('silver.t'), made);
    assert.deepEqual(fences.get('silver.t'), { token: 1n, sequence: 1n });
    assert.deepEqual(
      watermarks.get('silver.t'),
      new Map([
        ['one.bronze.s', { upper: 12n, generation: 'first' }],
        ['files:one.landing.whole', { upper: 2n }],
      ]),
    );
    assert.equal(made.sequence, 1n);
    assert.deepEqual(made.publishedAt, at('2026-03-01T12:00:01Z'));
  });

  on('a watermark of another table of the same name is another one, though its number is the same', async (desk) => {
    const kept = await desk.make('t', columns, { mode: 'merge' });
    for (const generation of ['first', 'second']) {
      await desk.publish(kept, [], { bounds: [{ source: 'two.bronze.s', upper: 12n, generation }] });
      const { watermarks } = await desk.warehouse.position('one');
      assert.deepEqual(watermarks.get('silver.t')?.get('two.bronze.s'), { upper: 12n, generation });
    }
  });

  on('each table that is made has a generation of its own', async (desk) => {
    for (const table of ['t', 'u']) await desk.make(table, columns);
    const { generations } = await desk.warehouse.position('one');
    assert.deepEqual(
      [...generations.keys()].toSorted(),
      ['t', 't_invalidos', 'u', 'u_invalidos'].map((name) => `silver.${name}`),
    );
    assert.equal(new Set(generations.values()).size, 4);
  });

  on('the newest publication is that of the latest run, and of its last part', async (desk) => {
    const kept = await desk.make('t', columns, { mode: 'append' });
    await desk.claim(kept);
    const write = desk.write(kept, desk.rows(columns, [{ id: 1, word: 'a' }]));
    for (const part of [1, 2, 3]) await desk.warehouse.publish({ ...write, batch: { ...write.batch, part } });
    assert.equal((await desk.warehouse.position('one')).latest.get('silver.t')?.part, 3);
    assert.equal((await desk.warehouse.publications('one', write.batch.runId)).length, 3);
    const next = await desk.publish(kept, []);
    assert.deepEqual((await desk.warehouse.position('one')).latest.get('silver.t'), next);
  });

  on('one batch is published once', async (desk) => {
    const kept = await desk.make('t', columns, { mode: 'append' });
    await desk.claim(kept);
    const write = desk.write(kept, desk.rows(columns, [{ id: 1, word: 'a' }]));
    await desk.warehouse.publish(write);
    await on.rejects(
      desk.warehouse.publish({ ...write, body: { by: 'query', sql: desk.rows(columns, [{ id: 2, word: 'b' }]) } }),
      'FENCED',
    );
    await on.rejects(desk.warehouse.publish({ ...write, unchanged: true }), 'FENCED');
    assert.deepEqual(await desk.read(kept), [[1, 'a']]);
  });

  on('a step with nothing to do records itself and nothing else', async (desk) => {
    const kept = await desk.make('t', columns, { mode: 'merge' });
    const before = await desk.publish(kept, [{ id: 1, word: 'a' }], { bounds: [{ source: 's', upper: 5n }] });
    const made = await desk.publish(kept, 'select * from nothing.at.all', {
      unchanged: true,
      bounds: [{ source: 's', upper: 5n }],
      told: { badFiles: [{ path: 'a.csv', why: 'half' }], warnings: ['look'] },
    });
    assert.equal(made.account.in, 0);
    assert.equal(made.sequence, before.sequence);
    assert.deepEqual(made.details.warnings, ['look']);
    assert.deepEqual(await desk.warehouse.publications('one', made.runId), [made]);
    const { watermarks } = await desk.warehouse.position('one');
    assert.equal(watermarks.get('silver.t')?.get('s')?.upper, 5n);
  });

  on('steps with nothing to do are recorded together, each under its own fence, or not at all', async (desk) => {
    const make = (name: string) => desk.make(name, columns, { mode: 'merge' });
    const all = [await make('t'), await make('u'), await make("it's"), await make('v')] as const;
    for (const kept of all) await desk.publish(kept, [{ id: 1, word: 'a' }]);
    const { batch } = desk.write(all[0], '');
    const writes = all.map((kept) => {
      const write = desk.write(kept, 'select * from nothing.at.all');
      return { ...write, batch: { ...batch, step: write.batch.step }, unchanged: true };
    });
    await desk.warehouse.claim('one', [all[3].place], desk.token + 1n);
    await on.rejects(desk.warehouse.publishUnchanged(writes), 'FENCED', /silver\.v/);
    assert.deepEqual(await desk.warehouse.publications('one', batch.runId), []);
    const three = writes.slice(0, 3);
    const made = await desk.warehouse.publishUnchanged(three);
    assert.deepEqual(
      made.map(({ step }) => step),
      three.map((write) => write.batch.step),
    );
    const inOrder = (found: readonly Publication[]) => found.toSorted((one, other) => (one.step < other.step ? -1 : 1));
    assert.deepEqual(inOrder(await desk.warehouse.publications('one', batch.runId)), inOrder(made));
    await on.rejects(desk.warehouse.publishUnchanged(three), 'FENCED');
    assert.deepEqual(await desk.read(all[0]), [[1, 'a']]);
  });

  on('a token that is not the table’s publishes nothing', async (desk) => {
    const kept = await desk.make('t', columns, { mode: 'merge' });
    const write = desk.write(kept, desk.rows(columns, [{ id: 1, word: 'a' }]));
    await on.rejects(desk.warehouse.publish(write), 'FENCED');
    desk.token = 5n;
    await desk.claim(kept);
    await on.rejects(desk.warehouse.publish(write), 'FENCED');
    await on.rejects(desk.warehouse.publish({ ...write, unchanged: true }), 'FENCED');
    await on.rejects(desk.warehouse.claim('one', [kept.place], 4n), 'FENCED', /silver\.t has token 5/);
    await desk.claim(kept);
    assert.deepEqual(await desk.read(kept), []);
    assert.equal((await desk.warehouse.position('one')).latest.size, 0);
  });

  on('a claim of some tables that meets a higher token raises none', async (desk) => {
    const one = await desk.make('one', columns);
    const two = await desk.make('two', columns);
    await desk.warehouse.claim('one', [two.place], 9n);
    await on.rejects(desk.warehouse.claim('one', [one.place, two.place], 3n), 'FENCED');
    assert.equal((await desk.warehouse.position('one')).fences.get('silver.one')?.token, 0n);
  });

  on('a newer token ends the older one’s open transaction, and takes the table', async (desk) => {
    const kept = await desk.make('t', columns, { mode: 'append' });
    await desk.claim(kept);
    const old = on.settled(desk.warehouse.publish(desk.write(kept, slow)));
    await on.wait(150);
    desk.token = 2n;
    await desk.publish(kept, [{ id: 1, word: 'new' }]);
    assert.equal((await old).error?.code, 'FENCED');
    assert.deepEqual(await desk.read(kept), [[1, 'new']]);
  });

  on('readers see the former rows until a publication is whole, and are never refused', async (desk) => {
    const size = 250_000;
    const sql = `select range as id, md5(range::varchar) as word from range(${size})`;
    for (const [index, mode] of (['replace', 'merge', 'append', 'merge'] as const).entries()) {
      const kept = await desk.make(`t${index}`, columns, { mode });
      await desk.publish(kept, [{ id: 0, word: 'former' }]);
      await desk.claim(kept);
      let ended = false;
      const seen = new Set<string>();
      const look = async (expression: string): Promise<void> => {
        const ask = async (): Promise<void> => {
          seen.add(String((await desk.ask(`select ${expression} from one.silver.t${index}`))[0]?.[0]));
        };
        while (!ended) await ask();
        await ask();
      };
      const going = desk.warehouse.publish(desk.write(kept, sql)).finally(() => {
        ended = true;
      });
      await Promise.all([going, look('count(*)'), look('count(word)')]);
      // An append keeps every version of a key.
      assert.deepEqual([...seen], ['1', `${mode === 'append' ? size + 1 : size}`], mode);
    }
  });

  on('steps of one catalog are carried out side by side', async (desk) => {
    const tables = await Promise.all(['a', 'b', 'c', 'd'].map((name) => name)).then(async (names) => {
      const made = [];
      for (const name of names) made.push(await desk.make(name, columns, { mode: 'merge' }));
      return made;
    });
    await desk.claim(...tables);
    const all = await Promise.all(
      tables.map((kept, index) =>
        desk.warehouse.publish(desk.write(kept, desk.rows(columns, [{ id: index, word: 'x' }]))),
      ),
    );
    assert.deepEqual(
      all.map(({ account }) => account.inserted),
      [1, 1, 1, 1],
    );
    for (const [index, kept] of tables.entries()) assert.deepEqual(await desk.read(kept), [[index, 'x']]);
  });

  on('a step reads any catalog and writes its own', async (desk) => {
    const from = await desk.make('t', columns, { catalog: 'two' });
    await desk.publish(from, [{ id: 1, word: 'far' }]);
    const kept = await desk.make('t', columns);
    await desk.publish(kept, 'select * from two.silver.t');
    assert.deepEqual(await desk.read(kept), [[1, 'far']]);
  });

  on('a step that is stopped leaves nothing, and the next goes on', async (desk) => {
    const kept = await desk.make('t', columns, { mode: 'append' });
    await desk.claim(kept);
    const stop = new AbortController();
    const going = on.settled(desk.warehouse.publish(desk.write(kept, slow), stop.signal));
    await on.wait(150);
    const asked = Date.now();
    stop.abort();
    assert.equal((await going).error?.code, 'CANCELLED');
    assert.ok(Date.now() - asked < 2000, 'it stops soon');
    assert.deepEqual(await desk.read(kept), []);
    await on.rejects(desk.warehouse.publish(desk.write(kept, slow), AbortSignal.abort()), 'CANCELLED');
    await desk.publish(kept, [{ id: 1, word: 'a' }]);
    assert.deepEqual(await desk.read(kept), [[1, 'a']]);
  });

  on('any statement that fails takes the whole step with it', async (desk) => {
    const kept = await desk.make('t', columns, { mode: 'merge' });
    await desk.publish(kept, [{ id: 1, word: 'a' }]);
    const bad = [
      `select 1::bigint as id, error('stopped') as word`,
      'select * from one.silver.not_there',
      `select 'x'::integer::bigint as id, 'b' as word`,
    ];
    for (const sql of bad) await on.rejects(desk.publish(kept, sql), 'ENGINE_FAILED');
    const checks = [
      { name: 'broken', blocks: true, measure: 'rows of a query', query: 'select nothing', sign: '<=', bound: 0 },
    ] as const;
    await on.rejects(desk.publish(kept, [{ id: 2, word: 'b' }], { checks }), 'ENGINE_FAILED', /check broken/);
    assert.deepEqual(await desk.read(kept), [[1, 'a']]);
    assert.equal((await desk.warehouse.position('one')).fences.get('silver.t')?.sequence, 1n);
    await desk.publish(kept, [{ id: 2, word: 'b' }]);
    assert.equal((await desk.read(kept)).length, 2);
  });

  on('a function gets each row and gives as many as it likes', async (desk) => {
    const kept = await desk.make('t', { id: col.integer().key(), day: col.date(), much: col.decimal(9, 2) });
    const input = { id: col.integer(), day: col.date(), much: col.decimal(9, 2), big: col.bigint() };
    const seen: unknown[] = [];
    const made = await desk.publish(kept, '', {
      body: {
        by: 'function',
        sql: desk.rows(input, [
          { id: 1, day: Temporal.PlainDate.from('2024-02-29'), much: '12.50', big: 9007199254740993n },
          { id: 2, day: Temporal.PlainDate.from('1999-12-31'), much: '-0.10', big: null },
        ]),
        columns: input,
        map: (row) => {
          seen.push(row);
          const { id, day, much } = row as { id: number; day: Temporal.PlainDate; much: string };
          return id === 1
            ? [
                { id, day, much },
                { id: 10, day: day.add({ days: 1 }), much },
              ]
            : [{ id, day: null, much }];
        },
      },
    });
    assert.deepEqual(seen, [
      { id: 1, day: Temporal.PlainDate.from('2024-02-29'), much: '12.50', big: 9007199254740993n },
      { id: 2, day: Temporal.PlainDate.from('1999-12-31'), much: '-0.10', big: null },
    ]);
    assert.deepEqual([made.account.in, made.account.inserted, made.details.flags], [3, 2, { day_present: 1 }]);
    assert.deepEqual(await desk.read(kept), [
      [1, Temporal.PlainDate.from('2024-02-29'), '12.50'],
      [10, Temporal.PlainDate.from('2024-03-01'), '12.50'],
    ]);
  });

  on('a function that throws is told with its row; its own coded error is passed on', async (desk) => {
    const kept = await desk.make('t', columns);
    const body = (map: (row: object) => readonly object[]) => ({
      body: {
        by: 'function' as const,
        sql: desk.rows(columns, [
          { id: 1, word: 'a' },
          { id: 2, word: 'b' },
        ]),
        columns,
        map,
      },
    });
    const throwing = body((row) => {
      if ((row as { id: number }).id === 2) throw new Error('no such word');
      return [row];
    });
    await on.rejects(desk.publish(kept, '', throwing), 'FUNCTION_FAILED', /row 2[\s\S]*no such word[\s\S]*"word":"b"/);
    const coded = body(() => {
      throw new EsteiraError('ROW_UNKNOWN_COLUMN', { what: 'no', next: 'no' });
    });
    await on.rejects(desk.publish(kept, '', coded), 'ROW_UNKNOWN_COLUMN');
    await on.rejects(
      desk.publish(
        kept,
        '',
        body(() => [{ id: '1', word: 'a' }]),
      ),
      'ROW_UNKNOWN_COLUMN',
      /id/,
    );
    assert.deepEqual(await desk.read(kept), []);
  });

  on('a function goes through rows by the ten thousand, and can be stopped', async (desk) => {
    const kept = await desk.make('t', columns);
    const body = { by: 'function', sql: `select range as id, 'w' as word from range(50000)`, columns } as const;
    const made = await desk.publish(kept, '', { body: { ...body, map: (row) => [row] } });
    assert.equal(made.account.inserted, 50_000);
    const stop = new AbortController();
    const stopping = (row: object): readonly object[] => {
      stop.abort();
      return [row];
    };
    const write = desk.write(kept, '', { body: { ...body, map: stopping } });
    await on.rejects(desk.warehouse.publish(write, stop.signal), 'CANCELLED');
  });
}
