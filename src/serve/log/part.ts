import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { Bytes } from './parquet/bytes.ts';
import { footer, magic, type Stored, schemaBytes } from './parquet/column.ts';

interface Group {
  readonly rows: number;
  readonly about: Buffer;
}
/** What stands behind each group while the file grows, so that whoever finds the file can give it its end: length, rows, checksum, and this. */
const mark = Buffer.from('ESTG');

/** Behind a group, or the columns: readers go by the end of the file, and never look there. */
function trailer(about: Uint8Array, rows: number): Buffer {
  const numbers = Buffer.alloc(12);
  numbers.writeUInt32LE(about.length, 0);
  numbers.writeUInt32LE(rows, 4);
  numbers.writeUInt32LE(crc32(about, rows), 8);
  return Buffer.concat([about, numbers, mark]);
}

/** A file of Parquet that grows by groups of rows and gets its end last. */
export class Part {
  readonly #file: FileHandle;
  readonly #schema: readonly Buffer[];
  readonly #groups: Group[] = [];
  size: number;

  private constructor(file: FileHandle, schema: readonly Buffer[], size: number) {
    this.#file = file;
    this.#schema = schema;
    this.size = size;
  }

  static async begin(location: string, columns: readonly Stored[]): Promise<Part> {
    const schema = schemaBytes(columns);
    const file = await open(location, 'wx');
    const to = new Bytes();
    to.put(magic);
    putAll(to, schema);
    try {
      await file.writeFile(to.view());
    } catch (error) {
      await file.close();
      throw error;
    }
    return new Part(file, schema, to.length);
  }

  /** All of it, or none where it throws. `write` is told where the group will stand, and gives what the end of the file says of it. */
  async append(to: Bytes, rows: number, write: (to: Bytes, from: number) => Buffer): Promise<void> {
    to.length = 0;
    const about = write(to, this.size);
    to.put(trailer(about, rows));
    this.size += await this.#put(to.view());
    this.#groups.push({ rows, about });
  }

  get rows(): number {
    return this.#groups.reduce((sum, { rows }) => sum + rows, 0);
  }

  async finish(): Promise<void> {
    this.size += await this.#put(footer(this.#schema, this.#groups));
    await this.#file.close();
  }

  /** At its end, all of it or nothing. */
  async #put(bytes: Buffer): Promise<number> {
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.size + done);
        done += bytesWritten;
      }
      return bytes.length;
    } catch (error) {
      await this.#file.truncate(this.size).catch(() => {});
      throw error;
    }
  }

  /** Gives what a dead process has left its end; false where it has no row. */
  static async mend(location: string): Promise<boolean> {
    const part = await Part.found(location);
    await part?.finish();
    return part !== undefined;
  }

  /** Of a file that whoever wrote it has left: every whole group of it; nothing where it has none. */
  static async found(location: string): Promise<Part | undefined> {
    const file = await open(location, 'r+');
    const bytes = await file.readFile();
    const schema = readAll(bytes);
    const part = schema && new Part(file, schema.all, schema.end);
    for (let from = schema?.end ?? bytes.length; part; ) {
      const next = groupFrom(bytes, from);
      if (!next) break;
      part.#groups.push(next);
      part.size = next.end;
      from = next.end;
    }
    if (part && part.#groups.length > 0) {
      await file.truncate(part.size);
      return part;
    }
    await file.close();
    return undefined;
  }
}

/** Where a group ends is found by its mark; a value that looks like one has another checksum. */
function groupFrom(bytes: Buffer, from: number): (Group & { readonly end: number }) | undefined {
  for (let at = bytes.indexOf(mark, from); at >= 0; at = bytes.indexOf(mark, at + 1)) {
    const numbers = at - 12;
    if (numbers < from) continue;
    const [length, rows, sum] = [0, 4, 8].map((offset) => bytes.readUInt32LE(numbers + offset)) as [
      number,
      number,
      number,
    ];
    if (numbers - length < from) continue;
    const about = bytes.subarray(numbers - length, numbers);
    if (crc32(about, rows) === sum) return { about, rows, end: at + mark.length };
  }
  return undefined;
}

/** The columns, in the same form, so that who finds the file needs no definition. */
function putAll(to: Bytes, all: readonly Buffer[]): void {
  const own = new Bytes();
  for (const one of all) {
    own.uint32(one.length);
    own.put(one);
  }
  to.put(trailer(own.view(), all.length));
}
function readAll(bytes: Buffer): { readonly all: readonly Buffer[]; readonly end: number } | undefined {
  const found = groupFrom(bytes, magic.length);
  if (!found) return undefined;
  const all: Buffer[] = [];
  for (let at = 0; at < found.about.length; ) {
    const length = found.about.readUInt32LE(at);
    all.push(found.about.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return all.length === found.rows ? { all, end: found.end } : undefined;
}
