import { type Columns, judgements, keyOf } from '../columns/index.ts';
import { type AnySource, type AnyTable, appends, wayOf } from '../define/index.ts';
import { invalidPlaceOf, placeOf, type Read, type StepModel, versionColumn } from '../plan/index.ts';
import type { StepWrite, WriteMode } from '../ports/index.ts';
import { versionName } from './learning/learning.ts';
import { partsOf } from './write/arrived.ts';
import { bodyOf } from './write/body.ts';
import { checkOf, rulesOf } from './write/judging.ts';
import type { Options } from './write/options.ts';
import { fileInputs, originalOf, unreadOf } from './write/relations.ts';
import { tableInputs } from './write/tables.ts';

export type { RunValues } from './write/options.ts';

/**
 * What the warehouse must carry out for one step, as data: no adapter sees a definition. The same model, bounds and values give the same text, so
 * that a step that is done once more after a crash asks for the very same rows.
 */
export function writeOf(model: StepModel, options: Options): StepWrite {
  const { project, reach, batch, reread, rerun, redefined, facts, unchanged } = options;
  const { node } = model;
  const { definition } = node;
  // A stream is written as its reader brings it: it has neither rules nor invalid rows.
  const table = definition.kind === 'table' ? (definition as AnyTable) : undefined;
  const version = options.prepared?.version;
  const parts = version === undefined ? partsOf(model, options) : `select ${versionSql(version, project)}`;
  const columns = node.inside
    ? { ...versionColumn, ...node.definition.columns }
    : (table?.spec.given ?? definition.columns);
  const incoming = tableInputs(model, options);
  const invalid = table?.spec.invalid === 'set aside' ? invalidPlaceOf(node, project.graph.suffix) : undefined;
  const body = bodyOf(model, options);
  const predicted = [...(options.prepared?.computed.values() ?? [])];
  return {
    batch,
    target: placeOf(node),
    columns,
    body,
    files: fileInputs(model, options),
    ...(incoming.length > 0 ? { incoming } : {}),
    ...(predicted.length > 0 ? { predicted } : {}),
    ...(model.carried
      ? {
          carried: {
            reads: model.carried.reads,
            asRead: asRead(model.carried, columns),
            original: originalOf(model.carried.from, options),
          },
        }
      : {}),
    ...(model.origin ? { identity: true } : {}),
    converted: model.converted,
    keepsOriginal: model.keepsOriginal,
    mode: modeOf(model),
    ...(parts === undefined ? {} : { parts }),
    // A table that keeps the producer's rows holds what could not be read as NULL, and leaves that judgement to those who read it.
    judgements: table ? judgements(table.spec.given).filter((one) => one.code !== 'kind' || !model.keepsOriginal) : [],
    rules: table ? rulesOf(table, options) : [],
    ...(invalid ? { invalid } : {}),
    checks: model.checks.map((check) => checkOf(check, options, node)),
    bounds: reach.bounds,
    reread,
    ...(redefined ? { redefined } : {}),
    ...(facts ? { facts } : {}),
    ...(rerun === 'anew' ? { anew: true } : {}),
    ...(rerun === 'date' ? { redo: true } : {}),
    ...(reach.owed && reach.owed.drained.length > 0 ? { takesBack: reach.owed.drained.map(({ run }) => run) } : {}),
    ...(options.ahead ? { ahead: true } : {}),
    fresh: rerun === undefined && isFresh(model, reread),
    unreadIn: model.keeping.map((read) => ({
      source: read.node.definition.name,
      relation: unreadOf(read, options, model),
    })),
    told: {
      badFiles: unchanged ? reach.badFiles : [],
      warnings: reach.changed,
      ...(reach.drift.length > 0 ? { drift: reach.drift } : {}),
      ...(unchanged && reach.copy ? { copy: reach.copy.fingerprint } : {}),
    },
    unchanged,
  };
}

const versionSql = (version: string, { warehouse: { dialect } }: Options['project']): string =>
  `${dialect.literal(version)} as ${dialect.identifier(versionName)}`;

/** Columns that are what the reader of files, or of a table elsewhere, has just made of that very kind. */
function asRead({ from, taken }: NonNullable<StepModel['carried']>, columns: Columns): readonly string[] {
  if (from.how !== 'files' && from.how !== 'new files') return [];
  const kindOf = (of: Columns, name: string): string => JSON.stringify([of[name]?.facts.kind, of[name]?.facts.of]);
  return taken.filter(
    (name) => name in columns && kindOf(from.node.definition.columns, name) === kindOf(columns, name),
  );
}

/** New rows only, each read once: no other publication has seen them. */
function isFresh(model: StepModel, reread: boolean): boolean {
  const news = model.reads.filter((read) => read.how === 'new' || read.how === 'new files');
  // What is replaced by its values is read again with each new row of one.
  if (wayOf(model.node.definition, 'replace each')) return false;
  return (
    !reread &&
    news.length > 0 &&
    news.every((read) => read.since?.lookback === undefined && !read.matches && isWrittenOnce(read))
  );
}
/** In a table that is replaced or merged a row that was read may come to stand anew. */
function isWrittenOnce({ node: { definition } }: Read): boolean {
  if (definition.kind === 'source') return (definition as AnySource).reader.changes === undefined;
  if (definition.kind !== 'table') return true;
  return appends(definition) && !(definition as AnyTable).spec.refusedBy;
}

/** Of a row that is there already, which one stays; a stream appends every arrival. */
function modeOf(model: StepModel): WriteMode {
  const { definition, inside } = model.node;
  if (definition.kind !== 'table') return { mode: 'append', key: [], latest: [] };
  const { write, duplicates } = definition.spec;
  if (inside) {
    const latest = duplicates?.by ?? [];
    return { mode: 'replace each', key: [versionName, ...keyOf(definition.columns)], latest, each: versionName };
  }
  const both = { key: keyOf(definition.columns), latest: duplicates?.by ?? [] };
  if (typeof write !== 'object') return { mode: write === 'view' ? 'replace' : write, ...both };
  switch (write.way) {
    case 'merge deleting':
      return { mode: 'merge', ...both, deleted: write.deleted };
    case 'append changes':
      return { mode: 'append', ...both, deleted: write.deleted, at: write.at };
    case 'replace each':
      return { mode: 'replace each', ...both, each: write.column };
    case 'history': {
      const { at, from, until, deleted } = write;
      const ends = deleted === undefined ? {} : { deleted };
      return { mode: 'history', ...both, latest: [at], ...ends, versions: { from, until } };
    }
  }
}
