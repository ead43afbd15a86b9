import { type ColumnFacts, type Columns, keyOf } from '../../columns/index.ts';

/** A column as a snapshot says it. */
export interface ShapeColumn {
  readonly name: string;
  readonly type: string;
  /** Its value may be missing. */
  readonly optional?: true;
}

/** `decimal(12,2)`, `list(text)`, `list({"id":"text"})`. */
function typeOf({ kind, of }: ColumnFacts): string {
  if (kind === 'decimal') return `decimal(${of})`;
  if (kind !== 'list') return kind;
  // A column is an object of a class, and columns of rows are a plain one.
  const item = of as { readonly facts?: ColumnFacts } & Columns;
  if (item.facts && typeof item.facts.kind === 'string') return `list(${typeOf(item.facts)})`;
  const inside = Object.entries<Columns[string]>(item).map(([name, { facts }]) => [name, typeOf(facts)]);
  return `list(${JSON.stringify(Object.fromEntries(inside))})`;
}

export const shapeOf = (columns: Columns): readonly ShapeColumn[] =>
  Object.entries<Columns[string]>(columns).map(([name, { facts }]) => ({
    ...{ name, type: typeOf(facts) },
    ...(facts.nullable && { optional: true }),
  }));

/**
 * Why rows of that shape are no rows of these columns; nothing where they are. What they have besides is left: while a table gets a column more, processes
 * that do not know it yet go on.
 */
export function unlike(
  { columns: there, key }: { readonly columns: readonly ShapeColumn[]; readonly key: string },
  columns: Columns,
): string | undefined {
  const [own] = keyOf(columns);
  if (key !== own) return `its key is ${key}, and here ${own}`;
  for (const { name, type, optional } of shapeOf(columns)) {
    const found = there.find((one) => one.name === name);
    if (!found) return `it has no column ${name}`;
    if (found.type !== type) return `its column ${name} is of the kind ${found.type}, and here ${type}`;
    if (found.optional && !optional) return `values of its column ${name} may be missing, and here not`;
  }
  return undefined;
}
