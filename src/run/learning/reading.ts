import type { Columns, Sums } from '../../columns/index.ts';
import type { AnyModel } from '../../define/index.ts';
import type { FeatureColumn } from '../../learn/features.ts';
import type { ElasticityOptions } from '../../learn/learners/elasticity.ts';
import type { Vectors, Warehouse } from '../../ports/index.ts';
import { demandOf } from './demand.ts';
import type { Training } from './lessons.ts';
import { heldName, laterName } from './rows.ts';

/** Rows of a training, as its learner takes them. */
export interface Read extends Vectors {
  /** How many were kept; where they are summed `rows` and `columns` are of those alone that sums say too little of. */
  readonly all: number;
  readonly summed?: NonNullable<Training['summed']>;
}
interface Reading {
  readonly query: string;
  readonly columns: Columns;
  /** Where they are kept. */
  readonly file: string;
  readonly warehouse: Warehouse;
  readonly signal: AbortSignal;
}

/** Keeps training rows, and gives them; or their sums where these suffice, with the rows that judge and those of which only a bound of the demand is known. */
export async function readRows(model: AnyModel, of: Reading): Promise<Read> {
  const { query, columns, file, warehouse, signal } = of;
  if (!suffice(model, columns)) {
    const read = await warehouse.vectors(query, { columns, file, signal });
    return { ...read, all: read.rows };
  }
  const { learner, target = '', features } = model.facts;
  const options = learner.options as unknown as ElasticityOptions;
  const { sums, ...read } = await summedRows({ options, target }, of);
  const kept = warehouse.dialect.kept(file);
  const spreads: Record<string, Spread> = {};
  for (const name of features) {
    const own = sums.columns[name];
    spreads[name] = own ? { column: own, rows: sums.rows } : await spreadOf(name, kept, of);
  }
  return { ...read, summed: { sums, spreads } };
}

/** Without how its features are spread. */
export async function summedRows(
  of: { readonly options: ElasticityOptions; readonly target: string },
  { query, columns, file, warehouse, signal }: Reading,
): Promise<Omit<Read, 'summed'> & { readonly sums: Sums }> {
  const { dialect } = warehouse;
  const { rows: all } = await warehouse.vectors(query, { columns: {}, file, signal });
  const kept = dialect.kept(file);
  const isLater = laterName in columns;
  const flags = isLater ? [heldName, laterName] : [heldName];
  const taught = `not ${dialect.identifier(isLater ? laterName : heldName)}`;
  const demand = demandOf(kept, { ...of, columns, flags, taught, dialect });
  const sums = await warehouse.sums(demand.query, { ...demand.summing, signal });
  const names = Object.keys(columns).map(dialect.identifier).join(', ');
  const isAsked = `${dialect.identifier(heldName)} or ${demand.bounded}`;
  const read = await warehouse.vectors(`select ${names} from ${kept} as _kept where ${isAsked}`, { columns, signal });
  return { ...read, all, sums };
}

/** Which rows are held out: of all, or of what is summed. */
export const heldIn = ({ columns, summed }: Read): FeatureColumn | undefined =>
  (summed?.sums.columns ?? columns)[heldName];

/** Each value of a column, and how many rows have it. */
interface Spread {
  readonly column: FeatureColumn;
  readonly rows: Float64Array;
}
async function spreadOf(name: string, kept: string, { columns, warehouse, signal }: Reading): Promise<Spread> {
  const by = { [name]: columns[name] } as Columns;
  const found: Sums = await warehouse.sums(`select ${warehouse.dialect.identifier(name)} from ${kept} as _kept`, {
    ...{ by, signal },
  });
  return { column: found.columns[name] as FeatureColumn, rows: found.rows };
}

/**
 * Of price elasticities sums suffice. Not where it counts in which order days came, where each member of a family has rows of its own, or where no row is kept to
 * judge with and all of them judge.
 */
const suffice = ({ facts: { learner, each } }: AnyModel, columns: Columns): boolean =>
  learner.learner === 'price elasticity' &&
  learner.options.day === undefined &&
  each.length === 0 &&
  heldName in columns;
