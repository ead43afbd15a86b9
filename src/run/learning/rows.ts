import { type Columns, col, keyOf, parseDuration } from '../../columns/index.ts';
import type { AnyModel } from '../../define/index.ts';
import type { Read, StepModel } from '../../plan/index.ts';
import type { Options } from '../write/options.ts';
import { relationOf } from '../write/relations.ts';

/** Of training rows: kept to judge with. */
export const heldName = '_held';
const usualShare = 0.2;

/** The training rows as a query: all columns of the table, in an order that does not depend on how they lie there. */
export function trainingRows(
  model: StepModel,
  options: Options,
): { readonly query: string; readonly columns: Columns } {
  const { facts } = model.node.definition as AnyModel;
  const { dialect } = options.project.warehouse;
  const { columns } = facts.from as { readonly columns: Columns };
  const keys = keyOf(columns);
  const order = (keys.length > 0 ? keys : Object.keys(columns)).map(dialect.identifier).join(', ');
  const relation = relationOf(model.reads[0] as Read, options, model);
  const held = heldOut(model, options);
  const query = `select *${held === undefined ? '' : `, ${held} as ${dialect.identifier(heldName)}`} from ${relation} as _rows order by ${order}`;
  const wanted = [
    ...facts.each,
    ...facts.features,
    ...facts.segments,
    ...[facts.target, facts.group].flatMap((name) => name ?? []),
  ];
  return {
    query,
    columns: {
      ...Object.fromEntries(
        wanted.map((name) => [name, facts.each.includes(name) || name === facts.group ? asText : columns[name]]),
      ),
      ...(held === undefined ? {} : { [heldName]: col.boolean() }),
    } as Columns,
  };
}
/** Members and requests are told apart by what their values are called. */
const asText = col.text();

/** A condition; the same row is held out in every training. */
function heldOut(model: StepModel, { project, values }: Options): string | undefined {
  const { facts } = model.node.definition as AnyModel;
  const { dialect } = project.warehouse;
  const { holdOut, learner, from } = facts;
  if (holdOut && 'last' in holdOut) {
    const { count = 1, unit = 'day' } = parseDuration(holdOut.last) ?? {};
    const word = unit === 'month' ? 'last_months' : 'last_days';
    return dialect.fragment(word, [dialect.identifier(holdOut.by), String(count), dialect.literal(values.date)]);
  }
  const share = holdOut?.share ?? (learner.target.length > 0 ? usualShare : 0);
  if (share === 0) return undefined;
  // All rows of a request are kept, or none.
  const keys = facts.group === undefined ? keyOf(from.columns) : [facts.group];
  const row = dialect.rowAsJson(keys.length > 0 ? keys : Object.keys(from.columns));
  return `${dialect.fragment('share', [row])} < ${share}`;
}
