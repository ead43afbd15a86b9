import { isDeepStrictEqual } from 'node:util';
import { type Columns, parseDuration } from '../columns/index.ts';
import {
  type AnyModel,
  type AnyTable,
  type Definition,
  type GateLimit,
  type GateMeasure,
  type Learner,
  type ModelFacts,
  modelsInside,
  refiningOf,
  samples,
} from '../define/index.ts';
import type { EsteiraError } from '../errors.ts';
import { invalidDefinition } from './catalog.ts';
import { shownBy } from './shadows.ts';

/** The model inside which a table stands: the one whose inside it reads. Throws DEFINITION_INVALID for a table that could not go in and out with it. */
export function insideOf(table: AnyTable): AnyModel | undefined {
  const [one, other] = new Set(modelsInside(table.spec.rows));
  if (!one) return undefined;
  const wrong = (what: string, next: string): EsteiraError =>
    invalidDefinition(`${table.name} reads inside the model ${one.name}, ${what}.`, table, next);
  if (other) throw wrong(`and inside ${other.name}`, 'Make a table inside each, and join those.');
  if (table.spec.write !== 'replace')
    throw wrong(
      'so each version has rows of its own, and it cannot be written another way',
      'Leave out `write`: the rows of a version are replaced whole.',
    );
  if (table.spec.invalid !== 'fail')
    throw wrong('and a version is whole or not at all', "Leave out invalid: 'set aside'.");
  return one;
}

/** A model, or a table inside one: made only by a job that names it. */
export const isOfModel = (definition: Definition): boolean =>
  definition.kind === 'model' || (definition.kind === 'table' && insideOf(definition as AnyTable) !== undefined);

const featureKinds = ['text', 'integer', 'bigint', 'real', 'decimal', 'boolean'];
const eachKinds = ['text', 'integer', 'boolean'];

/** What the types of the word hold is asked again here, and what they cannot say. */
export function refuseModel(model: AnyModel): void {
  const { facts, name } = model;
  const { from, learner, features, each, target, group, missing, gate, release, maxAge } = facts;
  const refuse = (what: string, got: unknown, allowed: string, next = 'Correct the definition.'): EsteiraError =>
    invalidDefinition(`The model ${name} ${what}: ${String(got)}.`, model, next, allowed);
  const columns: Columns | undefined = from?.columns;
  if (columns === undefined || from.recipe.by !== 'name' || from.recipe.of.kind === 'settings')
    throw refuse('learns from what is no table', from?.recipe?.by, 'a table, or a source that is kept as one');
  const kindOf = (column: string, what: string, kinds: readonly string[]): string => {
    const { kind = 'no column' } = columns[column]?.facts ?? {};
    if (!kinds.includes(kind)) throw refuse(`${what} ${column}`, kind, kinds.join(', '));
    return kind;
  };
  if (learner?.learner === undefined) throw refuse('has no learner', learner, 'kmeans(…), logisticRegression(…), …');
  if (features.length === 0) throw refuse('has no features', 'an empty list', 'columns of its rows');
  for (const feature of features) {
    const kind = kindOf(feature, 'cannot learn from', featureKinds);
    const isOptional = columns[feature]?.facts.nullable === true;
    if (isOptional && !learner.missing && kind !== 'text' && missing[feature] === undefined)
      throw refuse(
        'does not say what stands for a missing value of',
        feature,
        "'mean', 'median', 'leave out', or a number",
        `Say it: missing: { ${feature}: 'median' }`,
      );
  }
  for (const column of each) {
    kindOf(column, 'cannot be made for each', eachKinds);
    if (columns[column]?.facts.nullable) throw refuse('cannot be made for each', `${column} is optional`, 'no NULL');
  }
  const twice = [...features, ...each, ...(target ? [target] : [])].find((one, at, all) => all.indexOf(one) !== at);
  if (twice !== undefined) throw refuse('names a column twice', twice, 'each once: as feature, in each, or as target');
  if (learner.target.length === 0 && target !== undefined)
    throw refuse('has a target, and its learner predicts none', target, 'no target');
  if (learner.target.length > 0 && !(learner.freely && target === undefined))
    kindOf(target ?? 'target', 'cannot learn', learner.target);
  if (learner.grouped) {
    kindOf(group ?? 'group', 'cannot tell requests apart by', ['text', 'integer', 'bigint']);
    if (columns[group as string]?.facts.nullable)
      throw refuse('cannot tell requests apart by what may be missing', group, 'a column that every row has');
  } else if (group !== undefined) throw refuse('has a group, and its learner judges row by row', group, 'no group');
  refuseSegments(model.facts, kindOf, refuse);
  for (const limit of gate) refuseLimit(limit, model.facts, refuse);
  if (release !== undefined && !(typeof release.approvedBy === 'string' && release.approvedBy !== ''))
    throw refuse('waits for nobody', release.approvedBy, "approvedBy('a group')");
  if (typeof maxAge === 'string' && !parseDuration(maxAge))
    throw refuse('has an age that is none', maxAge, "'90 days', or a setting that is one");
  refuseHoldOut(facts, kindOf, refuse);
  if (learner.refines) refuseRefining(learner.options, refuse);
  if (learner.brought) refuseBrought(facts, refuse);
  if (learner.named) refuseNamed(facts, kindOf, refuse);
  const { engine } = learner.options;
  if (engine !== undefined && engine !== 'native')
    throw refuse(
      'has an engine that is none',
      engine,
      "'native', which is LightGBM's own library; without it Esteira's own",
    );
  const clusters = learner.options.clusters ?? 2;
  const range = typeof clusters === 'number' ? { from: clusters, to: clusters } : (clusters as Range);
  const isCount = (count: unknown): boolean => Number.isSafeInteger(count) && Number(count) >= 1;
  if (!isCount(range.from) || !isCount(range.to) || range.from > range.to || range.to > mostClusters)
    throw refuse('has clusters that cannot be', JSON.stringify(clusters), `a whole number from 1 to ${mostClusters}`);
}
/** One file is for all rows. */
function refuseBrought({ learner, each }: ModelFacts, refuse: Refuse): void {
  const { file, command } = learner.options;
  if (each.length > 0) throw refuse('is brought, and is one for all rows', `each: ${each.join(', ')}`, 'no each');
  const names = typeof file === 'string' ? file.split(/[\\/]/) : [];
  if (learner.brought === 'file' && (names.includes('..') || names.includes('') || typeof file !== 'string'))
    throw refuse('is imported from a place that is not below the project', file, "'models/scoring.joblib'");
  if (learner.brought === 'program' && !(Array.isArray(command) && command.every((word) => typeof word === 'string')))
    throw refuse('is trained by a program that is none', command, "external(['python3', 'train.py'], …)");
  if (Object.keys(learner.output).length === 0) throw refuse('predicts nothing', 'no output', 'a column or several');
}
/** Every feature has one part to play, as an option of the learner says. */
function refuseNamed({ learner, features, target, each }: ModelFacts, kindOf: Kind, refuse: Refuse): void {
  const { named = [], options } = learner;
  for (const { option, column, kinds } of named) kindOf(column, `cannot take as ${option}`, kinds);
  if (!named.some(({ option }) => option === 'by'))
    throw refuse('tells no products apart', 'by: []', 'a column, or several');
  const columns = named.map(({ column }) => column);
  const twice = [...columns, ...each, target].find((one, at, all) => one !== undefined && all.indexOf(one) !== at);
  if (twice !== undefined)
    throw refuse('gives a column two parts', twice, 'each once, among the options of its learner');
  const own = named.filter(({ beside }) => !beside).map(({ column }) => column);
  const idle = features.find((feature) => !own.includes(feature));
  if (idle !== undefined)
    throw refuse(
      'has a feature that no option of its learner names',
      idle,
      own.join(', '),
      `features: ${JSON.stringify(own)}`,
    );
  const missing = own.find((column) => !features.includes(column));
  if (missing !== undefined)
    throw refuse('does not have among its features', missing, own.join(', '), `features: ${JSON.stringify(own)}`);
  const { level = 0.95, least = 60, noSale = 0.5, mostError = 1, recent, answerDays, day } = options;
  if (!(typeof mostError === 'number' && mostError > 0))
    throw refuse('has a greatest standard error that is none', mostError, 'a number above 0');
  if (recent !== undefined && !(Number.isSafeInteger(recent) && Number(recent) >= 1 && day !== undefined))
    throw refuse(
      'cannot give the last days a level of their own',
      recent,
      "a whole number of days, and day: 'a column of dates'",
    );
  if (answerDays !== undefined && !(isDays(answerDays) && day !== undefined))
    throw refuse(
      'cannot look for so many days at what a rival does',
      answerDays,
      "a whole number of days from 0 to 60, and day: 'a column of dates'",
    );
  if (!(typeof level === 'number' && level > 0 && level < 1))
    throw refuse('has a level that is none', level, 'a number between 0 and 1, such as 0.95');
  if (!(Number.isSafeInteger(least) && Number(least) >= 1))
    throw refuse('has a least number of days that is none', least, 'a whole number from 1');
  if (noSale !== 'leave out' && !(typeof noSale === 'number' && noSale > 0 && noSale < Number.POSITIVE_INFINITY))
    throw refuse('says of a day without a sale what cannot be', noSale, "units above 0, such as 0.5, or 'leave out'");
}
const isDays = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= 60;
type Kind = (column: string, what: string, kinds: readonly string[]) => string;
type Refuse = (what: string, got: unknown, allowed: string, next?: string) => EsteiraError;

function refuseSegments({ segments, learner }: ModelFacts, kindOf: Kind, refuse: Refuse): void {
  if (segments.length > 0 && learner.target.length === 0)
    throw refuse(
      'is judged across a column, and its learner predicts none',
      segments[0],
      'a learner that has a target',
    );
  for (const column of segments) kindOf(column, 'cannot be judged across', eachKinds);
}

function refuseLimit({ measure, judges, sign }: GateLimit, { learner, gate }: ModelFacts, refuse: Refuse): void {
  const named = typeof measure === 'string' ? measure : 'of' in measure ? measure.of : undefined;
  const known = [...learner.measures, ...(named === judges ? [samples] : [])];
  if (named !== undefined && !known.includes(named))
    throw refuse('has a gate on what nobody measures', named, known.join(', '));
  if (typeof measure === 'string') return;
  if (sign === 'no worse')
    throw refuse(
      'compares with the champion what is known of itself only',
      judges,
      'atMost(…), or a measure of the learner',
    );
  const other = gate.find((one) => one.judges === judges && !isDeepStrictEqual(one.measure, measure));
  if (other) throw refuse('measures one figure in two ways', judges, 'the same options in every limit on it');
  const counted = countedBy(measure);
  if (!(Number.isSafeInteger(counted) && counted >= 1))
    throw refuse(`has a limit on ${judges} with a number that cannot be`, counted, 'a whole number from 1');
  if (measure.judged === 'shadow' && !shownBy(learner).includes(measure.shows))
    throw refuse('waits for what no shadow of it shows', measure.shows, shownBy(learner).join(', '));
  if (measure.judged === 'exposure gap' && !learner.grouped)
    throw refuse('has an exposure gap, and its learner ranks nothing', judges, 'a learner that ranks: lambdaMart(…)');
  if (measure.judged === 'latency' && !learner.inProcess)
    throw refuse('has a latency, and the engine predicts with it', judges, 'a learner of trees, which predicts here');
}

const countedBy = (measure: GateMeasure): number => {
  if (measure.judged === 'shadow') return measure.requests;
  return measure.judged === 'latency' ? measure.rows : measure.least;
};

interface Range {
  readonly from: number;
  readonly to: number;
}
/** Each is spelled out in the query that predicts. */
const mostClusters = 200;

function refuseRefining(options: Learner['options'], refuse: Refuse): void {
  const { refine = {}, stopAfter } = options;
  const wrong = Object.entries(Object(refine)).find(
    ([name, count]) => !['trees', 'most'].includes(name) || !(Number.isSafeInteger(count) && Number(count) >= 1),
  );
  if (wrong !== undefined)
    throw refuse('cannot be refined so', `${wrong[0]}: ${wrong[1]}`, 'refine: { trees, most }, whole numbers from 1');
  const { trees, added, most } = refiningOf(options);
  // One that stops early may have fewer trees.
  if (!stopAfter && most < trees + added)
    throw refuse(
      'could never be refined, since a training makes as many trees as there may be',
      `most: ${most}`,
      `refine: { most: ${trees + added} } or more, for ${trees} trees and ${added} that are added`,
    );
}

function refuseHoldOut({ holdOut, from, learner }: ModelFacts, kindOf: Kind, refuse: Refuse): void {
  if (holdOut === undefined) return;
  if ('thenLearned' in holdOut && holdOut.thenLearned && (learner.brought || 'share' in holdOut))
    throw refuse(
      'cannot learn what it was judged by',
      learner.brought ? 'it is made elsewhere' : 'a share is held out, the same in every training',
      "a model that is trained here, with holdOut: { last: '28 days', by, thenLearned: true }",
    );
  if ('share' in holdOut) {
    if (!(holdOut.share > 0 && holdOut.share < 1))
      throw refuse('keeps back a share that is none', holdOut.share, 'a number between 0 and 1');
    return;
  }
  kindOf(holdOut.by, 'cannot keep back the last by', ['date', 'timestamp']);
  if (from.columns[holdOut.by].facts.nullable)
    throw refuse('keeps back the last by what may be missing', holdOut.by, 'a time that every row has');
  const { unit, count = 0 } = parseDuration(holdOut.last) ?? {};
  if ((unit !== 'day' && unit !== 'month') || !Number.isInteger(count) || count < 1)
    throw refuse('keeps back a time that is none', holdOut.last, "whole days or months: '30 days'");
}
