import { hash } from 'node:crypto';
import { type Columns, keyOf } from '../../columns/index.ts';
import type { AnyTable } from '../../define/index.ts';
import type { Node } from '../../graph/index.ts';
import { placeOf } from '../../plan/index.ts';
import { hidden, type TargetBatch, type TargetValue } from '../../ports/index.ts';
import type { Project } from '../project.ts';

/** Rows of a table as one publication left them. */
export interface Asked {
  readonly table: Node<AnyTable>;
  readonly sequence: bigint;
  /** Those alone of which no receipt after that one says that they are there. */
  readonly without?: { readonly receipts: Node; readonly since: bigint };
  /** Rows of one batch. */
  readonly size: number;
  /** The number of the batch before the first. */
  readonly last: number;
  readonly signal: AbortSignal;
}
export interface Batch extends TargetBatch {
  /** Counted from 1 in each run. */
  readonly number: number;
  /** Of what it says, and of what each of its rows says. */
  readonly hash: string;
  readonly rowHashes: readonly string[];
}

/** So many rows are in memory at once, or one batch. */
const pageRows = 20_000;

type Values = readonly unknown[];

/** The condition by which rows are meant. */
function meant({ table, sequence, without }: Asked, { warehouse: { dialect } }: Project): string {
  const { identifier, literal, place } = dialect;
  const published = `t.${identifier(hidden.sequence)} = ${literal(sequence)}`;
  if (!without) return published;
  const same = keyOf(table.definition.columns).map((name) => `r.${identifier(name)} = t.${identifier(name)}`);
  const said = `r.${identifier(hidden.sequence)} > ${literal(without.since)} and r.${identifier('status')} <> 'failed'`;
  return `${published} and not exists (select 1 from ${place(placeOf(without.receipts))} as r where ${[...same, said].join(' and ')})`;
}

export async function countRows(asked: Asked, project: Project): Promise<number> {
  const sql = `select count(*) from ${project.warehouse.dialect.place(placeOf(asked.table))} as t where ${meant(asked, project)}`;
  const { rows } = await project.warehouse.query(sql, {
    limit: 1,
    catalogs: [asked.table.catalog],
    signal: asked.signal,
  });
  return Number(rows[0]?.[0] ?? 0);
}

/** In the order of the key, so that the batches of a run that goes on are those that they were; a page of them in memory. */
export async function* batchesOf(asked: Asked, project: Project): AsyncGenerator<Batch> {
  const { columns } = asked.table.definition;
  const page = Math.max(1, Math.floor(pageRows / asked.size)) * asked.size;
  let number = asked.last;
  for (let after: Values | undefined; ; ) {
    const rows = await pageOf(asked, { after, limit: page }, project);
    for (let from = 0; from < rows.length; from += asked.size) {
      number += 1;
      yield batchFrom(rows.slice(from, from + asked.size), columns, number);
    }
    if (rows.length < page) return;
    after = rows.at(-1);
  }
}

async function pageOf(
  asked: Asked,
  { after, limit }: { readonly after: Values | undefined; readonly limit: number },
  project: Project,
): Promise<readonly Values[]> {
  const { identifier, literal, place } = project.warehouse.dialect;
  const { columns } = asked.table.definition;
  const names = Object.keys(columns);
  const key = keyOf(columns);
  const wanted = [
    meant(asked, project),
    ...(after ? [beyond(key, (name) => literal(after[names.indexOf(name)]), identifier)] : []),
  ];
  const sql = `select ${names.map((name) => `t.${identifier(name)}`).join(', ')} from ${place(placeOf(asked.table))} as t
    where ${wanted.join(' and ')} order by ${key.map((name) => `t.${identifier(name)}`).join(', ')} limit ${limit}`;
  const { rows } = await project.warehouse.query(sql, {
    limit,
    catalogs: [asked.table.catalog],
    signal: asked.signal,
  });
  return rows;
}

/** The first of the key's columns that is another is greater. */
function beyond(key: readonly string[], said: (name: string) => string, identifier: (name: string) => string): string {
  const cases = key.map((name, index) => {
    const equal = key.slice(0, index).map((one) => `t.${identifier(one)} = ${said(one)}`);
    return `(${[...equal, `t.${identifier(name)} > ${said(name)}`].join(' and ')})`;
  });
  return `(${cases.join(' or ')})`;
}

function batchFrom(rows: readonly Values[], columns: Columns, number: number): Batch {
  const said = Object.keys(columns).map((name, index) => [name, rows.map((row) => sentValue(row[index]))] as const);
  const rowHashes = rows.map((_, row) => hashOf(JSON.stringify(said.map(([, values]) => values[row]))).slice(0, 12));
  return {
    ...{ number, hash: hashOf(rowHashes.join()).slice(0, 22), rowHashes },
    ...{ rows: rows.length, columns: Object.fromEntries(said) },
  };
}

const hashOf = (text: string): string => hash('sha256', text, 'base64url');

/** As it is written elsewhere. */
function sentValue(value: unknown): TargetValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint' || value instanceof Temporal.Instant || value instanceof Temporal.PlainDate)
    return value.toString();
  return JSON.stringify(value);
}

/** Some of the rows of a batch. */
export const part = ({ columns }: TargetBatch, from: number, to: number): TargetBatch => ({
  rows: to - from,
  columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.slice(from, to)])),
});
