import { randomUUID } from 'node:crypto';
import { sealed, unsealed } from '../../registry/index.ts';
import { servingFolder } from '../store.ts';
import type { ShapeColumn } from './shape.ts';

/** Which rows of a table an endpoint is to look up in: `endpoints/<name>/tables/<catalog.schema.table>/latest.json`. */
export interface Latest {
  readonly project: string;
  readonly environment: string;
  readonly table: string;
  /** Of the Parquet file in the store, and the SHA-256 of its bytes. */
  readonly path: string;
  readonly sha256: string;
  readonly rows: number;
  /** About what the rows take in memory, in bytes. */
  readonly memory: number;
  readonly key: string;
  readonly columns: readonly ShapeColumn[];
  /** Of the publication that left the rows so: which of the tables of that name, its number, its run, and when. */
  readonly generation: string;
  readonly sequence: number;
  readonly run: string;
  readonly publishedAt: string;
  /** Later than that of what was in its place before. */
  readonly writtenAt: string;
  /** Files that it has taken the place of, and when. */
  readonly former: readonly { readonly path: string; readonly at: string }[];
}

/** Beyond these nothing is written, and nothing loaded: an endpoint has the rows in memory, twice while they are exchanged. */
export const most = Object.freeze({ rows: 5_000_000, memory: 1024 ** 3 });

export const tableFolder = (endpoint: string, table: string): string => `${servingFolder(endpoint)}/tables/${table}`;
export const latestPath = (endpoint: string, table: string): string => `${tableFolder(endpoint, table)}/latest.json`;
export const snapshotPath = (
  endpoint: string,
  table: string,
  { sequence, sha256 }: Pick<Latest, 'sequence' | 'sha256'>,
): string => `${tableFolder(endpoint, table)}/${sequence}-${sha256.slice(0, 16)}.parquet`;
export const settingsPath = (endpoint: string): string => `${servingFolder(endpoint)}/settings.json`;

/** No two contents are equal, so that a store knows each by its own mark. */
export const latestText = (latest: Latest): Uint8Array => sealed({ format: 1, ...latest, nonce: randomUUID() });

export type FoundLatest =
  | { readonly is: 'none' }
  | { readonly is: 'broken'; readonly why: string }
  | { readonly is: 'whole'; readonly latest: Latest };

/** Nothing of it is given when it is cut, changed, or says something else. */
export function readLatestText(bytes: Uint8Array | undefined): FoundLatest {
  if (!bytes) return { is: 'none' };
  try {
    const content = unsealed(bytes);
    const { format, nonce: _, ...latest } = content;
    if (format !== 1) throw new Error(`it has the format ${String(format)}, and this Esteira reads 1`);
    for (const name of ['project', 'environment', 'table', 'path', 'sha256', 'key', 'generation', 'run'])
      if (typeof latest[name] !== 'string') throw new Error(`it has no ${name}`);
    for (const name of ['rows', 'memory', 'sequence'])
      if (!Number.isSafeInteger(latest[name])) throw new Error(`it has no ${name}`);
    for (const name of ['publishedAt', 'writtenAt']) Temporal.Instant.from(String(latest[name]));
    if (!Array.isArray(latest['columns']) || !Array.isArray(latest['former'])) throw new Error('it has no columns');
    return { is: 'whole', latest: latest as unknown as Latest };
  } catch (error) {
    return { is: 'broken', why: (error as Error).message };
  }
}
