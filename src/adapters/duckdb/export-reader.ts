import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Columns, col, type Vector } from '../../columns/index.ts';
import type { ExportReader, InMemory } from '../../ports/index.ts';
import { Engine, memory } from './connection.ts';
import { dialect } from './dialect.ts';
import { engineError } from './errors.ts';
import type { Session } from './session.ts';
import { vectorsOf } from './vectors.ts';

const { identifier, literal } = dialect;
const asNumber = col.real().optional();
const asText = col.text().optional();

/** What is asked for to make a column of, each under a name that no column can have taken. */
interface Part {
  readonly name: string;
  readonly sql: string;
  readonly as: Columns[string];
}

function partsOf(columns: Columns): readonly (readonly Part[])[] {
  return Object.entries<Columns[string]>(columns).map(([column, { facts }], index) => {
    const own = identifier(column);
    const name = `c${index}`;
    switch (facts.kind) {
      case 'integer':
      case 'real':
        return [{ name, sql: own, as: asNumber }];
      case 'boolean':
        return [{ name, sql: own, as: col.boolean().optional() }];
      case 'date':
        return [{ name, sql: `${own} - date '1970-01-01'`, as: asNumber }];
      case 'timestamp': {
        // The remainder of a negative number is negative.
        const beyond = `((epoch_us(${own}) % 1000) + 1000) % 1000`;
        return [
          { name, sql: `(epoch_us(${own}) - ${beyond}) // 1000`, as: asNumber },
          { name: `${name}us`, sql: beyond, as: asNumber },
        ];
      }
      default:
        return [{ name, sql: `cast(${own} as varchar)`, as: asText }];
    }
  });
}

async function read(session: Session, file: string, columns: Columns) {
  const from = `read_parquet(${literal(file)})`;
  const rows = await session.number(`select count(*) from ${from}`);
  const parts = partsOf(columns);
  const list = parts.flat().map(({ name, sql }) => `${sql} as ${name}`);
  const asked = Object.fromEntries(parts.flat().map(({ name, as }) => [name, as]));
  const { columns: found } = await vectorsOf(session, {
    columns: asked,
    rows,
    mayRepeat: true,
    from: `(select ${list.join(', ')} from ${from})`,
  });
  const made = Object.keys(columns).map((column, index): readonly [string, InMemory] => {
    const [first, second] = (parts[index] ?? []).map(({ name }) => found[name] as Vector);
    if (!second) return [column, first as Vector];
    const microseconds = second.of === 'numbers' ? second.values : new Float64Array();
    return [column, { of: 'instants', milliseconds: first as Vector, microseconds }];
  });
  return { rows, columns: Object.fromEntries(made) };
}

/** An engine in memory, which has nothing but the file that it reads. */
export async function openExportReader(): Promise<ExportReader> {
  const engine = await Engine.open({ folder: memory, catalogs: [], threads: 1 });
  return {
    async read(bytes, columns) {
      const folder = await mkdtemp(path.join(tmpdir(), 'esteira-export-'));
      try {
        const file = path.join(folder, 'rows.parquet');
        await writeFile(file, bytes);
        return await engine.use((session) => read(session, file, columns));
      } catch (error) {
        throw engineError(error, { memoryLimit: engine.memoryLimit });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    close: () => engine.close(),
  };
}
