import type { Columns } from '../../columns/index.ts';
import type { Incoming, IncomingColumn } from '../../ports/index.ts';

/** A row as it came, each value in the way in which it is carried: days and microseconds are numbers. */
export interface CameRow {
  readonly identity: string;
  readonly unread: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
}

/** All rows of a reading, copied out of its memory. */
export async function rowsOf(incoming: Incoming, columns: Columns): Promise<readonly CameRow[]> {
  const names = Object.keys(columns);
  const found: CameRow[] = [];
  try {
    for await (const { count, columns: came, identities, unread } of incoming.chunks) {
      for (let row = 0; row < count; row += 1) {
        found.push({
          identity: String(valueAt(identities, row)),
          unread: unread.find((one) => one.row === row)?.columns ?? [],
          values: Object.fromEntries(names.map((name, at) => [name, valueAt(came[at] as IncomingColumn, row)])),
        });
      }
    }
  } finally {
    await incoming.close();
  }
  return found;
}

function valueAt({ carried, data, ends, valid }: IncomingColumn, row: number): unknown {
  if (((valid[row >> 3] as number) & (1 << (row & 7))) === 0) return null;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  switch (carried) {
    case 'flags':
      return bytes[row] === 1;
    case 'days':
      return bytes.readInt32LE(4 * row);
    case 'whole':
      return bytes.readBigInt64LE(8 * row);
    case 'wide':
      return (bytes.readBigInt64LE(16 * row + 8) << 64n) + bytes.readBigUInt64LE(16 * row);
    case 'doubles':
      return bytes.readDoubleLE(8 * row);
    case 'texts':
      return bytes.toString('utf8', row === 0 ? 0 : ends[row - 1], ends[row]);
  }
}
