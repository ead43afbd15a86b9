import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { noRoom } from './room.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'esteira-room-'));
const disks: string[] = [];
after(() => {
  for (const disk of disks) spawnSync('umount', [disk]);
  rmSync(scratch, { recursive: true, force: true });
});

/** A disk of 4 MB, where this machine lets one be made. */
function diskOf(options: string): string | undefined {
  const folder = mkdtempSync(path.join(scratch, 'disk-'));
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status !== 0) return undefined;
  disks.push(folder);
  return folder;
}
const [written = '', read = ''] = [diskOf('size=4m'), diskOf('size=4m,ro')];

test('a disk on which nothing can be written needs no room, as that of a checkout which only reads', {
  skip: read === '' && 'this machine lets no small disk be mounted',
}, async () => {
  assert.equal(await noRoom({ folder: read, local: scratch }), undefined);
  assert.equal((await noRoom({ folder: read, local: written }))?.what, `disk of ${written}`);
});
