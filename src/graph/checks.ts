import type { AnySource, AnyTable, Check, Definition } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { approvalOf } from './approval.ts';
import { type Graph, type Node, whereOf } from './catalog.ts';
import { receiptsOf } from './delivery.ts';

/** How many definitions stand above one another, at most; what reads nothing is at 0. */
export function depths(): (definition: Definition) => number {
  const known = new Map<Definition, number>();
  return (definition) => {
    // Not by calls: thousands of tables may stand above one another.
    const open = [definition];
    for (let last = open.at(-1); last; last = open.at(-1)) {
      const above = aboveOf(last);
      const unknown = above.filter((one) => !known.has(one));
      if (unknown.length > 0) open.push(...unknown);
      else {
        known.set(
          last,
          above.reduce((most, one) => Math.max(most, (known.get(one) ?? 0) + 1), 0),
        );
        open.pop();
      }
    }
    return known.get(definition) ?? 0;
  };
}

const aboveOf = (definition: Definition): readonly Definition[] => {
  const { refusedBy } = (definition as AnyTable).spec ?? {};
  return refusedBy ? [refusedBy] : definition.dependsOn;
};

/** What must be there before it: with a source that is read in place, what that is asked for. */
export const madeBefore = (definition: Definition): readonly Definition[] =>
  definition.dependsOn.flatMap((one) => (one.kind === 'source' && !isStep(one) ? [one, ...one.dependsOn] : [one]));

/** By node id: the checks that hold back its rows. Each check belongs to the lowest table it mentions. */
export function checksByTable(graph: Graph): ReadonlyMap<string, readonly Check[]> {
  const depth = depths();
  const found = new Map<string, Check[]>();
  for (const check of graph.checks) {
    const tables = check.limit.measure.of.filter(isStep);
    const most = Math.max(...tables.map(depth));
    const [lowest, second] = tables.filter((definition) => depth(definition) === most);
    if (!lowest) throw homeless(check, 'no table', 'Mention the table whose rows it should hold back.');
    if (second) {
      const names = `${lowest.name} and ${second.name}, of which neither reads the other`;
      throw homeless(check, names, 'Make a table that joins the two, and check that.');
    }
    const { measure } = check.limit;
    if (!('query' in measure) && measure.of.length > 1)
      throw homeless(check, `${measure.measure} of ${measure.of.length} tables`, 'Make a check for each of them.');
    if ((lowest as AnyTable).spec?.write === 'view')
      throw homeless(check, `the view ${lowest.name}`, 'A view holds nothing back: mention the tables that it shows.');
    if (receiptsOf(lowest))
      throw homeless(
        check,
        `the receipts ${lowest.name}`,
        'What they say has happened already, and cannot be held back: make a monitor of it.',
      );
    if (approvalOf(lowest))
      throw homeless(
        check,
        `rows that people let through, ${lowest.name}`,
        'Check the table that they are of, or one that reads them.',
      );
    const node = graph.nodeOf(refusing(lowest));
    found.set(node.id, [...(found.get(node.id) ?? []), check]);
  }
  return found;
}
/** A table, a view, or a stream, whose rows are kept as a table's: a job has a step for it. */
export const isStep = (definition: Definition): boolean =>
  definition.kind === 'table' || (definition.kind === 'source' && (definition as AnySource).reader.streams);

/** The table that writes a table of invalid rows; every other definition stands for itself. */
export const refusing = (definition: Definition): Definition =>
  (definition as { spec?: { refusedBy?: Definition } }).spec?.refusedBy ?? definition;

const homeless = (check: Check, got: string, next: string): EsteiraError =>
  new EsteiraError('DEFINITION_INVALID', {
    what: `The check "${check.name}" has no one table whose rows it holds back.`,
    where: whereOf(check),
    got,
    allowed: 'one table that stands lower than all others it mentions',
    next,
  });

/** What a table waits for because its checks read it. */
export function readByChecks(checks: readonly Check[], own: Node): readonly Definition[] {
  return checks.flatMap((check) => check.limit.measure.of).filter((definition) => definition !== own.definition);
}
