import { readFileSync } from 'node:fs';
import type { Columns, Vector } from '../../../columns/index.ts';
import { EsteiraError } from '../../../errors.ts';
import type { Original } from '../../../learn/learners/differences.ts';

/** Beside a model's file: what its original says of some rows, which stand there with it. */
export const answersName = (file: string): string => `${file}.answers.jsonl`;

/** Of each line the features and what was predicted, by name. Throws IMPORT_FAILED. */
export function readAnswers(
  file: string,
  {
    features,
    outputs,
    where,
  }: { readonly features: Columns; readonly outputs: readonly string[]; readonly where: string },
): Original {
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, at) => (line.trim() === '' ? [] : [rowIn(line, at, where)]));
  const wanted = [...Object.keys(features), ...outputs];
  for (const [at, row] of rows.entries()) {
    const without = wanted.find((name) => row[name] === undefined);
    if (without !== undefined) throw unreadable(`line ${at + 1} has no ${without}`, where);
  }
  return {
    columns: Object.fromEntries(
      Object.entries(features).map(([name, { facts }]) => [
        name,
        vectorOf(
          facts.kind,
          rows.map((row) => row[name]),
        ),
      ]),
    ),
    rows: rows.length,
    values: outputs.map((name) => Float64Array.from(rows, (row) => numberOf(row[name]))),
  };
}

function rowIn(line: string, at: number, where: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(line));
  } catch {
    throw unreadable(`line ${at + 1} is no JSON`, where);
  }
}
const numberOf = (value: unknown): number => (value === null ? Number.NaN : Number(value));

function vectorOf(kind: string, values: readonly unknown[]): Vector {
  const valid = Uint8Array.from(values, (value) => (value === null ? 0 : 1));
  if (kind === 'boolean') return { of: 'booleans', values: Uint8Array.from(values, Number), valid };
  if (kind !== 'text') return { of: 'numbers', values: Float64Array.from(values, Number), valid };
  const words = [...new Set(values.flatMap((value) => (value === null ? [] : [String(value)])))];
  const places = new Map(words.map((word, place) => [word, place]));
  return { of: 'texts', codes: Int32Array.from(values, (value) => places.get(String(value)) ?? -1), words };
}

const unreadable = (got: string, where: string): EsteiraError =>
  new EsteiraError('IMPORT_FAILED', {
    what: 'What the original of the model says of some rows cannot be read.',
    where,
    got,
    allowed: 'a line of JSON for each row, with every feature and every column that is predicted',
    next: 'Write it anew beside the file, or leave it out.',
  });
