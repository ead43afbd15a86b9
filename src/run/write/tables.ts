import { type AnySource, type AnyTable, appends, wayOf } from '../../define/index.ts';
import { whereOf } from '../../graph/index.ts';
import { type Read, readsDay, type StepModel } from '../../plan/index.ts';
import type { IncomingInput, SourceTable, TableAsked } from '../../ports/index.ts';
import { settingNumber } from '../settings.ts';
import { spansOf } from '../spans.ts';
import { contractOf, marksOf, pieceOf, tableOf, tableRelation } from '../tables.ts';
import { lookbackStart } from './arrived.ts';
import type { Options } from './options.ts';

/** The tables that become relations for as long as the step goes. */
export function tableInputs(model: StepModel, options: Options): readonly IncomingInput[] {
  const { project, snapshot } = options;
  const found = new Map<string, IncomingInput>();
  for (const read of model.reads) {
    const table = tableOf(read, project);
    if (!table || !snapshot) continue;
    const { definition } = read.node;
    const { breach } = (definition as AnySource).contract;
    const contract = contractOf(definition as AnySource);
    const asked: TableAsked = {
      ...contract,
      ...rowsOf(read, table, options),
      ...matchingOf(read, options),
      identity: identityIn(model),
    };
    const relation = tableRelation(read);
    found.set(relation, {
      ...contract,
      relation,
      source: read.node.id,
      ...(breach === 'fail' ? { breach: { written: whereOf(definition) } } : {}),
      open: (signal) => snapshot.open(table, asked, signal),
    });
  }
  return [...found.values()];
}

/** The rows for what another table has. */
function matchingOf({ node }: Read, { project, matched, values }: Options): Pick<TableAsked, 'matching'> {
  const { matching } = project.readerOf(node.definition as AnySource);
  if (!matching) return {};
  const { column, batch } = matching;
  const most = typeof batch === 'number' ? batch : settingNumber(batch, values.settings, project);
  const its = matched?.get(node.id);
  // Without them no row would come, and nobody would hear of it.
  if (!its) throw new TypeError(`nobody has asked for what ${node.id} is read`);
  return { matching: { column, values: its, batch: most } };
}

function rowsOf(read: Read, table: SourceTable, options: Options): Pick<TableAsked, 'piece' | 'back' | 'within'> {
  const { day } = read.node.definition as AnySource;
  if (readsDay(read) && day !== undefined) {
    const known = options.reach.spans?.get(read.node.id);
    const spans = spansOf(read, options.values, options.reach);
    return { within: { column: day, spans, ...(known ? { known } : {}) } };
  }
  const piece = pieceOf(marksOf(read, table), options.reach.bounds);
  if (read.how === 'files' || piece.size === 0) return {};
  const isNew = [...piece.values()].some(({ lower }) => lower !== undefined);
  const looksBack = read.since?.lookback !== undefined && options.rerun === undefined && isNew;
  const back = {
    column: read.since?.column ?? '',
    from: looksBack ? lookbackStart(read, options) : options.values.date,
  };
  return { piece, ...(looksBack ? { back } : {}) };
}

/** Where every version of a row is kept, each has an identity of its own; else the row has, however it changes. */
function identityIn({ node: { definition } }: StepModel): TableAsked['identity'] {
  return appends(definition as AnyTable) || wayOf(definition, 'history') ? 'version' : 'row';
}
