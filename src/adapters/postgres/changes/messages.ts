/** A column of a relation, as the log describes it. */
export interface LoggedColumn {
  readonly name: string;
  readonly oid: number;
  readonly modifier: number;
  /** It is part of the replica identity. */
  readonly identity: boolean;
}
/** A table as it was when the changes that follow were made. */
export interface Relation {
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  /** `d`: the primary key identifies rows; `i`: an index; `f`: the whole row; `n`: nothing does. */
  readonly replicaIdentity: string;
  readonly columns: readonly LoggedColumn[];
}

/** How a value is given: not at all, as it was before (it is stored apart, and was not touched), in binary, as text. */
export const given = Object.freeze({ nothing: 0x6e, unchanged: 0x75, binary: 0x62, text: 0x74 });

/** The values of a row, as places in the message; its memory is used again for the next message. */
export class Tuple {
  count = 0;
  kinds = new Uint8Array(64);
  starts = new Int32Array(64);
  /** −1: there is no value here. */
  lengths = new Int32Array(64);
  /** Some value is `unchanged`. */
  unchanged = false;

  /** Reads one from there on, and gives where it ends. */
  read(bytes: Buffer, from: number): number {
    const count = bytes.readUInt16BE(from);
    if (count > this.kinds.length) this.#grow(count);
    const { kinds, starts, lengths } = this;
    this.count = count;
    this.unchanged = false;
    let at = from + 2;
    for (let index = 0; index < count; index++) {
      const kind = bytes[at] as number;
      kinds[index] = kind;
      at += 1;
      if (kind === given.binary || kind === given.text) {
        const length = bytes.readInt32BE(at);
        starts[index] = at + 4;
        lengths[index] = length;
        at += 4 + length;
      } else {
        lengths[index] = -1;
        if (kind === given.unchanged) this.unchanged = true;
      }
    }
    return at;
  }

  #grow(count: number): void {
    this.kinds = new Uint8Array(count);
    this.starts = new Int32Array(count);
    this.lengths = new Int32Array(count);
  }
}

/** What a message says; those of other letters (types, origins, messages of applications) tell nothing that is needed. */
export type Letter = 'B' | 'C' | 'R' | 'I' | 'U' | 'D' | 'T' | '';

/**
 * Reads the messages of pgoutput, version 1. What a message says stands in its fields until the next is read: nothing is made for each row.
 */
export class Messages {
  /** Where the transaction is committed, and where that record ends; microseconds since 1970. */
  lsn = 0n;
  end = 0n;
  committedAt = 0n;
  /** The relation of a row, or what is said of one. */
  relation = 0;
  described: Relation | undefined;
  /** Of an update or delete: `K` its key alone is in `old`, `O` the whole row is, or nothing. */
  oldHas: 'K' | 'O' | '' = '';
  readonly old = new Tuple();
  readonly now = new Tuple();
  /** Tables that were emptied together. */
  truncated: readonly number[] = [];

  read(bytes: Buffer, from = 0): Letter {
    switch (bytes[from]) {
      case 0x49: // I
        this.relation = bytes.readUInt32BE(from + 1);
        this.oldHas = '';
        this.now.read(bytes, from + 6);
        return 'I';
      case 0x55: // U
        this.relation = bytes.readUInt32BE(from + 1);
        this.now.read(bytes, this.#readOld(bytes, from + 5) + 1);
        return 'U';
      case 0x44: // D
        this.relation = bytes.readUInt32BE(from + 1);
        this.#readOld(bytes, from + 5);
        return 'D';
      case 0x42: // B
        this.lsn = bytes.readBigUInt64BE(from + 1);
        this.committedAt = since1970(bytes.readBigInt64BE(from + 9));
        return 'B';
      case 0x43: // C
        this.lsn = bytes.readBigUInt64BE(from + 2);
        this.end = bytes.readBigUInt64BE(from + 10);
        this.committedAt = since1970(bytes.readBigInt64BE(from + 18));
        return 'C';
      case 0x52: // R
        this.described = relationIn(bytes, from + 1);
        return 'R';
      case 0x54: // T
        this.truncated = truncatedIn(bytes, from + 1);
        return 'T';
      default:
        return '';
    }
  }

  /** Gives where the letter of the new row stands. */
  #readOld(bytes: Buffer, at: number): number {
    const letter = bytes[at];
    this.oldHas = letter === 0x4b ? 'K' : letter === 0x4f ? 'O' : '';
    return this.oldHas === '' ? at : this.old.read(bytes, at + 1);
  }
}

/** The log counts microseconds from 2000-01-01. */
const since1970 = (micros: bigint): bigint => micros + 946_684_800_000_000n;

function relationIn(bytes: Buffer, from: number): Relation {
  let at = from;
  const text = (): string => {
    const end = bytes.indexOf(0, at);
    const found = bytes.toString('utf8', at, end);
    at = end + 1;
    return found;
  };
  const id = bytes.readUInt32BE(at);
  at += 4;
  const [schema, name] = [text() || 'pg_catalog', text()];
  const replicaIdentity = String.fromCharCode(bytes[at] as number);
  const count = bytes.readUInt16BE(at + 1);
  at += 3;
  const columns: LoggedColumn[] = [];
  for (let index = 0; index < count; index++) {
    const identity = (bytes[at] as number) === 1;
    at += 1;
    const called = text();
    columns.push({ name: called, oid: bytes.readUInt32BE(at), modifier: bytes.readInt32BE(at + 4), identity });
    at += 8;
  }
  return { id, schema, name, replicaIdentity, columns };
}

/** After the number of tables stands how they were emptied: with those that refer to them, and whether numbers begin anew. */
function truncatedIn(bytes: Buffer, from: number): readonly number[] {
  const count = bytes.readUInt32BE(from);
  return Array.from({ length: count }, (_, index) => bytes.readUInt32BE(from + 5 + 4 * index));
}
