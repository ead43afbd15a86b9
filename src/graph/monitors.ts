import { type Columns, parseDuration } from '../columns/index.ts';
import type {
  AnySource,
  AnyTable,
  Definition,
  DegradationMeasure,
  DriftMeasure,
  ErrorMeasure,
  InertiaMeasure,
  Limit,
  Measure,
  MissingMeasure,
  Monitor,
  ShiftMeasure,
} from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { approvalOf } from './approval.ts';
import { whereOf } from './catalog.ts';
import { readCron } from './cron.ts';
import { refuseMeasured } from './measured.ts';

/** Throws DEFINITION_INVALID for a monitor that nothing could ever judge. */
export function refuseMonitor(monitor: Monitor): void {
  const { name, every, tell, next } = monitor;
  const limit = monitor.expect as Limit | undefined;
  const refuse = (what: string, got: unknown, allowed: string): EsteiraError => {
    const details = { what: `The monitor "${name}" ${what}.`, where: whereOf(monitor), got: String(got), allowed };
    return new EsteiraError('DEFINITION_INVALID', { ...details, next: 'Correct the definition.' });
  };
  if (limit === undefined || !limit.measure?.measure)
    throw refuse('has no limit', typeof limit, 'expect: atLeast(…), atMost(…) or expectNone(…)');
  for (const [word, text] of Object.entries({ every, tell, next }))
    if (text !== undefined && (typeof text !== 'string' || text === ''))
      throw refuse(`has no text as ${word}`, text, 'a text');
  if (every !== undefined) {
    const cron = readCron(every, 'UTC');
    if (typeof cron === 'string')
      throw refuse('has a time that is none', `every: ${every}\n${cron}`, 'five fields of cron, by the clock of UTC');
  }
  const { measure, of } = limit.measure;
  const isOfStores = measure === 'unpublished';
  if (of.length === 0 && !isOfStores)
    throw refuse('watches nothing', `${measure} of nothing`, 'a table, a query that mentions one, or a job');
  const wanted = kinds[measure] ?? tables;
  const strange = of.find((one) => !wanted.kinds.includes(one?.kind));
  if (of.some((one) => one === undefined) || strange)
    throw refuse(`watches what has no ${measure}`, strange?.name, wanted.text);
  const counts = measure === 'rows' || measure === 'volume' || measure === 'invalid share';
  const unbuilt = counts ? of.find(isShown) : undefined;
  if (unbuilt)
    throw refuse(
      `watches the ${measure} of what no run brings rows to`,
      unbuilt.name,
      'tables that a run builds; of a view or of invalid rows: expectNone(…), scalar(…)',
    );
  const unkept = of.find(isRead);
  if (unkept) throw refuse('watches files as they are', unkept.name, 'a table that is made of the source');
  if (isOfStores && every === undefined)
    throw refuse(
      'is judged at no time',
      'unpublished() is of no run',
      "every: '*/5 * * * *', five fields of cron in UTC",
    );
  const isOfEndpoint = 'over' in limit.measure;
  if (isOfEndpoint && every === undefined)
    throw refuse('is judged at no time', `${measure} is of no run`, "every: '*/5 * * * *', five fields of cron in UTC");
  if ('over' in limit.measure && parseDuration(limit.measure.over) === undefined)
    throw refuse('looks back for what is no time', `over: ${limit.measure.over}`, "such as '1 day'");
  const isOfPeople = limit.measure.measure === 'rejected share';
  if (limit.measure.measure === 'rejected share') {
    const unasked = of.find((one) => approvalOf(one) === undefined);
    if (unasked)
      throw refuse('watches what nobody is asked', unasked.name, 'rows that people let through: t.approvedBy(…)');
    if (parseDuration(String(limit.measure.last)) === undefined)
      throw refuse('looks back for what is no time', `last: ${limit.measure.last}`, "such as '7 days'");
  }
  if (
    every !== undefined &&
    !('query' in limit.measure || 'rows' in limit.measure || isOfStores || isOfEndpoint || isOfPeople)
  )
    throw refuse(
      `has a time of its own, and ${measure} is of a run`,
      `every: ${every}`,
      'no `every`: it is judged after each run',
    );
  if (measure === 'degradation' && limit.sign !== '<=')
    throw refuse('asks for a degradation', 'atLeast(…)', 'atMost(degradation(…), …): by how much it may be worse');
  if (limit.measure.measure === 'degradation') refuseDegradation(limit.measure, limit.bound, refuse);
  else if ('model' in limit.measure) refuseBesideModel(limit.measure, refuse);
  else if (isMeasured(limit.measure)) refuseMeasured(limit.measure, refuse);
  if (limit.measure.measure !== 'age') return;
  const { rows, column } = limit.measure;
  const kind = rows?.columns?.[column]?.facts.kind;
  if (kind !== 'date' && kind !== 'timestamp')
    throw refuse(
      'measures the age of what is no time',
      `${column}${kind ? ` is ${kind}` : ''}`,
      'a column that is a date or a timestamp',
    );
}

const isMeasured = (measure: Measure): measure is ErrorMeasure | MissingMeasure | ShiftMeasure =>
  ['mape', 'wape', 'bias', 'missing share', 'drift'].includes(measure.measure);

type Refuse = (what: string, got: unknown, allowed: string) => EsteiraError;

/** What came of predictions lies between two ends, and says which version made them, and when. */
function refuseDegradation(measure: DegradationMeasure, bound: Limit['bound'], refuse: Refuse): void {
  const { rows, model, column, version, at, role, level, least, matures, before, range } = measure;
  const columns: Columns = rows?.columns ?? {};
  if (model?.kind !== 'model') throw refuse('watches the versions of what is no model', model, 'a model');
  const needs = (what: string, name: string, kinds: readonly string[]): void => {
    const kind = columns[name]?.facts.kind;
    if (kind === undefined || !kinds.some((one) => kind.startsWith(one)))
      throw refuse(
        `takes as ${what} what is none`,
        `${name}${kind ? ` is ${kind}` : ''}`,
        `a column: ${kinds.join(', ')}`,
      );
  };
  needs('of', column, ['boolean', 'integer', 'bigint', 'real', 'decimal']);
  needs('version', version, ['text']);
  needs('at', at, ['timestamp']);
  if (role !== undefined) needs('role', role, ['text']);
  if (columns[column]?.facts.kind !== 'boolean' && !rangeOf(measure))
    throw refuse(
      'compares means of numbers without ends',
      range ? `range: ${range.join(' to ')}` : `${column} has no min and max`,
      `col.real().min(0).max(1), or range: [0, 1]`,
    );
  const [from, to] = rangeOf(measure) as readonly [number, number];
  if (typeof bound === 'number' && !isMargin(bound, measure))
    throw refuse('has a limit that nothing can go beyond', bound, `a number from 0, below ${to - from}`);
  if (!(level > 0 && level < 1)) throw refuse('has a level that is none', level, 'a number between 0 and 1');
  if (!Number.isSafeInteger(least) || least < 1) throw refuse('has no number as least', least, 'a whole number from 1');
  for (const [word, time] of Object.entries({ matures, before }))
    if (parseDuration(String(time)) === undefined)
      throw refuse(`has a time that is none as ${word}`, time, "such as '3 days'");
}

/** Whether one mean can be further below another. */
export function isMargin(margin: number, measure: DegradationMeasure): boolean {
  const [from, to] = rangeOf(measure) as readonly [number, number];
  return margin >= 0 && margin < to - from;
}

/** Between which ends the values lie whose means are compared; nothing where that is not known. */
export function rangeOf({ rows, column, range }: DegradationMeasure): readonly [number, number] | undefined {
  const { kind, rules = [] } = rows.columns?.[column]?.facts ?? {};
  if (kind === 'boolean') return [0, 1];
  const bound = (code: 'min' | 'max'): number | undefined => {
    const rule = rules.find((one: { readonly code: string }) => one.code === code);
    return rule && 'allowed' in rule ? Number(rule.allowed) : undefined;
  };
  const [from, to] = range ?? [bound('min'), bound('max')];
  return from !== undefined && to !== undefined && Number.isFinite(to - from) && from < to ? [from, to] : undefined;
}

/** What a model was trained with must be there to be compared with it. */
function refuseBesideModel(measure: DriftMeasure | InertiaMeasure, refuse: Refuse): void {
  const { learner, features, each, from } = measure.model.facts;
  const kindIn = (columns: Columns | undefined, name: string): string | undefined => columns?.[name]?.facts.kind;
  if (measure.measure === 'inertia') {
    if (learner.learner !== 'kmeans')
      throw refuse('measures the inertia of what has no centres', learner.learner, 'a model that learns by kmeans(…)');
    const lost = [...each, ...features].find((name) => kindIn(measure.rows?.columns, name) === undefined);
    if (lost !== undefined)
      throw refuse('watches rows without a column of the model', lost, [...each, ...features].join(', '));
    return;
  }
  const { columns, by, rows } = measure;
  const family = each.find((name) => kindIn(rows?.columns, name) === undefined);
  if (family !== undefined) throw refuse('watches rows without a column of the model', family, each.join(', '));
  if (columns.length === 0) throw refuse('watches the drift of no column', 'none', features.join(', '));
  if (by !== 'psi' && by !== 'ks') throw refuse('measures drift in no known way', by, "'psi' or 'ks'");
  for (const name of columns) {
    if (!features.includes(name)) throw refuse('watches the drift of what is no feature', name, features.join(', '));
    const kind = kindIn(rows?.columns, name);
    if (kind === undefined) throw refuse('watches rows without a feature of the model', name, 'rows that have it');
    if (by === 'ks' && ['text', 'boolean'].includes(kindIn(from.columns, name) ?? ''))
      throw refuse('measures by ks what is no number', `${name} is ${kind}`, "by: 'psi', or other columns");
  }
}

/** Views show what is there, and invalid rows come with the table that refuses them. */
const isShown = (definition: Definition): boolean => {
  const { write, refusedBy } = (definition as AnyTable).spec ?? {};
  return write === 'view' || refusedBy !== undefined;
};

/** Rows that nobody keeps: only a query of a table reads them. */
const isRead = (definition: Definition): boolean =>
  definition.kind === 'source' && !(definition as AnySource).reader.streams;

interface Wanted {
  readonly kinds: readonly (string | undefined)[];
  readonly text: string;
}
const tables: Wanted = { kinds: ['table', 'source', 'settings'], text: 'tables, and sources that stream' };
const endpoints: Wanted = { kinds: ['endpoint'], text: 'an endpoint' };
const jobs: Wanted = { kinds: ['job'], text: 'a job' };
const kinds: Readonly<Record<string, Wanted>> = {
  duration: jobs,
  failures: jobs,
  rows: { ...tables, kinds: ['table', 'source'] },
  volume: { ...tables, kinds: ['table', 'source'] },
  'invalid share': { kinds: ['table'], text: 'tables' },
  drift: { ...tables, kinds: [...tables.kinds, 'model'] },
  inertia: { ...tables, kinds: [...tables.kinds, 'model'] },
  degradation: { ...tables, kinds: [...tables.kinds, 'model'] },
  // Of a model its champion is named, or what stands inside it read.
  scalar: { ...tables, kinds: [...tables.kinds, 'model'] },
  'rows of a query': { ...tables, kinds: [...tables.kinds, 'model'] },
  'rejected share': { kinds: ['table'], text: 'rows that people let through: t.approvedBy(…)' },
  'fallback share': endpoints,
  'served latency': endpoints,
};
