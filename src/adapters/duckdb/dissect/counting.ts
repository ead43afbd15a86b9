import type { KeyRows, QueryPart, Stage } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import type { Session } from '../session.ts';
import { type Node, nodes, parse } from '../tree.ts';

export const list = (value: unknown): readonly Node[] => (Array.isArray(value) ? value : []);
export const child = (node: Node, name: string): Node => (node[name] ?? {}) as Node;

/** What stands in a FROM: `from` with all before it, `own` alone. */
export interface Source {
  readonly from: Node;
  readonly own: Node;
  readonly relation: string;
}
export interface Around {
  readonly counting: Counting;
  readonly parts: QueryPart[];
  /** Parts (`with`) that a query may name. */
  readonly ctes: Node[];
}

/** Conditions that must all hold. */
export function conjuncts(of: unknown): readonly Node[] {
  if (!of) return [];
  const node = of as Node;
  return node.type === 'CONJUNCTION_AND' ? list(node.children).flatMap(conjuncts) : [node];
}

/** So many values of lost rows are shown. */
const few = 5;
const quoted = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));

/** Makes texts of parts of a parse tree, and has them counted. What the engine refuses is not known. */
export class Counting {
  readonly #session: Session;
  /** A SELECT in which something else is put. */
  readonly #select: Node;

  static async of(session: Session): Promise<Counting> {
    const tree = await parse(session, 'select 1 as one');
    if ('why' in tree) throw new TypeError(tree.why);
    return new Counting(session, tree.statements[0]?.node as Node);
  }
  constructor(session: Session, select: Node) {
    this.#session = session;
    this.#select = select;
  }

  /** An expression as the engine writes it. */
  async text(expression: Node): Promise<string> {
    const text = await this.#statement({ ...this.#select, select_list: [{ ...expression, alias: '' }] });
    return text.replace(/^SELECT /, '');
  }

  /** `FROM …`, of what may name these parts. */
  async #from(from: Node): Promise<string> {
    const star = await this.#statement({ ...this.#select, from_table: from });
    return star.replace(/^SELECT 1 AS "?one"? /i, '').replace(/^SELECT 1 /i, '');
  }
  /** `WITH …`, or nothing. */
  async with(ctes: readonly Node[]): Promise<string> {
    if (ctes.length === 0) return '';
    const text = await this.#statement({ ...this.#select, cte_map: { map: ctes } });
    return text.replace(/SELECT 1(?: AS "?one"?)?\s*$/i, '');
  }
  async #statement(node: Node): Promise<string> {
    // Places in the text are greater than JavaScript's whole numbers, and mean nothing here.
    const tree = JSON.stringify({ error: false, statements: [{ node, named_param_map: [] }] }, (name, value) =>
      name === 'query_location' ? 0 : value,
    );
    const [row] = await this.#session.rows(`select json_deserialize_sql(${dialect.literal(tree)}) as sql`);
    return String(row?.sql);
  }

  /** Rows of a FROM of which all these hold. */
  async count(from: Node, where: readonly Node[], { ctes }: Around): Promise<number | undefined> {
    return this.#number(
      `${await this.with(ctes)}select count(*) as n ${await this.#from(from)}${await this.where(where)}`,
    );
  }
  /** Rows of a whole SELECT. */
  async countAll(node: Node, ctes: readonly Node[]): Promise<number | undefined> {
    const text = await this.#statement({ ...node, cte_map: { map: ctes } });
    return this.#number(`select count(*) as n from (${text})`);
  }
  async #number(sql: string): Promise<number | undefined> {
    const [row] = await this.tried(sql);
    return row === undefined ? undefined : Number(row.n);
  }
  async where(conditions: readonly Node[]): Promise<string> {
    if (conditions.length === 0) return '';
    const texts = await Promise.all(conditions.map((one) => this.text(one)));
    return ` where ${texts.map((text) => `(${text})`).join(' and ')}`;
  }

  /** What can be asked of this FROM. */
  async bindable(conditions: readonly Node[], from: Node, around: Around): Promise<readonly Node[]> {
    const found: Node[] = [];
    for (const one of conditions) if (await this.#binds(await this.text(one), from, around)) found.push(one);
    return found;
  }
  async #binds(expression: string, from: Node, { ctes }: Around): Promise<boolean> {
    const sql = `describe ${await this.with(ctes)}select ${expression} as e ${await this.#from(from)}`;
    return (await this.tried(sql)).length > 0;
  }

  /** Of a comparison the side that this FROM knows, and the other one. */
  async sides(equality: Node, from: Node, around: Around): Promise<readonly [own: string, other: string] | undefined> {
    if (equality.type !== 'COMPARE_EQUAL' && equality.type !== 'COMPARE_NOT_DISTINCT_FROM') return undefined;
    const [left, right] = [await this.text(child(equality, 'left')), await this.text(child(equality, 'right'))];
    if (await this.#binds(left, from, around)) return [left, right];
    return (await this.#binds(right, from, around)) ? [right, left] : undefined;
  }

  /** The most frequent values that rows have of these, where something holds. */
  async keys(by: readonly string[], of: string, having = ''): Promise<readonly KeyRows[]> {
    const columns = by.map((one, index) => `cast(${one} as varchar) as k${index}`).join(', ');
    const names = by.map((_, index) => `k${index}`).join(', ');
    const rows = await this.tried(
      `${of.replace('$', `select ${columns}, count(*) as n`)} group by all ${having} order by n desc, ${names} limit ${few}`,
    );
    return rows.map((row) => ({ values: by.map((_, index) => quoted(row[`k${index}`])), rows: Number(row.n) }));
  }

  /** What rows have that a condition takes away, in the columns that it names. */
  async values(
    from: Node,
    { kept, without }: { readonly kept: readonly Node[]; readonly without: Node },
    around: Around,
  ): Promise<Pick<Stage, 'by' | 'lost'>> {
    const columns = [...nodes(without)].filter((one) => one.class === 'COLUMN_REF');
    const by = [...new Set(await Promise.all(columns.map((one) => this.text(one))))];
    if (by.length === 0) return {};
    const gone = `(${await this.text(without)}) is not true`;
    const conditions = await this.where(kept);
    const where = conditions === '' ? ` where ${gone}` : `${conditions} and ${gone}`;
    const lost = await this.keys(by, `${await this.with(around.ctes)}$ ${await this.#from(from)}${where}`);
    return lost.length > 0 ? { by, lost } : {};
  }

  /** A FROM as text, to be put together with others. */
  fromText(from: Node): Promise<string> {
    return this.#from(from);
  }

  /** Nothing where the engine refuses; what was cancelled stays so. */
  async tried(sql: string): Promise<Awaited<ReturnType<Session['rows']>>> {
    this.#session.throwIfCancelled();
    try {
      return await this.#session.rows(sql);
    } catch {
      this.#session.throwIfCancelled();
      return [];
    }
  }
}
