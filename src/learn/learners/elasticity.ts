import type { Source } from '../elasticity/days.ts';
import type { Roles } from '../elasticity/design.ts';
import { type Elasticities, elasticitiesOf, type Product } from '../elasticity/estimate.ts';
import { type Forecast, forecastMeasures, judgedRows } from '../elasticity/judged.ts';
import { type ElasticityModel, elasticityPredictor } from '../elasticity/predict.ts';
import { taughtBy } from '../elasticity/taught.ts';
import { insideOf, modelOf } from '../elasticity/told.ts';
import type { FeatureColumn } from '../features.ts';
import { judgedAcross } from './across.ts';
import type { Learned, Lesson } from './learned.ts';
import { learnedAll, lengthOf, otherColumns, pickedAll, rowsWhere, takenAt, unjudged, unknownTargets } from './rows.ts';

/** As a definition says it. */
export interface ElasticityOptions {
  readonly by: string | readonly string[];
  readonly price: string;
  readonly rival?: string;
  readonly events?: readonly string[];
  readonly season?: readonly string[];
  readonly outOfStock?: string;
  readonly withoutStock?: string;
  readonly noSale?: number | 'leave out';
  readonly level?: number;
  readonly least?: number;
  readonly mostError?: number;
  readonly day?: string;
  readonly recent?: number;
  readonly answerDays?: number;
}
type Columns = Readonly<Record<string, FeatureColumn>>;

/** Throws RangeError where no product has days from which anything follows. */
export function priceElasticity(lesson: Lesson<ElasticityOptions>): Learned {
  const { options, target, held, fresh, across = {}, former, formerDate } = lesson;
  if (target?.of !== 'numbers') throw new RangeError('the target is no number');
  const columns: Columns = { ...lesson.columns, ...lesson.beside };
  const { values, valid } = target;
  const units = valid ? values.map((value, row) => (valid[row] === 1 ? value : Number.NaN)) : values;
  const known = (row: number): boolean => !Number.isNaN(units[row]);
  const training = rowsWhere(lengthOf(target), (row) => known(row) && held?.[row] !== 1);
  const judging = rowsWhere(lengthOf(target), (row) => known(row) && held?.[row] === 1);
  const { roles, source, products, ...taught } = taughtBy(options, { columns, units, training, summed: lesson.summed });
  const found = elasticitiesOf(source, products, {
    level: options.level ?? 0.95,
    least: options.least ?? 60,
    mostError: options.mostError ?? 1,
  });
  if (!found.products.some(({ fit }) => fit))
    throw new RangeError(
      `no product has enough days with a sale, at different prices: ${daysText(found, taught.rows)}`,
    );
  const model = modelOf(found, roles, options.level ?? 0.95);
  const judged = held ? judging : training;
  const unseen = fresh ? judged.filter((row) => fresh[row] === 1) : judged;
  const forecast = forecastOf(model, { columns, source, rows: judged });
  const champion = former?.learner === 'price elasticity' ? former.model : undefined;
  const compared = () => {
    if (!(champion && canJudge(champion.roles, columns))) return { incomparable: otherColumns };
    const before = forecastOf(champion, { columns, source, rows: unseen });
    if (before.rows.length === 0) return { incomparable: `it ${learnedAll(formerDate)}` };
    return {
      champion: forecastMeasures(source, before),
      compared: before.rows.length,
      ...(unseen.length < judged.length
        ? { beside: forecastMeasures(source, forecastOf(model, { columns, source, rows: unseen })) }
        : {}),
    };
  };
  const judgedBy = () => ({
    measures: { ...forecastMeasures(source, forecast), trustworthy_share: trustworthyShare(found) },
    segments: judgedAcross(
      pickedAll(across, forecast.rows),
      { predictions: Float64Array.from(forecast.rows.keys()), values: forecast.expected },
      ({ predictions }) => forecastMeasures(source, partOf(forecast, predictions)),
    ),
    ...(former ? compared() : {}),
  });
  const incomplete = found.products.reduce((sum, { days }) => sum + days.counts.incomplete, 0);
  return {
    parameters: { learner: 'price elasticity', model },
    inside: insideOf(found, roles.by),
    rows: taught.rows,
    held: judging.length,
    samples: forecast.rows.length,
    left: {
      ...(incomplete > 0 ? { [options.price]: incomplete } : {}),
      ...unknownTargets(taught.unknown ?? lengthOf(target) - training.length - judging.length),
    },
    ...(unjudged(held, { judging: forecast.rows.length }) ?? judgedBy()),
  };
}

/** What the days are that do not suffice. */
function daysText({ products }: Elasticities, all: number): string {
  const sum = (what: keyof Product['days']['counts']): number =>
    products.reduce((rows, { days }) => rows + days.counts[what], 0);
  const others = [
    [sum('unsold'), 'without a sale'],
    [sum('soldOut'), 'ran out'],
    [sum('withoutStock'), 'with nothing to sell'],
    [sum('incomplete'), 'without a price above 0'],
  ] as const;
  const sold = others.reduce((left, [rows]) => left - rows, all);
  const some = [[sold, 'in stock with a sale'] as const, ...others.filter(([rows]) => rows > 0)];
  return `of ${all} rows ${some.map(([rows, what]) => `${rows} ${what}`).join(', ')}`;
}

/** Of those rows that judge. */
function forecastOf(
  model: ElasticityModel,
  { columns, source, rows }: { readonly columns: Columns; readonly source: Source; readonly rows: Int32Array },
): Forecast {
  const [expected, low, high] = elasticityPredictor(model)(pickedAll(columns, rows), rows.length) as Float64Array[];
  const places = judgedRows(source, rows, expected as Float64Array);
  const of = (values: Float64Array | undefined) => takenAt(values as Float64Array, places);
  return {
    rows: Int32Array.from(of(new Float64Array(rows))),
    ...{ expected: of(expected), low: of(low), high: of(high) },
  };
}

function partOf({ rows, expected, low, high }: Forecast, places: ArrayLike<number>): Forecast {
  const of = (values: ArrayLike<number>) => Float64Array.from(places, (place) => values[place] as number);
  return { rows: Int32Array.from(of(rows)), expected: of(expected), low: of(low), high: of(high) };
}

const canJudge = ({ by, price, rival, events, season }: Roles, columns: Columns): boolean =>
  [...by, price, ...(rival === undefined ? [] : [rival]), ...events, ...season.map(({ name }) => name)].every(
    (name) => name in columns,
  );

const trustworthyShare = ({ products }: Elasticities): number =>
  products.filter(({ trustworthy }) => trustworthy).length / products.length;
