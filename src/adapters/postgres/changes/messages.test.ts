import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lsnOf, lsnText, lsnWide } from './lsn.ts';
import { given, Messages } from './messages.ts';
import { slotName } from './words.ts';

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const int64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
};
const all = (...parts: readonly (Buffer | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
const value = (text: string): Buffer => all('b', int32(text.length), text);
const valuesOf = (bytes: Buffer, { count, kinds, starts, lengths }: Messages['now']): readonly string[] =>
  Array.from({ length: count }, (_, index) => {
    const kind = String.fromCharCode(kinds[index] as number);
    const [at, length] = [starts[index] as number, lengths[index] as number];
    return length < 0 ? kind : `${kind}:${bytes.toString('utf8', at, at + length)}`;
  });

describe('messages of the log', () => {
  it('say where and when a transaction was committed, since 1970', () => {
    const messages = new Messages();
    assert.equal(messages.read(all('B', int64(0x16b374d848n), int64(1_000_000n), int32(7))), 'B');
    assert.equal(lsnText(messages.lsn), '16/B374D848');
    assert.equal(messages.committedAt, 946_684_801_000_000n);
    assert.equal(messages.read(all('C', '\0', int64(5n), int64(9n), int64(0n))), 'C');
    assert.deepEqual([messages.lsn, messages.end, messages.committedAt], [5n, 9n, 946_684_800_000_000n]);
  });

  it('describe a table with the columns that it has then', () => {
    const messages = new Messages();
    const columns = all('\x01', 'id\0', int32(23), int32(-1), '\0', 'note\0', int32(25), int32(-1));
    assert.equal(messages.read(all('R', int32(42), 'sales\0', 'orders\0', 'd', int16(2), columns)), 'R');
    assert.deepEqual(messages.described, {
      ...{ id: 42, schema: 'sales', name: 'orders', replicaIdentity: 'd' },
      columns: [
        { name: 'id', oid: 23, modifier: -1, identity: true },
        { name: 'note', oid: 25, modifier: -1, identity: false },
      ],
    });
  });

  it('give rows as places in their bytes, wherever these begin: nulls, what was not touched, and the row before', () => {
    const messages = new Messages();
    const old = all('K', int16(3), value('1'), 'n', 'n');
    const now = all('N', int16(3), value('2'), 'u', value(''));
    const update = all('....', 'U', int32(42), old, now);
    assert.equal(messages.read(update, 4), 'U');
    assert.deepEqual([messages.relation, messages.oldHas, messages.now.unchanged], [42, 'K', true]);
    assert.deepEqual(valuesOf(update, messages.old), ['b:1', 'n', 'n']);
    assert.deepEqual(valuesOf(update, messages.now), ['b:2', 'u', 'b:']);
    assert.equal(messages.now.kinds[1], given.unchanged);
    const insert = all('I', int32(43), now);
    assert.equal(messages.read(insert), 'I');
    assert.deepEqual([messages.relation, messages.oldHas], [43, '']);
    const removed = all('D', int32(42), 'O', int16(1), value('x'));
    assert.equal(messages.read(removed), 'D');
    assert.deepEqual([messages.oldHas, ...valuesOf(removed, messages.old)], ['O', 'b:x']);
  });

  it('name every table that was emptied, and pass over what is not needed', () => {
    const messages = new Messages();
    assert.equal(messages.read(all('T', int32(2), '\0', int32(7), int32(9))), 'T');
    assert.deepEqual(messages.truncated, [7, 9]);
    assert.equal(messages.read(all('Y', int32(1), 'public\0', 'mood\0')), '');
  });

  it('take rows of more columns than any before', () => {
    const messages = new Messages();
    const wide = all('I', int32(1), 'N', int16(1600), ...Array.from({ length: 1600 }, (_, index) => value(`${index}`)));
    messages.read(wide);
    assert.equal(valuesOf(wide, messages.now)[1599], 'b:1599');
  });
});

describe('names and places', () => {
  it('of a slot are always the same for its parts, and others for others', () => {
    assert.equal(slotName('shop', 'local', 'follow'), 'esteira_shop_local_follow');
    const names = [
      ['shop', 'local', 'a.b'],
      ['shop', 'local', 'a-b'],
      ['Shop', 'local', 'a_b'],
      ['shop', 'x'.repeat(80), 'b'],
    ];
    const made = names.map((parts) => slotName(...parts));
    assert.equal(new Set(made).size, names.length);
    for (const name of made) assert.match(name, /^[a-z0-9_]{1,63}$/);
  });

  it('compare as texts as they do as numbers', () => {
    assert.equal(lsnOf('16/B374D848'), 0x16b374d848n);
    assert.ok(lsnWide(0xffn) < lsnWide(0x100n));
  });
});
