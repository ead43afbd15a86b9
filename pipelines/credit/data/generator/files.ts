import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deliveriesOf } from './account.ts';
import { type Database, quoted } from './database.ts';
import { faults } from './faults.ts';
import type { Manifest } from './manifest.ts';
import { dateOf, type Plan } from './options.ts';
import { type Kind, type TableName, tables } from './tables.ts';

type WrittenFile = Manifest['files'][number];

const written: Readonly<Partial<Record<Kind, (name: string) => string>>> = {
  timestamp: (name) => `strftime(${name}, '%Y-%m-%dT%H:%M:%SZ')`,
  date: (name) => `${name}::varchar`,
};

/** A column as it is written: its value, or for the faults that break it what stands in its place. */
function columnOf(table: TableName, name: string, kind: Kind): string {
  const value = written[kind]?.(name) ?? name;
  const broken = faults[table].flatMap(({ set }, index) => {
    const to = set[name];
    if (to === undefined) return [];
    const json = typeof to === 'object' && to !== null ? to.sql : `json ${quoted(JSON.stringify(to))}`;
    return `when ${index + 1} then ${json}`;
  });
  if (broken.length === 0) return `${value} as ${name}`;
  const good = `to_json(${value})`;
  return `case when fault = 0 then ${good} else case fault ${broken.join(' ')} else ${good} end end as ${name}`;
}

const lineOf = (table: TableName): string =>
  [
    ...Object.entries(tables[table].columns).map(([name, kind]) => columnOf(table, name, kind)),
    'deleted as _deleted',
    `strftime(synced, '%Y-%m-%dT%H:%M:%S.%fZ') as _synced_at`,
  ].join(',\n  ');

/** Writes the planned changes of a table, a file for each day that has some; files that are there already stay as they are. */
export class LandingFiles {
  readonly #folder: string;
  readonly #plan: Plan;
  readonly #there: ReadonlyMap<string, WrittenFile>;
  readonly #parts = new Map<string, number>();
  readonly files: WrittenFile[] = [];

  constructor(options: { folder: string; plan: Plan; there: readonly WrittenFile[] }) {
    this.#folder = options.folder;
    this.#plan = options.plan;
    this.#there = new Map(options.there.map((file) => [file.path, file]));
  }

  async write(database: Database, table: TableName): Promise<void> {
    const deliveries = deliveriesOf(table, this.#plan.written);
    const days = await database.rows<{ day: number; lines: bigint }>(
      `select day, count(*) as lines from ${deliveries} group by day order by day`,
    );
    for (const { day, lines } of days) {
      const file: WrittenFile = {
        path: this.#nextPath(table, day),
        table,
        date: dateOf(this.#plan, day),
        lines: Number(lines),
      };
      this.files.push(file);
      if (this.#there.get(file.path)?.lines === file.lines) continue;
      const path = join(this.#folder, file.path);
      await mkdir(dirname(path), { recursive: true });
      await database.run(`
        copy (select ${lineOf(table)} from ${deliveries} where day = ${day} order by displaced, synced, id, version, fault)
        to ${quoted(`${path}.part`)} (format json, compression ${this.#plan.gzip ? 'gzip' : 'none'})`);
      await rename(`${path}.part`, path);
    }
  }

  /** One file a day where one chunk plans all; else they are numbered. */
  #nextPath(table: TableName, day: number): string {
    const name = `postgres_public/${table}/${dateOf(this.#plan, day)}`;
    const part = (this.#parts.get(name) ?? 0) + 1;
    this.#parts.set(name, part);
    const many = this.#plan.tickets > this.#plan.chunk;
    return `${name}${many ? `-${String(part).padStart(2, '0')}` : ''}.jsonl${this.#plan.gzip ? '.gz' : ''}`;
  }
}
