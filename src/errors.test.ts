import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ofSystem } from './errors.ts';

/** As Node says it of a file that is copied, moved or written. */
const said = (of: {
  readonly code: string;
  readonly syscall: string;
  readonly path?: string;
  readonly dest?: string;
}) => Object.assign(new Error(`${of.code}: it failed`), of);

test('where a disk is full the place that is full is named, not the file that was to go there', () => {
  const copied = ofSystem(said({ code: 'ENOSPC', syscall: 'copyfile', path: 'here/rows.csv', dest: 'there/rows.csv' }));
  assert.deepEqual([copied?.code, copied?.details.where], ['DISK_FULL', 'there/rows.csv']);
  const written = ofSystem(said({ code: 'ENOSPC', syscall: 'open', path: 'here/rows.csv' }));
  assert.deepEqual([written?.code, written?.details.where], ['DISK_FULL', 'here/rows.csv']);
  const refused = ofSystem(
    said({ code: 'EACCES', syscall: 'copyfile', path: 'here/rows.csv', dest: 'there/rows.csv' }),
  );
  assert.deepEqual([refused?.code, refused?.details.where], ['FILE_UNUSABLE', 'here/rows.csv']);
});

test('a place that another program holds is named, and what to do, of a copy the file that it holds; a folder that may not be written is named, not what was to go there', () => {
  const held = ofSystem(
    said({ code: 'EBUSY', syscall: 'rename', path: 'there/.rows.csv.new', dest: 'there/rows.csv' }),
  );
  assert.deepEqual([held?.code, held?.details.where], ['FILE_UNUSABLE', 'there/rows.csv']);
  assert.match(`${held?.message} ${held?.details.next}`, /in use.*Close it/);
  for (const code of ['EBUSY', 'EISDIR']) {
    const copied = ofSystem(said({ code, syscall: 'copyfile', path: 'here/rows.csv', dest: 'there/rows.csv' }));
    assert.deepEqual([copied?.code, copied?.details.where], ['FILE_UNUSABLE', 'here/rows.csv']);
  }
  const sealed = ofSystem(said({ code: 'EROFS', syscall: 'copyfile', path: 'here/rows.csv', dest: 'there/rows.csv' }));
  assert.deepEqual([sealed?.code, sealed?.details.where], ['FILE_UNUSABLE', 'there/rows.csv']);
});
