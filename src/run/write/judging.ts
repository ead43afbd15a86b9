import { type AnyRows, type AnyTable, type Check, isReference } from '../../define/index.ts';
import type { Node } from '../../graph/index.ts';
import { placeOf, spell } from '../../plan/index.ts';
import type { RowRule, WriteCheck } from '../../ports/index.ts';
import { settingNumber } from '../settings.ts';
import type { Options } from './options.ts';
import { wholeSpelling } from './spelling.ts';

/** Rules over whole rows: a row that makes one false is invalid. Rules of single columns are `judgements`. */
export function rulesOf(table: AnyTable, options: Options): readonly RowRule[] {
  const spelling = wholeSpelling(options, options.project.graph.nodeOf(table));
  return Object.entries(table.spec.rules).map(([flag, rule]): RowRule => {
    if (!isReference(rule)) return { flag, condition: spell(rule, spelling) };
    const of = options.project.graph.nodeOf(rule.of);
    if (of.inside) {
      // Of the rows of all versions those of one.
      const { identifier } = options.project.warehouse.dialect;
      const other = identifier(rule.other);
      const those = `select ${other} from ${spelling.relation(rule.of as AnyTable)} as _those where ${other} is not null`;
      return { flag, condition: `${identifier(rule.column)} in (${those})` };
    }
    return { flag, column: rule.column, of: placeOf(options.project.graph.nodeOf(rule.of)), other: rule.other };
  });
}

/** A check with its bound as a number: a setting has the value that the run began with. */
export function checkOf(check: Check, options: Options, own: Node): WriteCheck {
  const { measure, sign, bound } = check.limit;
  const limit = typeof bound === 'number' ? bound : settingNumber(bound, options.values.settings, options.project);
  const query = 'query' in measure ? { query: spell(measure.query as AnyRows, wholeSpelling(options, own)) } : {};
  return {
    name: check.name,
    blocks: check.otherwise === 'block',
    measure: measure.measure,
    ...query,
    sign,
    bound: limit,
  };
}
