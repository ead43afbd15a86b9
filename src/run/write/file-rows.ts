import { statSync } from 'node:fs';
import type { Columns } from '../../columns/index.ts';
import { placeOf, type StepModel } from '../../plan/index.ts';
import type { SourceFile, StepWrite } from '../../ports/index.ts';
import type { Options } from './options.ts';

/**
 * Rows that a step has written to a file of this machine, a line of JSON for each, as it publishes them: added to those that are there. The file stays until
 * they are published. An empty one is no row. `name`: what they are called where the engine speaks of them.
 */
export function fileRows(
  { node }: StepModel,
  { name, file, fingerprint }: { readonly name: string; readonly file: string; readonly fingerprint?: string },
  options: Options,
): Omit<StepWrite, 'told'> {
  const { dialect } = options.project.warehouse;
  const columns: Columns = node.definition.columns;
  const relation = `_${name}`;
  const bytes = statSync(file).size;
  const list = Object.keys(columns).map(dialect.identifier).join(', ');
  const from = bytes === 0 ? `${dialect.emptyRelation(columns)} as none` : dialect.identifier(relation);
  const source: SourceFile = {
    ...{ path: name, location: file, format: 'jsonl', bytes },
    fingerprint: fingerprint ?? String(bytes),
  };
  return {
    batch: options.batch,
    target: placeOf(node),
    columns,
    body: { by: 'query', sql: `select ${list} from ${from}` },
    files: bytes === 0 ? [] : [{ relation, source: node.id, columns, files: [source], once: false }],
    converted: [],
    keepsOriginal: false,
    mode: { mode: 'append', key: [], latest: [] },
    judgements: [],
    rules: [],
    checks: [],
    bounds: options.reach.bounds,
    reread: false,
    ...(options.facts ? { facts: options.facts } : {}),
    fresh: true,
    unreadIn: [],
    unchanged: false,
  };
}
