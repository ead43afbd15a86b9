import { EsteiraError } from '../errors.ts';
import type { Node } from '../graph/index.ts';
import { type ColumnLineage, columnLineage } from '../plan/index.ts';
import type { Project } from '../run/index.ts';
import { invalidNode, nameOf, nodeNamed, unknownName } from './names.ts';
import type { Input, LineageBranch, LineageView } from './views.ts';

/** What a table or a column is made of, and what is made of it, as far as it goes both ways. Throws NAME_UNKNOWN. */
export async function lineage(project: Project, { name }: Input<'lineage'>): Promise<LineageView> {
  const node = known(project, name);
  if (node) return tableLineage(node, project);
  const [, owner = '', column = ''] = /^(.*)\.([^.]+)$/.exec(name) ?? [];
  const of = known(project, owner);
  if (!of) throw unknownName(name, [...project.graph.nodes.values()]);
  const columns = Object.keys(of.definition.columns);
  const own = columns.find((one) => one.toLowerCase() === column.toLowerCase());
  if (own === undefined) throw unknownColumn(column, { owner, columns });
  return new Columns(project).lineageOf(of, own);
}

const known = (project: Project, name: string): Node | undefined =>
  nodeNamed(project, name) ?? invalidNode(project, name);
function kindOf({ definition }: Node): string {
  if (definition.kind !== 'table') return definition.kind;
  if (definition.spec.refusedBy) return 'invalid rows';
  if (definition.spec.receiptsOf) return 'receipts';
  if (definition.spec.approval) return 'approved rows';
  return definition.spec.write === 'view' ? 'view' : 'table';
}

function tableLineage(node: Node, project: Project): LineageView {
  const { graph } = project;
  const below = Map.groupBy(
    [...graph.nodes.values()].flatMap((reader) => reader.definition.dependsOn.map((of) => ({ of, reader }))),
    ({ of }) => of,
  );
  const grow = (from: (one: Node) => readonly Node[]) => {
    const seen = new Set([node.id]);
    const branches = (one: Node): readonly LineageBranch[] =>
      from(one).map((next) => {
        const isNew = !seen.has(next.id);
        seen.add(next.id);
        const further = isNew ? branches(next) : [];
        return branch(nameOf(next), kindOf(next), { further, isAgain: !isNew && from(next).length > 0 });
      });
    return branches(node);
  };
  return {
    name: nameOf(node),
    kind: kindOf(node),
    from: grow(({ definition }) => definition.dependsOn.map((above) => graph.nodeOf(above))),
    into: grow(({ definition }) => [...new Set((below.get(definition) ?? []).map(({ reader }) => reader))]),
  };
}

const branch = (
  name: string,
  kind: string,
  { further, isAgain = false }: { readonly further: readonly LineageBranch[]; readonly isAgain?: boolean },
): LineageBranch => ({
  name,
  kind,
  ...(isAgain ? { again: true } : {}),
  ...(further.length > 0 ? { next: further } : {}),
});

/** Lineage of columns: each table's query is looked at once. */
class Columns {
  readonly #project: Project;
  readonly #asked = new Map<string, Promise<ReadonlyMap<string, ColumnLineage>>>();

  constructor(project: Project) {
    this.#project = project;
  }

  async lineageOf(node: Node, column: string): Promise<LineageView> {
    const name = this.#named(node, column);
    const seen = { above: new Set([name]), below: new Set([name]) };
    const from = await this.#above(node, column, seen.above);
    const lineage = await this.#of(node, column);
    const undecided = lineage && 'undecided' in lineage ? { undecided: lineage.undecided } : {};
    return { name, kind: 'column', from, into: await this.#below(node, column, seen.below), ...undecided };
  }

  #named(node: Node, column: string): string {
    return `${nameOf(node)}.${column}`;
  }

  async #of(node: Node, column: string): Promise<ColumnLineage | undefined> {
    const { graph, warehouse } = this.#project;
    const asked = this.#asked.get(node.id) ?? columnLineage(node, { graph, warehouse });
    this.#asked.set(node.id, asked);
    return (await asked).get(column.toLowerCase());
  }

  async #above(node: Node, column: string, seen: Set<string>): Promise<readonly LineageBranch[]> {
    const lineage = await this.#of(node, column);
    const found: LineageBranch[] = [];
    for (const { node: above, column: name } of lineage && 'from' in lineage ? lineage.from : []) {
      const text = this.#named(above, name);
      const isNew = !seen.has(text);
      seen.add(text);
      const of = await this.#of(above, name);
      const further = isNew ? await this.#above(above, name, seen) : [];
      const undecided = of && 'undecided' in of ? { undecided: of.undecided } : {};
      const isAgain = !isNew && of !== undefined && 'from' in of && of.from.length > 0;
      found.push({ ...branch(text, kindOf(above), { further, isAgain }), ...undecided });
    }
    return found;
  }

  async #below(node: Node, column: string, seen: Set<string>): Promise<readonly LineageBranch[]> {
    const found: LineageBranch[] = [];
    const readers = [...this.#project.graph.nodes.values()].filter((one) =>
      one.definition.dependsOn.includes(node.definition),
    );
    for (const reader of readers) {
      const undecided = new Set<string>();
      for (const name of Object.keys(reader.definition.columns)) {
        const lineage = await this.#of(reader, name);
        if (!lineage) continue;
        if ('undecided' in lineage) {
          undecided.add(lineage.undecided);
          continue;
        }
        const isMade = lineage.from.some(
          (one) => one.node.id === node.id && one.column.toLowerCase() === column.toLowerCase(),
        );
        if (!isMade) continue;
        const text = this.#named(reader, name);
        const isNew = !seen.has(text);
        seen.add(text);
        const further = isNew ? await this.#below(reader, name, seen) : [];
        found.push(branch(text, kindOf(reader), { further, isAgain: !isNew }));
      }
      // Columns of it may be made of this one: which, its definition does not say.
      for (const why of undecided)
        found.push({ ...branch(nameOf(reader), kindOf(reader), { further: [] }), undecided: why });
    }
    return found;
  }
}

const unknownColumn = (
  column: string,
  { owner, columns }: { readonly owner: string; readonly columns: readonly string[] },
): EsteiraError =>
  new EsteiraError('NAME_UNKNOWN', {
    what: `${owner} has no column ${column}.`,
    allowed: columns.join(', '),
    next: `esteira show ${owner}`,
  });
