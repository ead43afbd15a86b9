import type { FileFormat } from '../../ports/index.ts';

const endings: readonly (readonly [RegExp, FileFormat])[] = [
  [/\.csv(\.gz)?$/i, 'csv'],
  [/\.(jsonl|ndjson|json)(\.gz)?$/i, 'jsonl'],
  [/\.parquet$/i, 'parquet'],
];

/** By the ending; a file with another one (`_SUCCESS`, `.part`) is none of the source's. */
export const formatOf = (path: string): FileFormat | undefined => endings.find(([ending]) => ending.test(path))?.[1];
