import { closeSync, openSync, writeSync } from 'node:fs';
import type { Columns } from '../../columns/index.ts';
import type { AnyModel } from '../../define/index.ts';
import type { StepModel } from '../../plan/index.ts';
import type { StepWrite } from '../../ports/index.ts';
import type { VersionAbout } from '../../registry/about.ts';
import { fileRows } from '../write/file-rows.ts';
import type { Options } from '../write/options.ts';
import type { Lessons } from './lessons.ts';

/** Rows that are written at once. */
const portion = 1000;

/**
 * The rows inside a version, as the step publishes them: the publication proves that the version was trained. They go by way of `file`, which is there until
 * they are published: of a hundred thousand products a statement that has them is gigabytes to whoever reads it.
 */
export function insideWrite(
  model: StepModel,
  made: {
    readonly version: string;
    readonly contentHash: string;
    readonly about: VersionAbout;
    readonly lessons: Lessons;
  },
  { options, file }: { readonly options: Options; readonly file: string },
): StepWrite {
  const { version, contentHash, about, lessons } = made;
  const { columns } = model.node.definition as AnyModel;
  const amounts = {
    rows: about.members.reduce((sum, member) => sum + member.rows, 0),
    held: about.members.reduce((sum, member) => sum + member.held, 0),
  };
  writeRows(file, rowsOf(version, lessons), columns);
  return {
    ...fileRows(model, { name: 'inside', file, fingerprint: contentHash }, options),
    told: { badFiles: [], warnings: [], trained: { version, contentHash, ...amounts } },
  };
}

type Row = Readonly<Record<string, unknown>>;
function* rowsOf(version: string, { members }: Lessons): Generator<Row> {
  for (const { member, inside } of members)
    for (const row of inside) yield { model_version: version, ...member, ...row };
}

function writeRows(file: string, rows: Iterable<Row>, columns: Columns): void {
  const kinds = Object.entries(columns).map(([name, { facts }]) => [name, facts.kind] as const);
  const lineOf = (row: Row): string =>
    `${JSON.stringify(Object.fromEntries(kinds.map(([name, kind]) => [name, cellOf(row[name], kind)])))}\n`;
  const out = openSync(file, 'w');
  try {
    let lines: string[] = [];
    for (const row of rows) {
      lines.push(lineOf(row));
      if (lines.length < portion) continue;
      writeSync(out, lines.join(''));
      lines = [];
    }
    writeSync(out, lines.join(''));
  } finally {
    closeSync(out);
  }
}

function cellOf(value: unknown, kind: string): unknown {
  if (value === undefined || value === null) return null;
  if (kind === 'boolean') return value === true || value === 1;
  return kind === 'text' ? String(value) : value;
}
