import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Columns, col } from '../../columns/index.ts';
import type {
  Target,
  TargetAsked,
  TargetBatch,
  TargetFault,
  TargetResult,
  Targets,
  TargetTable,
  TargetValue,
} from '../index.ts';

/** A table there; the types of its columns, with their rules, as Postgres spells them. */
export interface MadeTable {
  readonly columns: Readonly<Record<string, string>>;
  readonly key: readonly string[];
  /** Without a rule that its key is unique. */
  readonly isLoose?: boolean;
  readonly rows: readonly Readonly<Record<string, TargetValue>>[];
}

export interface TargetsUnderTest {
  readonly targets: Targets;
  make(table: MadeTable): Promise<TargetTable>;
  /** Its rows by their key, each value as text. */
  rows(table: TargetTable): Promise<readonly Readonly<Record<string, string | null>>[]>;
  /** How often rows were written since it was made. */
  writes(table: TargetTable): Promise<number>;
  /** What it cannot be tried for, and why. */
  readonly lacks?: Partial<Readonly<Record<'types' | 'rules' | 'uniqueness', string>>>;
  /** Rows of a batch that is large; default 3,000. */
  readonly large?: number;
  close?(): Promise<void>;
}

const score = { id: col.bigint().key(), score: col.real().optional() };
const scored: MadeTable = {
  columns: { id: 'bigint', name: 'text not null', score: 'double precision' },
  key: ['id'],
  rows: [
    { id: '1', name: 'Ana', score: null },
    { id: '2', name: 'Bo', score: 0.5 },
    { id: '3', name: 'Cy', score: 0.25 },
  ],
};
const asked = (columns: Columns, more: Partial<TargetAsked> = {}): TargetAsked => ({
  key: Object.keys(columns).filter((name) => columns[name]?.facts.isKey),
  columns,
  way: 'update',
  changedOnly: true,
  parallel: 4,
  ...more,
});
const batchOf = (...rows: readonly Readonly<Record<string, TargetValue>>[]): TargetBatch => ({
  rows: rows.length,
  columns: Object.fromEntries(Object.keys(rows[0] ?? {}).map((name) => [name, rows.map((row) => row[name] ?? null)])),
});
const kinds = (results: readonly TargetResult[]): readonly string[] => results.map(({ is }) => is);
const why = (result: TargetResult | undefined): string => (result && 'why' in result ? result.why : '');

/** What writes tables of other systems must do. */
export function targetsConformance(name: string, under: TargetsUnderTest, skip: string | false = false): void {
  const { targets } = under;
  const lacks = (what: keyof NonNullable<TargetsUnderTest['lacks']>) => ({ skip: under.lacks?.[what] ?? false });
  const opened: Target[] = [];
  const open = async (table: TargetTable, of: TargetAsked): Promise<Target> => {
    const target = await targets.open(table, of);
    opened.push(target);
    return target;
  };

  describe(`targets: ${name}`, { skip }, () => {
    after(async () => {
      for (const one of opened) await one.close();
      await under.close?.();
    });

    test('an update writes rows that are there and say something else, says of each what became of it, and never adds one', async () => {
      const table = await under.make(scored);
      const target = await open(table, asked(score));
      const results = await target.write(
        batchOf({ id: '3', score: 0.75 }, { id: '9', score: 0.9 }, { id: '2', score: 0.5 }, { id: '1', score: 0.125 }),
      );
      assert.deepEqual(kinds(results), ['sent', 'missing', 'unchanged', 'sent']);
      assert.deepEqual(await under.rows(table), [
        { id: '1', name: 'Ana', score: '0.125' },
        { id: '2', name: 'Bo', score: '0.5' },
        { id: '3', name: 'Cy', score: '0.75' },
      ]);
      assert.equal(await under.writes(table), 2);
    });

    test('a merge adds the rows that are missing, and changes of the others only what differs', async () => {
      const columns = { id: 'bigint', name: 'text', score: 'double precision' };
      const table = await under.make({ ...scored, columns });
      const target = await open(table, asked(score, { way: 'merge' }));
      const batch = batchOf({ id: '2', score: 0.5 }, { id: '7', score: 0.7 }, { id: '3', score: null });
      assert.deepEqual(kinds(await target.write(batch)), ['unchanged', 'sent', 'sent']);
      assert.deepEqual(kinds(await target.write(batch)), ['unchanged', 'unchanged', 'unchanged']);
      assert.deepEqual(await under.rows(table), [
        { id: '1', name: 'Ana', score: null },
        { id: '2', name: 'Bo', score: '0.5' },
        { id: '3', name: 'Cy', score: null },
        { id: '7', name: null, score: '0.7' },
      ]);
      assert.equal(await under.writes(table), 2);
    });

    test('a merge changes rows that are there although what it does not write must not be missing', async () => {
      const table = await under.make(scored);
      const target = await open(table, asked(score, { way: 'merge' }));
      assert.deepEqual(kinds(await target.write(batchOf({ id: '1', score: 0.5 }, { id: '2', score: 1 }))), [
        'sent',
        'sent',
      ]);
      assert.equal((await under.rows(table)).length, 3);
    });

    test('no value and a value are two things, and no value twice is one', async () => {
      const table = await under.make(scored);
      const target = await open(table, asked(score));
      const results = await target.write(batchOf({ id: '1', score: null }, { id: '2', score: null }));
      assert.deepEqual(kinds(results), ['unchanged', 'sent']);
      assert.deepEqual(kinds(await target.write(batchOf({ id: '2', score: 0 }))), ['sent']);
      assert.equal((await under.rows(table))[1]?.['score'], '0');
    });

    test('where all rows are to be written those that say the same are, too', async () => {
      const table = await under.make(scored);
      const target = await open(table, asked(score, { changedOnly: false }));
      const results = await target.write(batchOf({ id: '2', score: 0.5 }, { id: '8', score: 1 }));
      assert.deepEqual(kinds(results), ['sent', 'missing']);
      assert.equal(await under.writes(table), 1);
    });

    test('a request that is sent again, at once or later, writes nothing a second time', async () => {
      const ids = Array.from({ length: 60 }, (_, index) => String(index + 1));
      const table = await under.make({ ...scored, rows: ids.map((id) => ({ id, name: id, score: null })) });
      const target = await open(table, asked(score));
      const batch = batchOf(...ids.map((id) => ({ id, score: Number(id) / 64 })));
      const all = await Promise.all([target.write(batch), target.write(batch), target.write(batch)]);
      for (const row of ids.keys()) {
        const said = all.map((results) => results[row]?.is).toSorted();
        assert.equal(said.filter((is) => is === 'sent' || is === 'unchanged').length, 3, said.join());
        assert.ok(said.includes('sent'), 'somebody wrote it');
      }
      assert.equal(await under.writes(table), ids.length);
      assert.ok(kinds(await target.write(batch)).every((is) => is === 'unchanged'));
    });

    test('a row without a value of its key is refused, and the others are written', async () => {
      const table = await under.make(scored);
      const target = await open(table, asked(score, { way: 'merge' }));
      const results = await target.write(batchOf({ id: null, score: 1 }, { id: '1', score: 1 }));
      assert.deepEqual(kinds(results), ['refused', 'sent']);
      assert.equal((await under.rows(table)).length, 3);
    });

    test('keys are found by what they say, however they are spelled', async () => {
      const odd = [
        '',
        'a b',
        'a"b',
        "a'b",
        'a,b',
        '(a)',
        'a\\b',
        '{a}',
        'ação 😀',
        'NULL',
        'null',
        '*',
        'a.b',
        '%25&x=1',
      ];
      const table = await under.make({
        columns: { id: 'text', score: 'double precision' },
        key: ['id'],
        rows: odd.map((id) => ({ id, score: null })),
      });
      const columns = { id: col.text().key(), score: col.real() };
      const target = await open(table, asked(columns));
      const batch = batchOf(...odd.map((id, index) => ({ id, score: index })), { id: 'A B', score: 1 });
      assert.deepEqual(kinds(await target.write(batch)), [...odd.map(() => 'sent'), 'missing']);
      const told = new Map((await under.rows(table)).map((row) => [row['id'], row['score']]));
      for (const [index, id] of odd.entries()) assert.equal(told.get(id), String(index), id);
    });

    test('a key may be of several columns, of numbers beyond those of JavaScript and of uuids', async () => {
      const [one, two] = ['6f3c1a52-0d0e-4c5c-9d84-1f0a3b8b8c01', '6f3c1a52-0d0e-4c5c-9d84-1f0a3b8b8c02'];
      const table = await under.make({
        columns: { shop: 'uuid', n: 'bigint', score: 'double precision' },
        key: ['shop', 'n'],
        rows: [
          { shop: one, n: '9007199254740993', score: null },
          { shop: one, n: '9007199254740992', score: null },
          { shop: two, n: '9007199254740993', score: 0.5 },
        ],
      });
      const columns = { shop: col.text().key(), n: col.bigint().key(), score: col.real() };
      const target = await open(table, asked(columns));
      const results = await target.write(
        batchOf(
          { shop: one, n: '9007199254740993', score: 0.25 },
          { shop: two, n: '9007199254740992', score: 0.25 },
          { shop: two.toUpperCase(), n: '9007199254740993', score: 0.5 },
        ),
      );
      assert.deepEqual(kinds(results), ['sent', 'missing', 'unchanged']);
      const said = (await under.rows(table)).map(({ shop, n, score: its }) => [shop, n, its].join(' ')).toSorted();
      assert.deepEqual(said, [
        `${one} 9007199254740992 `,
        `${one} 9007199254740993 0.25`,
        `${two} 9007199254740993 0.5`,
      ]);
    });

    test('a value of any kind is written as it is, and is the same when it comes again', lacks('types'), async () => {
      const types = {
        id: 'integer',
        words: 'text',
        short: 'character varying(9)',
        whole: 'integer',
        long: 'bigint',
        share: 'double precision',
        near: 'real',
        price: 'numeric(12,2)',
        exact: 'numeric',
        ok: 'boolean',
        day: 'date',
        at: 'timestamptz',
        local: 'timestamp',
        took: 'interval',
        tags: 'text[]',
        more: 'jsonb',
        plain: 'json',
        list: 'jsonb',
      }; // prettier-ignore
      const columns = {
        id: col.integer().key(),
        words: col.text(),
        short: col.text(),
        whole: col.integer(),
        long: col.bigint(),
        share: col.real(),
        near: col.real(),
        price: col.decimal(12, 2),
        exact: col.decimal(30, 10),
        ok: col.boolean(),
        day: col.date(),
        at: col.timestamp(),
        local: col.timestamp(),
        took: col.duration(),
        tags: col.list(col.text()),
        more: col.json(),
        plain: col.json(),
        list: col.list(col.integer()),
      };
      const empty = Object.fromEntries(Object.keys(types).map((one) => [one, null]));
      const table = await under.make({
        columns: types,
        key: ['id'],
        rows: [
          { ...empty, id: 1 },
          { ...empty, id: 2 },
        ],
      });
      const first = {
        id: 1,
        words: 'a "b" \\ \n ç 😀',
        short: 'nine char',
        whole: -7,
        long: '9223372036854775807',
        share: 0.1 + 0.2,
        near: 0.1,
        price: '10.50',
        exact: '12345678901234567890.0123456789',
        ok: false,
        day: '2026-02-28',
        at: '2026-01-31T23:59:59.123456Z',
        local: '2026-01-31T10:00:00Z',
        took: '90 minutes',
        tags: '["a","b, c","\\"d\\"","",null]',
        more: '{"b":[1,2,{"c":null}],"a":1.50}',
        plain: '{"a": 1}',
        list: '[1,2,3]',
      };
      const second = { ...first, id: 2, share: 5e-324, near: -3.4e38, words: '', tags: '[]', ok: true, more: 'null' };
      const target = await open(table, asked(columns));
      assert.deepEqual(await target.write(batchOf(first, second)), [{ is: 'sent' }, { is: 'sent' }]);
      assert.deepEqual(await target.write(batchOf(first, second)), [{ is: 'unchanged' }, { is: 'unchanged' }]);
      assert.equal(await under.writes(table), 2);
      const [row] = await under.rows(table);
      assert.equal(row?.['words'], first.words);
      assert.equal(row?.['exact'], first.exact);
      assert.equal(row?.['long'], first.long);
      assert.equal(Number(row?.['share']), first.share);
      // Of each column a change is seen.
      const others: Readonly<Record<string, TargetValue>> = {
        words: 'A "b" \\ \n ç 😀',
        short: 'nine Char',
        whole: 7,
        long: '9223372036854775806',
        share: 0.3,
        near: 0.2,
        price: '10.51',
        exact: '12345678901234567890.0123456788',
        ok: true,
        day: '2026-03-01',
        at: '2026-01-31T23:59:59.123457Z',
        local: '2026-01-31T10:00:01Z',
        took: '91 minutes',
        tags: '["a","b","c"]',
        more: '{"b":[1,2,{"c":0}],"a":1.50}',
        plain: '{"a": 2}',
        list: '[1,3,2]',
      };
      for (const [one, value] of Object.entries(others))
        assert.deepEqual(
          await target.write(batchOf({ ...first, [one]: value }, second)),
          [{ is: 'sent' }, { is: 'unchanged' }],
          one,
        );
    });

    test('a value that its type rounds is written once, and is said each time', lacks('types'), async () => {
      const table = await under.make({
        columns: { id: 'bigint', score: 'numeric(5,2)', at: 'timestamptz(0)' },
        key: ['id'],
        rows: [{ id: '1', score: null, at: null }],
      });
      const columns = { id: col.bigint().key(), score: col.real(), at: col.timestamp() };
      const target = await open(table, asked(columns));
      const batch = batchOf({ id: '1', score: 0.333, at: '2026-01-31T10:00:00.4Z' });
      for (const time of [1, 2]) {
        const [result] = await target.write(batch);
        assert.equal(result?.is, 'other', `time ${time}`);
        assert.match(why(result), /score.* 0\.33\b.*0\.333/);
        assert.match(why(result), /; at .*10:00:00/);
      }
      assert.equal(await under.writes(table), 1);
      const exact = batchOf({ id: '1', score: 0.33, at: '2026-01-31T10:00:00Z' });
      assert.deepEqual(await target.write(exact), [{ is: 'unchanged' }]);
    });

    test(
      'a row that a rule or its type refuses says so, and is the only one that is not written',
      lacks('rules'),
      async () => {
        const table = await under.make({
          columns: {
            id: 'bigint',
            score: 'double precision constraint "between 0 and 1" check (score between 0 and 1)',
            n: 'integer',
          },
          key: ['id'],
          rows: ['1', '2', '3', '4'].map((id) => ({ id, score: null, n: null })),
        });
        const columns = { id: col.bigint().key(), score: col.real(), n: col.text() };
        const target = await open(table, asked(columns));
        const rows = [
          { id: '1', score: 0.5, n: '1' },
          { id: '2', score: 1.5, n: '2' },
          { id: '3', score: 0.5, n: 'three' },
          { id: '4', score: 0.25, n: '4' },
        ];
        const results = await target.write(batchOf(...rows)).catch(async (fault: TargetFault) => {
          assert.equal(fault.is, 'of rows', String(fault.stack));
          assert.equal(await under.writes(table), 0, 'of a request that is refused nothing is written');
          const each: TargetResult[] = [];
          for (const row of rows) {
            const alone = target.write(batchOf(row)).catch((refused: TargetFault): readonly TargetResult[] => {
              assert.equal(refused.is, 'of rows', refused.message);
              return [{ is: 'refused', why: refused.message }];
            });
            each.push(...(await alone));
          }
          return each;
        });
        assert.deepEqual(kinds(results), ['sent', 'refused', 'refused', 'sent']);
        assert.match(why(results[1]), /between 0 and 1/);
        assert.match(why(results[2]), /three/);
        assert.equal(await under.writes(table), 2);
      },
    );

    test('a batch may be large', async () => {
      const ids = Array.from({ length: under.large ?? 3000 }, (_, index) => String(index));
      const table = await under.make({ ...scored, rows: ids.map((id) => ({ id, name: id, score: null })) });
      const target = await open(table, asked(score));
      const batch = batchOf(...ids.map((id) => ({ id, score: Number(id) / 4096 })));
      assert.ok(kinds(await target.write(batch)).every((is) => is === 'sent'));
      assert.ok(kinds(await target.write(batch)).every((is) => is === 'unchanged'));
      assert.equal(await under.writes(table), ids.length);
    });

    test('what has no such table or column is said before anything is written, by a look and when it is opened', async () => {
      const table = await under.make(scored);
      const none = { ...table, options: { ...table.options, name: 'no_such_table' } };
      const column = asked({ id: col.bigint().key(), scores: col.real() });
      for (const each of [targets.open, targets.look]) {
        await assert.rejects(each(none, asked(score)), (error: Error) =>
          /no_such_table|no such table/.test(JSON.stringify(error)),
        );
        await assert.rejects(each(table, column), (error: Error) => /scores/.test(JSON.stringify(error)));
      }
    });

    test('what may be the same of several rows is no key to write by', lacks('uniqueness'), async () => {
      const rows = [...scored.rows, { id: '2', name: 'Di', score: null }];
      const table = await under.make({ ...scored, rows, isLoose: true });
      const writing = (async () => (await open(table, asked(score))).write(batchOf({ id: '2', score: 1 })))();
      await assert.rejects(writing, /same of several rows|several rows/);
      assert.equal(await under.writes(table), 0);
    });

    test('a look says in words what can be written, and writes nothing', async () => {
      const table = await under.make(scored);
      assert.match((await targets.look(table, asked(score))).found, /score of /);
      assert.match((await targets.look(table, asked(score, { way: 'merge' }))).found, /score of /);
      assert.equal(await under.writes(table), 0);
      assert.equal((await under.rows(table)).length, 3);
    });

    test('what was stopped before it began writes nothing', async () => {
      const table = await under.make(scored);
      const target = await open(table, asked(score));
      const writing = target.write(batchOf({ id: '1', score: 1 }), AbortSignal.abort());
      await assert.rejects(writing, { code: 'CANCELLED' });
      assert.equal(await under.writes(table), 0);
    });
  });
}
