/** Rows of one key, as texts. */
export interface KeyRows {
  readonly values: readonly (string | null)[];
  readonly rows: number;
}

/** One step in which a query makes its rows. */
export interface Stage {
  readonly step: 'from' | 'join' | 'where' | 'group' | 'having' | 'qualify' | 'rest';
  /** As the engine spells it. */
  readonly text: string;
  /** Of `from` and `join`: the table, `catalog.schema.table`, or the part of the query, whose rows come in. */
  readonly relation?: string;
  /** Of those, how many there are. */
  readonly own?: number;
  readonly before: number;
  readonly after: number;
  /** Of a join that keeps only pairs: rows from before that find no partner. */
  readonly alone?: number;
  /** What the join or condition compares of those rows: names as they stand in the query, and the most frequent values. */
  readonly by?: readonly string[];
  readonly lost?: readonly KeyRows[];
  /** … and what the other side has. */
  readonly partners?: { readonly by: readonly string[]; readonly some: readonly KeyRows[] };
  /** So many of the different keys without a partner would have one, were case, spaces around and zeros in front not looked at. */
  readonly alike?: { readonly keys: number; readonly of: number };
  /** Keys of the other side that are there more than once, where a join makes more rows than there were. */
  readonly repeated?: readonly KeyRows[];
}

/** One SELECT of a query. */
export interface QueryPart {
  /** Of `with name as`, or the alias of a subquery; of the query itself nothing. */
  readonly name: string;
  readonly stages: readonly Stage[];
  /** What it gives in the end. */
  readonly rows: number;
}
