import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Random } from '../../src/learn/random.ts';
import { ranking, without } from '../../src/learn/trees/golden-sets.ts';
import { emptyPlace } from '../places.ts';

interface Set {
  readonly columns: readonly Float64Array[];
  readonly target: Float32Array;
  readonly groups?: Int32Array;
  /** Those that are not LightGBM's defaults: ours and LightGBM's. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Writes a set as all read it: rows for Python, columns for Esteira. Gives its folder. */
function write(name: string, { columns, target, groups, options, parameters }: Set): string {
  const folder = emptyPlace('trees', name);
  mkdirSync(folder, { recursive: true });
  const rows = target.length;
  const [byColumn, byRow] = [new Float64Array(rows * columns.length), new Float64Array(rows * columns.length)];
  for (const [column, values] of columns.entries()) {
    byColumn.set(values, column * rows);
    for (let row = 0; row < rows; row += 1) byRow[row * columns.length + column] = values[row] as number;
  }
  const about = { rows, columns: columns.length, trees: 100, ranks: groups !== undefined, options, parameters };
  writeFileSync(path.join(folder, 'about.json'), JSON.stringify(about));
  writeFileSync(path.join(folder, 'columns.f64'), byColumn);
  writeFileSync(path.join(folder, 'rows.f64'), byRow);
  writeFileSync(path.join(folder, 'target.f32'), target);
  if (groups) writeFileSync(path.join(folder, 'groups.i32'), groups);
  return folder;
}

/** LightGBM's own example of a ranking: 3,005 rows of 301 features, most of them zero. */
export const exampleMissing = without('lambdarank/rank.train.gz');
export function example(): string {
  const { grades, columns, groups } = ranking('train');
  return write('example', {
    ...{ columns, target: grades, groups },
    options: { objective: 'lambdarank', rowsInLeaf: 50, weightInLeaf: 5 },
    parameters: { objective: 'lambdarank', min_data_in_leaf: 50, min_sum_hessian_in_leaf: 5 },
  });
}

/** Fifty features: normal, rounded, of few values, 2 % of each missing; an outcome of some of them. */
export function generated(rows: number): string {
  const random = new Random(3);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const columns = Array.from({ length: 50 }, (_, column) =>
    Float64Array.from({ length: rows }, () => {
      if (column >= 20 && column < 25) return random.below(8);
      const value = normal();
      return column >= 10 && column < 20 ? Math.round(value * 10) / 10 : value;
    }),
  );
  const target = Float32Array.from({ length: rows }, (_, row) => {
    const of = (column: number): number => columns[column]?.[row] ?? 0;
    const sum = of(0) * of(1) + Math.sin(2 * of(2)) + 0.3 * of(12) + 0.2 * of(21) - 0.7 + (of(5) > 0.5 ? of(6) : 0);
    const chance = random.next();
    return sum + Math.log(chance / (1 - chance)) > 0 ? 1 : 0;
  });
  for (const column of columns)
    for (let row = 0; row < rows; row += 1) if (random.next() < 0.02) column[row] = Number.NaN;
  return write('generated', { columns, target, options: { objective: 'binary' }, parameters: { objective: 'binary' } });
}
